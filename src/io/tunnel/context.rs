//! What the tunnel needs of the outside, given as values: who the user is, how files are read, whom to ask, whom to tell.

use std::fmt;
use std::io;
use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::ssh_config::Files;
use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, ConnectionStep, Question, StepState};

/// What is said of a file that cannot be read in time.
pub(super) const NO_ANSWER: &str = "the file system does not answer";

/// Reads a whole file; `None` when there is none (`io::storage::known_hosts_file::read`).
pub type ReadFile = Arc<dyn Fn(&Path) -> io::Result<Option<Vec<u8>>> + Send + Sync>;
/// Appends one line to a file, which it makes when there is none (`io::storage::known_hosts_file::append`).
pub type AppendLine = Arc<dyn Fn(&Path, &str) -> io::Result<()> + Send + Sync>;
/// Of each loopback connection from one of these ends to that one, whether it is this process's own; `None` when the
/// system cannot tell (`io::storage::own_sockets::is_own`).
pub type IsOwnSocket = Arc<dyn Fn(&[SocketAddrV4], SocketAddrV4) -> Option<Vec<bool>> + Send + Sync>;
/// Fetches the configured passphrase of the key files. Called at most once, when a locked key is met.
pub type PassphraseSource = Arc<dyn Fn() -> BoxFuture<'static, Result<Secret, Problem>> + Send + Sync>;

/// Asks the user while connecting.
pub trait Asker: Send + Sync {
    /// Waits for the answer, however long it takes. Whoever cannot ask answers [`Answer::Decline`].
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer>;

    /// What was typed for this before and was good, where somebody keeps that.
    fn typed(&self, _purpose: &str) -> Option<Secret> {
        None
    }

    /// Is told what was typed for this and is good; `None` where what was kept is not good any more. A one-time code is
    /// never told.
    fn keep(&self, _purpose: &str, _good: Option<&Secret>) {}
}

/// The asker of headless commands: there is nobody, so nothing is accepted.
#[derive(Debug, Clone, Copy)]
pub struct NoOneToAsk;

impl Asker for NoOneToAsk {
    fn ask(&self, _question: Question) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::ready(Answer::Decline))
    }
}

/// One move on the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which hop, counted from 0.
    pub hop: usize,
    /// Which rung.
    pub rung: ConnectionStep,
    /// Where it stands.
    pub state: StepState,
}

/// Where `ssh_config` is, and what it may ask about this machine.
pub struct SshConfig {
    /// The user's file, then the system's.
    pub paths: Vec<PathBuf>,
    /// Reads them.
    pub files: Box<dyn Files + Send + Sync>,
    /// The user's number on this machine.
    pub local_uid: u32,
    /// This machine's name.
    pub local_host: String,
}

/// What a tunnel needs of the outside.
#[derive(Clone)]
pub struct TunnelContext {
    /// The account at hops that name none.
    pub os_user: String,
    /// The user's home folder: for `~/`, the default keys and the default `known_hosts`.
    pub home: PathBuf,
    /// The agent's socket (`SSH_AUTH_SOCK`), if there is an agent.
    pub agent: Option<PathBuf>,
    /// `known_hosts` files read besides that of a hop, never written (`/etc/ssh/ssh_known_hosts`).
    pub global_known_hosts: Vec<PathBuf>,
    /// `ssh_config`; without it hops are what the profile says and no more.
    pub ssh_config: Option<Arc<SshConfig>>,
    /// The time of day: certificates have a last one.
    pub clock: fn() -> SystemTime,
    /// Reads `known_hosts` and key files.
    pub read: ReadFile,
    /// Records accepted host keys.
    pub append: AppendLine,
    /// Tells our own connections from those of others.
    pub is_own_socket: IsOwnSocket,
    /// Where the passphrase of the key files comes from; without it the user is asked.
    pub passphrase: Option<PassphraseSource>,
    /// Asks the user.
    pub asker: Arc<dyn Asker>,
    /// Is told each step of the first climb. A full queue is waited for, a closed one is no trouble.
    pub event: mpsc::Sender<Step>,
}

impl TunnelContext {
    /// A path with `~/` in front taken from the home folder.
    pub(super) fn expand(&self, path: &Path) -> PathBuf {
        path.strip_prefix("~").map_or_else(|_| path.to_owned(), |rest| self.home.join(rest))
    }

    /// Seconds since 1970.
    pub(super) fn unix_time(&self) -> u64 {
        (self.clock)().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    /// Reads a file on a thread that may block, and waits for it no longer than [`limits::READING`].
    pub(super) async fn read_file(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let (read, path) = (Arc::clone(&self.read), path.to_owned());
        let reading = timeout(limits::READING, tokio::task::spawn_blocking(move || read(&path)));
        reading.await.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, NO_ANSWER))?.map_err(io::Error::other)?
    }

    /// Appends a line on a thread that may block.
    pub(super) async fn append_line(&self, path: &Path, line: String) -> io::Result<()> {
        let (append, path) = (Arc::clone(&self.append), path.to_owned());
        tokio::task::spawn_blocking(move || append(&path, &line)).await.map_err(io::Error::other)?
    }
}

impl fmt::Debug for TunnelContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TunnelContext")
            .field("os_user", &self.os_user)
            .field("home", &self.home)
            .field("agent", &self.agent)
            .finish_non_exhaustive()
    }
}
