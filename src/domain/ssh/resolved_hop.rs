//! The hops of a route with all their settings, before anything is connected: the profile and `ssh_config` combined.
//!
//! Settings of the profile win; `ssh_config` fills in the others. The hops that `ProxyJump` names come before the hop itself, and
//! each is looked up as a host of its own. As in OpenSSH, only the first of several hops may have its own `ProxyJump`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::keepalive::Keepalive;
use super::ssh_config::{
    AddressFamily, AgentSocket, ForbiddenMethod, HostConfig, HostLookup, ProxyCommand, SignInMethod, SshConfigSource,
    UnknownHostKeys, expand_command, host_config,
};
use crate::domain::limits;
use crate::domain::profile::{CommandConsent, Hop, HopDefaults};

/// The largest number of hops on a route. A longer route is a loop.
const MAX_HOPS: usize = 16;
/// OpenSSH's default key files, below `~/.ssh`.
const DEFAULT_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// A hop with all the settings that a connection needs.
#[derive(Debug, Clone)]
pub struct ResolvedHop {
    /// The hop as the user names it, with its port if that is not 22.
    pub shown: String,
    /// The name or address to connect to.
    pub host: String,
    pub port: u16,
    pub user: String,
    /// Key files in order.
    pub keys: Vec<PathBuf>,
    pub default_keys: DefaultKeys,
    /// Whether only those keys may be offered, and none of the agent's other keys.
    pub keys_only: bool,
    pub certificates: Vec<PathBuf>,
    /// The agent's socket, if an agent is used.
    pub agent: Option<PathBuf>,
    /// Pinned fingerprints. If there are any, only they decide about the host key.
    pub pinned: Vec<String>,
    /// The user's `known_hosts` files; the first receives accepted keys.
    pub known_hosts: Vec<PathBuf>,
    /// The system's `known_hosts` files, which are never written.
    pub global_known_hosts: Vec<PathBuf>,
    /// The name and port under which the host key is recorded.
    pub known_as: (String, u16),
    /// Whether that name is hashed when an accepted key is recorded.
    pub hashes_names: bool,
    pub unknown_host_keys: UnknownHostKeys,
    /// Sign-in methods that must not be tried.
    pub forbidden: Vec<ForbiddenMethod>,
    /// The addresses that may be used if the name is looked up on this machine.
    pub address_family: AddressFamily,
    /// The limit for establishing the TCP connection.
    pub connect_timeout: Duration,
    /// The limit for the SSH handshake.
    pub handshake_timeout: Duration,
    pub keepalive: Keepalive,
    /// The command that connects to the hop. Only the first hop of a route can have one.
    pub proxy_command: Option<ProxyCommand>,
    /// Lines of `ssh_config` that were ignored.
    pub warnings: Vec<String>,
}

/// The user and the SSH files of this machine.
#[derive(Debug, Clone)]
pub struct LocalAccount {
    pub os_user: String,
    pub home: PathBuf,
    /// The agent's socket (`SSH_AUTH_SOCK`).
    pub agent: Option<PathBuf>,
    /// The system's `known_hosts` files.
    pub global_known_hosts: Vec<PathBuf>,
    /// The settings of the profile for hops that only `ProxyJump` names.
    pub hop_defaults: HopDefaults,
    /// Whether `Match exec` may run its command.
    pub commands: CommandConsent,
}

/// When OpenSSH's default key files are tried at a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultKeys {
    /// Only if no key file is named.
    IfNoneNamed,
    /// After the named ones, because these are named for the profile and not for this hop.
    AfterNamed,
}

/// The key files to try at a hop.
pub struct KeyFiles {
    pub named: Vec<PathBuf>,
    /// Tried after the named ones. A missing one is not reported.
    pub default: Vec<PathBuf>,
}

/// The reason why a route cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    #[error("the route has no hops")]
    NoHops,
    #[error("{place} cannot be used")]
    SshConfig {
        /// File and line, or the setting that was read.
        place: String,
        why: String,
    },
    /// The hops before a hop lead back to themselves.
    #[error("the hops before {host} form a loop")]
    Loop { host: String },
}

impl ResolvedHop {
    /// Returns whether a sign-in method may be tried.
    #[must_use]
    pub fn allows(&self, method: SignInMethod) -> bool {
        self.forbidden.iter().all(|forbidden| forbidden.method != method)
    }

    /// Returns the name in `ssh_config`, if it differs from that of the host.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        Some(self.shown.as_str()).filter(|shown| shown.split(':').next() != Some(&self.host) && *shown != self.host)
    }

    /// Returns the key files to try. The default ones are in this home directory.
    #[must_use]
    pub fn key_files(&self, home: &Path) -> KeyFiles {
        let has_default = self.keys.is_empty() || self.default_keys == DefaultKeys::AfterNamed;
        let default = DEFAULT_KEYS.iter().filter(|_| has_default).map(|name| home.join(".ssh").join(name));
        KeyFiles { named: self.keys.clone(), default: default.collect() }
    }
}

