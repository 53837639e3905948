//! Commands to and events from the result store.
//!
//! Rows are numbered from 0 in the current view: first the server's order, after [`StoreEvent::Arranged`] the order of that view.
//! Longer jobs run in steps between windows and batches. There is at most one job of each kind for a result; a newer one
//! replaces the older.

use std::ops::Range;
use std::sync::Arc;

use super::run::End;
use crate::domain::export::{CopiedText, CopyFormat};
use crate::domain::ids::ResultId;
use crate::domain::problem::Problem;
use crate::domain::results::{Arrangement, Column, ColumnProfile, Pattern, Plot, SelectionTotals, Series, Window};

/// Identifies a view of a result: 0 is the server's order, newer views have larger numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ViewId(pub u64);

/// A cell of the current view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellPosition {
    pub row: u64,
    /// Index of the column in the server's order.
    pub column: usize,
}

/// The direction of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchDirection {
    /// Down. The search continues at the first match after the last one.
    Forward,
    /// Up. The search continues at the last match after the first one.
    Back,
}

/// A command to the result store.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreCmd {
    /// Send the rows of this range, clipped to what exists, with long cells cut.
    Window {
        result: ResultId,
        /// Rows of the view.
        rows: Range<u64>,
    },
    /// Send one whole value.
    Value {
        result: ResultId,
        row: u64,
        column: usize,
    },
    /// Switch to a view of the loaded rows with this sort order and filter.
    Arrange {
        result: ResultId,
        /// The id of the new view.
        view: ViewId,
        arrangement: Arrangement,
    },
    /// Search these columns in all rows of the view.
    Find {
        result: ResultId,
        pattern: Arc<Pattern>,
        columns: Vec<usize>,
    },
    /// Go to the next match of the last search.
    Next {
        result: ResultId,
        /// The current cell, which does not count as a match.
        from: CellPosition,
        direction: SearchDirection,
    },
    /// Collect statistics of a column over the rows of the view.
    Profile {
        result: ResultId,
        column: usize,
    },
    /// Add up selected cells of the view.
    Total {
        result: ResultId,
        rows: Range<u64>,
        columns: Vec<usize>,
    },
    /// Compute a chart of the rows of the view.
    Plot {
        result: ResultId,
        plot: Plot,
    },
    /// Convert cells of the view to text for the clipboard.
    Copy {
        result: ResultId,
        rows: Range<u64>,
        /// The columns to copy, in this order.
        columns: Vec<usize>,
        format: CopyFormat,
    },
    /// Cancel the jobs of this result. The view stays.
    CancelJobs(ResultId),
    Drop(ResultId),
}

/// How much of a result is loaded. Reported at most once a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    pub rows: u64,
    pub bytes: u64,
    pub end: Option<End>,
}

/// The current view of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultView {
    pub id: ViewId,
    pub rows: u64,
    /// Rows that were loaded when the view was made. Later rows are not in it.
    pub of: u64,
}

/// A kind of longer job on a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StoreWork {
    Arrange,
    Find,
    Profile,
    Total,
    Plot,
    Copy,
}

/// An event of a result, sent together with its [`ResultId`].
#[derive(Debug, Clone, PartialEq)]
pub enum StoreEvent {
    Opened(Arc<[Column]>),
    /// More rows are loaded, or the result has ended.
    Progress(Progress),
    Window(Arc<Window>),
    /// The requested value; `None` is NULL.
    Value {
        row: u64,
        column: usize,
        value: Option<Arc<[u8]>>,
    },
    /// The result has a new view. Windows of older views are out of date.
    Arranged(ResultView),
    /// The progress of a job. Sent at most once a frame.
    Working {
        work: StoreWork,
        done: u64,
        /// Number of rows to process.
        of: u64,
    },
    /// A job failed. The view stays as it was.
    Failed {
        work: StoreWork,
        problem: Problem,
    },
    /// A search has ended.
    Found {
        /// Cells with a match.
        cells: u64,
        /// Rows with a match.
        rows: u64,
        /// Rows that were searched.
        of: u64,
    },
    /// The next match with its number among all matches, from 1; `None` if there is none.
    Next(Option<(CellPosition, u64)>),
    Profiled {
        column: usize,
        profile: Arc<ColumnProfile>,
    },
    /// The totals of selected cells.
    Totalled {
        rows: Range<u64>,
        columns: Vec<usize>,
        totals: Arc<SelectionTotals>,
    },
    /// The data of the chart.
    Plotted(Arc<Series>),
    Copied(Arc<CopiedText>),
    /// The spill file could not be written or read. Rows in memory stay.
    Broken(Problem),
}
