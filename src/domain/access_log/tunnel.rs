//! The records of a tunnel that is held for other programs: when it was opened and why, who came, how much flowed, and its
//! end. What flowed is not known: such programs are outside the guard, the blinding and the records of statements.

use serde::{Deserialize, Serialize};

use crate::domain::words::counted;

/// One record of a held tunnel; all of one tunnel carry the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TunnelRecord {
    /// Joins the records of one tunnel: unique within the log.
    pub id: String,
    /// When, in UTC, RFC 3339 with milliseconds. The storage room fills it in.
    pub time: String,
    /// The operating system's user. The storage room fills it in.
    pub os_user: String,
    /// The profile's name.
    pub profile: String,
    /// The account that the profile names; a program may sign in with another one.
    pub account: String,
    /// Host and port that the tunnel leads to.
    pub server: String,
    /// What happened.
    #[serde(flatten)]
    pub event: TunnelEvent,
}

/// What happened to a held tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum TunnelEvent {
    /// It stands; written before any client can come.
    Opened {
        /// Its local end: `127.0.0.1:PORT`, or the path of a socket.
        at: String,
        /// Why, in the user's words.
        reason: Option<String>,
    },
    /// A client is there; written before any byte flows.
    Came {
        /// Its number, from 1.
        client: u64,
    },
    /// A client is gone.
    Left {
        /// Its number.
        client: u64,
        /// Bytes towards the server.
        up: u64,
        /// Bytes from the server.
        down: u64,
        /// How long it was there, in milliseconds.
        milliseconds: u64,
        /// How it ended.
        end: String,
    },
    /// It is closed.
    Closed {
        /// Clients that were served.
        clients: u64,
        /// Connections of others that were turned away.
        strangers: u64,
        /// Bytes towards the server.
        up: u64,
        /// Bytes from the server.
        down: u64,
        /// Why.
        end: String,
    },
}

impl TunnelEvent {
    /// The event in words, on one line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Opened { at, reason: None } => format!("tunnel opened at {at}"),
            Self::Opened { at, reason: Some(reason) } => format!("tunnel opened at {at}: {reason}"),
            Self::Came { client } => format!("tunnel client {client}"),
            Self::Left { client, up, down, .. } => format!("tunnel client {client}: {up} bytes up, {down} bytes down"),
            Self::Closed { clients, strangers, up, down, .. } => format!(
                "tunnel closed: {}, {} turned away, {up} bytes up, {down} bytes down",
                counted(*clients, "client"),
                counted(*strangers, "stranger")
            ),
        }
    }
}
