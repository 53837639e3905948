//! The tunnel: connects through the hops of a route, and gives the session a loopback port that leads to the replica.
//! It implements SSH and nothing of MySQL. It opens no file itself: [`TunnelContext`] provides access to files.
//!
//! ```text
//!  driver ──► 127.0.0.1:port ──► copy task ──► SSH connection ──► hop … hop ──► replica
//!             (local end: for this process only, one connection, within five seconds)
//! ```
//!
//! Each local end has its own SSH connection; the first local end uses that of [`Tunnel::open`]. The SSH library
//! extends the window of a channel when bytes arrive, not when they are read, and then blocks the whole connection
//! until they are read: an unread result would delay the KILL QUERY on the same connection. Only if the sign-in cannot
//! be repeated without asking the user (a one-time code), all local ends share the first connection.
//!
//! From the bottom to the top: `guarded_stream`, `loopback_port`, `inspected_stream` and `stream_relay` handle bytes;
//! `host_key_policy`, `host_key_verifier`, `transport` and `handshake` lead to a trusted hop; `identity` and `sign_in`
//! sign in; `connect` does this for all hops of a route; `ssh_tunnel` provides local ends and forwards; `listener`
//! serves other programs.

mod banner;
mod chain_lease;
mod channel;
mod connect;
mod context;
mod direct;
mod error;
mod forward_stream;
mod guarded_stream;
mod handshake;
mod hop_connection;
mod hops;
mod host_certificate;
mod host_key_policy;
mod host_key_verifier;
mod identity;
mod inspected_stream;
pub mod key_pair;
mod library_errors;
mod listener;
mod local_end;
mod loopback_clients;
mod loopback_port;
mod portable_route;
mod problem;
mod proxy_command;
mod sign_in;
mod ssh_settings;
mod ssh_tunnel;
mod stream_relay;
mod transport;

pub use context::{
    AppendLine, HopProgress, IsOwnSocket, NoPrompter, PassphraseSource, ProxyReport, ReadFile, StartCommand,
    StartedCommand, TunnelContext, UserPrompter, read_file_in_time,
};
pub use direct::open_direct;
pub use error::{ReachFailure, TunnelError};
pub use forward_stream::{ByteCounts, ForwardStream};
pub use inspected_stream::{InspectedStream, Inspection, StreamInspector};
pub use listener::{ClientEnd, ListenSocket, ListenerCounts, ListenerEvent, ListenerOptions, PeerUids, TunnelListener};
pub use loopback_port::LocalEnd;
pub use portable_route::portable_route;
pub use ssh_tunnel::Tunnel;
pub use stream_relay::{ByteStream, StreamRelay, copy_streams};
