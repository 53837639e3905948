//! The environment of the process: paths, user, secrets, prompts, clock, sockets and environment variables. It is built once at
//! the start and shared; commands and the shell derive from it what sessions and storage need.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host::clipboard::ClipboardEnv;
use super::host::keyring::{self, Keyring};
use super::host::prompts::Prompts;
use super::host::shell_command::{self, CommandPipes, CommandReport, ShellCommand};
use super::host::{own_sockets, peers, secrets, user};
use super::runtime::clock::{self, Clock};
use super::session::{CatalogLoading, CredentialCache, SessionEnv};
use super::storage::paths::Paths;
use super::storage::stored_dates::StoredDates;
use super::storage::task::StorageDeps;
use super::storage::{known_hosts, ssh_files};
use super::tunnel::{IsOwnSocket, PeerUids, ProxyReport, StartCommand, StartedCommand};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Secret;
use crate::domain::ssh::ssh_config::{SshConfigFiles, SshConfigSource};

/// The environment of the process.
pub struct HostEnv {
    pub paths: Paths,
    /// The name of the user, by the user id.
    pub user: String,
    pub host_name: Option<String>,
    pub clock: Clock,
    pub keyring: &'static dyn Keyring,
    pub prompts: Prompts,
    pub sockets: SocketOwners,
    /// Reads an environment variable.
    pub variable: fn(&str) -> Option<OsString>,
}

/// Finds the owners of loopback connections.
#[derive(Clone)]
pub struct SocketOwners {
    pub is_own: IsOwnSocket,
    pub peer_uids: PeerUids,
    pub own_uid: u32,
    /// Returns whether the system can identify the users of connections.
    pub can_identify_users: fn() -> bool,
}

/// The environment of a profile. The user's profiles share one context; the built-in demo profile has another one.
#[derive(Clone)]
pub struct ProfileContext {
    pub paths: Paths,
    pub storage: StorageDeps,
    pub session: SessionEnv,
}

/// The keyring, and the dates at which its entries were stored.
#[derive(Clone, Copy)]
pub struct SecretStore<'a> {
    pub keyring: &'a dyn Keyring,
    pub dates: &'a StoredDates,
}

impl HostEnv {
    /// Reads the environment of this process.
    #[must_use]
    pub fn of_this_process(paths: Paths) -> Self {
        Self {
            paths,
            user: user::user_name(),
            host_name: user::host_name(),
            clock: clock::now,
            keyring: keyring::system(),
            prompts: Prompts::default(),
            sockets: SocketOwners {
                is_own: Arc::new(own_sockets::is_own),
                peer_uids: Arc::new(peers::uids_of),
                own_uid: user::own_uid(),
                can_identify_users: peers::can_identify_users,
            },
            variable: |name| std::env::var_os(name),
        }
    }

    /// Returns the dates at which secrets were stored in the keyring.
    #[must_use]
    pub fn stored_dates(&self) -> StoredDates {
        StoredDates::new(&self.paths.state, self.clock)
    }

