//! Commands to and events from the storage task: access log, worksheets, snippets, docs, settings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::access_log::{AuthorizedStatement, BeginRecord, CopyRecord, EndRecord, ExportRecord, Permit};
use crate::domain::calendar::LocalMinute;
use crate::domain::docs::DocPack;
use crate::domain::ids::ResultId;
use crate::domain::problem::Problem;
use crate::domain::profile::{ProfileDraft, Settings};
use crate::domain::snippets::Snippet;

use super::panel_sizes::PanelSizes;
use super::sql_file::{FileTie, SqlFileCmd, SqlFileEvent};

/// A worksheet as it is stored on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedWorksheet {
    /// The file name without extension. Unique among the worksheets of a profile and never changed.
    pub key: String,
    pub title: String,
    pub text: String,
    /// Line and character column of the cursor, from 0.
    pub cursor: (usize, usize),
    /// The profile of the last run.
    pub profile: Option<String>,
    /// The label of that profile's environment; `None` if it is unknown.
    pub environment: Option<String>,
    /// The database of the last run.
    pub database: Option<String>,
    pub title_source: TitleSource,
    /// The file of the user to which it is tied.
    pub file: Option<FileTie>,
}

/// Where the title of a worksheet comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TitleSource {
    /// Something that stays: the user, a snippet, a file, or the text when it first ran.
    #[default]
    Fixed,
    /// The first table of the text, or a number while the text has none.
    Text,
}

impl SavedWorksheet {
    /// Makes a worksheet that never ran, with the cursor at the start.
    #[must_use]
    pub fn new(key: &str, title: &str, text: &str) -> Self {
        Self {
            key: key.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            cursor: (0, 0),
            profile: None,
            environment: None,
            database: None,
            title_source: TitleSource::Fixed,
            file: None,
        }
    }
}

/// All worksheets of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorksheetSet {
    /// The open ones, in tab order.
    pub open: Vec<SavedWorksheet>,
    /// Index of the active tab.
    pub front: usize,
    /// The closed ones that are kept; the one that was closed last is the last one.
    pub closed: Vec<SavedWorksheet>,
}

/// Worksheets that could not be written, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedWorksheets {
    pub profile: String,
    pub problem: Problem,
    pub part: UnsavedPart,
}

/// What is lost if worksheets that could not be written are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsavedPart {
    /// A text that is in no file.
    Texts,
    /// Only positions and titles: a file has each text.
    Positions,
}

/// One line of the history: a begin record of the access log, with its end record if there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    pub begin: BeginRecord,
    /// When the statement began: month, day, time and zone of this machine.
    pub local_time: String,
    /// The same time to the minute; `None` if the record has no valid time.
    pub began: Option<LocalMinute>,
    pub end: Option<EndRecord>,
}

/// A command to the storage task.
#[derive(Debug)]
pub enum StorageCmd {
    /// Write the begin record of a statement. The answer is its permit.
    Begin {
        /// The result of the statement.
        result: ResultId,
        statement: AuthorizedStatement,
    },
    /// Write the end record of a statement.
    End {
        /// The profile whose log contains the begin record.
        profile: String,
        entry: EndRecord,
    },
    /// Write the record of an export to the log of its profile.
    Exported(ExportRecord),
    /// Write the record of a copy to the log of its profile.
    Copied(CopyRecord),
    /// Read the newest lines of the access log, newest first.
    LoadHistory {
        owner: FileOwner,
        max: usize,
    },
    /// Save all worksheets of a profile. The file of a worksheet that is missing here is deleted. If they cannot be written,
    /// the task keeps them until a later save, or a [`StorageCmd::WriteDue`], has written them.
    SaveWorksheets {
        profile: String,
        worksheets: WorksheetSet,
    },
    /// Write again what could not be written: the worksheets of this profile, and all records of its access log. The answer
    /// is that of [`StorageCmd::SaveWorksheets`], also if nothing is due.
    WriteDue {
        profile: String,
    },
    /// Read the worksheets of a profile.
    LoadWorksheets {
        profile: String,
    },
    SaveSnippet {
        owner: FileOwner,
        snippet: Snippet,
        if_exists: IfExists,
    },
    /// Read all snippet directories of a profile.
    LoadSnippets {
        owner: FileOwner,
        /// The directories of the profile, in addition to the user's.
        directories: Vec<PathBuf>,
    },
    /// Read the settings file again.
    LoadSettings {
        then: AfterSettings,
    },
    /// Read when each profile last worked.
    LoadLastUses,
    /// Write that a profile works now. The answer is that of [`StorageCmd::LoadLastUses`].
    ProfileUsed {
        profile: String,
    },
    /// Add a profile to the settings file.
    AddProfile {
        draft: Box<ProfileDraft>,
    },
    /// Read, compare or write a file of the user.
    SqlFile {
        /// The profile of the worksheets when the command was sent; `None` before they were loaded.
        profile: Option<String>,
        command: SqlFileCmd,
    },
    /// Save the sizes of the panels.
    SavePanelSizes(PanelSizes),
    /// Read the doc packs of a profile. Those of the demo include its own.
    LoadDocs {
        owner: FileOwner,
        directories: Vec<PathBuf>,
    },
}

