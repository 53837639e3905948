//! What the store of results is told, and what it tells.

use std::ops::Range;
use std::sync::Arc;

use super::run::End;
use crate::domain::ids::ResultId;
use crate::domain::problem::Problem;
use crate::domain::results::{Column, Window};

/// What the store task is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreCmd {
    /// Send the rows of this range (clipped to what there is), cells cut at the window bound.
    Window {
        /// Which result.
        result: ResultId,
        /// Rows, counted from 0.
        rows: Range<u64>,
    },
    /// Send one whole value.
    Value {
        /// Which result.
        result: ResultId,
        /// Which row, counted from 0.
        row: u64,
        /// Which column, counted from 0.
        column: usize,
    },
    /// Forget this result.
    Drop(ResultId),
}

/// How far a result is. The newest wins; it may be told at most once a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Rows there so far.
    pub rows: u64,
    /// Bytes of their values.
    pub bytes: u64,
    /// The end, when it is there.
    pub end: Option<End>,
}

/// News of a result. The envelope with its [`ResultId`] is the message's.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreNews {
    /// The header is there.
    Opened(Arc<[Column]>),
    /// More rows are there, or the end.
    Progress(Progress),
    /// The rows asked for.
    Window(Arc<Window>),
    /// The whole value asked for; `None` is NULL.
    Value {
        /// Which row.
        row: u64,
        /// Which column.
        column: usize,
        /// Its bytes.
        value: Option<Arc<[u8]>>,
    },
    /// The rows are gone: the spill could not grow or be read. What was in memory stays.
    Broken(Problem),
}