impl LocalAccount {
    /// Returns a path with a leading `~/` replaced by the home directory.
    fn expand(&self, path: &Path) -> PathBuf {
        path.strip_prefix("~").map_or_else(|_| path.to_owned(), |rest| self.home.join(rest))
    }
}

/// Resolves all hops of a route in order, including those of `ProxyJump`. Reads the files of `ssh_config`.
///
/// # Errors
/// When the route is empty, when `ssh_config` cannot be used, or when `ProxyJump` forms a loop.
pub fn resolve_route(
    route: &[Hop],
    account: &LocalAccount,
    ssh_config: Option<&SshConfigSource>,
) -> Result<Vec<ResolvedHop>, RouteError> {
    let mut resolver = RouteResolver { account, ssh_config, resolved: Vec::new() };
    for (index, hop) in route.iter().enumerate() {
        // The hops before a later hop are those of the route, not those of its `ProxyJump`.
        resolver.add(hop, if index == 0 { Some(MAX_HOPS) } else { None })?;
    }
    if resolver.resolved.is_empty() { Err(RouteError::NoHops) } else { Ok(resolver.resolved) }
}

struct RouteResolver<'a> {
    account: &'a LocalAccount,
    ssh_config: Option<&'a SshConfigSource>,
    resolved: Vec<ResolvedHop>,
}

impl RouteResolver<'_> {
    /// Adds a hop after those that its `ProxyJump` names. `jump_depth` is how deeply these may be nested; `None` means that
    /// the hops before this one are known already.
    fn add(&mut self, hop: &Hop, jump_depth: Option<usize>) -> Result<(), RouteError> {
        let loop_error = || RouteError::Loop { host: hop.host.clone() };
        let config = match self.ssh_config {
            Some(source) => Some(look_up(hop, source, self.account)?),
            None => None,
        };
        if let (Some(config), Some(depth), None) = (&config, jump_depth, &hop.proxy_command) {
            for (index, jump) in config.proxy_jump.iter().enumerate() {
                let text = jump.strip_prefix("ssh://").unwrap_or(jump);
                let before: Hop = text.parse().map_err(|error| RouteError::SshConfig {
                    place: format!("ProxyJump of {}", hop.host),
                    why: format!("`{jump}`: {error}"),
                })?;
                let depth = depth.checked_sub(1).ok_or_else(loop_error)?;
                let first = self.resolved.len();
                self.add(&before, Some(depth).filter(|_| index == 0))?;
                self.apply_defaults(first);
            }
        }
        if self.resolved.len() >= MAX_HOPS {
            return Err(loop_error());
        }
        let mut resolved = from_profile(hop, self.account);
        if let Some(config) = config {
            apply_config(&mut resolved, config);
        }
        if let Some(command) = &hop.proxy_command {
            resolved.proxy_command = Some(self.command_of_profile(command, hop, &resolved)?);
        } else if !self.resolved.is_empty() {
            // As in OpenSSH: the hop before this one leads to it.
            resolved.proxy_command = None;
        }
        if let Some(file) = &hop.known_hosts {
            resolved.known_hosts = vec![self.account.expand(file)];
        }
        self.resolved.push(resolved);
        Ok(())
    }

    /// Gives the hops from this number on the defaults of the profile, where `ssh_config` names nothing. The keys of the agent and the
    /// default files are still tried, because the profile does not name these hops.
    fn apply_defaults(&mut self, first: usize) {
        let HopDefaults { identity, known_hosts } = &self.account.hop_defaults;
        let default_files = default_known_hosts(&self.account.home);
        for hop in self.resolved.iter_mut().skip(first) {
            if hop.keys.is_empty() {
                hop.keys = identity.iter().map(|path| self.account.expand(path)).collect();
                hop.default_keys = DefaultKeys::AfterNamed;
            }
            if let Some(file) = known_hosts
                && hop.known_hosts == default_files
            {
                hop.known_hosts = vec![self.account.expand(file)];
            }
        }
    }
}

/// Returns the files of OpenSSH with the user's known hosts.
fn default_known_hosts(home: &Path) -> Vec<PathBuf> {
    ["known_hosts", "known_hosts2"].map(|name| home.join(".ssh").join(name)).into()
}

