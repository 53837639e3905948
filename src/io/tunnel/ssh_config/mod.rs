//! What `~/.ssh/config` says of one host, as OpenSSH would read it: the first value of a keyword wins, keys and
//! certificates add up. Source: `ssh_config(5)`. Files come through [`Files`]; nothing is run, nothing is connected.

mod keyword;
mod line;
mod pattern;
mod read;
mod token;
mod value;

pub use read::{Problem, resolve};

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the reader gets at files.
pub trait Files {
    /// The bytes of a file; `None` when there is none.
    ///
    /// # Errors
    /// What the system says when a file is there and cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// The files that an `Include` means, its wildcards (`*`, `?`, `[…]`) resolved, in order.
    fn matching(&self, pattern: &Path) -> Vec<PathBuf>;

    /// A variable of the environment, for `${NAME}`.
    fn variable(&self, name: &str) -> Option<String>;
}

/// Who asks for which host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The host as it was typed: what `Host` and `Match originalhost` look at.
    pub host: String,
    /// The account that was typed.
    pub user: Option<String>,
    /// The port that was typed.
    pub port: Option<u16>,
    /// The account on this machine.
    pub local_user: String,
    /// The user's number on this machine, for `%i`.
    pub local_uid: u32,
    /// This machine's name, for `%l`.
    pub local_host: String,
    /// The user's home folder.
    pub home: PathBuf,
}

/// What is known of one host after all files were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostConfig {
    /// Where to connect to.
    pub host_name: String,
    /// The account there.
    pub user: Option<String>,
    /// The port there.
    pub port: Option<u16>,
    /// Key files, in order.
    pub identity_files: Vec<PathBuf>,
    /// Whether only those keys may be tried.
    pub identities_only: bool,
    /// Where the agent listens.
    pub agent: Agent,
    /// User certificates, in order.
    pub certificate_files: Vec<PathBuf>,
    /// The user's `known_hosts` files; `None`: the usual one. The first is written to.
    pub user_known_hosts: Option<Vec<PathBuf>>,
    /// The system's `known_hosts` files; `None`: the usual one.
    pub global_known_hosts: Option<Vec<PathBuf>>,
    /// Whether the name in front of an accepted key is hashed.
    pub hash_known_hosts: bool,
    /// The name under which the host's key is looked up.
    pub host_key_alias: Option<String>,
    /// Whether an unknown key may be asked for. Whatever the file says, a key is never taken unasked.
    pub unknown_keys: UnknownKeys,
    /// Hosts on the way, in order, as they were written but for their tokens.
    pub proxy_jump: Vec<String>,
    /// Ways of signing in that must not be tried.
    pub forbidden: Vec<Forbidden>,
    /// Addresses of the host's name that count.
    pub address_family: AddressFamily,
    /// How long a connection may take to come about.
    pub connect_timeout: Option<Duration>,
    /// How often a silent link is asked; zero: never.
    pub alive_interval: Option<Duration>,
    /// How often it may leave that unanswered.
    pub alive_count: Option<u32>,
    /// What was passed over, each with file and line.
    pub warnings: Vec<String>,
}

/// `IdentityAgent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Agent {
    /// The one of `SSH_AUTH_SOCK`.
    #[default]
    Usual,
    /// None is asked.
    No,
    /// The one that listens there.
    At(PathBuf),
}

/// `StrictHostKeyChecking`, never weaker than asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownKeys {
    /// The user decides.
    #[default]
    Asked,
    /// Refused.
    Refused,
}

/// `AddressFamily`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AddressFamily {
    /// All addresses.
    #[default]
    Any,
    /// Those of IPv4.
    V4,
    /// Those of IPv6.
    V6,
}

/// A way of signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With a key.
    PublicKey,
    /// With answers to the hop's own questions.
    KeyboardInteractive,
    /// With the account's password.
    Password,
}

impl Method {
    /// All that rrx has.
    pub(super) const ALL: [Self; 3] = [Self::PublicKey, Self::KeyboardInteractive, Self::Password];

    /// Its name in the protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublicKey => "publickey",
            Self::KeyboardInteractive => "keyboard-interactive",
            Self::Password => "password",
        }
    }

    /// The keyword that forbids it, in small letters.
    const fn keyword(self) -> &'static str {
        match self {
            Self::PublicKey => "pubkeyauthentication",
            Self::KeyboardInteractive => "kbdinteractiveauthentication",
            Self::Password => "passwordauthentication",
        }
    }
}

/// A way of signing in that must not be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forbidden {
    /// Which.
    pub method: Method,
    /// The line that says so, with its file.
    pub because: String,
}
