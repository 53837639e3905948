//! What a pane wants of another pane. Only `route.rs` knows who answers. Continuations are data, not closures.

use std::sync::Arc;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::compute::ComputeWork;
use crate::domain::export::CopyFormat;
use crate::domain::problem::Problem;
use crate::domain::protocol::{CopyText, ExportForm, ExportOrder};
use crate::domain::results::{CellPreview, Column, ColumnProfile, Plot, Series};

use super::action::Action;
use super::focus::Focus;
use super::panes::grid::ExportRows;
use super::panes::overlay::Kind;

/// Something a pane cannot do by itself.
#[derive(Debug, Clone, PartialEq)]
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
    /// Ask the user; on yes do the rest.
    Confirm {
        /// The question.
        question: String,
        /// What yes does.
        yes: Box<Request>,
    },
    /// Put text on the clipboard.
    Copy(CopyText),
    /// Copy what is selected in the results in this form.
    CopyAs(CopyFormat),
    /// Ask for the form of a copy.
    CopyFormat,
    /// Ask for a condition; the line begins with this text.
    FilterForm(String),
    /// Show only rows that fit this condition.
    FilterBy(String),
    /// Ask for what to search.
    SearchForm,
    /// Search the rows for this.
    SearchBy(String),
    /// Ask for what to search in the inspector.
    SearchShownForm,
    /// Search the inspector's lines for this.
    SearchShown(String),
    /// Ask for which columns to draw.
    ChartForm,
    /// Draw these columns.
    Plot(Plot),
    /// Ask for a zone.
    ZoneForm,
    /// Show the column's times in this zone too; empty takes it away.
    Zone(String),
    /// Ask for the form and the file of an export.
    ExportForm,
    /// Go on with an export in this form: which rows, where there are more than those here, then which file.
    ExportAs(ExportForm),
    /// Ask for the file of an export in this form.
    ExportPath(ExportForm, ExportRows),
    /// Write the rows that show to a file.
    Export {
        /// In which form.
        form: ExportForm,
        /// Which rows.
        rows: ExportRows,
        /// The file, as it was typed.
        path: String,
    },
    /// Do this export; its id is given anew.
    ExportTo(ExportOrder),
    /// Send this statement again for the file that waits for its rows.
    RunAgain {
        /// The export.
        order: ExportOrder,
        /// The statement.
        statement: String,
        /// The profile on which it ran.
        profile: String,
    },
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
    /// Ask for a row's number, or a column's name.
    JumpForm {
        /// A row's number; else a column's name.
        row: bool,
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
    /// Open this overlay.
    Open(Kind),
    /// Read the snippet folders again.
    LoadSnippets,
    /// Restore every pane after a change of size, catalog or docs.
    Settle,
    /// Move the focus.
    Focus(Focus),
    /// Close the overlay.
    Close,
    /// Tell the user, in the status line.
    Notice(String),
    /// Tell the user of a problem, in a panel.
    Problem(Problem),
    /// Make the overlay's list anew: the catalog has changed.
    RefreshOverlay,
    /// Work this out beside the loop; the answer comes to the pane whose work it is.
    Compute(ComputeWork),
    /// Leave, even while something runs.
    Quit,
}

/// Where a statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementOrigin {
    /// The worksheet in front: its first byte in the text.
    Worksheet {
        /// The statement's first byte.
        at: usize,
    },
    /// The explorer's preview.
    Preview,
    /// A snippet.
    Snippet,
    /// A key that was followed.
    Key,
    /// One of several statements of a worksheet.
    Several {
        /// Which run of several.
        run: u64,
        /// The statement's first byte.
        at: usize,
    },
}

impl StatementOrigin {
    /// The statement's first byte in the worksheet in front, where it comes from there.
    #[must_use]
    pub fn at(self) -> Option<usize> {
        match self {
            Self::Worksheet { at } | Self::Several { at, .. } => Some(at),
            Self::Preview | Self::Snippet | Self::Key => None,
        }
    }
}
