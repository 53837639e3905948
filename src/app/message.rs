//! What can happen to the model. A closed list: a new kind of news is a new variant.

use std::time::Duration;

use crate::domain::compute::Computed;
use crate::domain::keys::Chord;
use crate::domain::problem::Problem;
use crate::domain::protocol::{
    ExportEvent, ExportId, HostEvent, ResultId, SessionEvent, SessionId, StorageEvent, StoreEvent,
};

use super::effect::Effect;
use super::layout::ScreenSize;

/// One thing that happened.
#[derive(Debug)]
pub enum Message {
    /// A key.
    Key(Chord),
    /// Text pasted as a whole; nothing in it runs.
    Paste(String),
    /// The terminal's size.
    Resize(ScreenSize),
    /// Time since the program started, once a second while something runs, and after a wake.
    Clock(Duration),
    /// News of a session.
    Session(SessionId, SessionEvent),
    /// News of a result.
    Result(ResultId, StoreEvent),
    /// News of an export.
    Export(ExportId, ExportEvent),
    /// News of the storage task.
    Storage(StorageEvent),
    /// Work that was asked for is done.
    Computed(Computed),
    /// News of the host.
    Host(HostEvent),
    /// Connect to this profile: the command line named it.
    Connect(String),
    /// A queue was full: this effect did not happen.
    Refused(Effect),
    /// A signal asks for the end: worksheets are saved, then the program goes.
    Terminate,
    /// A worker ended without being asked.
    WorkerLost(Problem),
}
