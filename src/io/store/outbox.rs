//! Events that wait for a slow receiver. A newer window or progress replaces an older one, so the queue stays short.
//! Progress waits for the next frame unless it contains the end.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::domain::limits::{FRAME, STORE_QUEUE};
use crate::domain::protocol::{Progress, ResultId, StoreEvent};

#[derive(Debug)]
pub(super) struct Outbox {
    ready: VecDeque<(ResultId, StoreEvent)>,
    progress: VecDeque<(ResultId, Progress)>,
    quiet_until: Instant,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self { ready: VecDeque::new(), progress: VecDeque::new(), quiet_until: Instant::now() }
    }

    /// Queues an event. A newer window of a result replaces one that was not taken yet.
    pub(super) fn push(&mut self, result: ResultId, event: StoreEvent) {
        // Progress goes first: a window must not show rows that were not reported.
        if let Some(at) = self.progress.iter().position(|(id, _)| *id == result)
            && let Some((_, progress)) = self.progress.remove(at)
        {
            self.queue(result, StoreEvent::Progress(progress));
        }
        self.queue(result, event);
    }

    fn queue(&mut self, result: ResultId, event: StoreEvent) {
        let kind = std::mem::discriminant(&event);
        let is_replaceable =
            matches!(event, StoreEvent::Window(_) | StoreEvent::Progress(_) | StoreEvent::Working { .. });
        if is_replaceable {
            self.ready.retain(|(id, waiting)| *id != result || std::mem::discriminant(waiting) != kind);
        }
        self.ready.push_back((result, event));
    }

    /// Queues the progress of a result. An end is sent at once.
    pub(super) fn progress(&mut self, result: ResultId, progress: Progress) {
        self.progress.retain(|(id, _)| *id != result);
        if progress.end.is_some() {
            self.queue(result, StoreEvent::Progress(progress));
        } else {
            self.progress.push_back((result, progress));
        }
    }

    /// Drops the waiting events of a result.
    pub(super) fn forget(&mut self, result: ResultId) {
        self.ready.retain(|(id, _)| *id != result);
        self.progress.retain(|(id, _)| *id != result);
    }

    /// Returns whether there is space for another event. If not, no command is taken.
    pub(super) fn has_space(&self) -> bool {
        self.ready.len() < STORE_QUEUE
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.progress.is_empty()
    }

    /// Returns whether an event should be sent now.
    pub(super) fn is_due(&self) -> bool {
        !self.ready.is_empty() || (!self.progress.is_empty() && Instant::now() >= self.quiet_until)
    }

    /// Returns when progress may be sent, if nothing else waits.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        (self.ready.is_empty() && !self.progress.is_empty()).then_some(self.quiet_until)
    }

    pub(super) fn take(&mut self) -> Option<(ResultId, StoreEvent)> {
        if let Some(event) = self.ready.pop_front() {
            return Some(event);
        }
        let (result, progress) = self.progress.pop_front()?;
        if self.progress.is_empty() {
            self.quiet_until = Instant::now() + FRAME;
        }
        Some((result, StoreEvent::Progress(progress)))
    }
}
