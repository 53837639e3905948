//! Commands to and events from a session: connecting, facts about the server, statements, the catalog.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::hop::{HopMessage, HopRequest};
use super::lag::Lag;
use super::left_statement::{LeftStatement, RunningLeft};
use super::run::{End, RunBounds, RunReport};
use crate::domain::access_log::Permit;
use crate::domain::catalog::{Catalog, NameCase};
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::plan::{ExplainFormat, Plan, TraditionalRows, UnreadablePlan};
use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, Profile, Secret};
use crate::domain::sql::{Dialect, ServerFamily, SessionPins};

/// A step of connecting. The variants are in the order of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectionStep {
    /// Resolve the name of the first hop.
    Resolve,
    /// Open a TCP connection to the first hop.
    Reach,
    /// Verify the host key of a hop.
    HostKey,
    /// Authenticate at a hop.
    SignIn,
    /// Open the forward from the last hop to the replica.
    Forward,
    /// The MySQL handshake, TLS included.
    MySql,
    /// Set the session variables, read them back, and prove that the session is read-only.
    Guard,
    /// Read the catalog.
    Catalog,
}

impl ConnectionStep {
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

    /// Returns the name that the screen shows.
    #[must_use]
    pub fn name(self) -> &'static str {
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

/// The state of a connection step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// In progress, with a description.
    Trying(String),
    /// Done, with its result and how long it took.
    Done(String, Duration),
    /// Not needed on this route: a direct connection has no hops.
    Skipped,
    Failed(Problem),
}

/// A question to the user while connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Whether to accept the unknown host key of a hop.
    HostKey {
        /// The hop as the user names it, with its port if that is not 22.
        host: String,
        /// The key type, such as `ssh-ed25519`.
        algorithm: String,
        /// `SHA256:…`, as OpenSSH writes it.
        fingerprint: String,
        /// The randomart of the key as OpenSSH draws it, line by line.
        art: Vec<String>,
        /// The `known_hosts` file to which an accepted key is added.
        recorded_in: PathBuf,
    },
    /// Whether a command that `ssh_config` or the profile names may connect to a hop.
    RunCommand {
        /// The hop as the user names it.
        host: String,
        command: String,
        /// Where the command is written.
        place: String,
    },
    /// A password or a passphrase.
    Secret {
        /// What the secret is for.
        prompt: String,
    },
    /// The questions of a hop itself, for example for a one-time code.
    Hop(HopRequest),
    /// A secret to replace one that could not be read, or that the server refused.
    RetrySecret {
        /// What the secret is for.
        prompt: String,
        /// What was wrong with the first secret.
        problem: Problem,
    },
}

/// The user's answer to a [`Question`].
#[derive(Debug)]
pub enum Answer {
    /// Accept the host key and add it to `known_hosts`, or allow the command.
    Accept,
    /// Refuse the host key or the command, or give no secret.
    Decline,
    Secret(Secret),
    /// One answer to each question of a hop.
    Secrets(Vec<Secret>),
}

/// The role of a server in replication, as its variables show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// It accepts no writes.
    Replica,
    /// It accepts writes.
    Writer,
    /// Its variables do not show its role.
    Unknown,
}

impl Role {
    /// Returns the text of the status bar.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Replica => "REPLICA",
            Self::Writer => "WRITER",
            Self::Unknown => "role unknown",
        }
    }
}

/// What the session knows about the server after connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// `MySQL`, `MariaDB`, `Aurora MySQL`, or another name that the server reports.
    pub product: String,
    /// The version as the server prints it.
    pub version: String,
    /// Identifies the server: `server_uuid`, or host name and server id. Compared before every KILL.
    pub identity: String,
    /// The name that people use: Aurora's instance name or the `server_id`; empty if neither is known.
    pub server_id: String,
    pub role: Role,
    /// How the server reads SQL text.
    pub dialect: Dialect,
    /// How the server compares names of tables.
    pub names: NameCase,
    pub privileges: PrivilegeScope,
    /// `CURRENT_USER()`.
    pub account: String,
    /// `CONNECTION_ID()` of the statement connection.
    pub connection_id: u64,
    /// The current database, if any.
    pub database: Option<String>,
    /// The time zone of the session.
    pub time_zone: String,
    /// The time zone that the session would have without rrx, if it is another one.
    pub server_time_zone: Option<String>,
    /// The `sql_mode` of the session.
    pub sql_mode: String,
    /// What rrx has set in the session.
    pub pins: SessionPins,
    /// The TLS version inside of the tunnel, if any.
    pub tls: Option<String>,
    /// Warnings for the user, for example that the account may write.
    pub warnings: Vec<String>,
}

