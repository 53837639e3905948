//! The port: commands to, and news from, the outside (session, store, storage, host), with their ids.
//! Both the TUI and the headless commands speak it; it knows neither.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::accesslog::{Begin, Entry, Permit};
use crate::domain::catalog::Catalog;
use crate::domain::docs::DocPack;
pub use crate::domain::ids::{ResultId, SessionId};
use crate::domain::problem::{Kind, Problem};
use crate::domain::profile::{Profile, Secret, Settings};
use crate::domain::results::{Chunk, Column, Window};
use crate::domain::snippets::Snippet;
use crate::domain::sql::{Checked, Dialect};

// ---------------------------------------------------------------- session

/// One step of the connection ladder, in the order in which they are climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rung {
    /// Names of the first hop to addresses.
    Resolve,
    /// TCP to the first hop.
    Reach,
    /// The host key of a hop.
    HostKey,
    /// Sign-in at a hop.
    SignIn,
    /// The forward from the last hop to the replica.
    Forward,
    /// The MySQL handshake, TLS included.
    MySql,
    /// Session facts pinned and read back; read-only proven.
    Guard,
    /// The catalog read.
    Catalog,
}

impl Rung {
    /// All rungs in order.
    pub const ALL: [Self; 8] = [
        Self::Resolve,
        Self::Reach,
        Self::HostKey,
        Self::SignIn,
        Self::Forward,
        Self::MySql,
        Self::Guard,
        Self::Catalog,
    ];

    /// The word that the ladder shows.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Reach => "reach",
            Self::HostKey => "host key",
            Self::SignIn => "sign in",
            Self::Forward => "forward",
            Self::MySql => "MySQL",
            Self::Guard => "guard",
            Self::Catalog => "catalog",
        }
    }
}

/// Where a rung stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RungState {
    /// Being tried; the words say what.
    Trying(String),
    /// Done; the words say with what outcome, and how long it took.
    Done(String, Duration),
    /// Not needed on this route (a direct connection has no hops).
    Skipped,
    /// Failed.
    Failed(Problem),
}

/// Something that only the user can answer while connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The host key of a hop is not known.
    HostKey {
        /// The hop as the user names it, with its port where it is not 22.
        host: String,
        /// The key's algorithm, such as `ssh-ed25519`.
        algorithm: String,
        /// `SHA256:…` in OpenSSH's form.
        fingerprint: String,
        /// The file in which an accepted key is recorded.
        recorded_in: PathBuf,
    },
    /// A secret is wanted: a password, a passphrase, a one-time code.
    Secret {
        /// What it is for, in the user's words.
        prompt: String,
        /// Whether the typed text may be shown.
        echo: bool,
    },
}

/// The user's answer to a [`Question`].
#[derive(Debug)]
pub enum Answer {
    /// Accept (and record) the host key.
    Accept,
    /// Do not.
    Decline,
    /// The secret.
    Secret(Secret),
}

/// Which role a server plays, from its own variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It takes no writes.
    Replica,
    /// It takes writes.
    Writer,
    /// Its variables do not tell.
    Unknown,
}

/// What the session read back from the server after it pinned its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// `MySQL`, `MariaDB`, `Aurora MySQL`, or what it calls itself.
    pub product: String,
    /// The version as the server prints it.
    pub version: String,
    /// Which server answers: `server_uuid`, else host name and server id. Compared before every KILL.
    pub identity: String,
    /// Replica or writer.
    pub role: Role,
    /// How SQL text is read there.
    pub dialect: Dialect,
    /// `CURRENT_USER()`.
    pub account: String,
    /// `CONNECTION_ID()` of the statement connection.
    pub connection_id: u64,
    /// The current database, if any.
    pub database: Option<String>,
    /// The session's time zone, read back.
    pub time_zone: String,
    /// The TLS version in use inside the tunnel, if any.
    pub tls: Option<String>,
    /// Facts worth a warning, in plain words (for example that the account may write).
    pub warnings: Vec<String>,
}

impl ServerFacts {
    /// The version without the packager's words.
    #[must_use]
    pub fn short_version(&self) -> &str {
        self.version.split(['-', '+']).next().unwrap_or(&self.version)
    }
}

/// What a session is told to do.
#[derive(Debug)]
pub enum SessionCmd {
    /// Climb the ladder. The first command of every session.
    Connect {
        /// How to reach the replica and what holds there.
        profile: Arc<Profile>,
        /// The database to start in; the profile's own when absent.
        database: Option<String>,
    },
    /// The answer to the open question.
    Answer(Answer),
    /// Send this statement; its rows go to the store under this id.
    Run {
        /// The checked and recorded statement.
        permit: Permit,
        /// Where its rows go.
        result: ResultId,
        /// What bounds it.
        bounds: RunBounds,
    },
    /// Stop the statement that feeds this result by KILL QUERY; a later statement is never touched.
    Cancel(ResultId),
    /// Read the catalog anew.
    LoadCatalog,
    /// Close the connections and end.
    Close,
}

