//! The parts of requests and dialogs that are plain data.

use std::sync::Arc;

use super::focus::Focus;
use crate::domain::protocol::{CellPosition, ResultId, ViewId};
use crate::domain::results::{CellPreview, Column};

/// A field of a row in the inspector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPosition {
    pub result: ResultId,
    /// The view in which the row has its number.
    pub view: ViewId,
    pub cell: CellPosition,
}

/// Which rows an export writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportRows {
    /// The loaded rows, in the order shown.
    Loaded,
    /// All rows of the statement, which runs again.
    All,
}

/// How a dialog is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogShape {
    /// With an item of a list. Typed text narrows the list.
    List,
    /// With a line of text.
    Line,
    /// With yes or no; no is the default.
    Confirm,
}

/// Which field of a form is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldStep {
    Next,
    Previous,
}

/// What a dialog is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogSubject {
    /// Nothing on the screen.
    Program,
    Panel(Focus),
    /// What the user was doing in the panel in focus.
    PanelInFocus,
}

/// Who narrows the list of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrowing {
    /// The overlay, with a fuzzy match of the typed text.
    ByTypedText,
    ByDialog,
}

/// A row of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDetails {
    /// The row's number, from 0.
    pub row: u64,
    pub columns: Arc<[Column]>,
    /// The positions of these columns in the server's order.
    pub positions: Arc<[usize]>,
    pub values: Vec<CellPreview>,
}

/// Where an item is among those that match equally well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum ItemRank {
    #[default]
    Usual,
    /// It does something in another panel.
    Elsewhere,
    /// It cannot be done now. Choosing it shows why.
    Unavailable,
    /// It is a motion.
    Motion,
    /// It is the heading of the items after it. The cursor skips it, and it is not shown while a text is typed.
    Heading,
}

/// What can be done with an item of a list, apart from choosing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemAction {
    /// Compare it with another item of the list.
    Compare,
    /// Save it as a snippet.
    Save,
}

/// The text and the cursor with which a step of a dialog begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialogStep {
    pub typed: String,
    /// The line of the cursor in the narrowed list.
    pub cursor: usize,
}

/// What is wrong with a typed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFault {
    /// The wrong part, in bytes of the typed text.
    pub at: std::ops::Range<usize>,
    /// What is wrong, and what to type instead.
    pub message: String,
}
