//! What sessions need of this machine, from the rooms that have it: files, sockets, secrets. One wiring for all commands.

use std::path::PathBuf;
use std::sync::Arc;

use crate::io::session::{CatalogAt, Outside};
use crate::io::storage::accesslog::os_user;
use crate::io::storage::paths::Paths;
use crate::io::storage::{known_hosts_file, own_sockets, secrets};

/// The machine as a session of this user sees it.
#[must_use]
pub fn outside(paths: &Paths, catalog: CatalogAt) -> Outside {
    Outside {
        os_user: os_user(),
        home: paths.home.clone(),
        agent: std::env::var_os("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).map(PathBuf::from),
        global_known_hosts: vec!["/etc/ssh/ssh_known_hosts".into(), "/etc/ssh/ssh_known_hosts2".into()],
        read: Arc::new(known_hosts_file::read),
        append: Arc::new(known_hosts_file::append),
        is_own_socket: Arc::new(own_sockets::is_own),
        secret: Arc::new(secrets::bring),
        catalog,
    }
}
