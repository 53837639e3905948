//! The use of a chain of SSH connections by one forward.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

use super::hop_connection::HopChain;

/// The right of a forward to use a chain. The forward keeps it while it is open.
pub(super) enum ChainLease {
    /// The tunnel's first chain, used by this forward only. Dropping the lease clears the flag that marks the chain as
    /// used.
    First(Arc<AtomicBool>),
    /// The tunnel's first chain, together with other forwards.
    Shared,
    /// A separate chain, which ends with the forward or with the tunnel.
    Separate(Arc<HopChain>, CancellationToken),
}

impl ChainLease {
    /// Waits until the tunnel is dropped. Never returns for a chain that ends with the tunnel anyway.
    pub(super) async fn cancelled(&self) {
        match self {
            Self::First(_) | Self::Shared => std::future::pending().await,
            Self::Separate(_chain, tunnel) => tunnel.cancelled().await,
        }
    }

    /// Returns the separate chain, if there is one.
    pub(super) fn separate_chain(&self) -> Option<&HopChain> {
        match self {
            Self::First(_) | Self::Shared => None,
            Self::Separate(chain, _) => Some(chain),
        }
    }
}

impl Drop for ChainLease {
    fn drop(&mut self) {
        if let Self::First(is_used) = self {
            is_used.store(false, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for ChainLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First(_) => "First",
            Self::Shared => "Shared",
            Self::Separate(..) => "Separate",
        })
    }
}
