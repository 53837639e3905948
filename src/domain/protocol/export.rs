//! Commands to and events from exports of a result. The rows come from the store; the export task writes the file.

use std::path::PathBuf;

use super::run::Limit;
use super::storage::IfExists;
use super::store::ViewId;
use crate::domain::export::{ByteOrderMark, ExportFormat, Formulas, SessionZone};
use crate::domain::ids::ResultId;
use crate::domain::problem::Problem;

/// Identifies an export. Assigned by the model, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ExportId(pub u64);

/// What the user chooses before an export: the format and its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatChoice {
    pub format: ExportFormat,
    /// Only CSV and TSV can escape formulas.
    pub formulas: Formulas,
    /// Only CSV can have one.
    pub mark: ByteOrderMark,
    /// Whether a second file `NAME.columns.json` describes the columns.
    pub has_columns_file: bool,
}

impl FormatChoice {
    /// Returns a choice that writes every byte as the server sent it, and no second file.
    #[must_use]
    pub fn plain(format: ExportFormat) -> Self {
        Self { format, formulas: Formulas::Kept, mark: ByteOrderMark::Omitted, has_columns_file: false }
    }
}

/// An export: which rows go to which file in which format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportJob {
    pub id: ExportId,
    pub result: ResultId,
    /// The view whose rows are written, as many as it has when the export begins.
    pub view: ViewId,
    /// If set, the statement is run again under this result id, and all its rows and columns are written instead of the view.
    pub rerun_as: Option<ResultId>,
    /// The columns to write, in this order.
    pub columns: Vec<usize>,
    pub choice: FormatChoice,
    /// The time zone of the session that read the rows.
    pub zone: SessionZone,
    /// The file as the user typed it: `~/` is the home directory, a relative path starts at the current directory.
    pub path: String,
    /// With [`IfExists::Fail`] an existing file is reported as [`ExportEvent::Exists`].
    pub if_exists: IfExists,
}

/// A command to the export task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportCmd {
    Write(ExportJob),
    /// Stop and delete the incomplete file.
    Cancel(ExportId),
}

/// A complete file under its final name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFile {
    /// An absolute path.
    pub path: PathBuf,
    /// The file that describes the columns.
    pub columns_file: Option<PathBuf>,
    pub rows: u64,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
}

/// An event of an export. All but [`ExportEvent::Ready`] and progress end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportEvent {
    /// The file is open and waits for the rows of the statement.
    Ready,
    /// A file with this name exists. Nothing was written.
    Exists(PathBuf),
    /// Sent at most once a frame.
    Progress {
        rows: u64,
        bytes: u64,
    },
    Written(ExportedFile),
    /// A limit cut the rows from the server. The rows so far stay in the file under its temporary name.
    Cut(ExportedFile, Limit),
    /// The export was stopped, and the incomplete file deleted.
    Cancelled,
    /// The export failed. The rows are still in the store.
    Failed(Problem),
}
