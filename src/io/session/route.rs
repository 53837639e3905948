//! The route to the replica: direct, or through a tunnel that gives each connection its own local port.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mysql_async::{Error, IoError};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::env::SessionEnv;
use super::error::SessionError;
use super::events::{EventSender, SessionPrompter};
use super::tunnel_context::tunnel_context;
use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::domain::profile::Profile;
use crate::domain::protocol::{ConnectionStep, StepState};
use crate::io::tunnel::{HopProgress, IsOwnSocket, StreamRelay, Tunnel, open_direct};

/// An open route to the replica.
pub(super) enum ReplicaRoute {
    /// No hops. The function recognizes rrx's connection to the local port.
    Direct(IsOwnSocket),
    Tunnelled(Box<TunnelledRoute>),
}

/// A live tunnel. It reports its first forward as a connection step.
pub(super) struct TunnelledRoute {
    tunnel: Tunnel,
    events: EventSender,
    /// Whether the step of the first forward was reported as begun.
    has_reported: AtomicBool,
    /// Whether a forward has succeeded.
    has_forwarded: AtomicBool,
}

impl ReplicaRoute {
    /// Opens the route: resolves, reaches and signs in at each hop.
    pub(super) async fn open(profile: &Profile, env: &SessionEnv, prompter: &SessionPrompter) -> Result<Self, Problem> {
        let events = &prompter.events;
        if profile.route.is_empty() {
            for step in [
                ConnectionStep::Resolve,
                ConnectionStep::Reach,
                ConnectionStep::HostKey,
                ConnectionStep::SignIn,
                ConnectionStep::Forward,
            ] {
                events.step(0, step, StepState::Skipped).await;
            }
            return Ok(Self::Direct(Arc::clone(&env.is_own_socket)));
        }
        let (sender, mut steps) = mpsc::channel(limits::SESSION_QUEUE);
        let context = tunnel_context(profile, env, Arc::new(prompter.clone()), sender);
        // The tunnel prepares a second forward at the same time, because each session has a second connection.
        let mut opening = Box::pin(Tunnel::open_with_standby(&profile.route, context));
        // Forwarded here and not by a task, so that the steps of the hops come before all later events.
        let opened = loop {
            tokio::select! {
                biased;
                Some(step) = steps.recv() => forward_step(step, events).await,
                opened = &mut opening => break opened,
            }
        };
        while let Ok(step) = steps.try_recv() {
            forward_step(step, events).await;
        }
        let tunnel = opened.map_err(|error| error.problem())?;
        Ok(Self::Tunnelled(Box::new(TunnelledRoute {
            tunnel,
            events: events.clone(),
            has_reported: AtomicBool::default(),
            has_forwarded: AtomicBool::default(),
        })))
    }

    /// Reports that the MySQL step begins. Through a tunnel, the first successful forward reports it.
    pub(super) async fn report_server_step(&self, profile: &Profile, events: &EventSender) {
        match self {
            Self::Direct(_) => begin_server_step(profile, events).await,
            Self::Tunnelled(_) => {}
        }
    }

    /// Returns whether a connection has reached the server itself, as opposed to a failed forward.
    pub(super) fn has_reached_server(&self) -> bool {
        match self {
            Self::Direct(_) => true,
            Self::Tunnelled(route) => route.has_forwarded.load(Ordering::Relaxed),
        }
    }

    /// Opens a port of this machine that leads to the replica, for exactly one connection, whose bytes the relay carries.
    pub(super) async fn local_port(&self, profile: &Profile, relay: Box<dyn StreamRelay>) -> Result<u16, SessionError> {
        match self {
            Self::Direct(is_own) => {
                let target = (profile.host.as_str(), profile.port);
                let opening = open_direct(target, limits::KEEPALIVE, Arc::clone(is_own), relay);
                match timeout(limits::HANDSHAKE, opening).await {
                    Ok(Ok(end)) => Ok(end.port()),
                    // The driver returns the same error when it connects itself.
                    Ok(Err(error)) => Err(SessionError::SignIn(Error::Io(IoError::Io(error)))),
                    Err(_) => Err(SessionError::TimedOut(limits::HANDSHAKE)),
                }
            }
            Self::Tunnelled(route) => Ok(route.local_port(profile, relay).await?),
        }
    }

    /// Waits until the route is lost. A direct route never reports that.
    pub(super) async fn closed(&self) -> Problem {
        match self {
            Self::Direct(_) => std::future::pending().await,
            Self::Tunnelled(route) => route.tunnel.closed().await.problem(),
        }
    }
}

impl TunnelledRoute {
    async fn local_port(&self, profile: &Profile, relay: Box<dyn StreamRelay>) -> Result<u16, Problem> {
        let is_first = !self.has_reported.swap(true, Ordering::Relaxed);
        let hop = profile.route.len();
        let address = format!("{}:{}", profile.host, profile.port);
        if is_first {
            self.events.step(hop, ConnectionStep::Forward, StepState::Trying(address.clone())).await;
        }
        let begun = Instant::now();
        match self.tunnel.relayed_local_end(&profile.host, profile.port, relay).await {
            Ok(end) => {
                self.has_forwarded.store(true, Ordering::Relaxed);
                if is_first {
                    self.events.step_done(hop, ConnectionStep::Forward, address, begun.elapsed()).await;
                    begin_server_step(profile, &self.events).await;
                }
                Ok(end.port())
            }
            Err(error) => {
                let problem = error.problem();
                if is_first {
                    self.events.step(hop, ConnectionStep::Forward, StepState::Failed(problem.clone())).await;
                }
                Err(problem)
            }
        }
    }
}

async fn begin_server_step(profile: &Profile, events: &EventSender) {
    let account = format!("{}:{} as {}", profile.host, profile.port, profile.user);
    events.step(profile.route.len(), ConnectionStep::MySql, StepState::Trying(account)).await;
}

/// Reports a step of a hop as a connection step of the session.
async fn forward_step(HopProgress { hop, step, state }: HopProgress, events: &EventSender) {
    events.step(hop, step, state).await;
}
