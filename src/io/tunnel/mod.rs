//! The tunnel: climbs the hops of a route and gives the session a loopback port that leads to the replica. Knows SSH;
//! knows nothing of MySQL, and opens no file itself: what it needs of the outside comes in by [`TunnelContext`].
//!
//! ```text
//!  driver ──► 127.0.0.1:port ──► pump ──► SSH connection ──► hop … hop ──► replica
//!             (local end: our own process only, one connection, five seconds)
//! ```
//!
//! Each local end has an SSH connection of its own (the first one that of [`Tunnel::open`]). The SSH library gives a
//! channel's window back when bytes arrive, not when they are read, and then waits for the reader with the whole
//! connection: a result that nobody reads would hold up the KILL QUERY on the same connection. Only where signing in cannot
//! be repeated unasked (a one-time code) all local ends share the first one.

mod auth;
mod callers;
mod context;
mod forward;
mod hold;
mod host_key;
mod identity;
pub mod key_pair;
pub mod known_hosts;
mod link;
mod problem;
pub mod randomart;
mod reach;
mod route;
pub mod ssh_config;
mod station;
mod through;
mod watched;
mod written_out;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use context::{
    AppendLine, Asker, IsOwnSocket, NoOneToAsk, PassphraseSource, ReadFile, SshConfig, Step, TunnelContext,
};
use forward::Carried;
pub use forward::LocalEnd;
pub use hold::{Counts, Door, Ending, Held, HoldNews, PeerUids, Terms, hold};
use known_hosts::HostKey;
pub use problem::{Reached, TunnelError};
use route::{Chain, Climb, Met, Remembered};
use station::{Station, stations};
pub use through::{Flow, Through};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;
pub use watched::{Verdict, Watch, straight};
pub use written_out::written_out;

use crate::domain::limits;
use crate::domain::profile::Hop;

/// Time for a polite good-bye to the hops.
const GOOD_BYE: Duration = Duration::from_secs(1);

/// A live way through all hops. Dropping it cuts everything in it at once.
#[derive(Debug)]
pub struct Tunnel {
    route: Vec<Station>,
    context: TunnelContext,
    remembered: Vec<Remembered>,
    first: Chain,
    /// Whether the first chain carries a local end now.
    is_first_taken: Arc<AtomicBool>,
    strangers: Arc<AtomicU64>,
    /// A hop did not take again what was typed: it was a one-time code, and is not sent any more.
    is_spent: Arc<AtomicBool>,
    /// A further SSH connection on its way, for the next local end.
    spare: Mutex<Option<Spare>>,
}

/// A connection that is being made, and given up with its tunnel.
type Spare = AbortOnDropHandle<Result<Chain, TunnelError>>;

impl Tunnel {
    /// Climbs all hops: resolve, reach, host key, sign in; each step is told to [`TunnelContext::event`], a failed one as
    /// failed with the problem of the error returned.
    ///
    /// # Errors
    /// When a hop cannot be reached, trusted or signed in to.
    pub async fn open(route: &[Hop], context: TunnelContext) -> Result<Self, TunnelError> {
        let route = stations(route, &context).await?;
        let climbed = Climb::new(&context).chain(&route).await?;
        Ok(Self::over(route, context, climbed))
    }

    /// The same for whoever is going to want a second local end soon: a further SSH connection is made meanwhile. It
    /// shakes hands with the first hop while the first one signs in there, and signs in with what was good for that one.
    /// Where a user must type something before, it waits: a hop would see a connection on which nothing happens.
    ///
    /// # Errors
    /// As [`Tunnel::open`].
    pub async fn open_for_two(route: &[Hop], context: TunnelContext) -> Result<Self, TunnelError> {
        let route = stations(route, &context).await?;
        let offering = Arc::new(Notify::new());
        let climb = Climb::new(&context).telling(&offering);
        let met = climb.meet_first(&route).await?;
        let ahead = ahead(context.clone(), route.clone(), met.key.clone(), Arc::clone(&offering));
        let climbed = climb.go_on(met, &route).await?;
        // Where nothing was offered, nobody was told.
        offering.notify_one();
        let tunnel = Self::over(route, context, climbed);
        tunnel.prepare(ahead);
        Ok(tunnel)
    }

    fn over(route: Vec<Station>, context: TunnelContext, (first, remembered): (Chain, Vec<Remembered>)) -> Self {
        Self {
            route,
            context,
            remembered,
            first,
            is_first_taken: Arc::default(),
            strangers: Arc::default(),
            is_spent: Arc::default(),
            spare: Mutex::default(),
        }
    }

    /// Goes on with the connection that was begun ahead, for the next local end.
    fn prepare(&self, ahead: AbortOnDropHandle<Result<Met, TunnelError>>) {
        if !self.is_repeatable() {
            return;
        }
        let (context, remembered, route) = (self.context.clone(), self.remembered.clone(), self.route.clone());
        let climbing = async move {
            let climb = Climb::again(&context, &remembered);
            let met = match ahead.await {
                Ok(Ok(met)) => met,
                Ok(Err(_)) | Err(_) => climb.meet_first(&route).await?,
            };
            climb.go_on(met, &route).await.map(|(chain, _)| chain)
        };
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(AbortOnDropHandle::new(tokio::spawn(climbing)));
    }

