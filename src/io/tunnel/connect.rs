//! Connects through all hops of a route: look up, reach, verify the host key, sign in; and reports each step.

use std::future::Future;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::context::{HopProgress, TunnelContext};
use super::error::TunnelError;
use super::handshake::{HopHandshake, Prompting, VerifiedConnection};
use super::hop_connection::{HopChain, HopConnection};
use super::identity::Credential;
use super::proxy_command::{ConsentCheck, ProxyPath};
use super::sign_in::{SignIn, SignedIn};
use super::transport::{HopPath, PreviousHop, look_up_addresses, open_stream};
use crate::domain::protocol::{ConnectionStep, StepState};
use crate::domain::ssh::host_key::HostKey;
use crate::domain::ssh::resolved_hop::{ResolvedHop, RouteError};

/// The key and the credentials of a hop, for further connections of the same tunnel.
#[derive(Debug, Clone)]
pub(super) struct RememberedHop {
    pub(super) key: HostKey,
    /// In the order in which the hop accepted them.
    pub(super) credentials: Vec<Credential>,
}

impl RememberedHop {
    /// Returns whether the user typed any of the credentials.
    pub(super) fn is_typed(&self) -> bool {
        self.credentials.iter().any(Credential::is_typed)
    }

    /// Returns whether the same credentials can sign in again.
    pub(super) fn is_repeatable(&self) -> bool {
        self.credentials.iter().all(Credential::is_repeatable)
    }
}

/// A connection to the first hop whose key is trusted, before sign-in. Dropping it closes the connection.
pub(super) struct TrustedHop {
    verified: VerifiedConnection,
    cancel: CancellationToken,
    guard: DropGuard,
}

impl TrustedHop {
    pub(super) fn key(&self) -> &HostKey {
        &self.verified.key
    }
}

/// A chain of connections, with what is needed to make another one.
pub(super) struct ConnectedRoute {
    pub(super) chain: HopChain,
    pub(super) remembered: Vec<RememberedHop>,
}

/// Connects through the hops of a route.
pub(super) struct RouteConnector<'a> {
    context: &'a TunnelContext,
    /// Set for a further connection of an open tunnel, which asks and reports nothing.
    remembered: Option<&'a [RememberedHop]>,
    /// Notified once a key that needs no passphrase is offered at the first hop: then the user is most likely not asked there.
    key_offered: Option<&'a Notify>,
}

impl<'a> RouteConnector<'a> {
    /// Makes the first connection of a tunnel.
    pub(super) fn first(context: &'a TunnelContext) -> Self {
        Self { context, remembered: None, key_offered: None }
    }

    /// Makes a further connection with what the first one remembered.
    pub(super) fn further(context: &'a TunnelContext, remembered: &'a [RememberedHop]) -> Self {
        Self { context, remembered: Some(remembered), key_offered: None }
    }

    /// Notifies when a key that needs no passphrase is offered at the first hop.
    pub(super) fn notifying(self, key_offered: &'a Notify) -> Self {
        Self { key_offered: Some(key_offered), ..self }
    }

    pub(super) async fn connect(&self, route: &[ResolvedHop]) -> Result<ConnectedRoute, TunnelError> {
        self.continue_from(self.reach_first(route).await?, route).await
    }

    /// Connects to the first hop until its key is trusted.
    pub(super) async fn reach_first(&self, route: &[ResolvedHop]) -> Result<TrustedHop, TunnelError> {
        let hop = route.first().ok_or(RouteError::NoHops)?;
        let cancel = CancellationToken::new();
        let guard = cancel.clone().drop_guard();
        let verified = Box::pin(self.reach(0, hop, None, &cancel)).await?;
        Ok(TrustedHop { verified, cancel, guard })
    }

    /// Signs in at the first hop, and connects through the others.
    pub(super) async fn continue_from(
        &self,
        TrustedHop { verified, cancel, guard }: TrustedHop,
        route: &[ResolvedHop],
    ) -> Result<ConnectedRoute, TunnelError> {
        let mut first = Some(verified);
        let mut connections: Vec<HopConnection> = Vec::with_capacity(route.len());
        let mut remembered = Vec::with_capacity(route.len());
        let mut previous_name = "";
        for (index, hop) in route.iter().enumerate() {
            let previous = connections.last().map(|connection| PreviousHop { connection, name: previous_name });
            // Boxed: these futures are large, and would make the future of every connection large.
            let VerifiedConnection { connection, key } = match first.take() {
                Some(verified) => verified,
                None => Box::pin(self.reach(index, hop, previous, &cancel)).await?,
            };
            let known = key.clone();
            let reconnect = || Box::pin(self.reconnect(hop, previous, &cancel, known));
            let signing_in = Box::pin(self.sign_in(index, hop, connection, reconnect));
            let signed_in =
                self.run_step(index, ConnectionStep::SignIn, format!("as {}", hop.user), signing_in).await?;
            connections.push(signed_in.connection);
            remembered.push(RememberedHop { key, credentials: signed_in.credentials });
            previous_name = &hop.shown;
        }
        let Some(last) = connections.pop() else { return Err(RouteError::NoHops.into()) };
        let chain = HopChain::new(connections, last, previous_name.to_owned(), guard.disarm());
        Ok(ConnectedRoute { chain, remembered })
    }

