//! Worksheets: tabs of SQL text, which rrx saves by itself. The statement at the cursor runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub mod actions;
mod brackets;
mod checking;
mod command;
mod completion;
mod completion_view;
mod edit;
mod editor;
mod files;
mod inserted_text;
mod kill_ring;
mod last_run;
mod marks;
mod mouse;
mod named_table;
mod naming;
mod recent_names;
mod rows;
mod run;
mod saving;
mod scroll;
mod search;
mod text_styles_view;
mod undo;
mod update;
mod view;
mod vim;
mod vim_commands;

pub use actions::{CompletionAction, WorksheetAction};
pub use checking::CheckedText;
pub use completion::{Completion, PanelUse};
pub use completion_view::CompletionView;
pub use editor::Editor;
pub use files::{OpenPlace, TiedFile};
pub use kill_ring::{LastAction, Mark};
pub use last_run::LastRun;
pub use marks::{MarkedCursor, TextMark};
pub use named_table::NamedTable;
pub use rows::{RowPosition, Wrapping};
pub use saving::UnsavedText;
pub use scroll::Scroll;
pub use view::WorksheetView;
pub use vim::{VimKey, VimKeys};

use crate::domain::editing::TextPosition;
use crate::domain::editing::find::FindPattern;
use crate::domain::protocol::{SavedWorksheet, TitleSource};
use crate::domain::sql::{Dialect, ParsedText};

/// A worksheet.
#[derive(Debug)]
pub struct Worksheet {
    /// The name of its file without the extension.
    pub key: String,
    pub title: String,
    pub title_source: TitleSource,
    /// The file of the user to which it is tied.
    pub file: Option<TiedFile>,
    pub editor: Editor,
    pub scroll: Scroll,
    /// The parsed text, or that of the text before the last change: see `is_parsed`.
    pub parsed: Option<ParsedText>,
    /// Whether `parsed` is of the text as it is now.
    pub is_parsed: bool,
    /// The bytes of the bracket at the cursor and of its partner.
    pub brackets: Option<[usize; 2]>,
    /// The error that the server reported.
    pub error: Option<TextMark>,
    /// What the check of the statement at the cursor has found.
    pub findings: Vec<TextMark>,
    /// How often the text was changed.
    pub revision: u64,
    pub last_run: Option<LastRun>,
}

/// What the statement of a worksheet does that is not in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunMark {
    Ended,
    Failed,
    Runs,
}

impl RunMark {
    /// Returns the word after the worksheet's title.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ended => "done",
            Self::Failed => "failed",
            Self::Runs => "running",
        }
    }
}

/// The worksheets of a profile.
#[derive(Debug, Default)]
pub struct Worksheets {
    /// The worksheets in tab order. Invariant: not empty after they were loaded.
    pub sheets: Vec<Worksheet>,
    /// The number of the worksheet in front.
    pub front: usize,
    /// The closed worksheets that are kept; the one that was closed last is the last one.
    pub closed: Vec<Worksheet>,
    /// Whether an edit was not made because the worksheet is full.
    pub is_full: bool,
    /// When the statement at the cursor is to be checked.
    pub check_due: Option<Duration>,
    /// What was checked last.
    pub last_checked: Option<CheckedText>,
    /// The check that is under way.
    pub checking: Option<CheckedText>,
    /// Whether long lines go on in the next row.
    pub wrapping: Wrapping,
    /// What is searched for. Its matches are highlighted.
    pub search: Option<FindPattern>,
    /// Where the search began that is being typed.
    pub search_from: Option<TextPosition>,
    /// Whether a text was changed since the changes were last recorded in `unsaved_text`.
    pub is_dirty: bool,
    /// Whether there are changes that are saved at once, such as a new tab.
    pub must_save: bool,
    /// When texts were changed that are not saved.
    pub unsaved_text: Option<UnsavedText>,
    /// The worksheets, by their keys, of which a statement runs, or has ended while another worksheet was in front.
    pub marks: BTreeMap<String, RunMark>,
    /// When the cursor or the tab in front was changed last, if that is not saved.
    pub moved_at: Option<Duration>,
    /// The profiles whose worksheets are being saved.
    pub saving: BTreeSet<String>,
    /// The profile to which they belong; `None` until they are loaded.
    pub profile: Option<String>,
    /// The key of the worksheet in front whose file was compared when it came to the front.
    pub checked: Option<String>,
    pub completion: Completion,
    /// The number in the key of the newest worksheet.
    pub last_number: u64,
    pub last_action: LastAction,
    pub mark: Mark,
    /// The vim keys. Only the vim keymap uses them.
    pub vim: VimKeys,
}

impl Worksheet {
    /// Parses the text if it or the dialect has changed.
    pub fn parse(&mut self, dialect: Dialect) {
        if self.is_parsed && self.parsed.as_ref().is_some_and(|parsed| parsed.dialect() == dialect) {
            return;
        }
        let text = self.editor.text();
        if let Some(file) = &mut self.file {
            file.compare(&text);
        }
        self.parsed = Some(match self.parsed.take().filter(|parsed| parsed.dialect() == dialect) {
            Some(before) => before.edited(text),
            None => ParsedText::new(text, dialect),
        });
        self.is_parsed = true;
    }

    /// Returns the bytes of its text.
    pub(super) fn size(&self) -> usize {
        self.editor.lines().iter().map(|line| line.len() + 1).sum()
    }

    /// Returns it in the form in which it is saved.
    #[must_use]
    pub fn saved(&self) -> SavedWorksheet {
        SavedWorksheet {
            key: self.key.clone(),
            title: self.title.clone(),
            text: self.editor.text(),
            cursor: (self.editor.cursor().line, self.editor.cursor().column),
            profile: self.last_run.as_ref().map(|run| run.profile.clone()),
            environment: self.last_run.as_ref().and_then(|run| run.environment.clone()),
            database: self.last_run.as_ref().and_then(|run| run.database.clone()),
            title_source: self.title_source,
            file: self.file.as_ref().map(|file| file.tie.clone()),
        }
    }
}
