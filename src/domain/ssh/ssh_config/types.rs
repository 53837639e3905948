//! The types for reading `ssh_config`: the host to look up, its settings, and the access to files.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::profile::CommandConsent;

/// OpenSSH's default port.
pub(super) const DEFAULT_PORT: u16 = 22;

/// Gives access to the files and variables that `ssh_config` refers to.
pub trait SshConfigFiles {
    /// Reads a file; `None` when it does not exist.
    ///
    /// # Errors
    /// The system's error when the file exists and cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// Returns the files that the pattern of an `Include` matches (`*`, `?`, `[…]`), in order.
    fn matching(&self, pattern: &Path) -> Vec<PathBuf>;

    /// Runs a command of `Match exec` by the user's shell, with a time limit. Returns whether it ended with 0.
    ///
    /// # Errors
    /// The reason why it could not be started, or that it did not end in time.
    fn run(&self, command: &str) -> io::Result<bool>;

    /// Returns a variable of the environment, for `${NAME}`.
    fn variable(&self, name: &str) -> Option<String>;
}

/// Where the files of `ssh_config` are, and what they may refer to on this machine.
pub struct SshConfigSource {
    /// The user's file, then the system's.
    pub paths: Vec<PathBuf>,
    pub files: Box<dyn SshConfigFiles + Send + Sync>,
    /// The user's numeric id on this machine.
    pub local_uid: u32,
    pub local_host: String,
}

/// The host that is looked up, and the user who connects to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLookup {
    /// The host as the user typed it: `Host` and `Match originalhost` compare with it.
    pub host: String,
    /// The account that the user typed.
    pub user: Option<String>,
    /// The port that the user typed.
    pub port: Option<u16>,
    /// The account on this machine.
    pub local_user: String,
    /// The user's numeric id on this machine, for `%i`.
    pub local_uid: u32,
    /// This machine's name, for `%l`.
    pub local_host: String,
    /// The user's home directory.
    pub home: PathBuf,
    /// Whether `Match exec` may run its command.
    pub commands: CommandConsent,
}

/// The settings of one host after all files were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostConfig {
    /// The name or address to connect to.
    pub host_name: String,
    pub user: Option<String>,
    pub port: Option<u16>,
    /// Key files, in order.
    pub identity_files: Vec<PathBuf>,
    /// Whether only those keys may be tried.
    pub identities_only: bool,
    pub agent: AgentSocket,
    /// User certificates, in order.
    pub certificate_files: Vec<PathBuf>,
    /// The user's `known_hosts` files; `None` means the default. New keys go to the first.
    pub user_known_hosts: Option<Vec<PathBuf>>,
    /// The system's `known_hosts` files; `None` means the default.
    pub global_known_hosts: Option<Vec<PathBuf>>,
    /// Whether host names are hashed when a key is recorded.
    pub hash_known_hosts: bool,
    /// The name under which the host's key is looked up.
    pub host_key_alias: Option<String>,
    /// Whether the user may be asked about an unknown key. No value accepts a key without asking.
    pub unknown_host_keys: UnknownHostKeys,
    /// The hops before this host, in order, with tokens expanded.
    pub proxy_jump: Vec<String>,
    /// The command that connects to this host.
    pub proxy_command: Option<ProxyCommand>,
    /// Sign-in methods that must not be tried.
    pub forbidden: Vec<ForbiddenMethod>,
    pub address_family: AddressFamily,
    pub connect_timeout: Option<Duration>,
    /// The time between probes of a silent connection; zero means never.
    pub alive_interval: Option<Duration>,
    /// The number of probes that may stay unanswered.
    pub alive_count: Option<u32>,
    /// Unknown keywords, each with file and line.
    pub warnings: Vec<String>,
}

/// A command that connects to a hop with its standard input and output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyCommand {
    /// With tokens expanded.
    pub command: String,
    /// Where it is written: a file with its line, or the profile.
    pub place: String,
}

/// The value of `IdentityAgent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AgentSocket {
    /// The socket that `SSH_AUTH_SOCK` names.
    #[default]
    FromEnvironment,
    /// No agent is used.
    Disabled,
    Path(PathBuf),
}

/// The value of `StrictHostKeyChecking`, never weaker than asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownHostKeys {
    /// The user decides.
    #[default]
    Ask,
    Refuse,
}

/// The value of `AddressFamily`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AddressFamily {
    #[default]
    Any,
    V4,
    V6,
}

/// A method of signing in that rrx supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMethod {
    PublicKey,
    KeyboardInteractive,
    Password,
}

impl SignInMethod {
    pub(super) const ALL: [Self; 3] = [Self::PublicKey, Self::KeyboardInteractive, Self::Password];

    /// Returns the name in the SSH protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublicKey => "publickey",
            Self::KeyboardInteractive => "keyboard-interactive",
            Self::Password => "password",
        }
    }

    /// Returns the lower-case keyword that allows or forbids the method.
    pub(super) const fn keyword(self) -> &'static str {
        match self {
            Self::PublicKey => "pubkeyauthentication",
            Self::KeyboardInteractive => "kbdinteractiveauthentication",
            Self::Password => "passwordauthentication",
        }
    }
}

/// A sign-in method that must not be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForbiddenMethod {
    pub method: SignInMethod,
    /// The line that forbids it, with its file.
    pub because: String,
}

/// The reason why the files cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {what}", file.display())]
pub struct SshConfigError {
    pub file: PathBuf,
    /// Counted from 1; 0 means the whole file.
    pub line: usize,
    pub what: String,
}
