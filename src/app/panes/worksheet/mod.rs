//! Worksheets: tabs of SQL text, always saved; what runs is the statement at the cursor.

pub mod actions;
mod editor;
mod parsed_text;
mod update;
mod view;

pub use actions::WorksheetAction;
pub use editor::{Edit, Editor};
pub use parsed_text::ParsedText;
pub use view::WorksheetView;

use crate::domain::protocol::SavedWorksheet;

/// One worksheet.
#[derive(Debug)]
pub struct Worksheet {
    /// Its file's stem.
    pub key: String,
    /// The tab's title.
    pub title: String,
    /// Its text.
    pub editor: Editor,
    /// What was read from the text; `None` once the text has changed since.
    pub reading: Option<ParsedText>,
    /// Where the server saw an error: a byte of the text.
    pub error_at: Option<usize>,
    /// Profile and database of its last run.
    pub last_run: Option<(String, Option<String>)>,
}

/// All worksheets of a profile.
#[derive(Debug, Default)]
pub struct Worksheets {
    /// In tab order; never empty once loaded.
    pub sheets: Vec<Worksheet>,
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

impl Worksheet {
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
