//! What workers tell the loop: one bounded queue, each news with its envelope.

use crate::app::Message;
use crate::domain::compute::Computed;
use crate::domain::protocol::{
    ExportEvent, ExportId, HostEvent, ResultId, SessionEvent, SessionId, StorageEvent, StoreEvent,
};

/// News of a worker.
#[derive(Debug)]
pub(super) enum News {
    /// Of a session.
    Session(SessionId, SessionEvent),
    /// Of a result.
    Store(ResultId, StoreEvent),
    /// Of an export.
    Export(ExportId, ExportEvent),
    /// Of the storage task.
    Storage(StorageEvent),
    /// Of the clipboards.
    Host(HostEvent),
    /// Work that is done.
    Computed(Computed),
}

impl From<(SessionId, SessionEvent)> for News {
    fn from((id, event): (SessionId, SessionEvent)) -> Self {
        Self::Session(id, event)
    }
}

impl From<(ResultId, StoreEvent)> for News {
    fn from((id, event): (ResultId, StoreEvent)) -> Self {
        Self::Store(id, event)
    }
}

impl From<(ExportId, ExportEvent)> for News {
    fn from((id, event): (ExportId, ExportEvent)) -> Self {
        Self::Export(id, event)
    }
}

impl From<HostEvent> for News {
    fn from(event: HostEvent) -> Self {
        Self::Host(event)
    }
}

impl From<Computed> for News {
    fn from(computed: Computed) -> Self {
        Self::Computed(computed)
    }
}

impl From<News> for Message {
    fn from(event: News) -> Self {
        match event {
            News::Session(id, event) => Self::Session(id, event),
            News::Store(id, event) => Self::Result(id, event),
            News::Export(id, event) => Self::Export(id, event),
            News::Storage(event) => Self::Storage(event),
            News::Host(event) => Self::Host(event),
            News::Computed(computed) => Self::Computed(computed),
        }
    }
}