    /// Returns an environment variable; `None` if it is not set, empty or not UTF-8.
    #[must_use]
    pub fn text_variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
    }

    /// Returns the clipboards that the user may have.
    #[must_use]
    pub fn clipboard(&self) -> ClipboardEnv {
        ClipboardEnv::from_variables(|name| self.text_variable(name))
    }

    /// Returns the context of the user's profiles.
    #[must_use]
    pub fn profile_context(&self) -> ProfileContext {
        self.context_in(self.paths.clone())
    }

    /// Returns the context of profiles whose files are in these paths.
    #[must_use]
    pub fn context_in(&self, paths: Paths) -> ProfileContext {
        let session = self.session_env(&paths);
        let storage = StorageDeps { clock: self.clock, demo_pack: || None, bundled_snippets: Vec::new };
        ProfileContext { paths, storage, session }
    }

    fn session_env(&self, paths: &Paths) -> SessionEnv {
        let dates = StoredDates::new(&paths.state, self.clock);
        SessionEnv {
            os_user: self.user.clone(),
            home: paths.home.clone(),
            agent: (self.variable)("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).map(PathBuf::from),
            global_known_hosts: vec!["/etc/ssh/ssh_known_hosts".into(), "/etc/ssh/ssh_known_hosts2".into()],
            ssh_config: Some(Arc::new(self.ssh_config(paths))),
            clock: self.clock,
            read: Arc::new(known_hosts::read),
            append: Arc::new(known_hosts::append),
            is_own_socket: Arc::clone(&self.sockets.is_own),
            start_command: start_command(self.variable),
            secret: Arc::new(secrets::fetch),
            exposed_file_warning: secrets::exposed_file_warning,
            secret_age: Arc::new(move |source| dates.age_in_days(source)),
            command_line: paths.command_line.clone(),
            catalog: CatalogLoading::OnRequest,
            prepare: None,
            credentials: CredentialCache::default(),
        }
    }

    /// Returns the files of `ssh_config(5)` that OpenSSH reads.
    fn ssh_config(&self, paths: &Paths) -> SshConfigSource {
        SshConfigSource {
            paths: vec![paths.home.join(".ssh/config"), "/etc/ssh/ssh_config".into()],
            files: Box::new(DiskFiles { variable: self.variable }),
            local_uid: self.sockets.own_uid,
            local_host: self.host_name.clone().unwrap_or_default(),
        }
    }
}

impl std::fmt::Debug for HostEnv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostEnv").field("paths", &self.paths).field("user", &self.user).finish_non_exhaustive()
    }
}

impl SecretStore<'_> {
    /// Stores a secret in the keyring, and records the date.
    ///
    /// # Errors
    /// Returns a problem if the keyring or the date cannot be written.
    pub fn store(&self, entry: &str, secret: &Secret) -> Result<(), Problem> {
        self.keyring.set(entry, secret).map_err(|error| {
            Problem::new(ProblemKind::Local, "The keyring did not store the secret")
                .because(error.to_string())
                .hint(error.hint())
        })?;
        self.dates.record(entry)
    }

    /// Deletes a secret and its date. Returns `false` if there was no secret.
    ///
    /// # Errors
    /// Returns a problem if the keyring or the date cannot be written.
    pub fn clear(&self, entry: &str) -> Result<bool, Problem> {
        let existed = self.keyring.clear(entry).map_err(|error| {
            Problem::new(ProblemKind::Local, "The keyring cannot be used").because(error.to_string()).hint(error.hint())
        })?;
        self.dates.remove(entry)?;
        Ok(existed)
    }
}

/// Returns the function that starts the command of a hop in the user's shell.
#[must_use]
pub fn start_command(variable: fn(&str) -> Option<OsString>) -> StartCommand {
    Arc::new(move |command| {
        let (running, CommandPipes { stdin, stdout }) = ShellCommand::start(command, variable("SHELL"))?;
        let report = running.report();
        Ok(StartedCommand { stdin: stdin.into(), stdout: stdout.into(), report, guard: Box::new(running) })
    })
}

impl ProxyReport for CommandReport {
    fn messages(&self) -> Vec<String> {
        Self::messages(self)
    }

    fn has_ended(&self) -> bool {
        Self::has_ended(self)
    }

    fn end(&self) -> Option<String> {
        Self::end(self)
    }
}

/// Reads the files of `ssh_config(5)` from disk.
struct DiskFiles {
    variable: fn(&str) -> Option<OsString>,
}

impl SshConfigFiles for DiskFiles {
    fn read(&self, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
        ssh_files::read(path)
    }

    fn matching(&self, pattern: &Path) -> Vec<PathBuf> {
        ssh_files::matching(pattern)
    }

    fn run(&self, command: &str) -> std::io::Result<bool> {
        shell_command::succeeds(command, (self.variable)("SHELL"), limits::MATCH_COMMAND)
    }

    fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.to_string_lossy().into_owned())
    }
}
