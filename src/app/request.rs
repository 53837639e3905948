//! What a pane requests from the rest of the program, and the dialogs that it can open. `requests/` handles them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::catalog::find::{FindMatch, ObjectRef};
use crate::domain::compute::ComputeWork;
use crate::domain::editing::find::FindPattern;
use crate::domain::export::CopyFormat;
use crate::domain::problem::Problem;
use crate::domain::protocol::{CopyText, ExportJob, FormatChoice, ResultId, RunReport, SaveSqlFile};
use crate::domain::results::{Column, ColumnProfile, Plot, Series};

use super::action::Action;
use super::context::Context;
use super::focus::Focus;
use super::paste_register::KillJoin;
use super::statement::origin::StatementOrigin;
use super::statement::run_text::RunText;

pub use super::request_parts::{
    DialogShape, DialogStep, DialogSubject, ExportRows, FieldPosition, FieldStep, InputFault, ItemAction, ItemRank,
    Narrowing, RowDetails,
};

/// Something that a pane or a dialog cannot do by itself.
#[derive(Debug)]
pub enum Request {
    /// Connect to this profile, as the settings file has it now.
    Connect(String),
    /// Read the settings file again for the list of profiles.
    ListProfiles,
    /// Stop the session that is connecting.
    Decline,
    /// Run a statement.
    Run {
        statement: RunText,
        /// Where it comes from.
        from: StatementOrigin,
    },
    /// Run these statements one after the other, up to the first that fails.
    RunAll(Vec<RunText>),
    /// Show the plan of this statement.
    Explain(RunText),
    /// Keep what the user has typed for parameters, by their names.
    KeepParameters(BTreeMap<String, String>),
    /// Make this database the current one.
    UseDatabase(String),
    /// Look up the row to which a foreign key refers.
    Follow {
        columns: Arc<[Column]>,
        /// The number of the key's column.
        column: usize,
        /// The key's value; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// Insert this text into the worksheet at the cursor.
    Insert(String),
    /// Open a new worksheet with this text.
    NewWorksheet {
        /// Its title; `None` is its first table, or a number.
        title: Option<String>,
        text: String,
    },
    /// Show documentation and columns of a table in the inspector, unless that is pinned.
    ShowTable {
        schema: String,
        table: String,
    },
    /// Show documentation and columns of a table in the inspector, also if that is pinned. Opens the inspector if it is hidden.
    OpenTable {
        schema: String,
        table: String,
    },
    /// Show a page of a documentation pack in the same way.
    OpenPage {
        object: String,
    },
    /// Show the inspector. The focus stays where it is, unless only one panel is visible.
    ShowInspector,
    /// Close the inspector. If it has the focus, the focus returns to the panel from which it came.
    HideInspector,
    /// Go one step back from the inspector, which has the focus.
    LeaveInspector,
    /// Close the details of the result in front; without any, return to the row whose key was followed.
    LeaveResultDetails,
    /// Do this action, as its key does.
    Do(Action),
    /// Ask the user a yes-or-no question.
    Confirm {
        question: String,
        yes: Box<Request>,
        /// What the answer no does. Closing the question does the same.
        no: Option<Box<Request>>,
    },
    /// Put text on the clipboard.
    Copy(CopyText),
    /// Put a text into the paste register that was deleted.
    Kill {
        text: String,
        join: KillJoin,
    },
    /// Copy the selected cells of the result in front in this format.
    CopyAs(CopyFormat),
    /// Show only the rows that match this condition.
    FilterBy(String),
    /// Search the rows for this pattern.
    SearchBy(String),
    /// Search the worksheet for this text, from where the search began.
    FindText(String),
    /// End the typing of a search, at the match.
    KeepFound,
    /// End a search, where it began.
    EndFind,
    /// Replace the matches of a line of the worksheet, from 0, or of the whole text.
    ReplaceText {
        pattern: FindPattern,
        replacement: String,
        line: Option<usize>,
    },
    /// Search the lines of the inspector for this pattern.
    SearchInspector(String),
    Plot(Plot),
    /// Show the times of the column in this zone, too. An empty name removes the zone.
    Zone(String),
    /// Open the export dialog for the result in front.
    OpenExport,
    /// Export rows of the result in front to a file.
    Export {
        choice: FormatChoice,
        rows: ExportRows,
        /// The file's path, as the user typed it.
        path: String,
    },
    /// Start this export. It gets a new id.
    ExportTo(ExportJob),
    /// Run the statement of a result again for an export that waits for its rows.
    RunForExport {
        job: ExportJob,
        statement: String,
    },
    /// Run this statement here, as the user has confirmed.
    ConfirmRun(ResultId),
    /// Do not run this statement here, as the user has declined.
    DeclineRun(ResultId),
    /// Set the next variable again after a reconnect.
    RestoreVariables,
    /// Take in the end of an EXPLAIN whose plan the user wants to see.
    Explained(ResultId, RunReport),
    /// Take in the end of a statement that set a variable again.
    VariableRestored(RunReport),
    /// Show the profile of a column in the inspector.
    ShowProfile {
        columns: Arc<[Column]>,
        column: usize,
        profile: Arc<ColumnProfile>,
        /// The rows that were read, in words.
        scope: String,
    },
    ShowChart {
        columns: Arc<[Column]>,
        series: Arc<Series>,
        /// The rows that were read, in words.
        scope: String,
    },
    /// Save this statement as a snippet of this name.
    SaveSnippet {
        name: String,
        statement: String,
    },
    /// Show a row in the inspector.
    ShowRow(RowDetails),
    /// Show the whole value of a field of the row in the inspector.
    OpenField(FieldPosition),
    /// Copy the whole value of a field of the row in the inspector.
    CopyField(FieldPosition),
    /// Show a whole value in the inspector if that follows the cursor.
    FollowValue {
        /// The row's number, from 0.
        row: u64,
        columns: Arc<[Column]>,
        /// The column's number, from 0.
        column: usize,
        /// The value's bytes; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// Show a whole value in the inspector.
    ShowValue {
        /// The row's number, from 0.
        row: u64,
        columns: Arc<[Column]>,
        /// The column's number, from 0.
        column: usize,
        /// The value's bytes; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// Compare two texts line by line in the inspector.
    Compare {
        first: ComparedText,
        second: ComparedText,
    },
    /// Show this object of the catalog in the explorer.
    ShowObject(ObjectRef),
    /// Show the error or the warnings of the result in front.
    ShowWarnings,
    /// Go to this row and column of the result in front.
    Jump {
        /// Counts from 0.
        row: Option<u64>,
        /// Counts from 0.
        column: Option<usize>,
    },
    /// Show the worksheet with this number, from 0.
    ShowWorksheet(usize),
    /// Rename the worksheet in front.
    Rename(String),
    /// Reopen the closed worksheet with this key.
    Reopen(String),
    /// Open this file, as the user typed its path, as a worksheet.
    OpenFile(String),
    /// Save the worksheet with this key in a file, as the user typed its path.
    SaveFileAs {
        worksheet: String,
        path: String,
    },
    /// Ask for a file in which the worksheet with this key is saved.
    AskFileName(String),
    /// Write this file, as the user has confirmed.
    WriteFile(SaveSqlFile),
    /// Read the file of a worksheet again.
    ReloadFile {
        worksheet: String,
        path: String,
    },
    /// Keep the text of the worksheet with this key, although its file has another one.
    KeepText(String),
    /// Open a dialog above the panels.
    OpenDialog(Box<dyn Dialog>),
    /// Read the snippet directories again.
    LoadSnippets,
    /// Update the layout and every pane after a change of size, catalog or docs.
    Settle,
    Focus(Focus),
    /// Move the focus to the worksheet or the results, whichever had it last.
    FocusMain,
    /// Close the connection screen, if there is a session to go back to.
    CloseConnect,
    /// Show a notice.
    Notice(String),
    /// Report a problem. The focus stays where it is.
    Problem(Problem),
    /// Rebuild the lists of the open dialogs, because the catalog has changed.
    RefreshDialogs,
    /// Run this work on another thread. Its result goes to the pane of the work's slot.
    Compute(ComputeWork),
    /// Quit, even while a statement or an export runs.
    Quit,
    /// Do not quit, as the user has answered.
    Stay,
}

/// A text that is compared with another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedText {
    /// Where it comes from, in words.
    pub title: String,
    pub text: String,
}

/// A question to the user. `dialogs/` has one file for each question.
///
/// A dialog knows its question: title, items, what an answer does. The overlay that shows it has what all dialogs
/// share: the typed text, the items that match it, the cursor, the area on the screen.
pub trait Dialog: std::fmt::Debug {
    /// Returns how the question is answered.
    fn shape(&self) -> DialogShape;

    /// Returns the title on the border.
    fn title(&self) -> &'static str;

    /// Returns what the dialog is about. It is drawn next to that, so that it can still be read.
    fn subject(&self) -> DialogSubject {
        DialogSubject::Program
    }

    /// Returns the label before the typed text.
    fn prompt(&self) -> &'static str {
        "find"
    }

    /// Returns what Enter does, in a word or two for the hints.
    fn enter_hint(&self) -> &'static str;

    /// Returns the text that is in the line when the dialog opens.
    fn initial_text(&self) -> String {
        String::new()
    }

    /// Returns the items of a list, before the typed text narrows them. Where the typed text narrows the list
    /// ([`Narrowing::ByTypedText`]), they do not depend on it.
    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        Vec::new()
    }