    /// Whether the hops may be signed in to once more without asking anybody.
    fn is_repeatable(&self) -> bool {
        !self.is_spent.load(Ordering::SeqCst) && self.remembered.iter().all(Remembered::is_repeatable)
    }

    /// A further SSH connection: the one that was prepared, where it stands, else a new one.
    async fn further(&self) -> Result<Chain, TunnelError> {
        let prepared = self.spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(prepared) = prepared {
            match prepared.await {
                Ok(Ok(chain)) if !chain.is_gone() => return Ok(chain),
                // A second try would be refused too, and each one counts against the account.
                Ok(Err(refused @ TunnelError::SignIn { .. })) => return Err(refused),
                Ok(_) | Err(_) => {}
            }
        }
        Climb::again(&self.context, &self.remembered).chain(&self.route).await.map(|(chain, _)| chain)
    }

    /// Opens a forward from the last hop to this target and a loopback port that leads into it. The port takes one
    /// connection of this very process within [`limits::LOCAL_END`] and closes again.
    ///
    /// # Errors
    /// When the last hop refuses the forward or does not reach the target (told apart), when it does not answer in time,
    /// or when no loopback port can be had.
    pub async fn local_end(&self, host: &str, port: u16) -> Result<LocalEnd, TunnelError> {
        self.watched_end(host, port, None).await
    }

    /// The same, with eyes upon what the target sends first.
    ///
    /// # Errors
    /// As [`Tunnel::local_end`].
    pub async fn watched_end(
        &self,
        host: &str,
        port: u16,
        watch: Option<Box<dyn Watch>>,
    ) -> Result<LocalEnd, TunnelError> {
        let (own, carried) = self.carrier().await?;
        let chain = own.as_deref().unwrap_or(&self.first);
        let ours = (Arc::clone(&self.context.is_own_socket), Arc::clone(&self.strangers));
        forward::local_end((chain, carried), (host, port), watch, ours).await
    }

    /// An SSH connection for one more forward: the first one while it carries none, else one of its own; where signing in
    /// cannot be repeated unasked the first one again (`None`), beside what that carries already.
    async fn carrier(&self) -> Result<(Option<Arc<Chain>>, Carried), TunnelError> {
        if !self.is_first_taken.swap(true, Ordering::SeqCst) {
            return Ok((None, Carried::First(Arc::clone(&self.is_first_taken))));
        }
        if !self.is_repeatable() {
            return Ok((None, Carried::Shared));
        }
        match self.further().await {
            Ok(chain) => {
                let chain = Arc::new(chain);
                Ok((Some(Arc::clone(&chain)), Carried::Own(chain, self.first.kill().clone())))
            }
            // What let us in once does not do so again: a password that was a one-time code, an agent that is gone.
            Err(TunnelError::SignIn { .. }) => {
                let is_typed = self.remembered.iter().any(Remembered::is_typed);
                self.is_spent.fetch_or(is_typed, Ordering::SeqCst);
                Ok((None, Carried::Shared))
            }
            Err(error) => Err(error),
        }
    }

    /// Opens a tunnel over the same hops in place of one that was lost: with the same host keys, and unasked where what let
    /// us in can be repeated.
    ///
    /// # Errors
    /// As [`Tunnel::open`].
    pub async fn renew(&self) -> Result<Self, TunnelError> {
        let climb = if self.is_repeatable() {
            Climb::again(&self.context, &self.remembered)
        } else {
            Climb::new(&self.context)
        };
        let climbed = climb.chain(&self.route).await?;
        let tunnel = Self::over(self.route.clone(), self.context.clone(), climbed);
        Ok(Self { strangers: Arc::clone(&self.strangers), is_spent: Arc::clone(&self.is_spent), ..tunnel })
    }

    /// How many hops there are, those of `ProxyJump` included.
    #[must_use]
    pub fn hops(&self) -> usize {
        self.route.len()
    }

    /// Connections of other processes that were turned away at local ends so far.
    #[must_use]
    pub fn strangers(&self) -> u64 {
        self.strangers.load(Ordering::SeqCst)
    }

    /// The last hop, as the user names it.
    #[must_use]
    pub fn last_hop(&self) -> &str {
        self.first.last_hop()
    }

    /// Waits until the tunnel is gone, and says why. A dead peer is known within 15 seconds.
    pub async fn closed(&self) -> TunnelError {
        TunnelError::Lost { host: self.first.last_hop().to_owned(), why: self.first.closed().await }
    }

    /// Says good-bye to the hops and cuts everything, in a second at most.
    pub async fn close(self) {
        let _ = tokio::time::timeout(GOOD_BYE, self.first.good_bye()).await;
    }
}

/// Begins a further connection to the first hop, with this key of it, once a key is offered there on the first one.
fn ahead(
    context: TunnelContext,
    route: Vec<Station>,
    key: HostKey,
    offering: Arc<Notify>,
) -> AbortOnDropHandle<Result<Met, TunnelError>> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        offering.notified().await;
        let trusted = [Remembered { key, credentials: Vec::new() }];
        Climb::again(&context, &trusted).meet_first(&route).await
    }))
}
