//! The explorer: schemas, tables, views, routines and columns as a tree drawn from a flat list of visible lines.

pub mod actions;
mod lines;
mod update;
mod view;

pub use actions::{ExplorerAction, FilterAction};
pub use lines::{Line, Node};
pub use view::ExplorerView;

use std::collections::BTreeSet;

use crate::domain::catalog::find::ObjectRef;

use crate::app::widgets::line_input::LineInput;
use crate::app::widgets::list::List;

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
