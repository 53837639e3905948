//! A connection to the target without any hop, through a loopback port.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::TcpStream;

use super::context::IsOwnSocket;
use super::loopback_port::{LocalEnd, LoopbackPort};
use super::stream_relay::StreamRelay;

/// Connects to the target, and opens a loopback port that leads to it. The port works like that of
/// [`super::Tunnel::local_end`]. `keepalive` is the silence after which the system checks that the target is alive.
///
/// # Errors
/// Returns an error if the target has no address or cannot be reached, or if no loopback port is available.
pub async fn open_direct(
    target: (&str, u16),
    keepalive: Duration,
    is_own: IsOwnSocket,
    relay: Box<dyn StreamRelay>,
) -> io::Result<LocalEnd> {
    let remote = TcpStream::connect(target).await?;
    // A refused option costs speed, or delays the detection of a dead connection, which the heartbeat also detects.
    let _ = remote.set_nodelay(true);
    let _ = setsockopt(&remote, sockopt::KeepAlive, &true);
    #[cfg(target_os = "linux")]
    let _ = setsockopt(&remote, sockopt::TcpKeepIdle, &u32::try_from(keepalive.as_secs()).unwrap_or(u32::MAX));
    #[cfg(not(target_os = "linux"))]
    let _ = keepalive;
    let port = LoopbackPort::open().await?;
    let end = port.end();
    tokio::spawn(async move {
        if let Some(local) = port.accept_own(is_own, &Arc::<AtomicU64>::default()).await {
            relay.relay(local, Box::new(remote)).await;
        }
    });
    Ok(end)
}
