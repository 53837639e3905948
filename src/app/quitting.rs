//! How far quitting is: the state for `quit.rs`.

use std::time::Duration;

/// How far quitting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quitting {
    #[default]
    No,
    /// Waits since this time until everything is written. If texts cannot be saved, asks first.
    Waiting(Duration),
    /// The user is asked whether rrx quits without saving.
    Asking,
    /// Waits since this time, and quits also if texts cannot be saved. The shell then writes them to another directory.
    Certain(Duration),
}

impl Quitting {
    /// Returns whether rrx quits as soon as it can.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting(_) | Self::Certain(_))
    }
}
