//! Accepts the clients of a tunnel listener, and rejects those of other users.

use std::net::SocketAddrV4;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream, UnixListener};

use crate::io::tunnel::loopback_clients::LoopbackClients;
use crate::io::tunnel::stream_relay::ByteStream;

/// Returns, for each of these client addresses, the user who made its loopback connection to the server address; `None`
/// if the system does not know (`io::host::peers::uids_of`).
pub type PeerUids = Arc<dyn Fn(&[SocketAddrV4], SocketAddrV4) -> Vec<Option<u32>> + Send + Sync>;

/// The socket on which clients connect.
#[derive(Debug)]
pub enum ListenSocket {
    /// A port on 127.0.0.1.
    Port(TcpListener),
    /// A socket in the file system.
    Unix(UnixListener),
}

/// The outcome of a connection attempt.
pub(super) enum IncomingClient {
    Allowed(Box<dyn ByteStream>),
    /// A connection of another or an unknown user.
    Rejected,
    /// The system could not accept the connection.
    AcceptFailed,
}

/// Accepts clients, and checks their users.
pub(super) enum ClientAcceptor {
    Port(LoopbackClients),
    Unix { listener: UnixListener, uid: u32 },
}

impl ClientAcceptor {
    /// Accepts only clients of this user.
    pub(super) fn new(socket: ListenSocket, uid: u32, peers: PeerUids) -> Self {
        match socket {
            ListenSocket::Unix(listener) => Self::Unix { listener, uid },
            ListenSocket::Port(listener) => {
                let filter = move |from: &[SocketAddrV4], port| {
                    peers(from, port).into_iter().map(|peer| peer == Some(uid)).collect()
                };
                Self::Port(LoopbackClients::new(listener, Arc::new(filter)))
            }
        }
    }

    /// Waits for the next connection attempts, at least one.
    pub(super) async fn next(&mut self) -> Vec<IncomingClient> {
        match self {
            Self::Unix { listener, uid } => {
                let Ok((stream, _)) = listener.accept().await else { return vec![IncomingClient::AcceptFailed] };
                vec![match stream.peer_cred() {
                    Ok(peer) if peer.uid() == *uid => IncomingClient::Allowed(Box::new(stream)),
                    Ok(_) | Err(_) => IncomingClient::Rejected,
                }]
            }
            Self::Port(clients) => {
                let incoming = |(stream, is_allowed): (TcpStream, bool)| {
                    if !is_allowed {
                        return IncomingClient::Rejected;
                    }
                    // A refused option costs speed, not the connection.
                    let _ = stream.set_nodelay(true);
                    IncomingClient::Allowed(Box::new(stream))
                };
                clients.next().await.into_iter().map(incoming).collect()
            }
        }
    }
}
