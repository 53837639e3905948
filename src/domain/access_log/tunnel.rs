//! The access log's records of a tunnel for other programs: when and why it was opened, its clients, the bytes transferred, and
//! its end. Statements of such programs are not known: they bypass the guard, blinding and the log of statements.

use serde::{Deserialize, Serialize};

use crate::domain::quantity::counted;

/// A record of a tunnel. All records of one tunnel have the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TunnelRecord {
    /// Unique within the log.
    pub id: String,
    /// In UTC, RFC 3339 with milliseconds. Filled in by the storage task.
    pub time: String,
    /// The user of the operating system. Filled in by the storage task.
    pub os_user: String,
    pub profile: String,
    /// The MySQL account of the profile. A program may sign in with another one.
    pub account: String,
    /// Host and port at the far end of the tunnel.
    pub server: String,
    #[serde(flatten)]
    pub event: TunnelEvent,
}

/// What happened to a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum TunnelEvent {
    /// The tunnel is open. Written before the first client can connect.
    Opened {
        /// The local address: `127.0.0.1:PORT`, or the path of a socket.
        at: String,
        /// The reason that the user gave.
        reason: Option<String>,
    },
    /// A client has connected. Written before any byte is transferred.
    #[serde(rename = "came")]
    Connected {
        /// The number of the client, from 1.
        client: u64,
    },
    #[serde(rename = "left")]
    Disconnected {
        client: u64,
        /// Bytes sent to the server.
        up: u64,
        /// Bytes received from the server.
        down: u64,
        /// How long it was connected.
        milliseconds: u64,
        end: String,
    },
    Closed {
        /// Number of clients that were served.
        clients: u64,
        /// Number of connections from other users of this machine, which were refused.
        #[serde(rename = "strangers")]
        refused: u64,
        /// Bytes sent to the server.
        up: u64,
        /// Bytes received from the server.
        down: u64,
        end: String,
    },
}

impl TunnelEvent {
    /// Describes the event on one line.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Opened { at, reason: None } => format!("tunnel opened at {at}"),
            Self::Opened { at, reason: Some(reason) } => format!("tunnel opened at {at}: {reason}"),
            Self::Connected { client } => format!("tunnel client {client} connected"),
            Self::Disconnected { client, up, down, .. } => {
                format!("tunnel client {client} disconnected: {up} bytes sent, {down} bytes received")
            }
            Self::Closed { clients, refused, up, down, .. } => format!(
                "tunnel closed: {}, {} refused, {up} bytes sent, {down} bytes received",
                counted(*clients, "client"),
                counted(*refused, "connection")
            ),
        }
    }
}
