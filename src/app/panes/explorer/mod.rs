//! The explorer: schemas, tables, views, routines and columns as a tree drawn from a flat list of visible lines.

mod lines;
mod update;
mod view;

pub use lines::{Line, Node};
pub use view::ExplorerView;

use std::collections::BTreeSet;

use crate::app::action::actions;
use crate::domain::catalog::find::ObjectRef;

use super::widgets::line_input::LineInput;
use super::widgets::list::List;

actions! {
    /// What works in the explorer.
    ExplorerAction in "explorer" {
        Down = "down": "next line",
        Up = "up": "line before",
        PageDown = "page-down": "page down",
        PageUp = "page-up": "page up",
        Top = "top": "first line",
        End = "end": "last line",
        Open = "open": "open, or close again",
        Unfold = "unfold": "open",
        Fold = "fold": "close, or go to what it is in",
        Preview = "preview": "first rows of this table",
        Insert = "insert": "put the name into the worksheet",
        Detail = "detail": "documentation, columns and keys",
        Copy = "copy": "copy the name",
        Filter = "filter": "filter by name or comment",
        System = "system": "show or hide the server's own schemas",
        Leave = "leave": "clear the filter, or back to the worksheet",
    }
}

actions! {
    /// What works while a filter is typed.
    FilterAction in "filter" {
        Done = "done": "keep the filter",
        Clear = "clear": "clear the filter",
        DeleteBack = "delete-back": "delete the character before the cursor",
        Down = "down": "next line",
        Up = "up": "line before",
    }
}

/// State of the explorer.
#[derive(Debug, Default)]
pub struct Explorer {
    /// Cursor and first visible line.
    pub list: List,
    /// What is visible, drawn from the catalog whenever either changes.
    pub lines: Vec<Line>,
    /// What is open.
    pub open: BTreeSet<Node>,
    /// The filter.
    pub filter: LineInput,
    /// What fits the filter, in the catalog's order; `None` without a filter.
    pub hits: Option<Vec<ObjectRef>>,
    /// Whether the filter is being typed.
    pub is_typing: bool,
    /// Whether the server's own schemas are shown.
    pub shows_system: bool,
}
