//! What a session needs of this machine: files, sockets, secrets and the clock. The caller that starts a session provides it.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use super::credential_cache::CredentialCache;
use crate::domain::problem::Problem;
use crate::domain::profile::{CommandLine, Profile, Secret, SecretSource};
use crate::domain::ssh::ssh_config::SshConfigSource;
use crate::io::tunnel::{AppendLine, IsOwnSocket, ReadFile, StartCommand};

/// Reads a secret from its source. It may block, so it is called on a blocking thread, and never with
/// [`SecretSource::Prompt`].
pub type ReadSecret = dyn Fn(&SecretSource) -> Result<Secret, Problem> + Send + Sync;

/// Returns how many days ago the secret of a source was stored, if that is known. It reads a small file.
pub type SecretAge = dyn Fn(&SecretSource) -> Option<u64> + Send + Sync;

/// Starts the server of a profile, and returns a profile that connects to it. Called for each connect.
pub type PrepareProfile =
    dyn Fn(Arc<Profile>) -> Pin<Box<dyn Future<Output = Result<Arc<Profile>, Problem>> + Send>> + Send + Sync;

/// What a session needs of this machine.
#[derive(Clone)]
pub struct SessionEnv {
    /// The user name for hops that have none.
    pub os_user: String,
    /// The user's home directory.
    pub home: PathBuf,
    /// The socket of the SSH agent, if there is an agent.
    pub agent: Option<PathBuf>,
    /// `known_hosts` files that are read in addition to that of a hop, and never written.
    pub global_known_hosts: Vec<PathBuf>,
    /// `ssh_config`, if hops may be described there.
    pub ssh_config: Option<Arc<SshConfigSource>>,
    /// Returns the time of day.
    pub clock: fn() -> SystemTime,
    /// Reads CA, key and `known_hosts` files.
    pub read: ReadFile,
    /// Records accepted host keys.
    pub append: AppendLine,
    /// Recognizes rrx's connections to a tunnel's local port.
    pub is_own_socket: IsOwnSocket,
    /// Starts the command of a hop.
    pub start_command: StartCommand,
    /// Reads passwords and passphrases.
    pub secret: Arc<ReadSecret>,
    /// Returns a warning if other users can read this file with a secret. It reads the mode of the file.
    pub exposed_file_warning: fn(&Path) -> Option<String>,
    /// Returns the age of a stored secret.
    pub secret_age: Arc<SecretAge>,
    pub catalog: CatalogLoading,
    /// Starts the server of the profile if it must be started first.
    pub prepare: Option<Arc<PrepareProfile>>,
    /// The beginning of the command lines that messages suggest.
    pub command_line: CommandLine,
    /// The secrets that the user typed for earlier sessions of the same profile.
    pub credentials: CredentialCache,
}

/// When the catalog is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogLoading {
    /// As soon as the session is ready.
    AtStart,
    /// Only on request (headless commands).
    OnRequest,
}
