//! The open connections: ids, the process list, and the switch that stops a statement.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio_util::sync::CancellationToken;

/// Why a running statement must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemoStopReason {
    /// KILL stopped it.
    Killed,
    /// It reached `max_statement_time`.
    TimedOut,
}

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
const KILLED: u8 = 2;
const TIMED_OUT: u8 = 3;

/// Stops the running statement of a connection, but never a later one. It can also close the connection.
#[derive(Debug, Default)]
pub(crate) struct StopSwitch {
    state: AtomicU8,
    /// Cancelled when the connection must end.
    pub closed: CancellationToken,
}

impl StopSwitch {
    /// Marks that a statement begins.
    pub(super) fn begin(&self) {
        self.state.store(RUNNING, Ordering::SeqCst);
    }

    /// Marks that the statement ended. A stop request that comes later has no effect.
    pub(super) fn end(&self) {
        self.state.store(IDLE, Ordering::SeqCst);
    }

    /// Stops the running statement, if there is one.
    pub(super) fn stop(&self, why: DemoStopReason) {
        let to = if why == DemoStopReason::Killed { KILLED } else { TIMED_OUT };
        // Fails if no statement runs or it was stopped already; both are fine.
        let _ = self.state.compare_exchange(RUNNING, to, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Returns why the running statement must stop.
    pub(super) fn reason(&self) -> Option<DemoStopReason> {
        match self.state.load(Ordering::SeqCst) {
            KILLED => Some(DemoStopReason::Killed),
            TIMED_OUT => Some(DemoStopReason::TimedOut),
            _ => None,
        }
    }
}

/// A line of the process list.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub id: u32,
    pub user: String,
    /// The client's address.
    pub host: String,
    pub database: Option<String>,
    pub statement: Option<String>,
    /// When the statement or the idle time began.
    pub since: Instant,
    pub stop: Arc<StopSwitch>,
}

#[derive(Debug, Default)]
pub(super) struct Connections {
    all: Mutex<BTreeMap<u32, Process>>,
    last: AtomicU32,
    /// Number of statements since the start.
    pub statements: AtomicU32,
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Process>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next connection id.
    pub(super) fn next_id(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn add(&self, process: Process) {
        self.lock().insert(process.id, process);
    }

    pub(super) fn remove(&self, id: u32) {
        self.lock().remove(&id);
    }

    /// Changes the line of a connection.
    pub(super) fn change(&self, id: u32, edit: impl FnOnce(&mut Process)) {
        if let Some(process) = self.lock().get_mut(&id) {
            edit(process);
        }
    }

    /// Returns the process list, sorted by id.
    pub(super) fn list(&self) -> Vec<Process> {
        self.lock().values().cloned().collect()
    }

    /// Returns the number of connections since the start.
    pub(super) fn count_since_start(&self) -> u32 {
        self.last.load(Ordering::Relaxed)
    }

    /// Returns the stop switch of a connection.
    pub(super) fn stop_of(&self, id: u64) -> Option<Arc<StopSwitch>> {
        self.lock().get(&u32::try_from(id).ok()?).map(|process| Arc::clone(&process.stop))
    }

    /// Stops every statement and closes every connection.
    pub(super) fn close(&self) {
        for process in self.lock().values() {
            process.stop.stop(DemoStopReason::Killed);
            process.stop.closed.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_stop_does_not_affect_the_next_statement() {
        let stop = StopSwitch::default();
        stop.begin();
        stop.end();
        stop.stop(DemoStopReason::Killed);
        stop.begin();
        assert_eq!(stop.reason(), None);
        stop.stop(DemoStopReason::TimedOut);
        stop.stop(DemoStopReason::Killed);
        assert_eq!(stop.reason(), Some(DemoStopReason::TimedOut));
    }
}
