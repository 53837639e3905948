//! A loopback port that accepts one connection, which must come from this process.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::context::IsOwnSocket;
use super::loopback_clients::LoopbackClients;
use crate::domain::limits;

/// A loopback port that leads to the target, for one connection. Dropping it does not end the connection.
#[derive(Debug)]
pub struct LocalEnd {
    port: u16,
}

impl LocalEnd {
    /// Returns the port, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// A loopback port that waits for a connection of this process.
pub(super) struct LoopbackPort {
    listener: TcpListener,
    port: u16,
}

impl LoopbackPort {
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub(super) fn end(&self) -> LocalEnd {
        LocalEnd { port: self.port }
    }

    /// Waits for the connection of this process for at most [`limits::LOCAL_END`]; then the port is closed.
    pub(super) async fn accept_own(self, is_own: IsOwnSocket, rejected: &AtomicU64) -> Option<TcpStream> {
        timeout(limits::LOCAL_END, accept_own(self.listener, is_own, rejected)).await.ok()
    }
}

/// Accepts connections until one comes from this process. Others are closed at once and counted. If the system does not
/// know who made a connection, the first one is accepted, as with `ssh -L`.
async fn accept_own(listener: TcpListener, is_own: IsOwnSocket, rejected: &AtomicU64) -> TcpStream {
    let filter = move |from: &[SocketAddrV4], port| is_own(from, port).unwrap_or_else(|| vec![true]);
    let mut clients = LoopbackClients::new(listener, Arc::new(filter));
    loop {
        let mut accepted = None;
        for (stream, is_own) in clients.next().await {
            if is_own && accepted.is_none() {
                accepted = Some(stream);
            } else {
                rejected.fetch_add(1, Ordering::SeqCst);
            }
        }
        if let Some(stream) = accepted {
            // A refused option costs speed, not the connection.
            let _ = stream.set_nodelay(true);
            return stream;
        }
    }
}
