//! The way to the replica: straight, or through a tunnel that gives each connection a local end of its own.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mysql_async::{Error, IoError};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::Outside;
use super::events::{Asker, Teller};
use super::fault::Fault;
use super::sign_in::bring;
use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::domain::profile::{Profile, SecretSource};
use crate::domain::protocol::{Answer, ConnectionStep, Question, StepState};
use crate::io::tunnel::{self, IsOwnSocket, PassphraseSource, Step, Tunnel, TunnelContext, Watch, straight};

/// An open way to the replica.
pub(super) enum Link {
    /// No hops: the replica's own name and port; tells our own connections where a local end is needed all the same.
    Direct(IsOwnSocket),
    /// Through hops.
    Through(Box<Hops>),
}

/// A live tunnel, and who is told of its first forward.
pub(super) struct Hops {
    tunnel: Tunnel,
    tell: Teller,
    /// Only the first forward is a rung of the ladder.
    is_told: AtomicBool,
    /// A forward was there.
    is_forwarded: AtomicBool,
}

/// Where one connection of the driver goes.
pub(super) struct End {
    /// The address in place of the name's own; `None` resolves the name.
    pub(super) address: Option<IpAddr>,
    /// The port.
    pub(super) port: u16,
}

impl Link {
    /// Opens the way: resolves, reaches and signs in at each hop.
    pub(super) async fn open(profile: &Profile, outside: &Outside, asker: &Asker) -> Result<Self, Problem> {
        let tell = &asker.tell;
        if profile.route.is_empty() {
            for rung in [
                ConnectionStep::Resolve,
                ConnectionStep::Reach,
                ConnectionStep::HostKey,
                ConnectionStep::SignIn,
                ConnectionStep::Forward,
            ] {
                tell.rung(0, rung, StepState::Skipped).await;
            }
            return Ok(Self::Direct(Arc::clone(&outside.is_own_socket)));
        }
        let (event, mut steps) = mpsc::channel(limits::SESSION_QUEUE);
        let context = tunnel_context(profile, outside, Arc::new(asker.clone()), event);
        let mut opening = Box::pin(Tunnel::open_for_two(&profile.route, context));
        // Told here and not by a task of its own: whoever listens hears of the hops before what comes after them.
        let opened = loop {
            tokio::select! {
                biased;
                Some(step) = steps.recv() => tell_step(step, tell).await,
                opened = &mut opening => break opened,
            }
        };
        while let Ok(step) = steps.try_recv() {
            tell_step(step, tell).await;
        }
        // Each session has a second connection: its way is made meanwhile.
        let tunnel = opened.map_err(|error| error.problem())?;
        Ok(Self::Through(Box::new(Hops {
            tunnel,
            tell: tell.clone(),
            is_told: AtomicBool::default(),
            is_forwarded: AtomicBool::default(),
        })))
    }

    /// Tells that the server is tried, where there is no forward before it; else the forward tells it once it is there.
    pub(super) async fn at_the_door(&self, profile: &Profile, tell: &Teller) {
        match self {
            Self::Direct(_) => try_server(profile, tell).await,
            Self::Through(_) => {}
        }
    }

    /// Whether the server itself was within reach at least once.
    pub(super) fn is_at_the_door(&self) -> bool {
        match self {
            Self::Direct(_) => true,
            Self::Through(hops) => hops.is_forwarded.load(Ordering::Relaxed),
        }
    }

    /// A fresh end for exactly one connection, under the eyes of a watcher where there is one.
    pub(super) async fn end(&self, profile: &Profile, watch: Option<Box<dyn Watch>>) -> Result<End, Fault> {
        match (self, watch) {
            (Self::Direct(_), None) => Ok(End { address: None, port: profile.port }),
            (Self::Direct(is_own), Some(watch)) => {
                let target = (profile.host.as_str(), profile.port);
                let opening = straight(target, limits::KEEPALIVE, Arc::clone(is_own), watch);
                match timeout(limits::HANDSHAKE, opening).await {
                    Ok(Ok(end)) => Ok(End::here(end.port())),
                    // Told as the driver tells it where it connects itself.
                    Ok(Err(error)) => Err(Fault::Driver(Error::Io(IoError::Io(error)))),
                    Err(_) => Err(Fault::TimedOut(limits::HANDSHAKE)),
                }
            }
            (Self::Through(hops), watch) => Ok(hops.end(profile, watch).await?),
        }
    }

