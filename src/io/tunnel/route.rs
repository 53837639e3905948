//! Climbs the hops of a route: resolve, reach, host key, sign in; each step is told. Knows nothing of what the last hop
//! is used for.

use std::future::Future;
use std::io;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use russh::client::{Handle, connect_stream};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::auth::{SignIn, Signed};
use super::context::{Step, TunnelContext};
use super::host_key::{Guardian, Judgement, Policy, Told, describe, judgement};
use super::identity::Credential;
use super::known_hosts::{HostKey, KnownHosts, hashed_line_for, line_for};
use super::link::{Link, Wire};
use super::problem::{CLOSED, TunnelError};
use super::reach::{Way, config, reach, resolve, why};
use super::ssh_config::UnknownKeys;
use super::station::Station;
use crate::domain::limits;
use crate::domain::protocol::{Answer, ConnectionStep, Question, StepState};

/// What made a hop trusted and let us in, for further connections of the same tunnel.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub(super) key: HostKey,
    /// In the order in which they were taken.
    pub(super) credentials: Vec<Credential>,
}

impl Remembered {
    /// Whether anything of it was typed.
    pub(super) fn is_typed(&self) -> bool {
        self.credentials.iter().any(Credential::is_typed)
    }

    /// Whether the same answers let us in once more.
    pub(super) fn is_repeatable(&self) -> bool {
        self.credentials.iter().all(Credential::is_repeatable)
    }
}

/// One signed-in connection.
pub(super) struct Joint {
    pub(super) handle: Handle<Guardian>,
    pub(super) told: Told,
    gone: watch::Receiver<Option<String>>,
}

impl Joint {
    /// Waits for the end of this connection.
    pub(super) fn gone(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut gone = self.gone.clone();
        async move {
            // An error means that the connection's task has ended without a word.
            let _ = gone.wait_for(Option::is_some).await;
        }
    }
}

/// Connections through all hops, each inside the one before.
pub(super) struct Chain {
    joints: Vec<Joint>,
    last: Joint,
    last_hop: String,
    kill: CancellationToken,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("last_hop", &self.last_hop).finish_non_exhaustive()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        self.kill.cancel();
    }
}

impl Chain {
    pub(super) fn last(&self) -> &Joint {
        &self.last
    }

    pub(super) fn last_hop(&self) -> &str {
        &self.last_hop
    }

    /// Cuts everything in this chain.
    pub(super) fn kill(&self) -> &CancellationToken {
        &self.kill
    }

    /// Whether any connection of it has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.joints.iter().chain(std::iter::once(&self.last)).any(|joint| joint.gone.borrow().is_some())
    }

    /// Waits for the end of the last connection, which ends with any before it; the reason is that of the first to end.
    pub(super) async fn closed(&self) -> String {
        self.last.gone().await;
        self.joints
            .iter()
            .chain(std::iter::once(&self.last))
            .find_map(|joint| joint.gone.borrow().clone())
            .unwrap_or_else(|| CLOSED.into())
    }

    /// Says good-bye to the last hop and waits for the end.
    pub(super) async fn good_bye(&self) {
        let _ = self.last.handle.disconnect(russh::Disconnect::ByApplication, "", "").await;
        self.closed().await;
    }
}

/// A connection to the first hop that is trusted and not signed in to yet.
pub(super) struct Met {
    joint: Joint,
    pub(super) key: HostKey,
    kill: CancellationToken,
    /// Whoever drops it half way leaves no connection behind.
    guard: DropGuard,
}

/// One climb over the hops of a route.
pub(super) struct Climb<'a> {
    context: &'a TunnelContext,
    /// A further connection of a tunnel that stands: asks nothing, tells nothing.
    remembered: Option<&'a [Remembered]>,
    /// Is told once a key at hand is offered at the first hop: most likely nobody is asked for anything there.
    offering: Option<&'a Notify>,
}

impl<'a> Climb<'a> {
    /// The first climb of a tunnel.
    pub(super) fn new(context: &'a TunnelContext) -> Self {
        Self { context, remembered: None, offering: None }
    }

    /// A further one.
    pub(super) fn again(context: &'a TunnelContext, remembered: &'a [Remembered]) -> Self {
        Self { context, remembered: Some(remembered), offering: None }
    }

    /// The same climb, and tells when a key at hand is offered at the first hop.
    pub(super) fn telling(self, offering: &'a Notify) -> Self {
        Self { offering: Some(offering), ..self }
    }

    pub(super) async fn chain(&self, route: &[Station]) -> Result<(Chain, Vec<Remembered>), TunnelError> {
        self.go_on(self.meet_first(route).await?, route).await
    }

    /// Reaches the first hop, until its key is trusted.
    pub(super) async fn meet_first(&self, route: &[Station]) -> Result<Met, TunnelError> {
        let hop = route.first().ok_or(TunnelError::NoHops)?;
        let kill = CancellationToken::new();
        let guard = kill.clone().drop_guard();
        let (joint, key) = Box::pin(self.approach(0, hop, None, &kill)).await?;
        Ok(Met { joint, key, kill, guard })
    }

