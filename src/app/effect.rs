//! What `update` asks the shell to do. Effects are data: tests can list them, and a full queue can refuse them.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::catalog::Catalog;
use crate::domain::compute::ComputeJob;
use crate::domain::mouse::MouseMode;
use crate::domain::protocol::{EditorJob, ExportCmd, HostCmd, SessionCmd, SessionId, StorageCmd, StoreCmd};

/// One thing for the shell to do.
#[derive(Debug)]
pub enum Effect {
    /// Sends a command to a session task. `Connect` starts the task.
    Session(SessionId, SessionCmd),
    /// Sends a command to the result store.
    Store(StoreCmd),
    /// Sends a command to the task of the exports.
    Export(ExportCmd),
    /// Sends a command to the storage task.
    Storage(StorageCmd),
    Host(HostCmd),
    /// Runs heavy pure work on another thread. There is one slot for each kind of job; a newer job replaces the older one.
    Compute(ComputeJob),
    /// Frees a catalog on another thread, because a large one takes milliseconds to free.
    Discard(Arc<Catalog>),
    /// Lets the terminal report the mouse, or not.
    Mouse(MouseMode),
    /// Gives the terminal to the user's own editor, with this text.
    Edit(EditorJob),
    /// Redraws every cell, because another program has written to the terminal.
    Redraw,
    /// Sends a clock message after this time.
    Wake(Duration),
    /// Quits with this exit code.
    Quit(u8),
}