    /// Waits until the way is gone; a direct one never says so.
    pub(super) async fn closed(&self) -> Problem {
        match self {
            Self::Direct(_) => std::future::pending().await,
            Self::Through(hops) => hops.tunnel.closed().await.problem(),
        }
    }
}

impl End {
    /// A port of this machine.
    fn here(port: u16) -> Self {
        Self { address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), port }
    }
}

impl Hops {
    async fn end(&self, profile: &Profile, watch: Option<Box<dyn Watch>>) -> Result<End, Problem> {
        let is_rung = !self.is_told.swap(true, Ordering::Relaxed);
        let hop = profile.route.len();
        let target = format!("{}:{}", profile.host, profile.port);
        if is_rung {
            self.tell.rung(hop, ConnectionStep::Forward, StepState::Trying(target.clone())).await;
        }
        let begun = Instant::now();
        match self.tunnel.watched_end(&profile.host, profile.port, watch).await {
            Ok(end) => {
                self.is_forwarded.store(true, Ordering::Relaxed);
                if is_rung {
                    self.tell.done(hop, ConnectionStep::Forward, target, begun.elapsed()).await;
                    try_server(profile, &self.tell).await;
                }
                Ok(End::here(end.port()))
            }
            Err(error) => {
                let problem = error.problem();
                if is_rung {
                    self.tell.rung(hop, ConnectionStep::Forward, StepState::Failed(problem.clone())).await;
                }
                Err(problem)
            }
        }
    }
}

async fn try_server(profile: &Profile, tell: &Teller) {
    let words = format!("{}:{} as {}", profile.host, profile.port, profile.user);
    tell.rung(profile.route.len(), ConnectionStep::MySql, StepState::Trying(words)).await;
}

/// Tells a step of a hop as a rung.
async fn tell_step(Step { hop, rung, state }: Step, tell: &Teller) {
    tell.rung(hop, rung, state).await;
}

/// What a tunnel of this profile needs of the outside.
pub fn tunnel_context(
    profile: &Profile,
    outside: &Outside,
    asker: Arc<dyn tunnel::Asker>,
    event: mpsc::Sender<Step>,
) -> TunnelContext {
    TunnelContext {
        os_user: outside.os_user.clone(),
        home: outside.home.clone(),
        agent: outside.agent.clone(),
        global_known_hosts: outside.global_known_hosts.clone(),
        ssh_config: outside.ssh_config.clone(),
        clock: outside.clock,
        read: Arc::clone(&outside.read),
        append: Arc::clone(&outside.append),
        is_own_socket: Arc::clone(&outside.is_own_socket),
        passphrase: passphrase(profile, outside, Arc::clone(&asker)),
        asker,
        event,
    }
}

/// Brings the passphrase of the key files from where the profile says; without a source the user is asked.
fn passphrase(profile: &Profile, outside: &Outside, asker: Arc<dyn tunnel::Asker>) -> Option<PassphraseSource> {
    let source = profile.identity_passphrase.clone().filter(|source| *source != SecretSource::Prompt)?;
    let (outside, name) = (outside.clone(), profile.name.clone());
    Some(Arc::new(move || {
        let (source, outside, asker) = (source.clone(), outside.clone(), Arc::clone(&asker));
        let prompt = format!("Passphrase of the keys of {name}");
        let purpose = format!("the passphrase of the keys of {name}");
        Box::pin(async move {
            let is_keyring = matches!(source, SecretSource::Keyring(_));
            if let Some(secret) = asker.typed(&prompt) {
                return Ok(secret);
            }
            match bring(&outside, source, &purpose).await {
                // What a keyring does not give can be typed, where there is somebody.
                Err(problem) if is_keyring => {
                    match asker.ask(Question::Instead { prompt: prompt.clone(), problem: problem.clone() }).await {
                        Answer::Secret(secret) => {
                            // Whether it is good shows at the keys; one that is not is asked for there.
                            asker.keep(&prompt, Some(&secret));
                            Ok(secret)
                        }
                        Answer::Accept | Answer::Decline => Err(problem),
                    }
                }
                brought => brought,
            }
        })
    }))
}