/// What bounds one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunBounds {
    /// Rows after which the result is cut; `None` is no bound.
    pub rows: Option<u64>,
    /// Bytes of values after which the result is cut.
    pub bytes: Option<u64>,
    /// Time to the first row.
    pub first_row: Duration,
    /// Time to the last row.
    pub fetch: Duration,
}

/// Which limit cut a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The row limit.
    Rows(u64),
    /// The byte limit.
    Bytes(u64),
    /// The time to the first row, in seconds.
    FirstRow(u64),
    /// The time for fetching, in seconds.
    Fetch(u64),
    /// The memory bound of a store that may not spill.
    Memory(u64),
}

impl std::fmt::Display for Limit {
    /// In the words of the settings.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "row limit ({rows} rows)"),
            Self::Bytes(bytes) => write!(f, "byte limit ({bytes} bytes)"),
            Self::FirstRow(seconds) => write!(f, "time limit ({seconds} s to the first row)"),
            Self::Fetch(seconds) => write!(f, "time limit ({seconds} s for fetching)"),
            Self::Memory(bytes) => write!(f, "memory bound ({bytes} bytes)"),
        }
    }
}

/// How a result ended. A cut result never looks complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All rows are there.
    Complete,
    /// Cut by a limit.
    Limit(Limit),
    /// The user stopped it.
    Cancelled,
    /// It failed, at the start or in the middle.
    Broken(Problem),
}

impl std::fmt::Display for End {
    /// The word of the access log: `complete`, `cut: …`, `cancelled`, `failed: …` or `broken: …`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::Limit(limit) => write!(f, "cut: {limit}"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Broken(problem) => {
                let word = if problem.kind == Kind::Lost { "broken" } else { "failed" };
                match &problem.server {
                    Some(error) => write!(f, "{word}: ERROR {} ({}): {}", error.code, error.state, error.message),
                    None => write!(f, "{word}: {}", problem.what),
                }
            }
        }
    }
}

/// A warning as SHOW WARNINGS gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `Note`, `Warning` or `Error`.
    pub level: String,
    /// The error number.
    pub code: u16,
    /// The server's words.
    pub message: String,
}

/// What is known of a statement when it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// How it ended.
    pub end: End,
    /// Rows handed on.
    pub rows: u64,
    /// Bytes of their values.
    pub bytes: u64,
    /// Time to the first row, if one came.
    pub first_row: Option<Duration>,
    /// Time from sending to the end.
    pub total: Duration,
    /// How many warnings the server counted (it may keep fewer than it counts).
    pub warning_count: u16,
    /// Those that it kept.
    pub warnings: Vec<Warning>,
    /// The database after the statement (USE may have changed it).
    pub database: Option<String>,
}

impl RunReport {
    /// The end record of the statement whose begin record has this id. The storage room fills in the time.
    #[must_use]
    pub fn entry(&self, id: String) -> Entry {
        let milliseconds = u64::try_from(self.total.as_millis()).unwrap_or(u64::MAX);
        Entry { id, time: String::new(), milliseconds, rows: self.rows, end: self.end.to_string() }
    }
}

/// News of a session. The envelope with its [`SessionId`] is the message's.
#[derive(Debug, Clone)]
pub enum SessionNews {
    /// A rung of the ladder moved. The hop's number counts from 0; rungs past the hops carry the number of hops.
    Rung {
        /// Which hop it concerns.
        hop: usize,
        /// Which rung.
        rung: Rung,
        /// Where it stands.
        state: RungState,
    },
    /// The user is asked; nothing is sent to the host until the answer is there.
    Asked(Question),
    /// Connected, read-only proven, facts read back.
    Ready(Arc<ServerFacts>),
    /// Connecting failed; the session has ended.
    Failed(Problem),
    /// The catalog, whole.
    Catalog(Arc<Catalog>),
    /// The catalog could not be read.
    CatalogFailed(Problem),
    /// The statement that feeds this result is done; the connection is free again.
    Ended {
        /// Which result.
        result: ResultId,
        /// With what outcome.
        report: RunReport,
    },
    /// A statement of our own went out (for the activity pane).
    Own {
        /// Its text as sent.
        text: String,
        /// How long it took.
        took: Duration,
        /// The error, where it failed.
        error: Option<String>,
    },
    /// The link is gone; the session has ended.
    Lost(Problem),
    /// Closed as asked; the session has ended.
    Closed,
}

/// What flows from a session to whoever takes its rows (the store task, or a headless export), over a queue of
/// [`crate::domain::limits::BATCH_QUEUE`].
#[derive(Debug)]
pub enum Rows {
    /// The header of a result.
    Open {
        /// Which result.
        result: ResultId,
        /// Its columns.
        columns: Arc<[Column]>,
    },
    /// Some rows.
    Batch {
        /// Which result.
        result: ResultId,
        /// The rows.
        chunk: Chunk,
    },
    /// No more rows come.
    End {
        /// Which result.
        result: ResultId,
        /// How it ended.
        end: End,
    },
}

