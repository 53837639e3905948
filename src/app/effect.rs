//! What the model wants done outside. Effects are data: they can be listed, compared and refused.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::catalog::Catalog;
use crate::domain::compute::ComputeJob;
use crate::domain::protocol::{ExportCmd, HostCmd, SessionCmd, SessionId, StorageCmd, StoreCmd};

/// One thing to do outside.
#[derive(Debug)]
pub enum Effect {
    /// For a session task; `Connect` starts it.
    Session(SessionId, SessionCmd),
    /// For the store task.
    Store(StoreCmd),
    /// For the export of rows to a file.
    Export(ExportCmd),
    /// For the storage task.
    Storage(StorageCmd),
    /// For the host.
    Host(HostCmd),
    /// Heavy pure work, beside the loop; the newest of its slot wins.
    Compute(ComputeJob),
    /// Free this beside the loop: a large catalog takes milliseconds to free.
    Discard(Arc<Catalog>),
    /// Draw every cell anew: something else has written to the terminal.
    Redraw,
    /// A clock message after this time.
    Wake(Duration),
    /// Leave, with this exit code.
    Quit(u8),
}
