//! The clock: the only module that reads the time. Others receive a time, or a [`Clock`].

use std::time::SystemTime;

/// A function that returns the time of day; tests replace it.
pub type Clock = fn() -> SystemTime;

/// Returns the time of day.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> SystemTime {
    SystemTime::now()
}
