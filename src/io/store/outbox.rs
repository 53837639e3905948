//! News waiting for a listener that is slower than the rows. The newest of a kind replaces the older, so it stays short;
//! progress waits for the next frame unless the end is in it. Knows no rows and no channel.

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

    /// News that answers or happens once. A newer window of a result replaces one that was not taken yet.
    pub(super) fn say(&mut self, result: ResultId, event: StoreEvent) {
        // Whoever sees rows in a window has been told that they are there.
        if let Some(at) = self.progress.iter().position(|(of, _)| *of == result)
            && let Some((_, progress)) = self.progress.remove(at)
        {
            self.put(result, StoreEvent::Progress(progress));
        }
        self.put(result, event);
    }

    fn put(&mut self, result: ResultId, event: StoreEvent) {
        let kind = std::mem::discriminant(&event);
        let is_newest_enough =
            matches!(event, StoreEvent::Window(_) | StoreEvent::Progress(_) | StoreEvent::Working { .. });
        if is_newest_enough {
            self.ready.retain(|(of, waiting)| *of != result || std::mem::discriminant(waiting) != kind);
        }
        self.ready.push_back((result, event));
    }

    /// How far a result is; an end goes out at once.
    pub(super) fn progress(&mut self, result: ResultId, progress: Progress) {
        self.progress.retain(|(of, _)| *of != result);
        if progress.end.is_some() {
            self.put(result, StoreEvent::Progress(progress));
        } else {
            self.progress.push_back((result, progress));
        }
    }

    /// Drops what waits for a result that is gone.
    pub(super) fn forget(&mut self, result: ResultId) {
        self.ready.retain(|(of, _)| *of != result);
        self.progress.retain(|(of, _)| *of != result);
    }

    /// Whether another answer fits; while not, no command is taken.
    pub(super) fn has_room(&self) -> bool {
        self.ready.len() < STORE_QUEUE
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.progress.is_empty()
    }

    /// Whether something should go out now.
    pub(super) fn is_due(&self) -> bool {
        !self.ready.is_empty() || (!self.progress.is_empty() && Instant::now() >= self.quiet_until)
    }

    /// When waiting progress may go out, if it is all that waits.
    pub(super) fn wakes_at(&self) -> Option<Instant> {
        (self.ready.is_empty() && !self.progress.is_empty()).then_some(self.quiet_until)
    }

    /// The next news.
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
