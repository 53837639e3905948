//! A connection to the target without any hop, through a loopback port and an inspector.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use tokio::io::{AsyncWriteExt as _, BufReader, copy_buf};
use tokio::net::TcpStream;

use super::context::IsOwnSocket;
use super::inspected_stream::{InspectedStream, StreamInspector};
use super::loopback_port::{LocalEnd, LoopbackPort, PUMP_BUFFER};

/// Connects to the target, and opens a loopback port that leads to it through an inspector. The port works like that of
/// [`super::Tunnel::local_end`]. `keepalive` is the silence after which the system checks that the target is alive.
///
/// # Errors
/// Returns an error if the target has no address or cannot be reached, or if no loopback port is available.
pub async fn open_direct(
    target: (&str, u16),
    keepalive: Duration,
    is_own: IsOwnSocket,
    inspector: Box<dyn StreamInspector>,
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
        let Some(mut local) = port.accept_own(is_own, &Arc::<AtomicU64>::default()).await else { return };
        let (local_read, mut local_write) = local.split();
        let (remote_read, mut remote_write) = tokio::io::split(InspectedStream::new(remote, Some(inspector)));
        let (mut local_read, mut remote_read) =
            (BufReader::with_capacity(PUMP_BUFFER, local_read), BufReader::with_capacity(PUMP_BUFFER, remote_read));
        // When one side ends, the other has nothing left to send: the client closes first, after the last answer.
        tokio::select! {
            _ = copy_buf(&mut local_read, &mut remote_write) => {}
            _ = copy_buf(&mut remote_read, &mut local_write) => {}
        }
        let _ = remote_write.shutdown().await;
    });
    Ok(end)
}
