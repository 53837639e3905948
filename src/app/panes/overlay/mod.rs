//! Overlays: one at a time above the panels. Lists with a filter line, a line to type, a question, a help page.

mod charts;
mod items;
mod update;
mod view;

pub use update::ListSources;
pub use view::OverlayView;

use crate::app::action::Action;
use crate::app::request::Request;
use crate::domain::catalog::find::ObjectRef;
use crate::domain::protocol::{ExportForm, HistoryEntry};

use super::grid::ExportRows;
use super::widgets::line_input::LineInput;
use super::widgets::list::List;

/// What the overlay is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Every command by name.
    Palette,
    /// The keys that work here: the layers of what was in focus.
    Help(Vec<&'static str>),
    /// Snippets.
    Snippets,
    /// What was run.
    History(Vec<HistoryEntry>),
    /// What rrx itself sends and says.
    Activity,
    /// Objects of the catalog.
    Find,
    /// Columns of the result.
    Columns,
    /// A name for the statement to save.
    SaveSnippet {
        /// The statement.
        statement: String,
    },
    /// A row's number.
    JumpRow,
    /// A condition for rows, beginning with this text.
    Filter(String),
    /// What to search for.
    Search,
    /// What to search for in the inspector.
    SearchShown,
    /// The form of a copy.
    CopyAs,
    /// The form of an export.
    Export,
    /// Which rows are exported, in this form.
    ExportRows(ExportForm),
    /// The file of an export.
    ExportPath {
        /// In which form.
        form: ExportForm,
        /// Which rows.
        rows: ExportRows,
        /// The name that the line begins with.
        name: String,
        /// What the file will hold, in words.
        scope: String,
    },
    /// Columns to draw.
    Chart,
    /// A zone for times.
    Zone,
    /// A new title for the worksheet.
    Rename,
    /// A yes-or-no question; no is the default.
    Confirm {
        /// The question.
        question: String,
        /// What yes does.
        yes: Box<Request>,
    },
}

/// What an item does when it is taken.
#[derive(Debug, Clone, PartialEq)]
pub enum Take {
    /// This action.
    Do(Action),
    /// These asks.
    Requests(Vec<Request>),
    /// This place of the catalog.
    Place(ObjectRef),
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is.
    pub name: String,
    /// More about it.
    pub more: String,
    /// At the right: a key, a time.
    pub right: String,
    /// What taking it does.
    pub take: Take,
}

/// An open overlay.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// What it is.
    pub kind: Kind,
    /// What is typed.
    pub input: LineInput,
    /// The items that the filter leaves, best first.
    pub items: Vec<Item>,
    /// How many fit in all, where not all are listed.
    pub total: Option<usize>,
    /// The cursor among them.
    pub list: List,
    /// What is wrong with what is typed: where in it, and what to do.
    pub fault: Option<(std::ops::Range<usize>, String)>,
}

/// One line of the activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Milliseconds since the program started.
    pub at: u64,
    /// What.
    pub what: String,
}
