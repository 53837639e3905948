//! The events of the workers. The event loop receives them from one bounded queue for all workers.

use crate::app::{Message, Worker};
use crate::domain::compute::{Computed, JobLost};
use crate::domain::protocol::{
    ExportEvent, ExportId, HostEvent, ResultId, SessionEvent, SessionId, StorageEvent, StoreEvent,
};

/// An event of a worker.
#[derive(Debug)]
pub(super) enum WorkerEvent {
    Session(SessionId, SessionEvent),
    Store(ResultId, StoreEvent),
    Export(ExportId, ExportEvent),
    Storage(StorageEvent),
    /// From the clipboard worker.
    Host(HostEvent),
    Computed(Computed),
    /// A worker ended because of a defect of rrx. The text is the message of its end.
    Lost(Worker, String),
}

impl From<(SessionId, SessionEvent)> for WorkerEvent {
    fn from((id, event): (SessionId, SessionEvent)) -> Self {
        Self::Session(id, event)
    }
}

impl From<(ResultId, StoreEvent)> for WorkerEvent {
    fn from((id, event): (ResultId, StoreEvent)) -> Self {
        Self::Store(id, event)
    }
}

impl From<(ExportId, ExportEvent)> for WorkerEvent {
    fn from((id, event): (ExportId, ExportEvent)) -> Self {
        Self::Export(id, event)
    }
}

impl From<HostEvent> for WorkerEvent {
    fn from(event: HostEvent) -> Self {
        Self::Host(event)
    }
}

impl From<Computed> for WorkerEvent {
    fn from(computed: Computed) -> Self {
        Self::Computed(computed)
    }
}

impl From<JobLost> for WorkerEvent {
    fn from(JobLost(why): JobLost) -> Self {
        Self::Lost(Worker::Compute, why)
    }
}

impl From<WorkerEvent> for Message {
    fn from(event: WorkerEvent) -> Self {
        match event {
            WorkerEvent::Session(id, event) => Self::Session(id, event),
            WorkerEvent::Store(id, event) => Self::Result(id, event),
            WorkerEvent::Export(id, event) => Self::Export(id, event),
            WorkerEvent::Storage(event) => Self::Storage(event),
            WorkerEvent::Host(event) => Self::Host(event),
            WorkerEvent::Computed(computed) => Self::Computed(computed),
            WorkerEvent::Lost(worker, why) => Self::WorkerLost { worker, why },
        }
    }
}