// ---------------------------------------------------------------- store

/// What the store task is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreCmd {
    /// Send the rows of this range (clipped to what there is), cells cut at the window bound.
    Window {
        /// Which result.
        result: ResultId,
        /// Rows, counted from 0.
        rows: Range<u64>,
    },
    /// Send one whole value.
    Value {
        /// Which result.
        result: ResultId,
        /// Which row, counted from 0.
        row: u64,
        /// Which column, counted from 0.
        column: usize,
    },
    /// Forget this result.
    Drop(ResultId),
}

/// How far a result is. The newest wins; it may be told at most once a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Rows there so far.
    pub rows: u64,
    /// Bytes of their values.
    pub bytes: u64,
    /// The end, when it is there.
    pub end: Option<End>,
}

/// News of a result. The envelope with its [`ResultId`] is the message's.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreNews {
    /// The header is there.
    Opened(Arc<[Column]>),
    /// More rows are there, or the end.
    Progress(Progress),
    /// The rows asked for.
    Window(Arc<Window>),
    /// The whole value asked for; `None` is NULL.
    Value {
        /// Which row.
        row: u64,
        /// Which column.
        column: usize,
        /// Its bytes.
        value: Option<Arc<[u8]>>,
    },
    /// The rows are gone: the spill could not grow or be read. What was in memory stays.
    Broken(Problem),
}

// ---------------------------------------------------------------- storage

/// A worksheet as it is kept on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedWorksheet {
    /// Its file's stem: unique among the worksheets of a profile, made once.
    pub key: String,
    /// The tab's title.
    pub title: String,
    /// The whole text.
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
pub struct Past {
    /// The begin record.
    pub begin: Begin,
    /// The end record.
    pub end: Option<Entry>,
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
        /// The checked statement.
        checked: Checked,
        /// What the record says besides.
        begin: Begin,
    },
    /// Write the end record of a statement.
    End(Entry),
    /// Read the newest lines of the access log, newest first.
    LoadHistory {
        /// At most so many.
        most: usize,
    },
    /// Keep these worksheets of a profile, all of them; a key that is missing is closed.
    SaveWorksheets {
        /// Whose they are.
        profile: String,
        /// In tab order.
        worksheets: Vec<SavedWorksheet>,
        /// Which tab is in front.
        front: usize,
    },
    /// Read the worksheets of a profile.
    LoadWorksheets {
        /// Whose.
        profile: String,
    },
    /// Write one snippet; an existing file of the same name is replaced only if `replace` says so.
    SaveSnippet {
        /// The snippet.
        snippet: Snippet,
        /// Whether a file of that name may be replaced.
        replace: Replace,
    },
    /// Read all snippet folders of a profile.
    LoadSnippets {
        /// The profile's own folders, besides the user's.
        folders: Vec<PathBuf>,
    },
    /// Read the doc packs of a profile.
    LoadDocs {
        /// The packs' folders.
        folders: Vec<PathBuf>,
        /// Whether the pack of the demo comes with them.
        demo: Demo,
    },
}

/// Whether a file that exists may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Yes.
    Allowed,
    /// No: the answer is a problem that names the file.
    Forbidden,
}

/// Whether something is for the built-in demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// News of the storage task.
#[derive(Debug)]
pub enum StorageNews {
    /// The begin record is on disk.
    Permitted {
        /// The session that may run it.
        session: SessionId,
        /// The result that it will feed.
        result: ResultId,
        /// The permit.
        permit: Permit,
    },
    /// The begin record could not be written: nothing is sent.
    NotPermitted {
        /// The result that will not come.
        result: ResultId,
        /// Why.
        problem: Problem,
    },
    /// The newest lines of the access log, newest first.
    History(Vec<Past>),
    /// The worksheets of a profile, in tab order; problems name files that could not be read.
    Worksheets {
        /// Whose.
        profile: String,
        /// In tab order.
        worksheets: Vec<SavedWorksheet>,
        /// Which tab is in front.
        front: usize,
        /// What could not be read.
        problems: Vec<Problem>,
    },
    /// Worksheets are on disk.
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
    /// Something could not be written.
    Failed(Problem),
}

/// What the program starts with: settings and what was wrong in them.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The good part.
    pub settings: Arc<Settings>,
    /// The rest, named with file, line and reason.
    pub problems: Vec<Problem>,
}

// ---------------------------------------------------------------- host

/// What the host (clipboard, editor) is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCmd {
    /// Put this text on the clipboard.
    Copy(String),
}

/// News of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostNews {
    /// The text was handed over; the words say how ("by OSC 52").
    Copied(String),
    /// It could not be.
    Failed(Problem),
}