    /// Connects to a hop until its key is trusted.
    async fn reach(
        &self,
        index: usize,
        hop: &ResolvedHop,
        previous: Option<PreviousHop<'_>>,
        cancel: &CancellationToken,
    ) -> Result<VerifiedConnection, TunnelError> {
        let path = if let Some(previous) = previous {
            self.report(index, ConnectionStep::Resolve, StepState::Skipped).await;
            HopPath::Through(previous)
        } else if let Some(command) = &hop.proxy_command {
            self.report(index, ConnectionStep::Resolve, StepState::Skipped).await;
            let allowing = async {
                let path = ProxyPath::allowed(command, hop, self.context, self.consent_check()).await?;
                Ok((HopPath::Command(path), String::new()))
            };
            self.run_step(index, ConnectionStep::Reach, format!("by the command {}", command.command), allowing).await?
        } else {
            let looking_up = look_up_addresses(hop);
            HopPath::Direct(self.run_step(index, ConnectionStep::Resolve, hop.host.clone(), looking_up).await?)
        };
        let target = match &path {
            HopPath::Direct(_) | HopPath::Through(_) => format!("{} port {}", hop.host, hop.port),
            HopPath::Command(_) => "by a command".to_owned(),
        };
        let stream = self.run_step(index, ConnectionStep::Reach, target, open_stream(hop, &path)).await?;
        let trusted_before = self.remembered.and_then(|all| all.get(index)).map(|remembered| remembered.key.clone());
        let handshake = self.handshake(hop, &path, cancel);
        let verifying = async {
            match (handshake.run(stream, trusted_before).await, &path) {
                (Err(error), HopPath::Command(path)) => Err(path.explain(error).await),
                (result, _) => result,
            }
        };
        self.run_step(index, ConnectionStep::HostKey, hop.shown.clone(), verifying).await
    }

    /// Reconnects to a hop without reporting steps. Its key is already trusted.
    async fn reconnect(
        &self,
        hop: &ResolvedHop,
        previous: Option<PreviousHop<'_>>,
        cancel: &CancellationToken,
        known: HostKey,
    ) -> Result<HopConnection, TunnelError> {
        let path = match previous {
            Some(previous) => HopPath::Through(previous),
            None => match &hop.proxy_command {
                Some(command) => {
                    HopPath::Command(ProxyPath::allowed(command, hop, self.context, ConsentCheck::Passed).await?)
                }
                None => HopPath::Direct(look_up_addresses(hop).await?.0),
            },
        };
        let (stream, _) = open_stream(hop, &path).await?;
        let (verified, _) = self.handshake(hop, &path, cancel).run(stream, Some(known)).await?;
        Ok(verified.connection)
    }

    /// A further connection repeats what was allowed for the first one.
    fn consent_check(&self) -> ConsentCheck {
        if self.remembered.is_none() { ConsentCheck::Required } else { ConsentCheck::Passed }
    }

    fn handshake<'b>(
        &'b self,
        hop: &'b ResolvedHop,
        path: &'b HopPath<'b>,
        cancel: &'b CancellationToken,
    ) -> HopHandshake<'b> {
        let prompting = if self.remembered.is_none() { Prompting::Allowed } else { Prompting::Disabled };
        HopHandshake { hop, path, context: self.context, cancel, prompting }
    }

    async fn sign_in<F>(
        &self,
        index: usize,
        hop: &ResolvedHop,
        connection: HopConnection,
        reconnect: impl FnOnce() -> F,
    ) -> Result<(SignedIn, String), TunnelError>
    where
        F: Future<Output = Result<HopConnection, TunnelError>> + Send,
    {
        let sign_in = SignIn::new(connection, hop, self.context);
        let mut signed_in = match self.remembered.and_then(|all| all.get(index)) {
            Some(remembered) => sign_in.repeat(&remembered.credentials).await?,
            None => sign_in.first(self.key_offered.filter(|_| index == 0), reconnect).await?,
        };
        let summary = std::mem::take(&mut signed_in.summary);
        Ok((signed_in, summary))
    }

    /// Runs a step, and reports its beginning and its outcome.
    async fn run_step<T>(
        &self,
        hop: usize,
        step: ConnectionStep,
        trying: String,
        work: impl Future<Output = Result<(T, String), TunnelError>>,
    ) -> Result<T, TunnelError> {
        self.report(hop, step, StepState::Trying(trying)).await;
        let started = Instant::now();
        match work.await {
            Ok((value, text)) => {
                self.report(hop, step, StepState::Done(text, started.elapsed())).await;
                Ok(value)
            }
            Err(error) => {
                self.report(hop, step, StepState::Failed(error.problem())).await;
                Err(error)
            }
        }
    }

    async fn report(&self, hop: usize, step: ConnectionStep, state: StepState) {
        if self.remembered.is_none() {
            // The connection continues even if its progress has no receiver.
            let _ = self.context.progress.send(HopProgress { hop, step, state }).await;
        }
    }
}
