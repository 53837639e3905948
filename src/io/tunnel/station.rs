//! What is known of each hop before it is met: the profile's words and those of `ssh_config` put together. Connects to
//! nothing.
//!
//! The profile decides where it says something; `ssh_config` fills in the rest. The hops that `ProxyJump` names come before
//! the hop, each read as a host of its own, as OpenSSH does it: of several, only the first may have a way of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::context::{NO_ANSWER, SshConfig, TunnelContext};
use super::problem::TunnelError;
use super::ssh_config::{AddressFamily, Agent, Asked, Forbidden, HostConfig, Method, UnknownKeys, resolve};
use crate::domain::limits;
use crate::domain::profile::Hop;

/// Hops on the way at most: more is a circle.
const MOST: usize = 16;
/// OpenSSH's own `ServerAliveCountMax`.
const ALIVE_COUNT: u32 = 3;
/// OpenSSH's default key files, below `~/.ssh`.
const DEFAULT_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// One hop, ready to be met.
#[derive(Debug, Clone)]
pub(super) struct Station {
    /// As the user names it, with its port where it is not 22.
    pub(super) shown: String,
    /// The name or address to connect to.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    /// Key files in order; empty: the default ones.
    pub(super) keys: Vec<PathBuf>,
    /// Whether only those keys may be offered, and not whatever else the agent has.
    pub(super) keys_only: bool,
    pub(super) certificates: Vec<PathBuf>,
    /// Where the agent listens, if one is to be asked.
    pub(super) agent: Option<PathBuf>,
    /// Fingerprints that decide alone when there are any.
    pub(super) pinned: Vec<String>,
    /// Files that are asked for its key; the first takes what is accepted.
    pub(super) known_hosts: Vec<PathBuf>,
    /// More of them, never written.
    pub(super) global_known_hosts: Vec<PathBuf>,
    /// The name and port under which its key is recorded.
    pub(super) known_as: (String, u16),
    /// Whether that name is hashed where an accepted key is recorded.
    pub(super) hashes_names: bool,
    pub(super) unknown_keys: UnknownKeys,
    /// Ways of signing in that must not be tried.
    pub(super) forbidden: Vec<Forbidden>,
    /// Addresses that count, where its name is resolved here.
    pub(super) address_family: AddressFamily,
    /// How long a connection may take to come about.
    pub(super) reach: Duration,
    /// How long the SSH handshake may take.
    pub(super) handshake: Duration,
    pub(super) keepalive: Keepalive,
    /// What was passed over in `ssh_config`.
    pub(super) warnings: Vec<String>,
}

/// When a link is asked for a sign of life, and when it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keepalive {
    /// After how long a silence it is asked, and how long it is waited for then.
    pub(super) interval: Duration,
    /// How often it may leave that unanswered: it is given up one interval later.
    pub(super) misses: u32,
}

impl Keepalive {
    /// As `ServerAliveInterval` and `ServerAliveCountMax` want it, within our bounds: a dead link has to be known in time, and
    /// a short pause is no end.
    fn of(interval: Option<Duration>, count: Option<u32>) -> Self {
        let own = Self { interval: limits::KEEPALIVE, misses: limits::KEEPALIVE_MISSES };
        let Some(wanted) = interval.filter(|time| !time.is_zero()) else { return own };
        let silence = wanted.saturating_mul(count.unwrap_or(ALIVE_COUNT).saturating_add(1));
        let silence = silence.clamp(limits::KEEPALIVE_LEAST, own.silence());
        // Whole seconds, as `ssh_config` has them.
        let interval = wanted.min(own.interval);
        let turns = silence.as_secs().div_ceil(interval.as_secs().max(1));
        Self { interval, misses: u32::try_from(turns.saturating_sub(1)).unwrap_or(own.misses).max(1) }
    }

    /// How long it is silent when it is given up.
    fn silence(self) -> Duration {
        self.interval.saturating_mul(self.misses.saturating_add(1))
    }
}