    /// Returns a last item that the typed text does not narrow, such as a note about items that are not listed.
    fn last_item(&self) -> Option<DialogItem> {
        None
    }

    /// Returns who narrows the list.
    fn narrowing(&self) -> Narrowing {
        Narrowing::ByTypedText
    }

    /// Returns how many items match, if not all of them are listed.
    fn total(&self) -> Option<usize> {
        None
    }

    /// Returns the text for an empty list.
    fn empty_text(&self, _typed: &str, context: &Context) -> String {
        context.no_matches()
    }

    /// Returns the text under the line: an explanation, or the question of a confirmation.
    fn explanation(&self) -> String {
        String::new()
    }

    /// Returns text that is shown under the line, without wrapping.
    #[expect(clippy::unnecessary_literal_bound, reason = "a dialog with a preview returns its own text")]
    fn preview(&self) -> &str {
        ""
    }

    /// Returns whether the list has the preview of the item under the cursor below it.
    fn has_item_preview(&self) -> bool {
        false
    }

    /// Returns what is wrong with the typed text. While something is wrong, Enter does nothing.
    fn fault(&self, _typed: &str) -> Option<InputFault> {
        None
    }

    /// Takes the typed text after each change. Returns the requests that follow from it.
    fn on_typed(&mut self, _typed: &str, _context: &Context) -> Vec<Request> {
        Vec::new()
    }

