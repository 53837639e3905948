//! The results: a grid over windows of rows. It knows a count, columns and the rows near the screen; the store has the rest.

mod update;
mod view;

pub use view::GridView;

use std::sync::Arc;
use std::time::Duration;

use crate::app::action::actions;
use crate::app::ask::Source;
use crate::domain::port::{End, Progress, ResultId, Warning};
use crate::domain::results::{Column, Window};

actions! {
    /// What works in the results.
    GridAction in "grid" {
        Down = "down": "next row",
        Up = "up": "row before",
        Left = "left": "column left",
        Right = "right": "column right",
        PageDown = "page-down": "page down",
        PageUp = "page-up": "page up",
        Top = "top": "first row",
        End = "end": "last row",
        FirstColumn = "first-column": "first column",
        LastColumn = "last-column": "last column",
        JumpRow = "jump-row": "jump to a row by number",
        JumpColumn = "jump-column": "jump to a column by name",
        Row = "row": "this row, as names and values",
        Cell = "cell": "this value, whole",
        Copy = "copy": "copy this value",
        CopyRow = "copy-row": "copy this row, with tabs between",
        Warnings = "warnings": "the server's warnings",
        Leave = "leave": "back to the worksheet",
    }
}

/// One result set.
#[derive(Debug)]
pub struct ResultSet {
    /// Its id.
    pub id: ResultId,
    /// The statement.
    pub statement: String,
    /// Where it comes from.
    pub from: Source,
    /// Its columns, once they are there.
    pub columns: Option<Arc<[Column]>>,
    /// How far it is.
    pub progress: Progress,
    /// The rows near the screen.
    pub window: Option<Arc<Window>>,
    /// Rows asked for and not here yet.
    pub asked: Option<std::ops::Range<u64>>,
    /// When it was sent.
    pub since: Duration,
    /// Time to the first row and to the end.
    pub took: Option<(Option<Duration>, Duration)>,
    /// Warnings counted by the server, and those that it kept.
    pub warnings: (u16, Vec<Warning>),
    /// Width of each column in cells.
    pub widths: Vec<u16>,
}

/// State of the grid.
#[derive(Debug, Default)]
pub struct Grid {
    /// The result shown.
    pub result: Option<ResultSet>,
    /// The cursor's row.
    pub row: u64,
    /// The cursor's column.
    pub column: usize,
    /// First visible row.
    pub top: u64,
    /// First visible column.
    pub left: usize,
    /// A whole value that was asked for: row, column.
    pub wanted: Option<Wanted>,
}

/// A whole value that was asked for, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Its row.
    pub row: u64,
    /// Its column.
    pub column: usize,
    /// What for.
    pub purpose: Purpose,
}

/// What a whole value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The inspector shows it.
    Show,
    /// It goes to the clipboard.
    Copy,
}

impl ResultSet {
    /// Whether its end is there.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.progress.end.is_some()
    }

    /// The problem that it ended with, if it did.
    #[must_use]
    pub fn problem(&self) -> Option<&crate::domain::problem::Problem> {
        match &self.progress.end {
            Some(End::Broken(problem)) => Some(problem),
            Some(End::Complete | End::Limit(_) | End::Cancelled) | None => None,
        }
    }
}
