//! Supervises the statement in flight: commands, deadlines, the route and the heartbeat. It keeps the future that reads
//! until that is done, and stops the statement by a KILL.

use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::connector::Connector;
use super::control::{ControlConnection, KillOutcome};
use super::error::{LOST, RECONNECT};
use super::events::EventSender;
use crate::domain::ids::ResultId;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::protocol::{End, Limit, Rows, RunReport, SessionCmd, SessionEvent};

/// Why the session stops a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StopReason {
    /// The user cancelled it, or the receiver of the rows was dropped.
    Cancelled,
    Limit(Limit),
}

/// What can happen while a statement is in flight.
enum SupervisorEvent {
    /// A command; `None` when the sender of commands was dropped.
    Command(Option<SessionCmd>),
    /// The route is lost.
    RouteLost(Problem),
    /// The deadline of this phase has passed.
    Deadline,
    /// The server has been silent for a while.
    Heartbeat,
    /// The KILL is done; `None` when its task failed.
    Killed(Option<FinishedKill>),
}

/// A KILL that is done, with the connection that sent it.
struct FinishedKill {
    control: ControlConnection,
    outcome: KillOutcome,
}

/// The outcome of waiting for space in the queue of rows.
pub(super) enum RowSlot<'a> {
    /// There is space for one message.
    Free(mpsc::Permit<'a, Rows>),
    /// The statement is being stopped.
    Stopped,
    /// The receiver of the rows was dropped.
    NoReceiver,
    /// The connection is lost.
    Lost,
}

/// The outcome of waiting for supervised work until a given time.
pub(super) enum BoundedWait<T> {
    Done(T),
    /// The given time came first.
    Due,
}

/// The parts of the session that the supervisor uses.
pub(super) struct SupervisedSession<'a> {
    pub(super) commands: &'a mut mpsc::Receiver<SessionCmd>,
    /// Receives the rows of all results.
    pub(super) rows: &'a mpsc::Sender<Rows>,
    pub(super) control: &'a mut ControlConnection,
    pub(super) connector: &'a Connector,
    pub(super) events: &'a EventSender,
    /// The interval of pings while the server is silent.
    pub(super) heartbeat: Duration,
}

/// Supervises one statement from sending to its end.
pub(super) struct StatementSupervisor<'a> {
    commands: &'a mut mpsc::Receiver<SessionCmd>,
    rows: &'a mpsc::Sender<Rows>,
    control: &'a mut ControlConnection,
    connector: &'a Connector,
    pub(super) events: &'a EventSender,
    /// The result of the statement.
    result: ResultId,
    /// Whether the catalog must be read after the statement.
    pub(super) has_catalog_request: bool,
    /// Whether the statements of lost connections must be stopped after the statement.
    pub(super) has_stop_left_request: bool,
    /// Why the statement was stopped, if it was.
    pub(super) stop: Option<StopReason>,
    /// Rows that found no space before the statement was stopped. They are sent at its end.
    pub(super) unsent_rows: Vec<Rows>,
    /// The KILL in flight. Rows are read meanwhile, because the server may answer the KILL only after it has sent them.
    killing: Option<JoinHandle<FinishedKill>>,
    /// How many KILLs were sent. One that reaches the server before the statement stops nothing.
    kills: u32,
    /// How many of them the server has accepted.
    accepted_kills: u32,
    /// Why the connection cannot be used any more, if so.
    pub(super) lost: Option<Problem>,
    /// Whether the session ends after this statement.
    pub(super) is_closing: bool,
    deadline: Instant,
    /// The limit that is exceeded at the deadline.
    limit: Limit,
    heartbeat: Duration,
    heartbeat_at: Instant,
}

impl<'a> StatementSupervisor<'a> {
    /// Starts to supervise a statement whose first row must come within this time.
    pub(super) fn new(session: SupervisedSession<'a>, result: ResultId, first_row: Duration) -> Self {
        let now = Instant::now();
        let SupervisedSession { commands, rows, control, connector, events, heartbeat } = session;
        Self {
            commands,
            rows,
            control,
            connector,
            events,
            result,
            has_catalog_request: false,
            has_stop_left_request: false,
            stop: None,
            unsent_rows: Vec::new(),
            killing: None,
            kills: 0,
            accepted_kills: 0,
            lost: None,
            is_closing: false,
            deadline: add_to(now, first_row),
            limit: Limit::FirstRow(first_row.as_secs()),
            heartbeat,
            heartbeat_at: now + heartbeat,
        }
    }

    /// Starts the time limit for fetching, after the first row has come.
    pub(super) fn start_fetch_limit(&mut self, fetch: Duration) {
        if self.stop.is_none() {
            self.deadline = add_to(Instant::now(), fetch);
            self.limit = Limit::Fetch(fetch.as_secs());
        }
    }

    /// Returns whether the statement may run on although it was stopped: no KILL has reached the server. Where there can be no
    /// second connection, closing the first one is all that stops it.
    pub(super) fn is_stop_unconfirmed(&self) -> bool {
        self.lost.is_some() && self.accepted_kills == 0 && self.control.absence().is_none()
    }

