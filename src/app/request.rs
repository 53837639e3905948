//! What a pane asks the rest of the program to do, and the dialogs that it can open. `requests/` handles them.

use std::sync::Arc;

use crate::domain::catalog::find::{FindMatch, ObjectRef};
use crate::domain::compute::ComputeWork;
use crate::domain::export::CopyFormat;
use crate::domain::problem::Problem;
use crate::domain::protocol::{CopyText, ExportJob, FormatChoice, ResultId};
use crate::domain::results::{CellPreview, Column, ColumnProfile, Plot, Series};

use super::action::Action;
use super::context::Context;
use super::focus::Focus;
use super::statement::origin::StatementOrigin;

/// Something a pane cannot do by itself.
#[derive(Debug)]
pub enum Request {
    /// Connect to this profile.
    Connect(String),
    /// Answer the open question of the connecting session.
    Decline,
    /// Run this text; its place in the worksheet is kept for the error mark.
    Run {
        /// The statement without `;`.
        statement: String,
        /// Where it comes from.
        from: StatementOrigin,
    },
    /// Run these one after the other, up to the first that fails: first byte in the worksheet, and text.
    RunAll(Vec<(usize, String)>),
    /// Look up the row to which this key refers.
    Follow {
        /// The result's columns.
        columns: Arc<[Column]>,
        /// Which of them is the key.
        column: usize,
        /// Its value; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// Put this text into the worksheet at the cursor.
    Insert(String),
    /// Open a new worksheet with this title and text.
    NewWorksheet {
        /// The tab's title.
        title: String,
        /// Its text.
        text: String,
    },
    /// Show documentation and columns of a table in the inspector.
    ShowTable {
        /// Its schema.
        schema: String,
        /// Its name.
        table: String,
    },
    /// Show what the inspector has.
    ShowInspector,
    /// Hide the inspector.
    HideInspector,
    /// Do this action as if its key had been pressed.
    Do(Action),
    /// Asks the user a yes-or-no question.
    Confirm {
        question: String,
        /// What yes does.
        yes: Box<Request>,
        /// What no does, and so does closing the question without an answer.
        no: Option<Box<Request>>,
    },
    /// Put text on the clipboard.
    Copy(CopyText),
    /// Copy what is selected in the results in this form.
    CopyAs(CopyFormat),
    /// Show only rows that fit this condition.
    FilterBy(String),
    /// Search the rows for this.
    SearchBy(String),
    /// Search the inspector's lines for this.
    SearchInspector(String),
    /// Draw these columns.
    Plot(Plot),
    /// Show the column's times in this zone too; empty takes it away.
    Zone(String),
    /// Opens the export dialog of the result in front; its file is named after the worksheet.
    OpenExport,
    /// Write the rows that show to a file.
    Export {
        /// In which form.
        choice: FormatChoice,
        /// Which rows.
        rows: ExportRows,
        /// The file, as it was typed.
        path: String,
    },
    /// Do this export; its id is given anew.
    ExportTo(ExportJob),
    /// Run the statement of a result again, for an export that waits for its rows.
    RunForExport { job: ExportJob, statement: String },
    /// The user wants to run this statement here.
    ConfirmRun(ResultId),
    /// The user does not want to run this statement here.
    DeclineRun(ResultId),
    /// Show what a column holds.
    ShowProfile {
        /// The result's columns.
        columns: Arc<[Column]>,
        /// Which of them.
        column: usize,
        /// What it holds.
        profile: Arc<ColumnProfile>,
        /// Over which rows, in words.
        scope: String,
    },
    /// Show a chart.
    ShowChart {
        /// The result's columns.
        columns: Arc<[Column]>,
        /// What is drawn.
        series: Arc<Series>,
        /// Over which rows, in words.
        scope: String,
    },
    /// Save this statement as a snippet of this name.
    SaveSnippet {
        /// The name.
        name: String,
        /// The statement.
        statement: String,
    },
    /// Show a row in the inspector.
    ShowRow {
        /// Its number, from 0.
        row: u64,
        /// The columns.
        columns: Arc<[Column]>,
        /// Its values.
        values: Vec<CellPreview>,
    },
    /// Show a whole value in the inspector.
    ShowValue {
        /// Its row, from 0.
        row: u64,
        /// The result's columns.
        columns: Arc<[Column]>,
        /// Its column, from 0.
        column: usize,
        /// Its bytes; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// Go to this place of the catalog in the explorer.
    ShowPlace(ObjectRef),
    /// List the server's warnings.
    ShowWarnings,
    /// Go to this row (and column) of the result.
    Jump {
        /// Row, from 0.
        row: Option<u64>,
        /// Column, from 0.
        column: Option<usize>,
    },
    /// Rename the worksheet in front.
    Rename(String),
    /// Opens a dialog above the panels.
    OpenDialog(Box<dyn Dialog>),
    /// Read the snippet folders again.
    LoadSnippets,
    /// Restore every pane after a change of size, catalog or docs.
    Settle,
    /// Move the focus.
    Focus(Focus),
    /// Closes the connection screen, where there is another screen to go to.
    CloseConnect,
    /// Tell the user, in the status line.
    Notice(String),
    /// Tell the user of a problem, in a panel.
    Problem(Problem),
    /// Makes the lists of the open dialogs again: the catalog has changed.
    RefreshDialogs,
    /// Work this out beside the loop; the answer comes to the pane whose work it is.
    Compute(ComputeWork),
    /// Leave, even while something runs.
    Quit,
}

/// Which rows an export writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportRows {
    /// The loaded rows, as they are shown.
    Loaded,
    /// All rows of the statement, which is sent again.
    All,
}

/// A question to the user. `dialogs/` has one file for each.
///
/// A dialog knows its question: title, items, what an answer does. The overlay that shows it has what every dialog shares:
/// the typed text, the items that match it, the cursor, the place on the screen.
pub trait Dialog: std::fmt::Debug {
    /// Returns how the question is answered.
    fn shape(&self) -> DialogShape;

