//! What the host of the terminal (its clipboard) is told, and what it tells.

use crate::domain::problem::Problem;

/// What the host (clipboard, editor) is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCmd {
    /// Put this text on the clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is, in few words.
        what: String,
    },
}

/// News of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostNews {
    /// The text was handed over; the words say how ("by OSC 52").
    Copied(String),
    /// It could not be.
    Failed(Problem),
}
