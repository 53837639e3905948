//! The session: one task for each, which owns the way to the replica, the connection for statements, and a second one
//! that stops them. It names the driver (`mysql_async`), and nobody else does. It decides nothing that a user could.
//!
//! ```text
//!  Connect ──► link ──► connection ──► pinned and read back ──► facts ──► control connection ──► Ready
//!  Run(Permit) ──► (bound: values) ──► statement (desk attends: cancel, deadlines, link) ──► Rows …, End ──► Ended
//!  every while ──► lag, and a sign of life, on the control connection
//!  LoadCatalog ──► a third connection, closed when it is read
//! ```

mod ask;
mod bound;
mod cancel;
mod certificate;
mod climb;
mod connect;
mod convert;
mod debug_events;
mod desk;
mod events;
mod fault;
mod further;
mod introspect;
mod lag;
mod link;
mod own;
mod replica;
mod settings;
mod sign_in;
mod statement;
mod task;
mod tripwire;
mod typed;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

pub use link::tunnel_context;
pub use task::spawn;
pub use typed::{Stories, Typed};

use super::tunnel::{AppendLine, IsOwnSocket, ReadFile, SshConfig};
use crate::domain::problem::Problem;
use crate::domain::profile::{CommandLine, Profile, Secret, SecretSource};

/// Brings a secret from its source. It may block: it is called on a thread for that. `Prompt` never reaches it.
pub type BringSecret = dyn Fn(&SecretSource) -> Result<Secret, Problem> + Send + Sync;

/// How many days ago the secret of a source was put there, where that is known. It reads a small file.
pub type SecretAge = dyn Fn(&SecretSource) -> Option<u64> + Send + Sync;

/// Makes ready what a profile stands for, and answers with the profile that leads there. It is asked at each connecting.
pub type Prepare =
    dyn Fn(Arc<Profile>) -> Pin<Box<dyn Future<Output = Result<Arc<Profile>, Problem>> + Send>> + Send + Sync;

/// What a session needs of this machine: lent by whoever starts it.
#[derive(Clone)]
pub struct Outside {
    /// The account at hops that name none.
    pub os_user: String,
    /// The user's home folder.
    pub home: PathBuf,
    /// The SSH agent's socket, if there is an agent.
    pub agent: Option<PathBuf>,
    /// `known_hosts` files besides that of a hop, never written.
    pub global_known_hosts: Vec<PathBuf>,
    /// `ssh_config`, if hops may be described there.
    pub ssh_config: Option<Arc<SshConfig>>,
    /// The time of day.
    pub clock: fn() -> SystemTime,
    /// Reads CA, key and `known_hosts` files.
    pub read: ReadFile,
    /// Records accepted host keys.
    pub append: AppendLine,
    /// Tells our own connections at a tunnel's local end from those of others.
    pub is_own_socket: IsOwnSocket,
    /// Brings password and passphrase.
    pub secret: Arc<BringSecret>,
    /// Tells how old a stored secret is.
    pub secret_age: Arc<SecretAge>,
    /// Whether the catalog is read as soon as the session is ready.
    pub catalog: CatalogAt,
    /// Makes ready what a profile stands for, where that must be started first.
    pub prepare: Option<Arc<Prepare>>,
    /// What the command lines begin with that words tell people to run.
    pub command_line: CommandLine,
    /// What the user typed for the sessions before this one of the same story.
    pub typed: Typed,
}

/// When the catalog is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogAt {
    /// As soon as the session is ready.
    Start,
    /// Only when it is asked for (headless commands).
    Request,
}
