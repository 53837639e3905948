//! Who is connected and what they do: ids, the process list, and the switch that stops a statement.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio_util::sync::CancellationToken;

/// Why a running statement stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// KILL.
    Killed,
    /// `max_statement_time`.
    TimedOut,
}

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
const KILLED: u8 = 2;
const TIMED_OUT: u8 = 3;

/// Stops the statement of one connection, never a later one; and the connection itself.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    state: AtomicU8,
    /// Cancelled when the connection is to end.
    pub closed: CancellationToken,
}

impl Stop {
    /// A statement begins.
    pub(super) fn begin(&self) {
        self.state.store(RUNNING, Ordering::SeqCst);
    }

    /// It ended: whoever stops it now is late.
    pub(super) fn end(&self) {
        self.state.store(IDLE, Ordering::SeqCst);
    }

    /// Stops the running statement, if there is one.
    pub(super) fn stop(&self, why: Why) {
        let to = if why == Why::Killed { KILLED } else { TIMED_OUT };
        // An idle connection, or one that is stopped already, stays as it is.
        let _ = self.state.compare_exchange(RUNNING, to, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Why the running statement is to stop.
    pub(super) fn why(&self) -> Option<Why> {
        match self.state.load(Ordering::SeqCst) {
            KILLED => Some(Why::Killed),
            TIMED_OUT => Some(Why::TimedOut),
            _ => None,
        }
    }
}

/// A connection in the process list.
#[derive(Debug, Clone)]
pub(super) struct Process {
    /// Its id.
    pub id: u32,
    /// Its account.
    pub user: String,
    /// Where it comes from.
    pub host: String,
    /// Its current database.
    pub database: Option<String>,
    /// The statement that runs.
    pub statement: Option<String>,
    /// Since when it runs, or rests.
    pub since: Instant,
    /// Its switch.
    pub stop: Arc<Stop>,
}

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    all: Mutex<BTreeMap<u32, Process>>,
    last: AtomicU32,
    /// Statements since the start.
    pub statements: AtomicU32,
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Process>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next id.
    pub(super) fn next_id(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A connection begins.
    pub(super) fn enter(&self, process: Process) {
        self.lock().insert(process.id, process);
    }

    /// A connection ended.
    pub(super) fn leave(&self, id: u32) {
        self.lock().remove(&id);
    }

    /// Something about a connection changed.
    pub(super) fn change(&self, id: u32, with: impl FnOnce(&mut Process)) {
        if let Some(process) = self.lock().get_mut(&id) {
            with(process);
        }
    }

    /// The process list by id.
    pub(super) fn list(&self) -> Vec<Process> {
        self.lock().values().cloned().collect()
    }

    /// How many connections there were.
    pub(super) fn made(&self) -> u32 {
        self.last.load(Ordering::Relaxed)
    }

    /// The switch of a connection.
    pub(super) fn stop_of(&self, id: u64) -> Option<Arc<Stop>> {
        self.lock().get(&u32::try_from(id).ok()?).map(|process| Arc::clone(&process.stop))
    }

    /// Ends every connection.
    pub(super) fn close(&self) {
        for process in self.lock().values() {
            process.stop.stop(Why::Killed);
            process.stop.closed.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_stop_does_not_meet_the_next_statement() {
        let stop = Stop::default();
        stop.begin();
        stop.end();
        stop.stop(Why::Killed);
        stop.begin();
        assert_eq!(stop.why(), None);
        stop.stop(Why::TimedOut);
        stop.stop(Why::Killed);
        assert_eq!(stop.why(), Some(Why::TimedOut));
    }
}
