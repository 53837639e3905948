//! The inspector: documentation of a table, its columns and keys, a row as names and values, a whole value, warnings.

mod lines;
mod update;
mod view;

pub use lines::{InspectorLine, Tone};
pub use view::InspectorView;

use std::sync::Arc;

use crate::app::action::actions;
use crate::domain::port::Warning;
use crate::domain::problem::Problem;
use crate::domain::results::{Column, Shown};

actions! {
    /// What works in the inspector.
    InspectorAction in "inspector" {
        Down = "down": "a line down",
        Up = "up": "a line up",
        PageDown = "page-down": "page down",
        PageUp = "page-up": "page up",
        Top = "top": "top",
        End = "end": "end",
        Example = "example": "put the next example into a worksheet",
        Copy = "copy": "copy what is shown",
        Pin = "pin": "keep this, or follow the cursor again",
        Leave = "leave": "close",
    }
}

/// What the inspector shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shows {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A table: its page, columns, keys.
    Table {
        /// Its schema.
        schema: String,
        /// Its name.
        table: String,
    },
    /// A row.
    Row {
        /// Its number, from 0.
        row: u64,
        /// The columns.
        columns: Arc<[Column]>,
        /// Its values.
        values: Vec<Shown>,
    },
    /// A whole value.
    Value {
        /// The column's name.
        name: String,
        /// Its row, from 0.
        row: u64,
        /// Its bytes; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// The server's warnings.
    Warnings(Vec<Warning>),
    /// A problem, whole.
    Problem(Problem),
}

/// State of the inspector.
#[derive(Debug, Default)]
pub struct Inspector {
    /// What it shows.
    pub shows: Shows,
    /// Its lines, wrapped to the panel's width; drawn anew when either changes.
    pub lines: Vec<InspectorLine>,
    /// First visible line.
    pub top: usize,
    /// Whether it stays when the cursor moves on.
    pub is_pinned: bool,
    /// The example that `example` takes next.
    pub next_example: usize,
}