    /// Takes the objects of the catalog that match, best first, and how many there are.
    fn on_found(&mut self, _best: &[FindMatch], _total: usize) {}

    /// Takes the answer of the user.
    fn submit(&mut self, answer: DialogAnswer<'_>, context: &Context) -> DialogOutcome;

    /// Does something else with the item under the cursor than choosing it does.
    fn act_on_item(&mut self, action: ItemAction, _item: &DialogItem) -> DialogOutcome {
        let what = match action {
            ItemAction::Compare => "compared",
            ItemAction::Save => "saved",
        };
        DialogOutcome::Stay(vec![Request::Notice(format!("The items of this list cannot be {what}."))])
    }

    /// Returns the keys for the item under the cursor, each with a word or two for the hints.
    fn item_hints(&self) -> Vec<(ItemAction, &'static str)> {
        Vec::new()
    }

    /// Goes to another field of a form. Returns `None` if there is none.
    fn go_to_field(&mut self, _step: FieldStep) -> Option<DialogStep> {
        None
    }

    /// Goes back to the step before. Returns `None` in the first step.
    fn back(&mut self, _answer: DialogAnswer<'_>) -> Option<DialogStep> {
        None
    }

    /// Returns whether there is a step before this one.
    fn has_step_before(&self) -> bool {
        false
    }

    /// Returns the requests for closing without an answer.
    fn dismiss(&mut self) -> Vec<Request> {
        Vec::new()
    }

    /// Returns whether it stays open until the storage task has saved what was submitted.
    fn waits_for_save(&self) -> bool {
        false
    }
}

/// One item of a list.
#[derive(Debug, Default)]
pub struct DialogItem {
    pub name: String,
    /// A text after the name.
    pub about: String,
    /// A text at the right border, such as a key or a time.
    pub right: String,
    /// Words that find the item but are not shown, separated by spaces.
    pub search_words: String,
    pub rank: ItemRank,
    /// The text below the list while the cursor is on the item.
    pub preview: String,
    /// The number of the item in the dialog's data, for a dialog that has another step.
    pub number: Option<usize>,
    /// The place in the list that the typed text does not narrow; `None` for the last item. The overlay sets it.
    pub place: Option<usize>,
    /// What choosing the item does.
    pub requests: Vec<Request>,
}

impl DialogAnswer<'_> {
    /// Takes the requests of the item under the cursor and closes the dialog. Without an item the dialog stays open.
    #[must_use]
    pub fn take_item(self) -> DialogOutcome {
        self.item.map_or(DialogOutcome::Stay(Vec::new()), |item| DialogOutcome::Close(item.requests))
    }
}

impl DialogItem {
    /// Makes an item that has only a name.
    #[must_use]
    pub fn new(name: impl Into<String>, requests: Vec<Request>) -> Self {
        Self { name: name.into(), requests, ..Self::default() }
    }

    /// Makes the heading of the items after it.
    #[must_use]
    pub fn heading(name: impl Into<String>) -> Self {
        Self::new(name, Vec::new()).ranked(ItemRank::Heading)
    }

    #[must_use]
    pub fn is_heading(&self) -> bool {
        self.rank == ItemRank::Heading
    }

    #[must_use]
    pub fn ranked(self, rank: ItemRank) -> Self {
        Self { rank, ..self }
    }

    /// Sets words that find the item but are not shown.
    #[must_use]
    pub fn found_by(self, words: impl Into<String>) -> Self {
        Self { search_words: words.into(), ..self }
    }

    /// Sets the text below the list while the cursor is on the item.
    #[must_use]
    pub fn previewed(self, preview: impl Into<String>) -> Self {
        Self { preview: preview.into(), ..self }
    }

    /// Sets the number of the item in the dialog's data.
    #[must_use]
    pub fn numbered(self, number: usize) -> Self {
        Self { number: Some(number), ..self }
    }

    /// Sets the text after the name.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Sets the text at the right border.
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
    /// The dialog stays open. A request may show why.
    Stay(Vec<Request>),
    /// The dialog closes, and the requests are handled.
    Close(Vec<Request>),
    /// The dialog shows another step.
    Step(DialogStep),
}
