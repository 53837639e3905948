//! Where a statement comes from, and the statements that follow it.

use std::collections::VecDeque;

use super::run_text::RunText;

/// Where a statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementOrigin {
    /// The worksheet. `at` is the statement's first byte in the text.
    Worksheet {
        at: usize,
    },
    /// One of several statements of a worksheet that run one after the other.
    Several {
        /// The number of the run. Results of the same run do not replace each other.
        run: u64,
        /// The statement's first byte in the text.
        at: usize,
    },
    /// The preview of a table in the explorer.
    Preview,
    Snippet,
    /// A foreign key that the user followed.
    Key,
    /// An export that runs a statement again to write all its rows.
    Export,
    /// A variable that is set again after a reconnect.
    Restore,
    /// A database that the user chose from a list.
    Database,
    /// An EXPLAIN whose plan the user wants to see.
    Plan,
}

impl StatementOrigin {
    /// Returns the statement's first byte in its worksheet, if it comes from one.
    #[must_use]
    pub fn at(self) -> Option<usize> {
        match self {
            Self::Worksheet { at } | Self::Several { at, .. } => Some(at),
            Self::Preview | Self::Snippet | Self::Key | Self::Export | Self::Restore | Self::Database | Self::Plan => {
                None
            }
        }
    }

    /// Returns whether its rows, or its error, get a tab of the results.
    #[must_use]
    pub fn has_result(self) -> bool {
        match self {
            Self::Worksheet { .. } | Self::Several { .. } | Self::Preview | Self::Snippet | Self::Key => true,
            Self::Export | Self::Restore | Self::Database | Self::Plan => false,
        }
    }
}

/// The statements that run after the current one, in order. They are dropped when it is refused, declined or cancelled,
/// when it fails, and when its session or worksheet is closed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatementQueue {
    /// The number of the run of several statements.
    pub run: u64,
    /// The key of their worksheet.
    pub worksheet: String,
    pub waiting: VecDeque<RunText>,
}
