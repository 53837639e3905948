//! The clock: the one room that reads it. Others are given the time, or one of these functions.

use std::time::{Instant, SystemTime};

/// The time of day, for what is written down.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A moment that only moves forward, for measuring.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn moment() -> Instant {
    Instant::now()
}
