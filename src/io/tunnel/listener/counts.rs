//! The counts of a tunnel listener: clients, rejected connections, bytes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::io::tunnel::forward_stream::ByteCounts;

/// The counts of a tunnel listener.
#[derive(Debug, Default)]
pub struct ListenerCounts {
    connected: AtomicU64,
    rejected: AtomicU64,
    /// Bytes of disconnected clients: sent, received.
    past_bytes: (AtomicU64, AtomicU64),
    open: Mutex<Vec<Arc<ByteCounts>>>,
}

impl ListenerCounts {
    /// Returns the number of clients that are connected now.
    #[must_use]
    pub fn connected(&self) -> u64 {
        self.connected.load(Ordering::SeqCst)
    }

    /// Returns the number of connections that were rejected.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::SeqCst)
    }

    /// Returns the bytes of all clients so far: towards the target, and from it.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let past = (self.past_bytes.0.load(Ordering::SeqCst), self.past_bytes.1.load(Ordering::SeqCst));
        open.iter().fold(past, |sum, client| (sum.0 + client.sent(), sum.1 + client.received()))
    }

    pub(super) fn add_rejected(&self) {
        self.rejected.fetch_add(1, Ordering::SeqCst);
    }

    /// Adds a client, and returns the counter of its bytes.
    pub(super) fn add_client(&self) -> Arc<ByteCounts> {
        let bytes = Arc::<ByteCounts>::default();
        self.connected.fetch_add(1, Ordering::SeqCst);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&bytes));
        bytes
    }

    pub(super) fn remove_client(&self, bytes: &Arc<ByteCounts>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|known| !Arc::ptr_eq(known, bytes));
        self.past_bytes.0.fetch_add(bytes.sent(), Ordering::SeqCst);
        self.past_bytes.1.fetch_add(bytes.received(), Ordering::SeqCst);
        self.connected.fetch_sub(1, Ordering::SeqCst);
    }
}
