//! One statement from its authorization to its end: a state machine without side effects.
//!
//! ```text
//!                 confirmed            permit              rows
//!  Authorizing ──────────► Recording ───────► Sent ───────────► Streaming
//!       │                      │ cancel        │ cancel            │ cancel
//!       │                      └───────────────┴──► Cancelling ◄───┘
//!       │ declined                                      │
//!       └──────────────────► Ended ◄────────────────────┘   (also: an end, a lost session, a refusal)
//! ```
//!
//! When the session is lost in `Recording`, the statement is `Abandoned` until its begin record is on disk and gets its end.
//!
//! Each event returns the actions that the rest of the program has to carry out. The queue of the statements after it
//! is a field of the statement, so that both end together.

use std::time::Duration;

use super::origin::{StatementOrigin, StatementQueue};
use super::run_text::RowDisplay;
use crate::domain::access_log::{AuthorizedStatement, Permit};
use crate::domain::problem::Problem;
use crate::domain::protocol::{End, ResultId, RunBounds, RunReport, SessionId};
use crate::domain::sql::parameters::SourceMap;
use crate::domain::sql::{Dialect, Param};

/// A statement that has passed the guard and has not ended.
#[derive(Debug, PartialEq)]
pub struct Statement {
    result: ResultId,
    origin: StatementOrigin,
    /// The key of its worksheet, and its first byte there.
    location: Option<(String, usize)>,
    session: SessionId,
    profile: String,
    text: String,
    dialect: Dialect,
    bounds: RunBounds,
    /// When it started, as time since the program started.
    since: Duration,
    queue: StatementQueue,
    source_map: SourceMap,
    rows: RowDisplay,
    typed: String,
    phase: StatementPhase,
}

/// A phase in the life of a statement.
#[derive(Debug, PartialEq, Eq)]
pub enum StatementPhase {
    /// The guard has passed it, and the user may be asked whether to run it here. Nothing was sent.
    Authorizing(Box<AuthorizedStatement>),
    /// Its begin record is being written. Nothing was sent.
    Recording,
    /// It was sent; no row has arrived.
    Sent {
        record: String,
    },
    /// Its rows arrive.
    Streaming {
        record: String,
    },
    /// It is being stopped. Without a record, nothing was sent and nothing will be.
    Cancelling {
        record: Option<String>,
    },
    /// Its session ended while its begin record was being written: the record still needs an end.
    Abandoned,
    Ended,
}

/// What can happen to a statement.
#[derive(Debug)]
pub enum StatementEvent {
    /// The user wants it to run here.
    Confirmed,
    /// The user does not want it to run here.
    Declined,
    /// Its begin record is on disk.
    Permitted(Permit),
    /// Its begin record could not be written.
    NotPermitted(Problem),
    /// The first rows, or the header of its result, have arrived.
    RowsArrived,
    /// It has ended, or it could not be sent.
    Ended(RunReport),
    /// The user stops it, or nothing keeps its rows any more.
    Cancel,
    /// Its session was lost, closed or replaced by that of another profile. The report has what is known about the statement.
    SessionEnded(RunReport),
    /// Its worksheet was closed.
    WorksheetClosed,
}

/// What the program has to do after an event.
#[derive(Debug, PartialEq)]
pub enum StatementAction {
    /// Write its begin record.
    Record(AuthorizedStatement),
    /// Send it to its session.
    Send(Permit),
    /// Ask the session to stop it.
    CancelOnServer,
    /// Write the end record.
    WriteEnd { record: String, report: RunReport },
    /// Report its end to its result or its export.
    Finish(RunReport),
    /// Run the first statement of the queue.
    RunNext(StatementQueue),
    /// Report how many statements after it did not run.
    ReportDropped(usize),
}

/// What a statement starts with.
#[derive(Debug)]
pub struct StatementStart {
    pub result: ResultId,
    pub origin: StatementOrigin,
    /// The key of its worksheet, and its first byte there.
    pub location: Option<(String, usize)>,
    pub bounds: RunBounds,
    pub since: Duration,
    pub queue: StatementQueue,
    /// From the text that is sent to the one that was typed.
    pub source_map: SourceMap,
    pub rows: RowDisplay,
    /// The text as it was typed.
    pub typed: String,
}

