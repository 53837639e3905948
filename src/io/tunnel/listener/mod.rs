//! A tunnel that listens for other programs: accepts their connections on a loopback port or a socket, rejects other users,
//! opens a forward for each client, and reconnects when a hop is lost. It reports events and writes no records.
//!
//! Each client has its own SSH connection, as [`super`] explains: a client that does not read would delay all others.

mod acceptor;
mod client;
mod counts;
mod event;
mod reconnect;

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;

use acceptor::ClientAcceptor;
pub use acceptor::{ListenSocket, PeerUids};
use client::{ClientServer, ClientTarget};
pub use counts::ListenerCounts;
pub use event::{ClientEnd, ListenerEvent};
use reconnect::keep_connected;

use super::ssh_tunnel::Tunnel;
use crate::domain::limits;

/// The target of a tunnel listener, and who may use it.
#[derive(Clone)]
pub struct ListenerOptions {
    /// The target as the last hop resolves it.
    pub host: String,
    pub port: u16,
    /// The only user whose clients are served.
    pub uid: u32,
    /// Finds the users of clients at a port.
    pub peers: PeerUids,
    /// Formats the reason of a refusal in the client's protocol.
    pub refusal_message: fn(&str) -> Vec<u8>,
}

/// A tunnel that listens for other programs. Dropping it closes it.
pub struct TunnelListener {
    counts: Arc<ListenerCounts>,
    closed: CancellationToken,
}

impl TunnelListener {
    /// Starts to serve clients on this socket, and reports what happens.
    #[must_use]
    pub fn start(
        tunnel: Tunnel,
        socket: ListenSocket,
        options: ListenerOptions,
        events: mpsc::Sender<ListenerEvent>,
    ) -> Self {
        let closed = CancellationToken::new();
        let counts = Arc::<ListenerCounts>::default();
        let tunnel = Arc::new(tunnel);
        let (sender, current) = watch::channel(Some(Arc::clone(&tunnel)));
        let ListenerOptions { host, port, uid, peers, refusal_message } = options;
        let server = ClientServer {
            target: ClientTarget { host, port, refusal_message },
            current,
            counts: Arc::clone(&counts),
            sign_ins: Arc::new(Semaphore::new(limits::TUNNEL_CONNECTS)),
            closed: closed.clone(),
            events: events.clone(),
        };
        tokio::spawn(keep_connected(tunnel, sender, events, closed.clone()));
        tokio::spawn(server.accept_clients(ClientAcceptor::new(socket, uid, peers)));
        Self { counts, closed }
    }

    #[must_use]
    pub fn counts(&self) -> &Arc<ListenerCounts> {
        &self.counts
    }

    /// Closes the socket and the connections of all clients. The events end after the last client is reported.
    pub fn close(&self) {
        self.closed.cancel();
    }
}

impl Drop for TunnelListener {
    fn drop(&mut self) {
        self.closed.cancel();
    }
}
