//! What can happen to the model. A closed list: a new kind of news is a new variant.

use std::time::Duration;

use crate::domain::compute::Computed;
use crate::domain::keys::Chord;
use crate::domain::port::{ExportId, ExportNews, HostNews, ResultId, SessionId, SessionNews, StorageNews, StoreNews};
use crate::domain::problem::Problem;

use super::areas::Size;
use super::effect::Effect;

/// One thing that happened.
#[derive(Debug)]
pub enum Message {
    /// A key.
    Key(Chord),
    /// Text pasted as a whole; nothing in it runs.
    Paste(String),
    /// The terminal's size.
    Resize(Size),
    /// Time since the program started, once a second while something runs, and after a wake.
    Clock(Duration),
    /// News of a session.
    Session(SessionId, SessionNews),
    /// News of a result.
    Result(ResultId, StoreNews),
    /// News of an export.
    Export(ExportId, ExportNews),
    /// News of the storage task.
    Storage(StorageNews),
    /// Work that was asked for is done.
    Computed(Computed),
    /// News of the host.
    Host(HostNews),
    /// Connect to this profile: the command line named it.
    Connect(String),
    /// A queue was full: this effect did not happen.
    Refused(Effect),
    /// A signal asks for the end: worksheets are saved, then the program goes.
    Terminate,
    /// A worker ended without being asked.
    WorkerLost(Problem),
}
