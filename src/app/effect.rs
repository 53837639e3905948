//! What the model wants done outside. Effects are data: they can be listed, compared and refused.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::catalog::Catalog;
use crate::domain::port::{HostCmd, SessionCmd, SessionId, StorageCmd, StoreCmd};

/// One thing to do outside.
#[derive(Debug)]
pub enum Effect {
    /// For a session task; `Connect` starts it.
    Session(SessionId, SessionCmd),
    /// For the store task.
    Store(StoreCmd),
    /// For the storage task.
    Storage(StorageCmd),
    /// For the host.
    Host(HostCmd),
    /// Heavy pure work on a blocking thread; one slot for each kind, the newest wins.
    Compute(Job),
    /// A clock message after this time.
    Wake(Duration),
    /// Leave, with this exit code.
    Quit(u8),
}

/// Heavy pure work, with the number of the question.
#[derive(Debug, Clone)]
pub enum Job {
    /// Find objects of the catalog.
    Find {
        /// Counts up with each question.
        number: u64,
        /// What was typed.
        pattern: String,
        /// Where to look.
        catalog: Arc<Catalog>,
    },
}

/// The answer to a [`Job`]: objects as (schema, table, column) places in the catalog.
pub type Found = Vec<(usize, Option<usize>, Option<usize>)>;