impl Station {
    /// Whether a way of signing in may be tried.
    pub(super) fn allows(&self, method: Method) -> bool {
        self.forbidden.iter().all(|forbidden| forbidden.method != method)
    }

    /// The name in `ssh_config`, where that is another than the host's.
    pub(super) fn alias(&self) -> Option<&str> {
        Some(self.shown.as_str()).filter(|shown| shown.split(':').next() != Some(&self.host) && *shown != self.host)
    }

    /// The key files to try, and whether the user named them.
    pub(super) fn key_files(&self, context: &TunnelContext) -> (Vec<PathBuf>, bool) {
        if self.keys.is_empty() {
            (DEFAULT_KEYS.iter().map(|name| context.home.join(".ssh").join(name)).collect(), false)
        } else {
            (self.keys.clone(), true)
        }
    }
}

/// All hops of a route in order, those of `ProxyJump` included.
pub(super) async fn stations(route: &[Hop], context: &TunnelContext) -> Result<Vec<Station>, TunnelError> {
    let (route, context) = (route.to_vec(), context.clone());
    // Reading files may block.
    let read = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        for (index, hop) in route.iter().enumerate() {
            // The route says what comes before its later hops.
            add(hop, if index == 0 { Some(MOST) } else { None }, &context, &mut found)?;
        }
        Ok(found)
    });
    let failed = |why: String| TunnelError::SshConfig { place: "ssh_config".into(), why };
    let read = timeout(limits::READING, read).await.map_err(|_| failed(NO_ANSWER.into()))?;
    let found: Vec<Station> = read.map_err(|error| failed(error.to_string()))??;
    if found.is_empty() { Err(TunnelError::NoHops) } else { Ok(found) }
}

/// Adds a hop behind those that its `ProxyJump` names; `jumps` is how deep these may have hops of their own, `None` for a
/// hop whose way is known already.
fn add(hop: &Hop, jumps: Option<usize>, context: &TunnelContext, found: &mut Vec<Station>) -> Result<(), TunnelError> {
    let circle = || TunnelError::Circle { host: hop.host.clone() };
    let config = match &context.ssh_config {
        Some(source) => Some(look_up(hop, source, context)?),
        None => None,
    };
    if let (Some(config), Some(depth)) = (&config, jumps) {
        for (index, jump) in config.proxy_jump.iter().enumerate() {
            let text = jump.strip_prefix("ssh://").unwrap_or(jump);
            let before: Hop = text.parse().map_err(|error| TunnelError::SshConfig {
                place: format!("ProxyJump of {}", hop.host),
                why: format!("`{jump}`: {error}"),
            })?;
            let depth = depth.checked_sub(1).ok_or_else(circle)?;
            add(&before, Some(depth).filter(|_| index == 0), context, found)?;
        }
    }
    if found.len() >= MOST {
        return Err(circle());
    }
    found.push(station(hop, config, context));
    Ok(())
}

fn look_up(hop: &Hop, source: &Arc<SshConfig>, context: &TunnelContext) -> Result<HostConfig, TunnelError> {
    let asked = Asked {
        host: hop.host.clone(),
        user: hop.user.clone(),
        port: hop.port,
        local_user: context.os_user.clone(),
        local_uid: source.local_uid,
        local_host: source.local_host.clone(),
        home: context.home.clone(),
    };
    resolve(&asked, &source.paths, &*source.files).map_err(|problem| TunnelError::SshConfig {
        place: match problem.line {
            0 => problem.file.display().to_string(),
            line => format!("{} line {line}", problem.file.display()),
        },
        why: problem.what,
    })
}