    /// Returns whether rows that still arrive are discarded.
    pub(super) fn is_draining(&self) -> bool {
        self.stop.is_some() || self.lost.is_some()
    }

    /// Waits until this work is done, and handles events meanwhile. Returns `None` if the connection is lost: then the
    /// work must be dropped with the connection.
    pub(super) async fn run<F: Future>(&mut self, mut work: Pin<&mut F>) -> Option<F::Output> {
        loop {
            match self.run_until(work.as_mut(), None).await? {
                BoundedWait::Done(output) => return Some(output),
                BoundedWait::Due => {}
            }
        }
    }

    /// Does the same as [`Self::run`], but returns [`BoundedWait::Due`] if this time comes before the work is done.
    pub(super) async fn run_until<F: Future>(
        &mut self,
        mut work: Pin<&mut F>,
        due: Option<Instant>,
    ) -> Option<BoundedWait<F::Output>> {
        loop {
            if self.lost.is_some() {
                return None;
            }
            let event = select! {
                biased;
                output = &mut work => return Some(BoundedWait::Done(output)),
                () = reached(due) => return Some(BoundedWait::Due),
                event = self.next_event() => event,
            };
            // Boxed, because events are rare and their handling would make the future of every statement large.
            Box::pin(self.handle(event)).await;
        }
    }

    /// Waits for the next event. Dropping this future loses no event.
    async fn next_event(&mut self) -> SupervisorEvent {
        select! {
            biased;
            command = self.commands.recv(), if !self.is_closing => SupervisorEvent::Command(command),
            done = finished_kill(&mut self.killing) => SupervisorEvent::Killed(done),
            problem = self.connector.route.closed() => SupervisorEvent::RouteLost(problem),
            () = sleep_until(self.deadline) => SupervisorEvent::Deadline,
            () = sleep_until(self.heartbeat_at) => SupervisorEvent::Heartbeat,
        }
    }

    /// Handles the events that have already arrived, without waiting. Called between two batches of a server that sends
    /// without a pause.
    pub(super) async fn poll(&mut self) {
        while !self.is_closing
            && let Ok(command) = self.commands.try_recv()
        {
            Box::pin(self.handle(SupervisorEvent::Command(Some(command)))).await;
        }
        if self.killing.as_ref().is_some_and(JoinHandle::is_finished) {
            self.finish_kill().await;
        }
        let now = Instant::now();
        self.heartbeat_at = now + self.heartbeat;
        if now >= self.deadline {
            Box::pin(self.handle(SupervisorEvent::Deadline)).await;
        }
    }

    async fn handle(&mut self, event: SupervisorEvent) {
        match event {
            SupervisorEvent::Command(Some(SessionCmd::Cancel(result))) => {
                if result == self.result {
                    self.stop(StopReason::Cancelled);
                }
            }
            SupervisorEvent::Command(Some(SessionCmd::Close | SessionCmd::CloseForReconnect) | None) => {
                self.is_closing = true;
                self.stop(StopReason::Cancelled);
            }
            SupervisorEvent::Command(Some(SessionCmd::Run { result, .. })) => self.events.send(busy(result)).await,
            SupervisorEvent::Command(Some(SessionCmd::LoadCatalog)) => self.has_catalog_request = true,
            SupervisorEvent::Command(Some(SessionCmd::StopLeft)) => self.has_stop_left_request = true,
            // No statement runs while a plan is read, because the statement waits for its plan.
            SupervisorEvent::Command(Some(SessionCmd::Explain { result, .. })) => {
                self.events.refuse_explain(result, "a statement is running").await;
            }
            // A session gets them before its first statement.
            SupervisorEvent::Command(Some(
                SessionCmd::Connect { .. } | SessionCmd::Answer(_) | SessionCmd::FindLeft(_) | SessionCmd::StopCatalog,
            )) => {}
            SupervisorEvent::RouteLost(problem) => self.lost = Some(problem),
            SupervisorEvent::Deadline if self.stop.is_none() => self.stop(StopReason::Limit(self.limit)),
            SupervisorEvent::Deadline if self.killing.is_none() && self.kills < limits::KILLS => self.kill(),
            SupervisorEvent::Deadline => self.close_connection("the server did not end the stopped statement").await,
            SupervisorEvent::Heartbeat => self.heartbeat().await,
            SupervisorEvent::Killed(done) => self.handle_killed(done).await,
        }
    }

    async fn handle_killed(&mut self, done: Option<FinishedKill>) {
        self.killing = None;
        let Some(FinishedKill { control, outcome }) = done else {
            return self.close_connection("the second connection failed").await;
        };
        *self.control = control;
        self.accepted_kills += u32::from(outcome == KillOutcome::Accepted);
        match outcome {
            KillOutcome::Accepted if self.kills < limits::KILLS => self.deadline = Instant::now() + limits::KILL_AGAIN,
            KillOutcome::Accepted => self.deadline = Instant::now() + limits::DRAIN,
            KillOutcome::Failed(reason) => self.close_connection(&reason).await,
        }
    }

