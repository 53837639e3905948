//! The session: one task for each, which owns the way to the replica, the connection for statements, and a second one
//! that stops them. It names the driver (`mysql_async`), and nobody else does. It decides nothing that a user could.
//!
//! ```text
//!  Connect ──► link ──► connection ──► pinned and read back ──► facts ──► control connection ──► Ready
//!  Run(Permit) ──► statement (desk attends: cancel, deadlines, link) ──► Rows …, End ──► Ended
//!  LoadCatalog ──► a third connection, closed when it is read
//! ```

mod ask;
mod cancel;
mod climb;
mod connect;
mod convert;
mod desk;
mod fault;
mod introspect;
mod link;
mod news;
mod own;
mod replica;
mod settings;
mod statement;
mod task;

use std::path::Path;
use std::sync::Arc;

pub use task::spawn;

use crate::domain::problem::Problem;
use crate::domain::profile::{Secret, SecretSource};

/// Reads a whole file; `None` when there is none.
pub type ReadFile = dyn Fn(&Path) -> std::io::Result<Option<Vec<u8>>> + Send + Sync;

/// Brings a secret from its source. It may block: it is called on a thread for that. `Prompt` never reaches it.
pub type BringSecret = dyn Fn(&SecretSource) -> Result<Secret, Problem> + Send + Sync;

/// What a session needs of the world besides the network: lent by whoever starts it.
#[derive(Clone)]
pub struct Outside {
    /// Reads the CA file.
    pub read: Arc<ReadFile>,
    /// Brings the password.
    pub secret: Arc<BringSecret>,
    /// Whether the catalog is read as soon as the session is ready.
    pub catalog: CatalogAt,
}

/// When the catalog is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogAt {
    /// As soon as the session is ready.
    Start,
    /// Only when it is asked for (headless commands).
    Request,
}