    /// Signs in at the first hop and climbs the others.
    pub(super) async fn go_on(
        &self,
        Met { joint, key, kill, guard }: Met,
        route: &[Station],
    ) -> Result<(Chain, Vec<Remembered>), TunnelError> {
        let mut met = Some((joint, key));
        let mut joints: Vec<Joint> = Vec::with_capacity(route.len());
        let mut remembered = Vec::with_capacity(route.len());
        for (index, hop) in route.iter().enumerate() {
            let before = route.get(index.wrapping_sub(1)).map(|hop| hop.shown.clone());
            // Large, and once for each hop: it shall not make the future of every connection large.
            let (joint, key) = match met.take() {
                Some(met) => met,
                None => Box::pin(self.approach(index, hop, joints.last().zip(before.clone()), &kill)).await?,
            };
            let known = key.clone();
            let anew = || Box::pin(self.once_more(hop, joints.last().zip(before), &kill, known));
            let signing = Box::pin(self.sign_in(index, hop, joint, anew));
            let (joint, credentials) =
                self.rung(index, ConnectionStep::SignIn, format!("as {}", hop.user), signing).await?;
            joints.push(joint);
            remembered.push(Remembered { key, credentials });
        }
        let (Some(last), Some(hop)) = (joints.pop(), route.last()) else { return Err(TunnelError::NoHops) };
        Ok((Chain { joints, last, last_hop: hop.shown.clone(), kill: guard.disarm() }, remembered))
    }

    /// Reaches a hop, until its key is trusted.
    async fn approach(
        &self,
        index: usize,
        hop: &Station,
        before: Option<(&Joint, String)>,
        kill: &CancellationToken,
    ) -> Result<(Joint, HostKey), TunnelError> {
        let way = match before {
            Some((joint, name)) => {
                self.tell(index, ConnectionStep::Resolve, StepState::Skipped).await;
                Way::Through { joint, hop: name }
            }
            None => Way::Direct(self.rung(index, ConnectionStep::Resolve, hop.host.clone(), resolve(hop)).await?),
        };
        let trying = format!("{} port {}", hop.host, hop.port);
        let wire = self.rung(index, ConnectionStep::Reach, trying, reach(hop, &way)).await?;
        let met = self.meet(hop, &way, (wire, kill), self.accepted(index));
        self.rung(index, ConnectionStep::HostKey, hop.shown.clone(), met).await
    }

    /// The key of a hop that was trusted before.
    fn accepted(&self, index: usize) -> Option<HostKey> {
        self.remembered.and_then(|all| all.get(index)).map(|memory| memory.key.clone())
    }

    /// Reaches the same hop once more, without a word: its key is known by now.
    async fn once_more(
        &self,
        hop: &Station,
        before: Option<(&Joint, String)>,
        kill: &CancellationToken,
        known: HostKey,
    ) -> Result<Joint, TunnelError> {
        let way = match before {
            Some((joint, name)) => Way::Through { joint, hop: name },
            None => Way::Direct(resolve(hop).await?.0),
        };
        let wire = reach(hop, &way).await?.0;
        let ((joint, _), _) = self.meet(hop, &way, (wire, kill), Some(known)).await?;
        Ok(joint)
    }

    async fn sign_in<F>(
        &self,
        index: usize,
        hop: &Station,
        joint: Joint,
        anew: impl FnOnce() -> F,
    ) -> Result<Signed, TunnelError>
    where
        F: Future<Output = Result<Joint, TunnelError>> + Send,
    {
        let sign_in = SignIn::new(joint, hop, self.context);
        match self.remembered.and_then(|all| all.get(index)) {
            Some(memory) => sign_in.again(&memory.credentials).await,
            None => sign_in.first(self.offering.filter(|_| index == 0), anew).await,
        }
    }

