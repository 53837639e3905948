//! What an export of a result is told, and what it tells. Its rows come from the store; the file is the export's own.

use std::path::PathBuf;

use super::run::Limit;
use super::storage::Replace;
use super::store::ViewId;
use crate::domain::export::{Format, Formulas, SessionZone};
use crate::domain::ids::ResultId;
use crate::domain::problem::Problem;

/// Names one export. Given by the model, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ExportId(pub u64);

/// How rows become a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExportForm {
    pub format: Format,
    /// Formulas in CSV and TSV.
    pub formulas: Formulas,
    /// Whether a second file `NAME.columns.json` says what the columns are.
    pub has_side_file: bool,
}

impl ExportForm {
    /// This format, every byte as the server sent it, and one file.
    #[must_use]
    pub fn plain(format: Format) -> Self {
        Self { format, formulas: Formulas::Kept, has_side_file: false }
    }
}

/// One export: which rows in which form to which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOrder {
    pub id: ExportId,
    pub result: ResultId,
    /// By which arrangement it is looked at: its rows in its order, as many as it has when the export begins.
    pub view: ViewId,
    /// Under this id the statement's rows come from the server again, all of them and all columns, in place of the view's.
    pub again: Option<ResultId>,
    /// Which columns, in this order.
    pub columns: Vec<usize>,
    pub form: ExportForm,
    /// The zone of the session that the rows are of.
    pub zone: SessionZone,
    /// The file, as the user typed it: `~/` is the home folder, a relative one counts from the current folder.
    pub path: String,
    /// Whether a file that is there may be replaced; where not, the answer is [`ExportEvent::Exists`].
    pub replace: Replace,
}

/// What an export is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportCmd {
    /// Write rows to a file.
    Write(ExportOrder),
    /// Stop; the half file goes.
    Cancel(ExportId),
}

/// A file that is whole and has its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file, from the root on.
    pub path: PathBuf,
    /// The file of what its columns are.
    pub side: Option<PathBuf>,
    pub rows: u64,
    pub bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

/// What an export tells. All but [`ExportEvent::Ready`] and progress end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportEvent {
    /// The file is open and waits for the rows of the statement.
    Ready,
    /// A file of that name is there; nothing was written.
    Exists(PathBuf),
    /// So much is written. At most once a frame.
    Progress {
        rows: u64,
        bytes: u64,
    },
    Written(Written),
    /// A limit cut the rows from the server: what came stays under its passing name.
    Cut(Written, Limit),
    /// It was stopped, and no half file is left.
    Cancelled,
    /// It could not be done; the rows are still in the results.
    Failed(Problem),
}