impl ServerFacts {
    /// Returns the version without the suffix of the packager.
    #[must_use]
    pub fn short_version(&self) -> &str {
        self.version.split(['-', '+']).next().unwrap_or(&self.version)
    }
}

/// What the account may read of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrivilegeScope {
    /// A table that it may read, it may read as a whole.
    WholeTables,
    /// It has privileges on single columns, or roles, which may have them.
    #[default]
    MaybeColumns,
}

/// Returns the format in which the server of a profile explains. The demo has the traditional format only.
#[must_use]
pub fn explain_format(profile: Option<&Profile>, server: ServerFamily) -> ExplainFormat {
    match profile {
        Some(profile) if profile.environment == Environment::Demo => ExplainFormat::Traditional,
        Some(_) | None => ExplainFormat::best(server),
    }
}

/// The answer to an EXPLAIN.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExplainAnswer {
    pub columns: Vec<String>,
    /// The cells of each row; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

impl ExplainAnswer {
    /// Returns the report for the end record of an EXPLAIN.
    #[must_use]
    pub fn report(answer: &Result<Self, Problem>, took: Duration) -> RunReport {
        let (end, rows) = match answer {
            Ok(answer) => (End::Complete, answer.rows.len() as u64),
            Err(problem) => (End::Broken(problem.clone()), 0),
        };
        RunReport { rows, total: took, ..RunReport::without_rows(end) }
    }

    /// Reads the plan.
    ///
    /// # Errors
    /// [`UnreadablePlan`] if the answer is not a plan in this format.
    pub fn plan(&self, format: ExplainFormat) -> Result<Plan, UnreadablePlan> {
        Plan::from_answer(format, &TraditionalRows { columns: &self.columns, rows: &self.rows })
    }
}

/// A command to a session.
#[derive(Debug)]
pub enum SessionCmd {
    /// Connect. The first command of every session.
    Connect {
        profile: Arc<Profile>,
        /// The database to start in; without one, that of the profile.
        database: Option<String>,
        /// The session that this one continues. It reuses the secrets that the user typed for that session.
        after: Option<SessionId>,
    },
    /// The answer to the open question.
    Answer(Answer),
    /// Send a statement. Its rows go to the result store.
    Run { permit: Permit, result: ResultId, bounds: RunBounds },
    /// Send an EXPLAIN on a connection of its own, so that nothing comes between two statements of the user.
    Explain { permit: Permit, result: ResultId },
    /// Stop the statement of this result with KILL QUERY. A later statement is never affected.
    Cancel(ResultId),
    /// Reload the catalog.
    LoadCatalog,
    /// Stop a load of the catalog. [`SessionEvent::CatalogFailed`] follows, or
    /// [`SessionEvent::CatalogNotStopped`].
    StopCatalog,
    /// Look for these statements of earlier sessions with the same server until none of them runs any more.
    FindLeft(Vec<LeftStatement>),
    /// Close the connections of those of them that still run.
    StopLeft,
    /// Close the connections and end.
    Close,
    /// Close the connections and end, because another session continues this one.
    CloseForReconnect,
}

/// An event of a session, sent together with its [`SessionId`].
#[derive(Debug, Clone)]
pub enum SessionEvent {
    /// The state of a connection step changed.
    ConnectionStep {
        /// Index of the hop from 0; the number of hops for steps after the last hop.
        hop: usize,
        step: ConnectionStep,
        state: StepState,
    },
    /// A question to the user. Connecting waits for the answer.
    Asked(Question),
    /// A hop says something that needs no answer.
    HopMessage(HopMessage),
    /// Connected, and proven to be read-only.
    Ready(Arc<ServerFacts>),
    /// Connecting failed. The session has ended.
    Failed(Problem),
    Catalog(Arc<Catalog>),
    /// The catalog could not be read.
    CatalogFailed(Problem),
    /// The load of the catalog goes on: it runs on the only connection that the server allows.
    CatalogNotStopped,
    /// The statement of this result has ended. The connection is free.
    Ended {
        result: ResultId,
        report: RunReport,
    },
    /// The answer to [`SessionCmd::Explain`], and how long it took.
    Explained {
        result: ResultId,
        answer: Result<ExplainAnswer, Problem>,
        took: Duration,
    },
    /// The replication lag, read after connecting and then regularly.
    Lag(Lag),
    /// The statements of [`SessionCmd::FindLeft`] that still run: the answer to the command, and later each change.
    LeftRunning(Vec<RunningLeft>),
    /// A statement of an earlier session could not be stopped.
    LeftNotStopped(Problem),
    /// rrx itself sent a statement. The activity list shows it.
    InternalQuery {
        text: String,
        took: Duration,
        /// The error if it failed.
        error: Option<String>,
    },
    /// The connection was lost. The session has ended.
    Lost(Problem),
    /// The session was closed and has ended.
    Closed,
}