    /// Shakes hands until the hop's key is trusted: after the user accepted it, or until a pinned one is presented.
    async fn meet(
        &self,
        hop: &Station,
        way: &Way<'_>,
        (wire, kill): (Box<dyn Wire>, &CancellationToken),
        mut accepted: Option<HostKey>,
    ) -> Result<((Joint, HostKey), String), TunnelError> {
        let mut refused_types: Vec<String> = Vec::new();
        let mut refused_keys: Vec<String> = Vec::new();
        let mut wire = Some(wire);
        loop {
            let policy = Arc::new(self.policy(hop, accepted.clone()).await?);
            let here = match wire.take() {
                Some(wire) => wire,
                None => reach(hop, way).await?.0,
            };
            let link = Link::new(here, kill.clone(), limits::HOP_PATIENCE);
            let config = Arc::new(config(hop, &policy, &refused_types));
            let (guardian, judged, told, gone) = Guardian::new(Arc::clone(&policy));
            let outcome = timeout(hop.handshake, connect_stream(config, link, guardian)).await;
            match (outcome, judgement(&judged)) {
                (Ok(Ok(handle)), Some((key, Judgement::Trusted(words)))) => {
                    let words = format!("{words}{}{}", policy.skipped(), passed_over(hop));
                    return Ok(((Joint { handle, told, gone }, key), words));
                }
                (_, Some((_, Judgement::Refused(error)))) => return Err(error),
                (_, Some((key, Judgement::Unknown))) => {
                    self.ask(hop, &policy, &key).await?;
                    accepted = Some(key);
                }
                (_, Some((key, Judgement::NotPinned))) => {
                    refused_keys.push(describe(&key));
                    refused_types.push(key.algorithm);
                }
                (_, _) if !refused_keys.is_empty() => {
                    // The hop has no key of another type left.
                    return Err(TunnelError::HostKeyNotPinned { host: hop.shown.clone(), presented: refused_keys });
                }
                (Ok(Err(error)), _) => {
                    return Err(TunnelError::Handshake { host: hop.shown.clone(), why: why(&error) });
                }
                (Err(_), _) => {
                    let why = "it did not finish in time".to_owned();
                    return Err(TunnelError::Handshake { host: hop.shown.clone(), why });
                }
                (Ok(Ok(_)), None) => {
                    let why = "it presented no host key".to_owned();
                    return Err(TunnelError::Handshake { host: hop.shown.clone(), why });
                }
            }
        }
    }

    async fn policy(&self, hop: &Station, accepted: Option<HostKey>) -> Result<Policy, TunnelError> {
        let mut known = Vec::new();
        // Pinned keys decide alone: the files are not even read.
        if hop.pinned.is_empty() {
            for file in hop.known_hosts.iter().chain(&hop.global_known_hosts) {
                let bytes = self.context.read_file(file).await;
                let bytes = bytes.map_err(|source| TunnelError::KnownHosts { file: file.clone(), source })?;
                known.push((file.clone(), KnownHosts::parse(&bytes.unwrap_or_default())));
            }
        }
        let now = self.context.unix_time();
        let (shown, known_as, pinned) = (hop.shown.clone(), hop.known_as.clone(), hop.pinned.clone());
        Ok(Policy { shown, known_as, pinned, known, accepted, now })
    }

    /// Asks whether an unknown key is to be trusted, and records it then.
    async fn ask(&self, hop: &Station, policy: &Policy, key: &HostKey) -> Result<(), TunnelError> {
        let is_strict = hop.unknown_keys == UnknownKeys::Refused;
        let declined = || TunnelError::HostKeyDeclined {
            host: hop.shown.clone(),
            presented: describe(key),
            authority: policy.authority(),
            is_strict,
        };
        let Some(file) = hop.known_hosts.first().filter(|_| self.remembered.is_none() && !is_strict) else {
            return Err(declined());
        };
        let question = Question::HostKey {
            host: hop.shown.clone(),
            algorithm: key.algorithm.clone(),
            fingerprint: key.fingerprint(),
            art: super::randomart::of(key),
            recorded_in: file.clone(),
        };
        match self.context.asker.ask(question).await {
            Answer::Accept => {
                let failed = |source| TunnelError::Record { file: file.clone(), source };
                let line = line_of(hop, key).map_err(failed)?;
                self.context.append_line(file, line).await.map_err(failed)
            }
            Answer::Decline | Answer::Secret(_) => Err(declined()),
        }
    }

    /// Tells that a rung is tried, does it, and tells how it went.
    async fn rung<T>(
        &self,
        hop: usize,
        rung: ConnectionStep,
        trying: String,
        work: impl Future<Output = Result<(T, String), TunnelError>>,
    ) -> Result<T, TunnelError> {
        self.tell(hop, rung, StepState::Trying(trying)).await;
        let begin = Instant::now();
        match work.await {
            Ok((value, words)) => {
                self.tell(hop, rung, StepState::Done(words, begin.elapsed())).await;
                Ok(value)
            }
            Err(error) => {
                self.tell(hop, rung, StepState::Failed(error.problem())).await;
                Err(error)
            }
        }
    }

    async fn tell(&self, hop: usize, rung: ConnectionStep, state: StepState) {
        if self.remembered.is_none() {
            // Nobody listening is no reason not to connect.
            let _ = self.context.event.send(Step { hop, rung, state }).await;
        }
    }
}

/// The line that records a hop's key.
fn line_of(hop: &Station, key: &HostKey) -> io::Result<String> {
    let (name, port) = &hop.known_as;
    if !hop.hashes_names {
        return Ok(line_for(name, *port, key));
    }
    let mut salt = [0; 20];
    SystemRandom::new().fill(&mut salt).map_err(|_| io::Error::other("the system has no random bytes"))?;
    Ok(hashed_line_for(name, *port, key, &salt))
}

/// Words about lines of `ssh_config` that were passed over, for the ladder.
fn passed_over(hop: &Station) -> String {
    match hop.warnings.as_slice() {
        [] => String::new(),
        [one] => format!(" · {one}"),
        [first, rest @ ..] => format!(" · {first} and {} more", rest.len()),
    }
}
