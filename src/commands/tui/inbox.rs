//! What workers tell the loop: one bounded queue, each news with its envelope.

use crate::app::Message;
use crate::domain::compute::Computed;
use crate::domain::port::{ExportId, ExportNews, HostNews, ResultId, SessionId, SessionNews, StorageNews, StoreNews};

/// News of a worker.
#[derive(Debug)]
pub(super) enum News {
    /// Of a session.
    Session(SessionId, SessionNews),
    /// Of a result.
    Store(ResultId, StoreNews),
    /// Of an export.
    Export(ExportId, ExportNews),
    /// Of the storage task.
    Storage(StorageNews),
    /// Of the clipboards.
    Host(HostNews),
    /// Work that is done.
    Computed(Computed),
}

impl From<(SessionId, SessionNews)> for News {
    fn from((id, news): (SessionId, SessionNews)) -> Self {
        Self::Session(id, news)
    }
}

impl From<(ResultId, StoreNews)> for News {
    fn from((id, news): (ResultId, StoreNews)) -> Self {
        Self::Store(id, news)
    }
}

impl From<(ExportId, ExportNews)> for News {
    fn from((id, news): (ExportId, ExportNews)) -> Self {
        Self::Export(id, news)
    }
}

impl From<HostNews> for News {
    fn from(news: HostNews) -> Self {
        Self::Host(news)
    }
}

impl From<Computed> for News {
    fn from(computed: Computed) -> Self {
        Self::Computed(computed)
    }
}

impl From<News> for Message {
    fn from(news: News) -> Self {
        match news {
            News::Session(id, news) => Self::Session(id, news),
            News::Store(id, news) => Self::Result(id, news),
            News::Export(id, news) => Self::Export(id, news),
            News::Storage(news) => Self::Storage(news),
            News::Host(news) => Self::Host(news),
            News::Computed(computed) => Self::Computed(computed),
        }
    }
}
