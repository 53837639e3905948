//! Serves the local end of a forward: one connection of this process, copied to a channel of the last hop and back.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use russh::Channel;
use russh::client::Msg;

use super::chain_lease::ChainLease;
use super::context::IsOwnSocket;
use super::error::TunnelError;
use super::loopback_port::{LocalEnd, LoopbackPort};
use super::stream_relay::StreamRelay;

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
    relay: Box<dyn StreamRelay>,
    access: LocalAccess,
) -> Result<LocalEnd, TunnelError> {
    let port = LoopbackPort::open().await.map_err(TunnelError::LocalEnd)?;
    let end = port.end();
    tokio::spawn(async move {
        let target = Box::new(channel.into_stream());
        let serve = async {
            if let Some(stream) = port.accept_own(access.is_own, &access.rejected).await {
                relay.relay(stream, target).await;
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
