//! What the storage on disk is told, and what it tells: the access log, worksheets, snippets, docs.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::access_log::{BeginRecord, CopyRecord, EndRecord, ExportRecord, Permit};
use crate::domain::docs::DocPack;
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::problem::Problem;
use crate::domain::profile::{Draft, Settings};
use crate::domain::snippets::Snippet;
use crate::domain::sql::Checked;

/// A worksheet as it is kept on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedWorksheet {
    /// Its file's stem: unique among the worksheets of a profile, made once.
    pub key: String,
    pub title: String,
    pub text: String,
    /// The cursor: line and character column, from 0.
    pub cursor: (usize, usize),
    /// Profile of its last run.
    pub profile: Option<String>,
    /// Database of its last run.
    pub database: Option<String>,
}

impl SavedWorksheet {
    /// One that never ran, with the cursor at its start.
    #[must_use]
    pub fn new(key: &str, title: &str, text: &str) -> Self {
        let (key, title, text) = (key.to_owned(), title.to_owned(), text.to_owned());
        Self { key, title, text, cursor: (0, 0), profile: None, database: None }
    }
}

/// One line of the history: a begin record of the access log with its end, where there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    pub begin: BeginRecord,
    pub end: Option<EndRecord>,
}

/// What the storage task is told to do.
#[derive(Debug)]
pub enum StorageCmd {
    /// Write the begin record of this statement; the answer is its permit.
    Begin {
        /// The session that will run it.
        session: SessionId,
        /// The result that it will feed.
        result: ResultId,
        checked: Checked,
        /// What the record says besides.
        begin: BeginRecord,
    },
    /// Write the end record of a statement.
    End {
        /// The profile in whose log its begin record stands.
        profile: String,
        entry: EndRecord,
    },
    /// Write the record of an export into the log of its profile.
    Exported(ExportRecord),
    /// Write the record of a copy into the log of its profile.
    Copied(CopyRecord),
    /// Read the newest lines of the access log, newest first.
    LoadHistory { most: usize },
    /// Keep these worksheets of a profile, all of them; a key that is missing is closed.
    SaveWorksheets {
        profile: String,
        /// In tab order.
        worksheets: Vec<SavedWorksheet>,
        /// Which tab is in front.
        front: usize,
    },
    /// Read the worksheets of a profile.
    LoadWorksheets { profile: String },
    /// Write one snippet; an existing file of the same name is replaced only if `replace` says so.
    SaveSnippet {
        snippet: Snippet,
        /// Whether a file of that name may be replaced.
        replace: Replace,
    },
    /// Read all snippet folders of a profile.
    LoadSnippets {
        /// The profile's own folders, besides the user's.
        folders: Vec<PathBuf>,
    },
    /// Put a new profile into the settings file.
    AddProfile { draft: Box<Draft> },
    /// Read the doc packs of a profile.
    LoadDocs {
        folders: Vec<PathBuf>,
        /// Whether the pack of the demo comes with them.
        demo: Demo,
    },
}

/// Whether a file that exists may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    Allowed,
    /// No: the answer is a problem that names the file.
    Forbidden,
}

/// Whether something is for the built-in demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    Yes,
    No,
}

/// News of the storage task.
#[derive(Debug)]
pub enum StorageEvent {
    /// The begin record is on disk.
    Permitted {
        /// The session that may run it.
        session: SessionId,
        /// The result that it will feed.
        result: ResultId,
        /// The profile in whose log the record stands.
        profile: String,
        permit: Permit,
    },
    /// The begin record could not be written: nothing is sent.
    NotPermitted {
        /// The result that will not come.
        result: ResultId,
        problem: Problem,
    },
    /// The newest lines of the access log, newest first.
    History(Vec<HistoryEntry>),
    /// The worksheets of a profile, in tab order; problems name files that could not be read.
    Worksheets {
        profile: String,
        /// In tab order.
        worksheets: Vec<SavedWorksheet>,
        /// Which tab is in front.
        front: usize,
        /// What could not be read.
        problems: Vec<Problem>,
    },
    WorksheetsSaved,
    /// A snippet is on disk, at this path.
    SnippetSaved(PathBuf),
    /// The snippets of all folders; problems name files that could not be read.
    Snippets {
        /// Sorted by name.
        snippets: Arc<Vec<Snippet>>,
        /// What could not be read.
        problems: Vec<Problem>,
    },
    /// The doc packs; problems name files that could not be read.
    Docs {
        /// In the order of the settings.
        packs: Arc<Vec<DocPack>>,
        /// What could not be read.
        problems: Vec<Problem>,
    },
    /// A new profile is in the settings file.
    ProfileAdded {
        name: String,
        settings: Arc<Settings>,
    },
    /// A new profile could not be put into the settings file.
    ProfileNotAdded(Problem),
    /// Something could not be written.
    Failed(Problem),
}

/// What the program starts with: settings and what was wrong in them.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Arc<Settings>,
    /// The rest, named with file, line and reason.
    pub problems: Vec<Problem>,
}
