//! The events of a tunnel that listens for other programs.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::domain::problem::Problem;

/// An event of a tunnel listener.
#[derive(Debug)]
pub enum ListenerEvent {
    /// A client has connected. Its bytes are forwarded only after it is admitted.
    ClientConnected {
        /// The client's number, from 1.
        client: u64,
        /// Receives the decision. A refusal carries the reason.
        admit: oneshot::Sender<Result<(), String>>,
    },
    /// An admitted client has disconnected.
    ClientDisconnected {
        client: u64,
        /// Bytes towards the target.
        sent: u64,
        /// Bytes from the target.
        received: u64,
        duration: Duration,
        end: ClientEnd,
    },
    /// A connection of another or an unknown user was closed at once. At most one such event is sent each second, and none
    /// when the queue is full; [`super::ListenerCounts::rejected`] counts them all.
    ClientRejected,
    /// The tunnel is lost. New clients wait for a while.
    Disconnected(Problem),
    /// An attempt to reconnect failed.
    ReconnectFailed { problem: Problem, retry_in: Duration },
    /// The tunnel is open again.
    Reconnected,
    /// The listener does not reconnect any more: a refused sign-in is not repeated, and a changed host key is not trusted.
    GaveUp(Problem),
}

/// How the connection of a client ended.
#[derive(Debug)]
pub enum ClientEnd {
    /// The client or the server closed it.
    Closed,
    /// The listener was closed.
    ListenerClosed,
    /// No forward could be opened for it.
    NoForward(Problem),
    /// It broke while it was open.
    Broken(String),
}
