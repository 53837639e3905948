//! The explorer: schemas, tables, views, routines and columns as a tree. Its state has a flat list of the visible lines.

pub mod actions;
mod lines;
mod mouse;
mod update;
mod view;

pub use actions::{ExplorerAction, FilterAction};
pub use lines::{ExplorerLine, ExplorerNode};
pub use view::ExplorerView;

use std::collections::BTreeSet;

use crate::domain::catalog::find::ObjectRef;

use crate::app::widgets::line_input::LineInput;
use crate::app::widgets::list::ListCursor;

/// The state of the explorer.
#[derive(Debug, Default)]
pub struct Explorer {
    /// The cursor and the first visible line.
    pub list: ListCursor,
    /// The lines of the tree. They are rebuilt when the catalog, the open nodes or the filter change.
    pub lines: Vec<ExplorerLine>,
    /// The open nodes. For `ExplorerNode::Tables` it is reverse: tables start open, so the set has the closed ones.
    pub open: BTreeSet<ExplorerNode>,
    pub filter: LineInput,
    /// The objects that match the filter, in the catalog's order; `None` without a filter.
    pub hits: Option<Vec<ObjectRef>>,
    /// Whether the filter is being typed.
    pub is_typing: bool,
    /// Whether the server's own schemas are shown.
    pub shows_system: bool,
    /// Whether the cursor's line is to be in the middle of the panel once that is shown.
    pub centres: bool,
}
