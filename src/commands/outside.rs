//! What profiles need of this machine, from the rooms that have it: files, sockets, secrets, the clock. One wiring for all
//! commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::io::runtime::clock;
use crate::io::session::{CatalogAt, Outside};
use crate::io::storage::accesslog::os_user;
use crate::io::storage::paths::Paths;
use crate::io::storage::stored::StoredDates;
use crate::io::storage::task::Lent;
use crate::io::storage::{known_hosts_file, own_sockets, secrets, ssh_files};
use crate::io::tunnel::SshConfig;
use crate::io::tunnel::ssh_config::Files;