    /// Stops the statement. The KILL is sent at once, and rows are read meanwhile. A second reason changes nothing.
    pub(super) fn stop(&mut self, reason: StopReason) {
        if self.is_draining() {
            return;
        }
        self.stop = Some(reason);
        self.kill();
    }

    /// Sends a KILL in a separate task.
    fn kill(&mut self) {
        self.kills += 1;
        let mut control = self.control.take();
        let events = self.events.clone();
        self.killing = Some(tokio::spawn(async move {
            let mut outcome = control.kill_statement(&events).await;
            if outcome != KillOutcome::Accepted && reopen(&mut control, &events).await {
                // The server may have closed the second connection while it was idle.
                outcome = control.kill_statement(&events).await;
            }
            FinishedKill { control, outcome }
        }));
        // Each part of the KILL has its own time limit; this one is for everything else.
        self.deadline = Instant::now() + limits::KILL * 3;
    }

    /// Waits for the KILL in flight, if there is one: until then nothing may be sent on the first connection.
    pub(super) async fn finish_kill(&mut self) {
        if self.lost.is_some() {
            // The loss is reported first.
            if let Some(killing) = self.killing.take() {
                killing.abort();
            }
        } else if self.killing.is_some() {
            let done = finished_kill(&mut self.killing).await;
            Box::pin(self.handle(SupervisorEvent::Killed(done))).await;
        }
    }

    async fn heartbeat(&mut self) {
        if self.killing.is_some() {
            // The second connection is busy with the KILL.
            self.heartbeat_at = Instant::now() + self.heartbeat;
            return;
        }
        let is_silent = self.control.needs_sign_in_to_check() || self.control.heartbeat(self.events).await.is_err();
        if is_silent && !self.control.answers(self.events).await {
            self.lost = Some(
                Problem::new(ProblemKind::Lost, LOST)
                    .because("the server does not answer while the statement runs")
                    .hint(RECONNECT)
                    .then(Remedy::Reconnect),
            );
        }
        self.heartbeat_at = Instant::now() + self.heartbeat;
    }

    /// Waits for space in the queue of rows. Returns `Stopped` as soon as the statement is being stopped: then the rows
    /// are kept, so that reading from the server can continue. A slow receiver does not mean a dead server, so no
    /// heartbeat is sent.
    pub(super) async fn row_slot(&mut self) -> RowSlot<'a> {
        let rows = self.rows;
        let mut reserving = pin!(rows.reserve());
        loop {
            if self.lost.is_some() {
                return RowSlot::Lost;
            }
            if self.stop.is_some() {
                return RowSlot::Stopped;
            }
            let event = select! {
                biased;
                slot = &mut reserving => return slot.map_or(RowSlot::NoReceiver, RowSlot::Free),
                event = self.next_event() => event,
            };
            match event {
                SupervisorEvent::Heartbeat => self.heartbeat_at = Instant::now() + self.heartbeat,
                event => Box::pin(self.handle(event)).await,
            }
        }
    }

    /// Sends the rows that found no space, and the end of the result.
    pub(super) async fn send_end(&mut self, end: End) {
        for rows in self.unsent_rows.drain(..) {
            let _ = self.rows.send(rows).await;
        }
        let _ = self.rows.send(Rows::End { result: self.result, end }).await;
    }

    /// Closes the first connection: the last resort if the statement does not end.
    async fn close_connection(&mut self, reason: &str) {
        // The server ends the statement with the connection, if a KILL still reaches it.
        let outcome = self.control.kill_connection(self.events).await;
        self.accepted_kills += u32::from(outcome == KillOutcome::Accepted);
        self.lost = Some(
            Problem::new(ProblemKind::Lost, "The connection was closed to stop the statement")
                .because(reason)
                .hint(RECONNECT)
                .then(Remedy::Reconnect),
        );
    }
}

/// Waits until this time; forever if there is none.
async fn reached(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Waits for the KILL in flight; forever if there is none.
async fn finished_kill(killing: &mut Option<JoinHandle<FinishedKill>>) -> Option<FinishedKill> {
    match killing {
        Some(killing) => killing.await.ok(),
        None => std::future::pending().await,
    }
}

async fn reopen(control: &mut ControlConnection, events: &EventSender) -> bool {
    let opened = timeout(limits::KILL, control.reopen(events)).await;
    matches!(opened, Ok(Ok(()))) && control.is_available()
}

/// Adds a time to an instant. A sum out of range becomes an instant that never comes.
fn add_to(now: Instant, time: Duration) -> Instant {
    // A thousand days: far enough, and within the range of every clock.
    now.checked_add(time).unwrap_or(now + Duration::from_hours(24_000))
}

fn busy(result: ResultId) -> SessionEvent {
    let problem = Problem::new(ProblemKind::Refused, "The session is already running a statement")
        .hint("wait for its end, or cancel it");
    SessionEvent::Ended { result, report: report_of_unsent(problem) }
}

/// Returns the report of a statement that was not sent.
pub(super) fn report_of_unsent(problem: Problem) -> RunReport {
    RunReport::without_rows(End::Broken(problem))
}
