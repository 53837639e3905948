//! What the store of results is told, and what it tells.
//!
//! Rows are counted from 0 in the view: the server's order until an arrangement has been answered, the arrangement's after
//! it. Work that takes longer than a window is done beside windows and batches, a chunk at a time, one at a time for each
//! result and kind; a newer one takes the place of the older, and its news carries its number.

use std::ops::Range;
use std::sync::Arc;

use super::run::End;
use crate::domain::export::{CopiedText, CopyFormat};
use crate::domain::ids::ResultId;
use crate::domain::problem::Problem;
use crate::domain::results::{Arrangement, Column, ColumnProfile, Pattern, Plot, Series, Window};

/// Numbers the arrangements of a result: the server's order is 0, each newer one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ViewId(pub u64);

/// A cell of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellPosition {
    pub row: u64,
    /// Its column, in the server's order.
    pub column: usize,
}

/// Which way a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchDirection {
    /// Down, and from the last row to the first.
    Forward,
    /// Up, and from the first row to the last.
    Back,
}

/// What the store task is told to do.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreCmd {
    /// Send the rows of this range (clipped to what there is), cells cut at the window bound.
    Window {
        result: ResultId,
        /// Rows of the view.
        rows: Range<u64>,
    },
    Value {
        result: ResultId,
        /// Which row of the view.
        row: u64,
        /// Which column, counted from 0.
        column: usize,
    },
    /// Look at the rows that are there by this arrangement from now on.
    Arrange {
        result: ResultId,
        /// The number that windows of it will carry.
        view: ViewId,
        /// In which order, and which rows.
        arrangement: Arrangement,
    },
    /// Mark every row of the view that holds this in one of these columns.
    Find {
        result: ResultId,
        pattern: Arc<Pattern>,
        columns: Vec<usize>,
    },
    /// Go from here to the next cell that the last find marked.
    Next {
        result: ResultId,
        /// From where; the cell itself does not count.
        from: CellPosition,
        direction: SearchDirection,
    },
    /// Tell what a column holds, in the rows of the view.
    Profile {
        result: ResultId,
        column: usize,
    },
    /// Draw the rows of the view.
    Plot {
        result: ResultId,
        plot: Plot,
    },
    /// Write cells of the view as one text for the clipboard.
    Copy {
        result: ResultId,
        rows: Range<u64>,
        /// Which columns, in this order.
        columns: Vec<usize>,
        format: CopyFormat,
    },
    /// Give up the work under way on this result; what is shown stays.
    GiveUp(ResultId),
    Drop(ResultId),
}

/// How far a result is. The newest wins; it may be told at most once a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub rows: u64,
    pub bytes: u64,
    /// The end, when it is there.
    pub end: Option<End>,
}

/// What a result is looked at by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultView {
    pub id: ViewId,
    pub rows: u64,
    /// Rows that were there when it was made: those that came later are not in it.
    pub of: u64,
}

/// Longer work on a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StoreWork {
    Arrange,
    Find,
    Profile,
    Plot,
    Copy,
}

/// News of a result. The envelope with its [`ResultId`] is the message's.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreEvent {
    Opened(Arc<[Column]>),
    /// More rows are there, or the end.
    Progress(Progress),
    Window(Arc<Window>),
    /// The whole value asked for; `None` is NULL.
    Value {
        row: u64,
        column: usize,
        value: Option<Arc<[u8]>>,
    },
    /// The result is looked at by this arrangement now; windows of an older one are no longer right.
    Arranged(ResultView),
    /// How far longer work is: so many of so many rows. At most once a frame.
    Working {
        work: StoreWork,
        done: u64,
        /// Rows in all.
        of: u64,
    },
    /// Work could not be done; what was shown before stays.
    Failed {
        work: StoreWork,
        problem: Problem,
    },
    /// How many cells hold the pattern, in how many rows of the view.
    Found {
        cells: u64,
        /// Rows with such a cell.
        rows: u64,
        /// Rows looked at.
        of: u64,
    },
    /// The next cell that holds it, and which of all it is, from 1; `None`: there is none.
    Next(Option<(CellPosition, u64)>),
    Profiled {
        column: usize,
        profile: Arc<ColumnProfile>,
    },
    /// What is to be drawn.
    Plotted(Arc<Series>),
    /// The text for the clipboard.
    Copied(Arc<CopiedText>),
    /// The rows are gone: the spill could not grow or be read. What was in memory stays.
    Broken(Problem),
}
