//! Worksheets: tabs of SQL text, always saved; what runs is the statement at the cursor.

mod editor;
mod reading;
mod update;
mod view;

pub use editor::{Edit, Editor};
pub use reading::Reading;
pub use view::WorksheetView;

use crate::app::action::actions;
use crate::domain::protocol::SavedWorksheet;

actions! {
    /// What works in the text of a worksheet.
    WorksheetAction in "worksheet" {
        Left = "left": "a character left",
        Right = "right": "a character right",
        Up = "up": "a line up",
        Down = "down": "a line down",
        WordLeft = "word-left": "a word left",
        WordRight = "word-right": "a word right",
        LineStart = "line-start": "start of the line",
        LineEnd = "line-end": "end of the line",
        PageUp = "page-up": "page up",
        PageDown = "page-down": "page down",
        Top = "top": "start of the text",
        End = "end": "end of the text",
        SelectLeft = "select-left": "select a character left",
        SelectRight = "select-right": "select a character right",
        SelectUp = "select-up": "select a line up",
        SelectDown = "select-down": "select a line down",
        SelectAll = "select-all": "select everything",
        NewLine = "new-line": "new line",
        Indent = "indent": "blanks to the next stop",
        DeleteBack = "delete-back": "delete the character before the cursor",
        DeleteForward = "delete-forward": "delete the character at the cursor",
        DeleteWordBack = "delete-word-back": "delete the word before the cursor",
        DeleteToEnd = "delete-to-line-end": "delete to the end of the line",
        Undo = "undo": "undo",
        Redo = "redo": "redo",
        Copy = "copy": "copy the selection",
        Cut = "cut": "cut the selection",
        NextStatement = "next-statement": "next statement",
        PreviousStatement = "previous-statement": "statement before",
        Docs = "docs": "documentation of the table under the cursor",
        Leave = "leave": "clear the mark, or on to the results",
    }
}

/// One worksheet.
#[derive(Debug)]
pub struct Sheet {
    /// Its file's stem.
    pub key: String,
    /// The tab's title.
    pub title: String,
    /// Its text.
    pub editor: Editor,
    /// What was read from the text; `None` once the text has changed since.
    pub reading: Option<Reading>,
    /// Where the server saw an error: a byte of the text.
    pub error_at: Option<usize>,
    /// Profile and database of its last run.
    pub last_run: Option<(String, Option<String>)>,
    /// Whether running elsewhere has been confirmed.
    pub confirmed_elsewhere: bool,
}

/// All worksheets of a profile.
#[derive(Debug, Default)]
pub struct Worksheets {
    /// In tab order; never empty once loaded.
    pub sheets: Vec<Sheet>,
    /// The tab in front.
    pub front: usize,
    /// First visible line of the tab in front.
    pub top: usize,
    /// First visible cell of its lines.
    pub left: usize,
    /// Whether something is not saved yet.
    pub is_dirty: bool,
    /// Whether a save is on its way.
    pub is_saving: bool,
    /// Whose they are; `None` until loaded.
    pub profile: Option<String>,
    /// Counts keys of new worksheets.
    pub made: u64,
}

impl Sheet {
    /// As it is kept on disk.
    #[must_use]
    pub fn saved(&self) -> SavedWorksheet {
        SavedWorksheet {
            key: self.key.clone(),
            title: self.title.clone(),
            text: self.editor.text(),
            cursor: self.editor.cursor(),
            profile: self.last_run.as_ref().map(|run| run.0.clone()),
            database: self.last_run.as_ref().and_then(|run| run.1.clone()),
        }
    }
}
