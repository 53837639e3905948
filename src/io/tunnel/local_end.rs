//! Serves the local end of a forward: one connection of this process, copied to a channel of the last hop and back.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use russh::Channel;
use russh::client::Msg;
use tokio::io::copy_bidirectional_with_sizes;

use super::chain_lease::ChainLease;
use super::context::IsOwnSocket;
use super::error::TunnelError;
use super::inspected_stream::{InspectedStream, StreamInspector};
use super::loopback_port::{LocalEnd, LoopbackPort, PUMP_BUFFER};

/// Decides which connections a local end accepts, and counts the others.
pub(super) struct LocalAccess {
    pub(super) is_own: IsOwnSocket,
    pub(super) rejected: Arc<AtomicU64>,
}

/// Opens a loopback port, and starts a task that waits for the connection of this process and copies its bytes. The
/// task stops when `connection_ended` completes.
pub(super) async fn serve_local_end(
    channel: Channel<Msg>,
    connection_ended: impl Future<Output = ()> + Send + 'static,
    lease: ChainLease,
    inspector: Option<Box<dyn StreamInspector>>,
    access: LocalAccess,
) -> Result<LocalEnd, TunnelError> {
    let port = LoopbackPort::open().await.map_err(TunnelError::LocalEnd)?;
    let end = port.end();
    tokio::spawn(async move {
        let mut channel = InspectedStream::new(channel.into_stream(), inspector);
        let serve = async {
            if let Some(mut stream) = port.accept_own(access.is_own, &access.rejected).await {
                // The users of the connection report how it ends.
                let _ = copy_bidirectional_with_sizes(&mut stream, &mut channel, PUMP_BUFFER, PUMP_BUFFER).await;
            }
        };
        tokio::select! {
            () = serve => {}
            () = lease.cancelled() => {}
            // A write that waits for the hop is not woken when the hop's connection ends.
            () = connection_ended => {}
        }
    });
    Ok(end)
}
