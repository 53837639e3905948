//! Where a statement comes from, and the statements that follow it.

use std::collections::VecDeque;

/// Where a statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementOrigin {
    /// The worksheet; `at` is its first byte in the text.
    Worksheet {
        at: usize,
    },
    /// One of several statements of a worksheet that run one after the other.
    Several {
        /// Which run of several: its results stay side by side.
        run: u64,
        /// The statement's first byte in the text.
        at: usize,
    },
    /// The preview of a table in the explorer.
    Preview,
    Snippet,
    /// A foreign key that was followed.
    Key,
    /// An export that sends a statement again, to write all its rows.
    Export,
}

impl StatementOrigin {
    /// Returns the statement's first byte in its worksheet, if it comes from one.
    #[must_use]
    pub fn at(self) -> Option<usize> {
        match self {
            Self::Worksheet { at } | Self::Several { at, .. } => Some(at),
            Self::Preview | Self::Snippet | Self::Key | Self::Export => None,
        }
    }
}

/// The statements that run after the current one, in order. They belong to it: when it is refused, declined, cancelled or
/// broken, or when its session or worksheet closes, they are dropped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementQueue {
    /// Which run of several.
    pub run: u64,
    /// The key of their worksheet.
    pub worksheet: String,
    /// The first byte in the worksheet's text, and the statement.
    pub waiting: VecDeque<(usize, String)>,
}
