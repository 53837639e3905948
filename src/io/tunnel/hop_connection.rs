//! A signed-in SSH connection to one hop, and the chain of connections through all hops.

use std::future::Future;

use russh::client::Handle;
use tokio_util::sync::CancellationToken;

use super::host_key_verifier::{DisconnectMessage, ForwardMessage, HostKeyVerifier};
use super::library_errors::CLOSED;

/// An SSH connection to a hop whose key is trusted.
pub(super) struct HopConnection {
    pub(super) handle: Handle<HostKeyVerifier>,
    pub(super) forward_message: ForwardMessage,
    disconnect_message: DisconnectMessage,
}

impl HopConnection {
    pub(super) fn new(
        handle: Handle<HostKeyVerifier>,
        forward_message: ForwardMessage,
        disconnect_message: DisconnectMessage,
    ) -> Self {
        Self { handle, forward_message, disconnect_message }
    }

    /// Waits until this connection has ended.
    pub(super) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut message = self.disconnect_message.clone();
        async move {
            // An error means that the connection's task ended without giving a reason.
            let _ = message.wait_for(Option::is_some).await;
        }
    }

    fn end_reason(&self) -> Option<String> {
        self.disconnect_message.borrow().clone()
    }
}

/// Connections through all hops, each inside the previous one. Dropping the chain ends them all.
pub(super) struct HopChain {
    /// All connections except the last.
    before: Vec<HopConnection>,
    last: HopConnection,
    last_hop: String,
    cancel: CancellationToken,
}

impl std::fmt::Debug for HopChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HopChain").field("last_hop", &self.last_hop).finish_non_exhaustive()
    }
}

impl Drop for HopChain {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl HopChain {
    pub(super) fn new(
        before: Vec<HopConnection>,
        last: HopConnection,
        last_hop: String,
        cancel: CancellationToken,
    ) -> Self {
        Self { before, last, last_hop, cancel }
    }

    pub(super) fn last(&self) -> &HopConnection {
        &self.last
    }

    /// Returns the last hop as the user names it.
    pub(super) fn last_hop(&self) -> &str {
        &self.last_hop
    }

    /// Returns the token that ends all connections of the chain.
    pub(super) fn cancel_token(&self) -> &CancellationToken {
        &self.cancel
    }

    fn connections(&self) -> impl Iterator<Item = &HopConnection> {
        self.before.iter().chain(std::iter::once(&self.last))
    }

    /// Returns whether any connection of the chain has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.connections().any(|connection| connection.end_reason().is_some())
    }

    /// Waits for the end of the last connection, which ends when an earlier one ends. Returns the first reason that a
    /// connection gave, from the first hop on.
    pub(super) async fn closed(&self) -> String {
        self.last.ended().await;
        self.connections().find_map(HopConnection::end_reason).unwrap_or_else(|| CLOSED.into())
    }

    /// Disconnects from the last hop and waits for the end.
    pub(super) async fn disconnect(&self) {
        let _ = self.last.handle.disconnect(russh::Disconnect::ByApplication, "", "").await;
        self.closed().await;
    }
}