    /// Returns the title of the border.
    fn title(&self) -> &'static str;

    /// Returns the word before the typed text.
    fn prompt(&self) -> &'static str {
        "find"
    }

    /// Returns what Enter does, in a word or two for the bottom line.
    fn enter_hint(&self) -> &'static str;

    /// Returns the text that the line begins with.
    fn initial_text(&self) -> String {
        String::new()
    }

    /// Returns the items of a list, before what is typed narrows them.
    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        Vec::new()
    }

    /// Returns a last item that stays whatever is typed, such as that there are more than are listed.
    fn last_item(&self) -> Option<DialogItem> {
        None
    }

    /// Returns whether the list is narrowed here; else its items match what is typed already.
    fn narrowing(&self) -> Narrowing {
        Narrowing::ByTypedText
    }

    /// Returns how many items there are, where not all are listed.
    fn total(&self) -> Option<usize> {
        None
    }

    /// Returns what a list without items says.
    fn empty_text(&self, _typed: &str, _context: &Context) -> String {
        "No matches.".into()
    }

    /// Returns the text under the line: an explanation, or the question of a confirmation.
    fn explanation(&self) -> String {
        String::new()
    }

    /// Returns lines that are shown as they are under the line.
    #[expect(clippy::unnecessary_literal_bound, reason = "a dialog with a preview returns its own text")]
    fn preview(&self) -> &str {
        ""
    }

    /// Returns what is wrong with the typed text. As long as there is something, Enter does nothing.
    fn fault(&self, _typed: &str) -> Option<InputFault> {
        None
    }

    /// Takes the typed text after each change, and returns what that needs of others.
    fn on_typed(&mut self, _typed: &str, _context: &Context) -> Vec<Request> {
        Vec::new()
    }

    /// Takes objects of the catalog that were found, best first, and how many there are.
    fn on_found(&mut self, _best: &[FindMatch], _total: usize) {}

    /// Takes the answer: the typed text, and the item under the cursor of a list.
    fn submit(&mut self, answer: DialogAnswer<'_>, context: &Context) -> DialogOutcome;

    /// Goes one step back; `None` where this is the first step.
    fn back(&mut self, _answer: DialogAnswer<'_>) -> Option<DialogStep> {
        None
    }

    /// Returns whether there is a step to go back to.
    fn has_step_before(&self) -> bool {
        false
    }

    /// Returns what closing without an answer does.
    fn dismiss(&mut self) -> Vec<Request> {
        Vec::new()
    }

    /// Returns whether it stays open until the storage task has saved what was submitted.
    fn waits_for_save(&self) -> bool {
        false
    }
}

/// How a dialog is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogShape {
    /// By an item of a list, which typing narrows.
    List,
    /// By a line of text.
    Line,
    /// By yes or no; no is the default.
    Confirm,
}

/// Who narrows the list of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrowing {
    /// The typed text, by a fuzzy match.
    ByTypedText,
    /// The dialog itself.
    ByDialog,
}

/// One item of a list.
#[derive(Debug, Default)]
pub struct DialogItem {
    pub name: String,
    /// More about it, behind the name.
    pub about: String,
    /// At the right border: a key, a time.
    pub right: String,
    /// What taking it does.
    pub requests: Vec<Request>,
}

impl DialogAnswer<'_> {
    /// Does what the item under the cursor does, and closes the dialog; without an item it stays open.
    #[must_use]
    pub fn take_item(self) -> DialogOutcome {
        self.item.map_or(DialogOutcome::Stay(Vec::new()), |item| DialogOutcome::Close(item.requests))
    }
}

impl DialogItem {
    /// Makes an item with a name alone.
    #[must_use]
    pub fn new(name: impl Into<String>, requests: Vec<Request>) -> Self {
        Self { name: name.into(), requests, ..Self::default() }
    }

    /// Says more about it.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Puts a text at its right border.
    #[must_use]
    pub fn right(self, right: impl Into<String>) -> Self {
        Self { right: right.into(), ..self }
    }
}

/// What the user has typed and chosen so far.
#[derive(Debug)]
pub struct DialogAnswer<'a> {
    pub typed: &'a str,
    /// The line of the cursor in the narrowed list.
    pub cursor: usize,
    /// The item under the cursor.
    pub item: Option<DialogItem>,
}

/// What an answer does to its dialog.
#[derive(Debug)]
pub enum DialogOutcome {
    /// It stays open; the requests may say why.
    Stay(Vec<Request>),
    /// It closes, and the requests are handled.
    Close(Vec<Request>),
    /// It shows another step.
    Step(DialogStep),
}

/// Where another step of a dialog begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialogStep {
    /// The text of the line.
    pub typed: String,
    /// The line of the cursor in the narrowed list.
    pub cursor: usize,
}

/// What is wrong with a typed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFault {
    /// Where, in bytes of the typed text.
    pub at: std::ops::Range<usize>,
    /// What, and what to type instead.
    pub message: String,
}