impl Statement {
    /// Makes a statement in the phase `Authorizing`.
    #[must_use]
    pub fn new(start: StatementStart, authorized: AuthorizedStatement) -> Self {
        let StatementStart { result, origin, location, bounds, since, queue, source_map, rows, typed } = start;
        Self {
            result,
            origin,
            location,
            session: authorized.session(),
            profile: authorized.profile().to_owned(),
            text: authorized.checked().text().to_owned(),
            dialect: authorized.checked().dialect(),
            bounds,
            since,
            queue,
            source_map,
            rows,
            typed,
            phase: StatementPhase::Authorizing(Box::new(authorized)),
        }
    }

    #[must_use]
    pub fn result(&self) -> ResultId {
        self.result
    }

    #[must_use]
    pub fn origin(&self) -> StatementOrigin {
        self.origin
    }

    /// Returns its text, as it is sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns its text, as it was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns the map from the text that is sent to the one that was typed.
    #[must_use]
    pub fn source_map(&self) -> &SourceMap {
        &self.source_map
    }

    /// Returns how its rows are shown.
    #[must_use]
    pub fn rows(&self) -> RowDisplay {
        self.rows
    }

    /// Returns how the server reads it.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the key of its worksheet, and its first byte there.
    #[must_use]
    pub fn location(&self) -> Option<&(String, usize)> {
        self.location.as_ref()
    }

    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Returns the profile whose access log has its records.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// Returns the values that will be bound to it, as long as it is not sent.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        match &self.phase {
            StatementPhase::Authorizing(authorized) => authorized.params(),
            StatementPhase::Recording
            | StatementPhase::Sent { .. }
            | StatementPhase::Streaming { .. }
            | StatementPhase::Cancelling { .. }
            | StatementPhase::Abandoned
            | StatementPhase::Ended => &[],
        }
    }

    #[must_use]
    pub fn bounds(&self) -> RunBounds {
        self.bounds
    }

    #[must_use]
    pub fn since(&self) -> Duration {
        self.since
    }

    #[must_use]
    pub fn phase(&self) -> &StatementPhase {
        &self.phase
    }

    /// Returns whether it is under way: from writing its begin record to its end.
    #[must_use]
    pub fn is_running(&self) -> bool {
        match self.phase {
            StatementPhase::Recording
            | StatementPhase::Sent { .. }
            | StatementPhase::Streaming { .. }
            | StatementPhase::Cancelling { .. } => true,
            StatementPhase::Authorizing(_) | StatementPhase::Abandoned | StatementPhase::Ended => false,
        }
    }

    #[must_use]
    pub fn is_cancelling(&self) -> bool {
        matches!(self.phase, StatementPhase::Cancelling { .. })
    }

    /// Returns whether the session has it, and has not reported its end.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        match &self.phase {
            StatementPhase::Sent { .. } | StatementPhase::Streaming { .. } => true,
            StatementPhase::Cancelling { record } => record.is_some(),
            StatementPhase::Authorizing(_)
            | StatementPhase::Recording
            | StatementPhase::Abandoned
            | StatementPhase::Ended => false,
        }
    }

    /// Handles an event and returns what to do. Events that do not belong to its phase change nothing.
    #[must_use]
    #[expect(clippy::match_same_arms, reason = "one arm a transition reads as a table")]
    pub fn handle(&mut self, event: StatementEvent) -> Vec<StatementAction> {
        use StatementAction as Action;
        use StatementEvent as Event;
        use StatementPhase as Phase;
        let phase = std::mem::replace(&mut self.phase, Phase::Ended);
        let (phase, actions) = match (phase, event) {
            // The queue belongs to the text of the worksheet. The statement itself goes on.
            (phase, Event::WorksheetClosed) => {
                let dropped = self.drop_queue();
                self.location = None;
                match phase {
                    Phase::Authorizing(_) => return dropped,
                    phase => (phase, dropped),
                }
            }

            (Phase::Authorizing(statement), Event::Confirmed) => (Phase::Recording, vec![Action::Record(*statement)]),
            (Phase::Authorizing(_), Event::Declined | Event::Cancel | Event::SessionEnded(_)) => {
                return self.drop_queue();
            }
            (
                phase @ Phase::Authorizing(_),
                Event::Permitted(_) | Event::NotPermitted(_) | Event::RowsArrived | Event::Ended(_),
            ) => (phase, Vec::new()),

            (Phase::Recording, Event::Permitted(permit)) => {
                (Phase::Sent { record: permit.id().to_owned() }, vec![Action::Send(permit)])
            }
            (Phase::Recording | Phase::Cancelling { record: None }, Event::NotPermitted(problem)) => {
                return self.end(None, RunReport::without_rows(End::Broken(problem)));
            }
            (Phase::Recording, Event::Cancel) => (Phase::Cancelling { record: None }, Vec::new()),
            (Phase::Recording | Phase::Cancelling { record: None }, Event::SessionEnded(report)) => {
                let mut actions = vec![Action::Finish(report)];
                actions.extend(self.drop_queue());
                (Phase::Abandoned, actions)
            }

            (Phase::Cancelling { record: None }, Event::Permitted(permit)) => {
                return self.end(Some(permit.id().to_owned()), RunReport::without_rows(End::Cancelled));
            }

            (Phase::Sent { record }, Event::RowsArrived) => (Phase::Streaming { record }, Vec::new()),
            (Phase::Sent { record } | Phase::Streaming { record }, Event::Cancel) => {
                (Phase::Cancelling { record: Some(record) }, vec![Action::CancelOnServer])
            }
            // A second cancel may reach a server that missed the first.
            (Phase::Cancelling { record: Some(record) }, Event::Cancel) => {
                (Phase::Cancelling { record: Some(record) }, vec![Action::CancelOnServer])
            }

            (Phase::Cancelling { record }, Event::Ended(report)) => {
                // The user stopped it, even if its last row came before the cancel: the next one does not run.
                let dropped = self.drop_queue();
                let mut actions = self.end(record, report);
                actions.extend(dropped);
                return actions;
            }
            (Phase::Recording, Event::Ended(report)) => return self.end(None, report),
            (
                Phase::Sent { record } | Phase::Streaming { record } | Phase::Cancelling { record: Some(record) },
                Event::Ended(report) | Event::SessionEnded(report),
            ) => return self.end(Some(record), report),

            (Phase::Abandoned, Event::Permitted(permit)) => {
                let (record, report) = (permit.id().to_owned(), RunReport::without_rows(End::Cancelled));
                return vec![Action::WriteEnd { record, report }];
            }
            (Phase::Abandoned, Event::NotPermitted(_) | Event::Ended(_)) => return Vec::new(),

            (
                phase @ (Phase::Recording
                | Phase::Sent { .. }
                | Phase::Streaming { .. }
                | Phase::Cancelling { .. }
                | Phase::Abandoned
                | Phase::Ended),
                Event::Confirmed
                | Event::Declined
                | Event::Permitted(_)
                | Event::NotPermitted(_)
                | Event::RowsArrived
                | Event::Ended(_)
                | Event::Cancel
                | Event::SessionEnded(_),
            ) => (phase, Vec::new()),
        };
        self.phase = phase;
        actions
    }

    /// Ends it. The next statement of the queue runs only if this one was complete or cut by a limit.
    fn end(&mut self, record: Option<String>, report: RunReport) -> Vec<StatementAction> {
        let mut actions = Vec::new();
        actions.extend(record.map(|record| StatementAction::WriteEnd { record, report: report.clone() }));
        let continues = match report.end {
            End::Complete | End::Limit(_) => true,
            End::Cancelled | End::Broken(_) => false,
        };
        actions.push(StatementAction::Finish(report));
        if continues && !self.queue.waiting.is_empty() {
            actions.push(StatementAction::RunNext(std::mem::take(&mut self.queue)));
        } else {
            actions.extend(self.drop_queue());
        }
        actions
    }

    fn drop_queue(&mut self) -> Vec<StatementAction> {
        match std::mem::take(&mut self.queue).waiting.len() {
            0 => Vec::new(),
            count => vec![StatementAction::ReportDropped(count)],
        }
    }
}
