//! Files: settings, secrets, worksheets, snippets, doc packs and the access log. One task owns them; the forms of their
//! text are the domain's. Knows no session, no store and no screen.

use std::time::SystemTime;

pub mod access_log;
pub mod atomic;
mod bounded;
pub mod copies;
pub mod docs;
pub mod doors;
pub mod hang_up;
pub mod history;
pub mod keymaps;
pub mod keyring;
pub mod known_hosts_file;
pub mod lock;
pub mod own_sockets;
pub mod partial;
pub mod paths;
pub mod peers;
pub mod secrets;
pub mod settings;
pub mod snippets;
pub mod ssh_files;
pub mod stored;
pub mod summed;
pub mod task;
pub mod tty;
pub mod worksheets;

/// Where this room reads the time of day: it is lent, so that a test can set it.
pub type Clock = fn() -> SystemTime;
