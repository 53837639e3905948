//! Accepts the clients of a loopback port, and checks them in batches: reading the system's table of connections takes
//! as long for many clients as for one. So a flood of foreign clients does not keep the user's client out.

use std::net::{SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// The number of clients in one batch. Meanwhile the same number is accepted; the others wait in the system's queue.
const BATCH: usize = 64;
/// The wait before the next attempt when a client cannot be accepted: most likely no file descriptor is left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Returns for each client address, given the address of the port, whether the client is allowed.
pub(super) type ClientFilter = Arc<dyn Fn(&[SocketAddrV4], SocketAddrV4) -> Vec<bool> + Send + Sync>;

/// A loopback port and the filter for its clients.
pub(super) struct LoopbackClients {
    listener: TcpListener,
    filter: ClientFilter,
    waiting: Vec<(TcpStream, SocketAddrV4)>,
}

impl LoopbackClients {
    pub(super) fn new(listener: TcpListener, filter: ClientFilter) -> Self {
        Self { listener, filter, waiting: Vec::new() }
    }

    /// Waits for the next clients, at least one, and returns each with whether it is allowed. Not cancel safe: dropping the
    /// future closes clients that were accepted already.
    pub(super) async fn next(&mut self) -> Vec<(TcpStream, bool)> {
        loop {
            while self.waiting.is_empty() {
                self.accept().await;
            }
            let clients = std::mem::take(&mut self.waiting);
            let Ok(SocketAddr::V4(port)) = self.listener.local_addr() else { continue };
            let (filter, from) =
                (Arc::clone(&self.filter), clients.iter().map(|(_, address)| *address).collect::<Vec<_>>());
            let mut checking = tokio::task::spawn_blocking(move || filter(&from, port));
            let allowed = loop {
                tokio::select! {
                    checked = &mut checking => break checked.unwrap_or_default(),
                    () = self.accept(), if self.waiting.len() < BATCH => {}
                }
            };
            // A client without an answer is not allowed.
            let allowed = allowed.into_iter().chain(std::iter::repeat(false));
            return clients.into_iter().zip(allowed).map(|((stream, _), is_allowed)| (stream, is_allowed)).collect();
        }
    }

    async fn accept(&mut self) {
        match self.listener.accept().await {
            Ok((stream, SocketAddr::V4(address))) => self.waiting.push((stream, address)),
            Ok((_, SocketAddr::V6(_))) => {}
            Err(_) => sleep(ACCEPT_RETRY).await,
        }
    }
}