/// What happens if a file exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    Replace,
    /// Report a problem that names the file.
    Fail,
}

/// What the screen does when the settings are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterSettings {
    /// List the profiles.
    List,
    /// Connect to this profile.
    Connect(String),
    /// Reconnect to the current profile.
    Reconnect,
}

/// Whose files a command reads or writes. The demo has a directory of its own, so that it changes no file of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOwner {
    User,
    Demo,
}

/// An event of the storage task.
#[derive(Debug)]
pub enum StorageEvent {
    /// The begin record is on disk.
    Permitted { result: ResultId, permit: Permit },
    /// The begin record could not be written. Nothing is sent.
    NotPermitted { result: ResultId, problem: Problem },
    /// The newest statements of the access log, newest first, and the current day as days since 1970-01-01.
    History { entries: Vec<HistoryEntry>, today: i64 },
    /// The worksheets of a profile.
    Worksheets {
        profile: String,
        worksheets: WorksheetSet,
        /// Files that could not be read.
        problems: Vec<Problem>,
    },
    /// The worksheets of this profile are on disk.
    WorksheetsSaved { profile: String },
    /// The worksheets could not be written. The task keeps them.
    WorksheetsNotSaved(UnsavedWorksheets),
    /// All records of this profile are in the access log, after some of them could not be written.
    RecordsWritten { profile: String },
    /// Records of this profile could not be written to the access log. The task keeps them.
    RecordsNotWritten { profile: String, problem: Problem },
    /// A snippet was saved at this path.
    SnippetSaved(PathBuf),
    /// The snippets of all directories.
    Snippets {
        owner: FileOwner,
        /// Sorted by name.
        snippets: Arc<Vec<Snippet>>,
        /// Files that could not be read.
        problems: Vec<Problem>,
    },
    /// The doc packs of a profile.
    Docs {
        owner: FileOwner,
        /// In the order of the settings.
        packs: Arc<Vec<DocPack>>,
        /// Files that could not be read.
        problems: Vec<Problem>,
    },
    /// The settings as the file has them now.
    Settings { loaded: LoadedSettings, then: AfterSettings },
    /// The settings could not be read because of a defect of rrx. Those in use stay.
    SettingsNotLoaded(Problem),
    /// When each profile last worked, in the time zone of this machine.
    LastUses(BTreeMap<String, String>),
    /// A profile was added to the settings file.
    ProfileAdded { name: String, settings: Arc<Settings> },
    /// A profile could not be added to the settings file.
    ProfileNotAdded(Problem),
    /// A file of the user was read, compared or written.
    SqlFile {
        /// The profile of the command.
        profile: Option<String>,
        event: SqlFileEvent,
    },
    /// A file could not be written.
    Failed(Problem),
}

/// The settings, and what is wrong in their file.
#[derive(Debug, Clone)]
pub struct LoadedSettings {
    pub settings: Arc<Settings>,
    /// Entries that were ignored, with file, line and reason.
    pub problems: Vec<Problem>,
}
