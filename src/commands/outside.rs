//! What profiles need of this machine, from the rooms that have it: files, sockets, secrets, the clock. One wiring for all
//! commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::io::runtime::clock;
use crate::io::session::{CatalogAt, Outside, Typed};
use crate::io::storage::access_log::os_user;
use crate::io::storage::paths::Paths;
use crate::io::storage::stored::StoredDates;
use crate::io::storage::task::Lent;
use crate::io::storage::{known_hosts_file, own_sockets, secrets, ssh_files};
use crate::io::tunnel::SshConfig;
use crate::io::tunnel::ssh_config::Files;

/// Where a profile lives: its files, and what its sessions and its storage are lent.
#[derive(Clone)]
pub struct Place {
    /// Where files lie.
    pub paths: Paths,
    /// Clock and forms of the storage task.
    pub lent: Lent,
    /// Files, secrets and the tunnel for sessions.
    pub session: Outside,
}

impl Place {
    /// The place of the user's own profiles.
    #[must_use]
    pub fn own(paths: &Paths) -> Self {
        Self {
            paths: paths.clone(),
            lent: Lent { clock: clock::now, demo_pack: || None, planted: Vec::new },
            session: outside(paths),
        }
    }
}

/// The files of `ssh_config(5)`, as OpenSSH looks for them.
fn ssh_config(paths: &Paths) -> SshConfig {
    SshConfig {
        paths: vec![paths.home.join(".ssh/config"), "/etc/ssh/ssh_config".into()],
        files: Box::new(SshFiles),
        local_uid: nix::unistd::getuid().as_raw(),
        local_host: nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

struct SshFiles;

impl Files for SshFiles {
    fn read(&self, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
        ssh_files::read(path)
    }

    fn matching(&self, pattern: &Path) -> Vec<PathBuf> {
        ssh_files::matching(pattern)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }
}

/// The machine as a session of this user sees it.
fn outside(paths: &Paths) -> Outside {
    let dates = StoredDates::of(&paths.state, clock::now);
    Outside {
        os_user: os_user(),
        home: paths.home.clone(),
        agent: std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).map(PathBuf::from),
        global_known_hosts: vec!["/etc/ssh/ssh_known_hosts".into(), "/etc/ssh/ssh_known_hosts2".into()],
        ssh_config: Some(Arc::new(ssh_config(paths))),
        clock: clock::now,
        read: Arc::new(known_hosts_file::read),
        append: Arc::new(known_hosts_file::append),
        is_own_socket: Arc::new(own_sockets::is_own),
        secret: Arc::new(secrets::bring),
        secret_age: Arc::new(move |source| dates.days(source)),
        command_line: paths.command_line.clone(),
        catalog: CatalogAt::Request,
        prepare: None,
        typed: Typed::default(),
    }
}