impl RouteResolver<'_> {
    /// Returns the command of the profile for a hop, with its tokens expanded.
    fn command_of_profile(&self, command: &str, hop: &Hop, resolved: &ResolvedHop) -> Result<ProxyCommand, RouteError> {
        let place = format!("proxy_command of the hop {}", hop.host);
        let failed = |why: String| RouteError::SshConfig { place: place.clone(), why };
        if !self.resolved.is_empty() {
            return Err(failed("only the first hop of a route can have a command".into()));
        }
        let lookup = lookup_of(hop, self.account, 0, String::new());
        let values = (resolved.host.as_str(), resolved.port, resolved.user.as_str());
        let command = expand_command(command, &lookup, values).map_err(failed)?;
        Ok(ProxyCommand { command, place })
    }
}

fn lookup_of(hop: &Hop, account: &LocalAccount, local_uid: u32, local_host: String) -> HostLookup {
    HostLookup {
        host: hop.host.clone(),
        user: hop.user.clone(),
        port: hop.port,
        local_user: account.os_user.clone(),
        local_uid,
        local_host,
        home: account.home.clone(),
        commands: account.commands,
    }
}

fn look_up(hop: &Hop, source: &SshConfigSource, account: &LocalAccount) -> Result<HostConfig, RouteError> {
    let lookup = lookup_of(hop, account, source.local_uid, source.local_host.clone());
    host_config(&lookup, &source.paths, &*source.files).map_err(|error| RouteError::SshConfig {
        place: match error.line {
            0 => error.file.display().to_string(),
            line => format!("{} line {line}", error.file.display()),
        },
        why: error.what,
    })
}

/// Returns a hop with the settings of the profile and the defaults of OpenSSH.
fn from_profile(hop: &Hop, account: &LocalAccount) -> ResolvedHop {
    let shown = match hop.port {
        None | Some(Hop::PORT) => hop.host.clone(),
        Some(port) => format!("{}:{port}", hop.host),
    };
    let keys: Vec<PathBuf> = hop.identity.iter().map(|path| account.expand(path)).collect();
    ResolvedHop {
        shown,
        host: hop.host.clone(),
        port: hop.port.unwrap_or(Hop::PORT),
        user: hop.user.clone().unwrap_or_else(|| account.os_user.clone()),
        keys_only: !keys.is_empty(),
        keys,
        default_keys: DefaultKeys::IfNoneNamed,
        certificates: hop.certificate.iter().map(|path| account.expand(path)).collect(),
        agent: account.agent.clone(),
        pinned: hop.host_key.clone(),
        known_hosts: default_known_hosts(&account.home),
        global_known_hosts: account.global_known_hosts.clone(),
        known_as: (hop.host.clone(), hop.port.unwrap_or(Hop::PORT)),
        hashes_names: false,
        unknown_host_keys: UnknownHostKeys::Ask,
        forbidden: Vec::new(),
        address_family: AddressFamily::Any,
        connect_timeout: limits::REACH,
        handshake_timeout: limits::SIGN_IN,
        keepalive: Keepalive::from_config(None, None),
        proxy_command: None,
        warnings: Vec::new(),
    }
}

/// Fills in the settings that the profile does not have.
fn apply_config(hop: &mut ResolvedHop, config: HostConfig) {
    hop.port = config.port.unwrap_or(Hop::PORT);
    if let Some(user) = config.user {
        hop.user = user;
    }
    if hop.keys.is_empty() {
        hop.keys = config.identity_files;
    }
    hop.keys_only |= config.identities_only;
    hop.certificates.extend(config.certificate_files);
    match config.agent {
        AgentSocket::FromEnvironment => {}
        AgentSocket::Disabled => hop.agent = None,
        AgentSocket::Path(socket) => hop.agent = Some(socket),
    }
    if let Some(files) = config.user_known_hosts {
        hop.known_hosts = files;
    }
    if let Some(files) = config.global_known_hosts {
        hop.global_known_hosts = files;
    }
    hop.hashes_names = config.hash_known_hosts;
    hop.unknown_host_keys = config.unknown_host_keys;
    hop.forbidden = config.forbidden;
    hop.address_family = config.address_family;
    if let Some(time) = config.connect_timeout.filter(|time| !time.is_zero()) {
        // As in OpenSSH, the limit applies to each of the two.
        (hop.connect_timeout, hop.handshake_timeout) = (time, time);
    }
    hop.keepalive = Keepalive::from_config(config.alive_interval, config.alive_count);
    hop.proxy_command = config.proxy_command;
    hop.warnings = config.warnings;
    // A key is recorded under the alias only, or without an alias under the name that rrx connects to.
    hop.known_as = match config.host_key_alias {
        Some(alias) => (alias, Hop::PORT),
        None => (config.host_name.clone(), hop.port),
    };
    hop.host = config.host_name;
}
