//! The tunnel: an open chain of SSH connections, which provides local ends and forwards and makes further chains for
//! them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::chain_lease::ChainLease;
use super::channel::open_channel;
use super::connect::{ConnectedRoute, RememberedHop, RouteConnector, TrustedHop};
use super::context::TunnelContext;
use super::error::TunnelError;
use super::forward_stream::ForwardStream;
use super::hop_connection::HopChain;
use super::hops::resolve_hops;
use super::local_end::{LocalAccess, serve_local_end};
use super::loopback_port::LocalEnd;
use super::stream_relay::{PlainRelay, StreamRelay};
use crate::domain::profile::Hop;
use crate::domain::ssh::host_key::HostKey;
use crate::domain::ssh::resolved_hop::ResolvedHop;

/// The time limit for disconnecting from the hops in an orderly way.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// An open tunnel through all hops. Dropping it ends all its connections at once.
#[derive(Debug)]
pub struct Tunnel {
    route: Vec<ResolvedHop>,
    context: TunnelContext,
    remembered: Vec<RememberedHop>,
    first: HopChain,
    /// Whether a forward uses the first chain alone.
    is_first_used: Arc<AtomicBool>,
    rejected: Arc<AtomicU64>,
    /// Whether a hop refused typed credentials that it had accepted before: they were a one-time code, and are not sent again.
    is_code_used: Arc<AtomicBool>,
    /// A further chain that is being connected for the next forward.
    standby: Mutex<Option<StandbyChain>>,
}

/// A chain that is being connected. Dropping it cancels the attempt.
type StandbyChain = AbortOnDropHandle<Result<HopChain, TunnelError>>;

impl Tunnel {
    /// Connects through all hops: look up, reach, host key, sign in. Reports each step to [`TunnelContext::progress`]; a failed
    /// step carries the problem of the returned error.
    ///
    /// # Errors
    /// Returns an error if a hop cannot be reached, is not trusted, or refuses the sign-in.
    pub async fn open(route: &[Hop], context: TunnelContext) -> Result<Self, TunnelError> {
        let route = resolve_hops(route, &context).await?;
        let connected = RouteConnector::first(&context).connect(&route).await?;
        Ok(Self::new(route, context, connected))
    }

    /// Opens a tunnel that will soon need a second local end: connects a standby chain at the same time. The standby
    /// chain does the handshake with the first hop while the first chain signs in there, and then signs in with the
    /// same credentials. If the user has to type something, it waits, because hops close idle connections.
    ///
    /// # Errors
    /// Returns the errors of [`Tunnel::open`].
    pub async fn open_with_standby(route: &[Hop], context: TunnelContext) -> Result<Self, TunnelError> {
        let route = resolve_hops(route, &context).await?;
        let key_offered = Arc::new(Notify::new());
        let connector = RouteConnector::first(&context).notifying(&key_offered);
        let trusted = connector.reach_first(&route).await?;
        let early = reach_early(context.clone(), route.clone(), trusted.key().clone(), Arc::clone(&key_offered));
        let connected = connector.continue_from(trusted, &route).await?;
        // If no key was offered, the task still waits.
        key_offered.notify_one();
        let tunnel = Self::new(route, context, connected);
        tunnel.prepare_standby(early);
        Ok(tunnel)
    }

    fn new(route: Vec<ResolvedHop>, context: TunnelContext, connected: ConnectedRoute) -> Self {
        let ConnectedRoute { chain, remembered } = connected;
        Self {
            route,
            context,
            remembered,
            first: chain,
            is_first_used: Arc::default(),
            rejected: Arc::default(),
            is_code_used: Arc::default(),
            standby: Mutex::default(),
        }
    }

    /// Continues the connection that was begun early, as the chain for the next forward.
    fn prepare_standby(&self, early: AbortOnDropHandle<Result<TrustedHop, TunnelError>>) {
        if !self.can_repeat_sign_in() {
            return;
        }
        let (context, remembered, route) = (self.context.clone(), self.remembered.clone(), self.route.clone());
        let connecting = async move {
            let connector = RouteConnector::further(&context, &remembered);
            let trusted = match early.await {
                Ok(Ok(trusted)) => trusted,
                Ok(Err(_)) | Err(_) => connector.reach_first(&route).await?,
            };
            connector.continue_from(trusted, &route).await.map(|connected| connected.chain)
        };
        *self.standby.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(AbortOnDropHandle::new(tokio::spawn(connecting)));
    }

    /// Returns whether a further chain can sign in without asking the user.
    fn can_repeat_sign_in(&self) -> bool {
        !self.is_code_used.load(Ordering::SeqCst) && self.remembered.iter().all(RememberedHop::is_repeatable)
    }

    /// Returns a further chain: the standby one if it is open, otherwise a new one.
    async fn further_chain(&self) -> Result<HopChain, TunnelError> {
        let standby = self.standby.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(standby) = standby {
            match standby.await {
                Ok(Ok(chain)) if !chain.has_ended() => return Ok(chain),
                // A second attempt would be refused too, and each one counts against the account.
                Ok(Err(refused @ TunnelError::SignIn { .. })) => return Err(refused),
                Ok(_) | Err(_) => {}
            }
        }
        let connector = RouteConnector::further(&self.context, &self.remembered);
        connector.connect(&self.route).await.map(|connected| connected.chain)
    }

