//! The context of a tunnel, given as values: the user, access to files, and the receivers of prompts and progress.

use std::fmt;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::domain::profile::{CommandConsent, HopDefaults, Secret};
use crate::domain::protocol::{Answer, ConnectionStep, HopMessage, Question, StepState};
use crate::domain::ssh::ssh_config::SshConfigSource;

/// The error text for a file that cannot be read in time.
pub(super) const NO_ANSWER: &str = "the file system does not answer";

/// Reads a whole file; `None` when it does not exist (`io::storage::known_hosts::read`).
pub type ReadFile = Arc<dyn Fn(&Path) -> io::Result<Option<Vec<u8>>> + Send + Sync>;
/// Appends a line to a file, and creates the file if needed (`io::storage::known_hosts::append`).
pub type AppendLine = Arc<dyn Fn(&Path, &str) -> io::Result<()> + Send + Sync>;
/// Returns, for each of these client addresses, whether its loopback connection to the server address belongs to this
/// process; `None` if the system does not know (`io::host::own_sockets::is_own`).
pub type IsOwnSocket = Arc<dyn Fn(&[SocketAddrV4], SocketAddrV4) -> Option<Vec<bool>> + Send + Sync>;
/// Fetches the configured passphrase of the key files. Called at most once, when an encrypted key is found.
pub type PassphraseSource = Arc<dyn Fn() -> BoxFuture<'static, Result<Secret, Problem>> + Send + Sync>;

/// Starts a command by the user's shell, in a session of its own (`io::host::shell_command`).
pub type StartCommand = Arc<dyn Fn(&str) -> io::Result<StartedCommand> + Send + Sync>;

/// A started command, whose input and output are the connection to a hop.
pub struct StartedCommand {
    pub stdin: OwnedFd,
    pub stdout: OwnedFd,
    pub report: Arc<dyn ProxyReport>,
    /// Dropping it ends the command.
    pub guard: Box<dyn Send + Sync>,
}

/// What is known of a started command, also after its end.
pub trait ProxyReport: Send + Sync {
    /// Returns the last lines of its standard error.
    fn messages(&self) -> Vec<String>;

    fn has_ended(&self) -> bool;

    /// Returns how it ended by itself; `None` while it runs, and if rrx has stopped it.
    fn end(&self) -> Option<String>;
}

/// Asks the user while a tunnel connects.
pub trait UserPrompter: Send + Sync {
    /// Waits for the answer without a time limit. An implementation that cannot ask answers [`Answer::Decline`].
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer>;

    /// Shows what a hop says.
    fn tell(&self, _message: HopMessage) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Returns the secret that was entered earlier for this purpose and was accepted.
    fn remembered_secret(&self, _purpose: &str) -> Option<Secret> {
        None
    }

    /// Returns whether the user has allowed this command before.
    fn is_allowed_command(&self, _command: &str) -> bool {
        false
    }

    /// Remembers that the user allowed this command, for this session.
    fn allow_command(&self, _command: &str) {}

    /// Remembers the accepted secret for this purpose, or forgets it (`None`) when it is no longer accepted. One-time codes
    /// are never passed here.
    fn remember_secret(&self, _purpose: &str, _accepted: Option<&Secret>) {}
}

/// The prompter of headless commands: it declines every question.
#[derive(Debug, Clone, Copy)]
pub struct NoPrompter;

impl UserPrompter for NoPrompter {
    fn ask(&self, _question: Question) -> BoxFuture<'_, Answer> {
        Box::pin(std::future::ready(Answer::Decline))
    }
}

/// A change of one connection step at one hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopProgress {
    /// The index of the hop, from 0.
    pub hop: usize,
    pub step: ConnectionStep,
    pub state: StepState,
}

/// What a tunnel needs from its caller.
#[derive(Clone)]
pub struct TunnelContext {
    /// The account at hops that name none.
    pub os_user: String,
    /// The user's home directory: for `~/`, the default keys and the default `known_hosts`.
    pub home: PathBuf,
    /// The agent's socket (`SSH_AUTH_SOCK`).
    pub agent: Option<PathBuf>,
    /// Further `known_hosts` files, which are never written (`/etc/ssh/ssh_known_hosts`).
    pub global_known_hosts: Vec<PathBuf>,
    /// The settings of the profile for hops that only `ProxyJump` names.
    pub hop_defaults: HopDefaults,
    /// Without it, hops have only the settings of the profile.
    pub ssh_config: Option<Arc<SshConfigSource>>,
    /// The current time, for the validity of certificates.
    pub clock: fn() -> SystemTime,
    /// Reads `known_hosts` and key files.
    pub read: ReadFile,
    /// Records accepted host keys.
    pub append: AppendLine,
    /// Recognizes connections of this process.
    pub is_own_socket: IsOwnSocket,
    /// Starts the command of a hop, if the user allows it.
    pub start_command: StartCommand,
    /// Whether the profile allows the commands of `ssh_config` and of the hops.
    pub commands: CommandConsent,
    /// Without it, the user is asked for the passphrases of key files.
    pub passphrase: Option<PassphraseSource>,
    pub prompter: Arc<dyn UserPrompter>,
    /// Receives the steps of the first connection. The tunnel waits when the queue is full, and continues when it is closed.
    pub progress: mpsc::Sender<HopProgress>,
}

impl TunnelContext {
    /// Returns the seconds since 1970.
    pub(super) fn unix_time(&self) -> u64 {
        (self.clock)().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    pub(super) async fn read_file(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        read_file_in_time(&self.read, path).await
    }

    /// Appends a line on a thread that may block, for at most [`limits::READING`].
    pub(super) async fn append_line(&self, path: &Path, line: String) -> io::Result<()> {
        let (append, path) = (Arc::clone(&self.append), path.to_owned());
        in_time(move || append(&path, &line)).await
    }
}

/// Reads a file on a thread that may block, for at most [`limits::READING`].
///
/// # Errors
/// Returns the error of the reader, and an error if the file system does not answer in time.
pub async fn read_file_in_time(read: &ReadFile, path: &Path) -> io::Result<Option<Vec<u8>>> {
    let (read, path) = (Arc::clone(read), path.to_owned());
    in_time(move || read(&path)).await
}

async fn in_time<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let working = timeout(limits::READING, tokio::task::spawn_blocking(work));
    working.await.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, NO_ANSWER))?.map_err(io::Error::other)?
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
