//! The messages that `update` handles.

use std::time::Duration;

use crate::domain::compute::Computed;
use crate::domain::keys::Chord;
use crate::domain::mouse::MouseEvent;
use crate::domain::protocol::{
    EditorEnd, ExportEvent, ExportId, HostEvent, ResultId, SessionEvent, SessionId, StorageEvent, StoreEvent,
};

use super::effect::Effect;
use super::layout::ScreenSize;

/// One thing that happened.
#[derive(Debug)]
pub enum Message {
    Key(Chord),
    Mouse(MouseEvent),
    /// Text was pasted. It is inserted as text and runs no action.
    Paste(String),
    Resize(ScreenSize),
    /// The time since the program started. It comes before other messages, and after each [`Effect::Wake`].
    Clock(Duration),
    Session(SessionId, SessionEvent),
    Result(ResultId, StoreEvent),
    Export(ExportId, ExportEvent),
    Storage(StorageEvent),
    /// A compute job has a result.
    Computed(Computed),
    Host(HostEvent),
    /// The command line names this profile to connect to.
    Connect(String),
    /// A queue was full, so this effect did not happen.
    Refused(Effect),
    /// SIGINT: stops what is running, whatever key the user has for that. It never ends the program.
    Interrupt,
    /// A signal ends the program. Worksheets are saved first.
    Terminate,
    /// The terminal has the focus again.
    TerminalFocus,
    /// The user's own editor has ended.
    Edited(EditorEnd),
    /// The program is about to be stopped by a signal. Worksheets are saved first.
    Suspend,
    /// A task of the shell ended because of a defect of rrx.
    WorkerLost {
        worker: Worker,
        /// The message of its end.
        why: String,
    },
}

/// A task of the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    Session(SessionId),
    /// It has the rows of all results.
    Store,
    /// It searches the catalog. Only one search is lost.
    Compute,
}
