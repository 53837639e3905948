//! Callers at a loopback port: taken in as they come, and looked at together, since a look at the system's table of
//! connections takes as long for many as for one. Whoever floods the port waits with everybody and keeps nobody out. It
//! does not know who is welcome.

use std::net::{SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Callers that are looked at together, at most; as many again wait in hand while that is done, the rest in the system.
const TOGETHER: usize = 64;
/// The wait before the next try where a caller cannot be taken in: no descriptor is left, most likely.
const NONE_LEFT: Duration = Duration::from_millis(50);

/// Tells of each caller's address, with that of the port, whether it is welcome.
pub(super) type Welcome = Arc<dyn Fn(&[SocketAddrV4], SocketAddrV4) -> Vec<bool> + Send + Sync>;

/// A loopback port, and who is welcome there.
pub(super) struct Callers {
    listener: TcpListener,
    welcome: Welcome,
    waiting: Vec<(TcpStream, SocketAddrV4)>,
}

impl Callers {
    pub(super) fn new(listener: TcpListener, welcome: Welcome) -> Self {
        Self { listener, welcome, waiting: Vec::new() }
    }

    /// The next that came, at least one, each with whether it is welcome. Whoever drops the wait loses callers.
    pub(super) async fn next(&mut self) -> Vec<(TcpStream, bool)> {
        loop {
            while self.waiting.is_empty() {
                self.take_in().await;
            }
            let came = std::mem::take(&mut self.waiting);
            let Ok(SocketAddr::V4(port)) = self.listener.local_addr() else { continue };
            let (welcome, from) = (Arc::clone(&self.welcome), came.iter().map(|(_, near)| *near).collect::<Vec<_>>());
            let mut looking = tokio::task::spawn_blocking(move || welcome(&from, port));
            let welcome = loop {
                tokio::select! {
                    told = &mut looking => break told.unwrap_or_default(),
                    () = self.take_in(), if self.waiting.len() < TOGETHER => {}
                }
            };
            // Whoever nothing is told of is not welcome.
            let welcome = welcome.into_iter().chain(std::iter::repeat(false));
            return came.into_iter().zip(welcome).map(|((stream, _), is_welcome)| (stream, is_welcome)).collect();
        }
    }

    async fn take_in(&mut self) {
        match self.listener.accept().await {
            Ok((stream, SocketAddr::V4(near))) => self.waiting.push((stream, near)),
            Ok((_, SocketAddr::V6(_))) => {}
            Err(_) => sleep(NONE_LEFT).await,
        }
    }
}
