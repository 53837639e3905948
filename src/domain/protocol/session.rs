//! What a session is told, and what it tells: the ladder, the facts of the server, the catalog.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::lag::Lag;
use super::run::{RunBounds, RunReport};
use crate::domain::access_log::Permit;
use crate::domain::catalog::Catalog;
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::problem::Problem;
use crate::domain::profile::{Profile, Secret};
use crate::domain::sql::Dialect;

/// One step of the connection ladder, in the order in which they are climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConnectionStep {
    /// Names of the first hop to addresses.
    Resolve,
    /// TCP to the first hop.
    Reach,
    /// The host key of a hop.
    HostKey,
    SignIn,
    /// The forward from the last hop to the replica.
    Forward,
    /// The MySQL handshake, TLS included.
    MySql,
    /// Session facts pinned and read back; read-only proven.
    Guard,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Being tried; the words say what.
    Trying(String),
    /// Done; the words say with what outcome, and how long it took.
    Done(String, Duration),
    /// Not needed on this route (a direct connection has no hops).
    Skipped,
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
        /// The picture that OpenSSH draws of the key, line by line.
        art: Vec<String>,
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
    /// A secret is wanted in place of one that could not be had, or that the server refused.
    Instead {
        /// What it is for, in the user's words.
        prompt: String,
        /// What was wrong with the other one. The server's own error is in it where it was the server.
        problem: Problem,
    },
}

/// The user's answer to a [`Question`].
#[derive(Debug)]
pub enum Answer {
    /// Accept (and record) the host key.
    Accept,
    Decline,
    Secret(Secret),
}

/// Which role a server plays, from its own variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Replica,
    Writer,
    /// Its variables do not tell.
    Unknown,
}

impl Role {
    /// The word of the status bar.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Replica => "REPLICA",
            Self::Writer => "WRITER",
            Self::Unknown => "role unknown",
        }
    }
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
    /// The name by which people know it: Aurora's instance, else its `server_id`; empty where it tells neither.
    pub server_id: String,
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
        /// The session whose story goes on with this one: what the user typed for it is not asked for again.
        after: Option<SessionId>,
    },
    /// The answer to the open question.
    Answer(Answer),
    /// Send this statement; its rows go to the store under this id.
    Run {
        /// The checked and recorded statement.
        permit: Permit,
        result: ResultId,
        bounds: RunBounds,
    },
    /// Stop the statement that feeds this result by KILL QUERY; a later statement is never touched.
    Cancel(ResultId),
    LoadCatalog,
    /// Close the connections and end.
    Close,
    /// The same, for another session that goes on with its story.
    GiveWay,
}

/// News of a session. The envelope with its [`SessionId`] is the message's.
#[derive(Debug, Clone)]
pub enum SessionEvent {
    /// A rung of the ladder moved. The hop's number counts from 0; rungs past the hops carry the number of hops.
    ConnectionStep {
        hop: usize,
        rung: ConnectionStep,
        state: StepState,
    },
    /// The user is asked; nothing is sent to the host until the answer is there.
    Asked(Question),
    /// Connected, read-only proven, facts read back.
    Ready(Arc<ServerFacts>),
    /// Connecting failed; the session has ended.
    Failed(Problem),
    Catalog(Arc<Catalog>),
    /// The catalog could not be read.
    CatalogFailed(Problem),
    /// The statement that feeds this result is done; the connection is free again.
    Ended {
        result: ResultId,
        report: RunReport,
    },
    /// How far the replica is behind: read after connecting, and then every while.
    Lag(Lag),
    /// A statement of our own went out (for the activity pane).
    Own {
        text: String,
        took: Duration,
        /// The error, where it failed.
        error: Option<String>,
    },
    /// The link is gone; the session has ended.
    Lost(Problem),
    /// Closed as asked; the session has ended.
    Closed,
}