    /// Opens a forward from the last hop to this target, and a loopback port that leads into it. The port accepts one
    /// connection, of this process, within [`crate::domain::limits::LOCAL_END`], and closes.
    ///
    /// # Errors
    /// Returns an error if the last hop refuses the forward, cannot reach the target, or does not answer in time, or if
    /// no loopback port is available.
    pub async fn local_end(&self, host: &str, port: u16) -> Result<LocalEnd, TunnelError> {
        self.relayed_local_end(host, port, Box::new(PlainRelay)).await
    }

    /// Opens a local end as [`Tunnel::local_end`], whose bytes this relay carries.
    ///
    /// # Errors
    /// Returns the errors of [`Tunnel::local_end`].
    pub async fn relayed_local_end(
        &self,
        host: &str,
        port: u16,
        relay: Box<dyn StreamRelay>,
    ) -> Result<LocalEnd, TunnelError> {
        let lease = self.lease_chain().await?;
        let chain = lease.separate_chain().unwrap_or(&self.first);
        let channel = open_channel(chain.last(), chain.last_hop(), (host, port)).await?;
        let is_own = Arc::clone(&self.context.is_own_socket);
        let access = LocalAccess { is_own, rejected: Arc::clone(&self.rejected) };
        let connection_ended = chain.last().ended();
        serve_local_end(channel, connection_ended, lease, relay, access).await
    }

    /// Opens a forward from the last hop to this target, on a separate SSH connection if that needs no question to the
    /// user.
    ///
    /// # Errors
    /// Returns the errors of [`Tunnel::local_end`].
    pub async fn forward(&self, host: &str, port: u16) -> Result<ForwardStream, TunnelError> {
        let lease = self.lease_chain().await?;
        let chain = lease.separate_chain().unwrap_or(&self.first);
        let channel = open_channel(chain.last(), chain.last_hop(), (host, port)).await?;
        let connection_ended = Box::pin(chain.last().ended());
        Ok(ForwardStream::new(channel, connection_ended, lease))
    }

    /// Returns a chain for one more forward: the first one while no forward uses it, otherwise a separate one. If the
    /// sign-in cannot be repeated without asking, the first one is shared.
    async fn lease_chain(&self) -> Result<ChainLease, TunnelError> {
        if !self.is_first_used.swap(true, Ordering::SeqCst) {
            return Ok(ChainLease::First(Arc::clone(&self.is_first_used)));
        }
        if !self.can_repeat_sign_in() {
            return Ok(ChainLease::Shared);
        }
        match self.further_chain().await {
            Ok(chain) => Ok(ChainLease::Separate(Arc::new(chain), self.first.cancel_token().clone())),
            // The hop refuses what it accepted before: a password that was a one-time code, or keys of an agent that
            // ended.
            Err(TunnelError::SignIn { .. }) => {
                let is_typed = self.remembered.iter().any(RememberedHop::is_typed);
                self.is_code_used.fetch_or(is_typed, Ordering::SeqCst);
                Ok(ChainLease::Shared)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a tunnel over the same hops to replace one that was lost: with the same host keys, and without asking if
    /// the credentials can be used again.
    ///
    /// # Errors
    /// Returns the errors of [`Tunnel::open`].
    pub async fn reopen(&self) -> Result<Self, TunnelError> {
        let connector = if self.can_repeat_sign_in() {
            RouteConnector::further(&self.context, &self.remembered)
        } else {
            RouteConnector::first(&self.context)
        };
        let connected = connector.connect(&self.route).await?;
        let tunnel = Self::new(self.route.clone(), self.context.clone(), connected);
        Ok(Self { rejected: Arc::clone(&self.rejected), is_code_used: Arc::clone(&self.is_code_used), ..tunnel })
    }

    /// Returns the number of hops, those of `ProxyJump` included.
    #[must_use]
    pub fn hop_count(&self) -> usize {
        self.route.len()
    }

    /// Returns the number of connections of other processes that local ends rejected so far.
    #[must_use]
    pub fn rejected_clients(&self) -> u64 {
        self.rejected.load(Ordering::SeqCst)
    }

    /// Returns the last hop as the user names it.
    #[must_use]
    pub fn last_hop(&self) -> &str {
        self.first.last_hop()
    }

    /// Waits until the tunnel is lost, and returns the reason. A dead peer is noticed within 15 seconds.
    pub async fn closed(&self) -> TunnelError {
        TunnelError::Lost { host: self.first.last_hop().to_owned(), why: self.first.closed().await }
    }

    /// Disconnects from the hops and ends all connections, within a second.
    pub async fn close(self) {
        let _ = tokio::time::timeout(DISCONNECT_TIMEOUT, self.first.disconnect()).await;
    }
}

/// Begins a further connection to the first hop, with its known key, once a key is offered there on the first connection.
fn reach_early(
    context: TunnelContext,
    route: Vec<ResolvedHop>,
    key: HostKey,
    key_offered: Arc<Notify>,
) -> AbortOnDropHandle<Result<TrustedHop, TunnelError>> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        key_offered.notified().await;
        let trusted = [RememberedHop { key, credentials: Vec::new() }];
        RouteConnector::further(&context, &trusted).reach_first(&route).await
    }))
}