fn station(hop: &Hop, config: Option<HostConfig>, context: &TunnelContext) -> Station {
    let usual = context.home.join(".ssh");
    let shown = match hop.port {
        None | Some(Hop::PORT) => hop.host.clone(),
        Some(port) => format!("{}:{port}", hop.host),
    };
    let own_known_hosts = hop.known_hosts.as_ref().map(|file| vec![context.expand(file)]);
    let named: Vec<PathBuf> = hop.identity.iter().map(|path| context.expand(path)).collect();
    let mut station = Station {
        shown,
        host: hop.host.clone(),
        port: hop.port.unwrap_or(Hop::PORT),
        user: hop.user.clone().unwrap_or_else(|| context.os_user.clone()),
        keys_only: !named.is_empty(),
        keys: named,
        certificates: hop.certificate.iter().map(|path| context.expand(path)).collect(),
        agent: context.agent.clone(),
        pinned: hop.host_key.clone(),
        known_hosts: vec![usual.join("known_hosts"), usual.join("known_hosts2")],
        global_known_hosts: context.global_known_hosts.clone(),
        known_as: (hop.host.clone(), hop.port.unwrap_or(Hop::PORT)),
        hashes_names: false,
        unknown_keys: UnknownKeys::Asked,
        forbidden: Vec::new(),
        address_family: AddressFamily::Any,
        reach: limits::REACH,
        handshake: limits::SIGN_IN,
        keepalive: Keepalive::of(None, None),
        warnings: Vec::new(),
    };
    if let Some(config) = config {
        station.port = config.port.unwrap_or(Hop::PORT);
        if let Some(user) = config.user {
            station.user = user;
        }
        if station.keys.is_empty() {
            station.keys = config.identity_files;
        }
        station.keys_only |= config.identities_only;
        station.certificates.extend(config.certificate_files);
        match config.agent {
            Agent::Usual => {}
            Agent::No => station.agent = None,
            Agent::At(socket) => station.agent = Some(socket),
        }
        if let Some(files) = config.user_known_hosts {
            station.known_hosts = files;
        }
        if let Some(files) = config.global_known_hosts {
            station.global_known_hosts = files;
        }
        station.hashes_names = config.hash_known_hosts;
        station.unknown_keys = config.unknown_keys;
        station.forbidden = config.forbidden;
        station.address_family = config.address_family;
        if let Some(time) = config.connect_timeout.filter(|time| !time.is_zero()) {
            // For each of the two, as OpenSSH does it.
            (station.reach, station.handshake) = (time, time);
        }
        station.keepalive = Keepalive::of(config.alive_interval, config.alive_count);
        station.warnings = config.warnings;
        // A key is recorded under the alias alone, else under the name that is connected to.
        station.known_as = match config.host_key_alias {
            Some(alias) => (alias, Hop::PORT),
            None => (config.host_name.clone(), station.port),
        };
        station.host = config.host_name;
    }
    if let Some(files) = own_known_hosts {
        station.known_hosts = files;
    }
    station
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_is_known_in_time_and_a_short_pause_ends_none_whatever_ssh_config_asks_for() {
        for interval in 0..=200 {
            for count in (0..20).map(Some).chain([None, Some(u32::MAX)]) {
                let keepalive = Keepalive::of(Some(Duration::from_secs(interval)), count);
                let silence = keepalive.silence();
                let bounds = limits::KEEPALIVE_LEAST..=Duration::from_secs(12);
                assert!(bounds.contains(&silence), "{interval} {count:?}: {keepalive:?}");
                assert!(keepalive.misses > 0, "{interval} {count:?}: {keepalive:?}");
            }
        }
    }

    #[test]
    fn what_ssh_config_asks_for_counts_within_the_bounds() {
        let of = |interval, count| {
            let keepalive = Keepalive::of(Some(Duration::from_secs(interval)), count);
            (keepalive.interval.as_secs(), keepalive.misses)
        };
        assert_eq!(of(1, None), (1, 7), "four seconds would be too few");
        assert_eq!(of(1, Some(9)), (1, 9));
        assert_eq!(of(2, Some(4)), (2, 4));
        assert_eq!(of(60, None), (4, 2));
        assert_eq!(of(0, Some(7)), (4, 2));
    }
}
