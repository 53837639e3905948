//! The explorer: schemas, tables, views, routines and columns as a tree drawn from a flat list of visible lines.

pub mod actions;
mod lines;
mod update;
mod view;

pub use actions::{ExplorerAction, FilterAction};
pub use lines::{ExplorerLine, ExplorerNode};
pub use view::ExplorerView;

use std::collections::BTreeSet;

use crate::domain::catalog::find::ObjectRef;

use crate::app::widgets::line_input::LineInput;
use crate::app::widgets::list::ListCursor;

/// State of the explorer.
#[derive(Debug, Default)]
pub struct Explorer {
    /// Cursor and first visible line.
    pub list: ListCursor,
    /// What is visible, drawn from the catalog whenever either changes.
    pub lines: Vec<ExplorerLine>,
    /// What is open.
    pub open: BTreeSet<ExplorerNode>,
    /// The filter.
    pub filter: LineInput,
    /// What fits the filter, in the catalog's order; `None` without a filter.
    pub hits: Option<Vec<ObjectRef>>,
    /// Whether the filter is being typed.
    pub is_typing: bool,
    /// Whether the server's own schemas are shown.
    pub shows_system: bool,
}
