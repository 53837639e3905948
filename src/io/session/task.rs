//! The task of one session: connects, then runs one command after the other until the session is closed or lost.

use std::pin::pin;
use std::sync::Arc;

use mysql_async::Conn;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Instrument as _;

use super::catalog_loader::CatalogLoader;
use super::connect_steps::{self, Connected};
use super::connector::Connector;
use super::control::{self, ControlConnection};
use super::debug_events;
use super::env::{CatalogLoading, SessionEnv};
use super::error::SessionError;
use super::events::{EventSender, SessionPrompter};
use super::explain::{PlanContext, PlanReader};
use super::internal_query;
use super::left_statements::LeftStatements;
use super::run_internal::run_internal;
use super::server_timeout::{raised, timeout_for};
use super::session_state::SessionState;
use super::statement::{StatementToRun, run_statement};
use super::supervisor::{StatementSupervisor, SupervisedSession, report_of_unsent};
use crate::domain::access_log::Permit;
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{End, LeftStatement, Rows, RunBounds, RunReport, ServerFacts, SessionCmd, SessionEvent};
use crate::domain::quantity::counted;
use crate::domain::sql::Param;

/// Starts the task of one session. It ends when the session is closed, when its connection is lost, or when the sender of
/// commands is dropped.
pub fn spawn<N>(
    id: SessionId,
    commands: mpsc::Receiver<SessionCmd>,
    rows: mpsc::Sender<Rows>,
    events: mpsc::Sender<N>,
    env: SessionEnv,
) -> JoinHandle<()>
where
    N: From<(SessionId, SessionEvent)> + Send + 'static,
{
    let events = EventSender::new(id, events);
    let session = async move {
        let (last, session) = run_session(id, commands, rows, events.clone(), env).await;
        // A loss is reported first: closing the connections of a dead route takes seconds.
        let is_lost = matches!(last, SessionEvent::Lost(_));
        if is_lost {
            events.send(last.clone()).await;
        }
        if let Some(session) = session {
            session.close().await;
        }
        if !is_lost {
            events.send(last).await;
        }
    };
    tokio::spawn(session.instrument(tracing::info_span!("session", id = id.0)))
}

/// Runs a session from its first command to its end. Returns its last event, and its connections if it has some.
async fn run_session(
    id: SessionId,
    mut commands: mpsc::Receiver<SessionCmd>,
    rows: mpsc::Sender<Rows>,
    events: EventSender,
    env: SessionEnv,
) -> (SessionEvent, Option<ConnectedSession>) {
    let (profile, database) = loop {
        match commands.recv().await {
            Some(SessionCmd::Connect { profile, database, .. }) => break (profile, database),
            Some(SessionCmd::Close | SessionCmd::CloseForReconnect) | None => {
                return (SessionEvent::Closed, None);
            }
            Some(SessionCmd::Run { result, .. }) => refuse_run(&events, result, "The session is not connected").await,
            Some(SessionCmd::Explain { result, .. }) => {
                events.refuse_explain(result, "the session is not connected").await;
            }
            Some(
                SessionCmd::Cancel(_)
                | SessionCmd::Answer(_)
                | SessionCmd::LoadCatalog
                | SessionCmd::StopCatalog
                | SessionCmd::FindLeft(_)
                | SessionCmd::StopLeft,
            ) => {}
        }
    };
    tracing::info!(profile = profile.name, hops = profile.route.len(), "connecting");
    let connected = match connect(&mut commands, &profile, database, &events, &env).await {
        Ok(Some(connected)) => connected,
        Ok(None) => return (SessionEvent::Closed, None),
        Err(problem) => return (SessionEvent::Failed(problem), None),
    };
    let mut session = ConnectedSession::new(id, connected, rows, events);
    session.events.send(SessionEvent::Ready(Arc::clone(&session.facts))).await;
    if env.catalog == CatalogLoading::AtStart {
        session.load_catalog();
    }
    let last = session.serve(&mut commands).await;
    // Statements that still wait in the queue were never sent, and are reported as such.
    commands.close();
    while let Some(command) = commands.recv().await {
        if let SessionCmd::Run { result, .. } = command {
            session.report_unsent(result, unsent_problem(&last)).await;
        }
    }
    (last, Some(session))
}

/// Connects, and handles commands meanwhile: answers go to the open question, and Close ends the attempt (`None`).
async fn connect(
    commands: &mut mpsc::Receiver<SessionCmd>,
    profile: &Arc<Profile>,
    database: Option<String>,
    events: &EventSender,
    env: &SessionEnv,
) -> Result<Option<Connected>, Problem> {
    let (answers, answer_queue) = mpsc::channel(1);
    let prompter = SessionPrompter::new(events.clone(), answer_queue, env.credentials.clone());
    let mut connecting = Box::pin(connect_steps::connect(Arc::clone(profile), database, env.clone(), prompter));
    loop {
        let command = select! {
            biased;
            connected = &mut connecting => return connected.map(Some),
            command = commands.recv() => command,
        };
        match command {
            // An answer without a question finds the queue full, or is dropped by the next question.
            Some(SessionCmd::Answer(answer)) => drop(answers.try_send(answer)),
            Some(SessionCmd::Close | SessionCmd::CloseForReconnect) | None => return Ok(None),
            Some(SessionCmd::Run { result, .. }) => {
                refuse_run(events, result, "The session is not connected yet").await;
            }
            Some(SessionCmd::Explain { result, .. }) => {
                events.refuse_explain(result, "the session is not connected").await;
            }
            Some(
                SessionCmd::Connect { .. }
                | SessionCmd::Cancel(_)
                | SessionCmd::LoadCatalog
                | SessionCmd::StopCatalog
                | SessionCmd::FindLeft(_)
                | SessionCmd::StopLeft,
            ) => {}
        }
    }
}

async fn refuse_run(events: &EventSender, result: ResultId, what: &str) {
    let problem = Problem::new(ProblemKind::Refused, what).hint("connect first");
    events.send(SessionEvent::Ended { result, report: report_of_unsent(problem) }).await;
}

/// Returns the problem of a statement that was not sent, because the session has ended with this event.
fn unsent_problem(last: &SessionEvent) -> Problem {
    match last {
        SessionEvent::Lost(problem) | SessionEvent::Failed(problem) => problem.clone().of_unsent_statement(),
        SessionEvent::Closed
        | SessionEvent::ConnectionStep { .. }
        | SessionEvent::Asked(_)
        | SessionEvent::HopMessage(_)
        | SessionEvent::Ready(_)
        | SessionEvent::Catalog(_)
        | SessionEvent::CatalogFailed(_)
        | SessionEvent::CatalogNotStopped
        | SessionEvent::Ended { .. }
        | SessionEvent::Explained { .. }
        | SessionEvent::Lag(_)
        | SessionEvent::LeftRunning(_)
        | SessionEvent::LeftNotStopped(_)
        | SessionEvent::InternalQuery { .. } => {
            Problem::new(ProblemKind::Route, "The statement was not sent: the session ended before it")
                .hint("reconnect, and run it again")
        }
    }
}

/// Returns the problem of a statement whose placeholders and values differ in number. The server's error would concern
/// texts that the user has not written.
fn value_count_problem(permit: &Permit) -> Option<Problem> {
    let placeholders = Param::offsets(permit.checked().text(), permit.checked().dialect());
    let (expected, given) = (placeholders.len(), permit.params().len());
    if expected == given {
        return None;
    }
    let (expected_text, values) = (counted(expected as u64, "placeholder"), counted(given as u64, "value"));
    let were = if given == 1 { "was" } else { "were" };
    let what = format!("The statement has {expected_text} (?), but {values} {were} given");
    let hint = "write the value in place of the ?, or put quotes around a ? that is text";
    let problem = Problem::new(ProblemKind::Refused, what).hint(hint);
    Some(Problem { at: placeholders.get(given).copied(), ..problem })
}

/// What a heartbeat has shown.
enum Alive {
    /// The route to the server is alive.
    Route,
    /// The first connection was alive before the second one was reopened, which took too long. It may be lost since.
    FirstBefore,
}

/// What to do about the statements of earlier sessions.
#[derive(Clone, Copy)]
enum LeftAction {
    Look,
    Stop,
}

/// Returns the text that the server gets for a statement.
fn sent_text(permit: &Permit) -> String {
    match permit.params().len() {
        0 => permit.checked().text().to_owned(),
        values => internal_query::execute(values).text().to_owned(),
    }
}

/// A session that has connected.
struct ConnectedSession {
    id: SessionId,
    /// The connection for statements.
    conn: Conn,
    control: ControlConnection,
    connector: Arc<Connector>,
    facts: Arc<ServerFacts>,
    state: SessionState,
    rows: mpsc::Sender<Rows>,
    events: EventSender,
    catalog: CatalogLoader,
    left: LeftStatements,
    plans: PlanReader,
    /// The mode of the session, as its statements have left it.
    sql_mode: String,
}

impl ConnectedSession {
    fn new(id: SessionId, connected: Connected, rows: mpsc::Sender<Rows>, events: EventSender) -> Self {
        let Connected { conn, control, connector, facts, state } = connected;
        let sql_mode = facts.sql_mode.clone();
        Self {
            id,
            conn,
            control,
            connector,
            facts: Arc::new(facts),
            state,
            rows,
            events,
            catalog: CatalogLoader::default(),
            left: LeftStatements::default(),
            plans: PlanReader::default(),
            sql_mode,
        }
    }

    /// Runs commands until the session ends, and returns its last event.
    async fn serve(&mut self, commands: &mut mpsc::Receiver<SessionCmd>) -> SessionEvent {
        let mut heartbeat_at = Instant::now() + self.state.heartbeat;
        loop {
            if std::mem::take(&mut self.left.is_stop_due)
                && let Err(problem) = self.handle_left(LeftAction::Stop).await
            {
                return SessionEvent::Lost(problem);
            }
            let lag_at = self.control.lag_due();
            let command = select! {
                biased;
                // Before commands, so that no statement is sent into a lost route and counted as sent.
                problem = self.connector.route.closed() => return SessionEvent::Lost(problem),
                command = commands.recv() => command,
                () = sleep_until(lag_at) => {
                    if self.control.report_lag(&self.events).await.is_err() {
                        // The route may be lost: check the first connection before the second one is reopened.
                        heartbeat_at = Instant::now();
                    }
                    continue;
                }
                () = self.catalog.refused() => match self.load_catalog_here(commands).await {
                    Ok(None) => continue,
                    Ok(command) => command,
                    Err(last) => return last,
                },
                () = sleep_until(heartbeat_at) => {
                    heartbeat_at = match self.heartbeat().await {
                        Ok(Alive::Route) => Instant::now() + self.state.heartbeat,
                        Ok(Alive::FirstBefore) => Instant::now(),
                        Err(problem) => return SessionEvent::Lost(problem),
                    };
                    continue;
                }
            };
            match command {
                Some(SessionCmd::Run { permit, result, bounds }) => {
                    if let Some(last) = self.run(commands, &permit, result, bounds).await {
                        return last;
                    }
                }
                Some(SessionCmd::Explain { permit, result }) => self.explain(permit, result).await,
                Some(SessionCmd::LoadCatalog) => self.load_catalog(),
                Some(SessionCmd::StopCatalog) => self.catalog.stop_for_user(&mut self.control, &self.events).await,
                Some(SessionCmd::FindLeft(statements)) => {
                    self.left.set(statements);
                    if let Err(problem) = self.handle_left(LeftAction::Look).await {
                        return SessionEvent::Lost(problem);
                    }
                }
                Some(SessionCmd::StopLeft) => self.left.is_stop_due = true,
                Some(SessionCmd::Close | SessionCmd::CloseForReconnect) | None => return SessionEvent::Closed,
                // No statement runs, and no question is open.
                Some(SessionCmd::Cancel(_) | SessionCmd::Answer(_) | SessionCmd::Connect { .. }) => {}
            }
            heartbeat_at = Instant::now() + self.state.heartbeat;
        }
    }

    /// Runs one permitted statement. Returns the last event if the session ends with it.
    async fn run(
        &mut self,
        commands: &mut mpsc::Receiver<SessionCmd>,
        permit: &Permit,
        result: ResultId,
        bounds: RunBounds,
    ) -> Option<SessionEvent> {
        let checked = permit.checked();
        if permit.session() != self.id || checked.dialect() != self.state.dialect {
            let problem =
                Problem::new(ProblemKind::Refused, "The statement was checked for another session, so it was not sent")
                    .because("the server, its SQL dialect or the rules of the profile have changed since")
                    .hint("run it again");
            self.report_unsent(result, problem).await;
            return None;
        }
        if let Some(problem) = value_count_problem(permit) {
            self.report_unsent(result, problem).await;
            return None;
        }
        if !checked.is_to_be_sent() {
            let database = self.state.database.clone();
            let report = RunReport { database, note: checked.note(), ..RunReport::without_rows(End::Complete) };
            let _ = self.rows.send(Rows::Open { result, columns: Arc::default(), spilling: bounds.spilling }).await;
            let _ = self.rows.send(Rows::End { result, end: End::Complete }).await;
            self.events.send(SessionEvent::Ended { result, report }).await;
            return None;
        }
        if let Err(problem) = self.raise_server_timeout(bounds).await {
            let last = SessionEvent::Lost(problem);
            self.report_unsent(result, unsent_problem(&last)).await;
            return Some(last);
        }
        let supervised = SupervisedSession {
            commands,
            rows: &self.rows,
            control: &mut self.control,
            connector: &self.connector,
            events: &self.events,
            heartbeat: self.state.heartbeat,
        };
        let mut supervisor = StatementSupervisor::new(supervised, result, bounds.first_row);
        let statement = StatementToRun { checked, params: permit.params(), result, bounds };
        debug_events::log_statement(result, permit);
        let report = run_statement(&mut self.conn, &mut supervisor, &mut self.state, statement).await;
        if let Some(mode) = &report.sql_mode {
            self.sql_mode.clone_from(mode);
        }
        let StatementSupervisor { has_catalog_request, has_stop_left_request, lost, is_closing, .. } = supervisor;
        self.left.is_stop_due |= has_stop_left_request;
        // An error of the server says that the statement has ended.
        let may_run = match &report.end {
            End::Complete => false,
            End::Broken(problem) => problem.server.is_none(),
            End::Cancelled | End::Limit(_) => true,
        };
        let left = lost
            .as_ref()
            .filter(|_| may_run)
            .map(|_| LeftStatement { connection: self.facts.connection_id, text: sent_text(permit) });
        let report = RunReport { note: report.note.or(checked.note()), left, ..report };
        self.events.send(SessionEvent::Ended { result, report }).await;
        if has_catalog_request {
            self.load_catalog();
        }
        match lost {
            Some(problem) => Some(SessionEvent::Lost(problem)),
            None if is_closing => Some(SessionEvent::Closed),
            None => None,
        }
    }

    /// Sends a permitted EXPLAIN on a connection of its own.
    async fn explain(&mut self, permit: Permit, result: ResultId) {
        if permit.session() != self.id || permit.checked().dialect() != self.state.dialect {
            return self.events.refuse_explain(result, "the session has changed").await;
        }
        let context = PlanContext { database: self.state.database.clone(), sql_mode: self.sql_mode.clone() };
        self.plans.start(self.control.secondary(), context, (permit, result), &self.events);
    }

    /// Ends a result whose statement was not sent.
    async fn report_unsent(&self, result: ResultId, problem: Problem) {
        let _ = self.rows.send(Rows::End { result, end: End::Broken(problem.clone()) }).await;
        self.events.send(SessionEvent::Ended { result, report: report_of_unsent(problem) }).await;
    }

    /// Raises the server's own time limit if this statement may take longer than the limits of the profile.
    async fn raise_server_timeout(&mut self, bounds: RunBounds) -> Result<(), Problem> {
        let Some(current) = self.state.statement_timeout else { return Ok(()) };
        let needed = raised(current, timeout_for(bounds.first_row, bounds.fetch));
        if needed <= current {
            return Ok(());
        }
        run_internal(&mut self.conn, &internal_query::raise_timeout(needed), &self.events)
            .await
            .map_err(SessionError::into_lost_problem)?;
        self.state.statement_timeout = Some(needed);
        Ok(())
    }

    /// Checks that both connections are alive, and reopens the second one if it is not.
    async fn heartbeat(&mut self) -> Result<Alive, Problem> {
        let (first, second) = tokio::join!(control::ping(&mut self.conn), self.control.heartbeat(&self.events));
        first.map_err(SessionError::into_lost_problem)?;
        if second.is_ok() {
            // Not on the first connection, where it would come between two statements of the user.
            if self.control.is_available() && !self.left.is_empty() {
                self.handle_left(LeftAction::Look).await?;
            }
            return Ok(Alive::Route);
        }
        // Without the second connection, a statement is stopped by closing the first one. The session continues.
        match timeout(limits::KILL, self.control.reopen(&self.events)).await {
            // A refusal is an answer, too.
            Ok(Ok(()) | Err(_)) => Ok(Alive::Route),
            Err(_) => Ok(Alive::FirstBefore),
        }
    }

    /// Looks for the statements of earlier sessions, or stops them.
    async fn handle_left(&mut self, action: LeftAction) -> Result<(), Problem> {
        let is_first = self.control.absence().is_some();
        let identity = self.facts.identity.clone();
        let Some(conn) = self.control.conn_or(&mut self.conn) else { return Ok(()) };
        let done = match action {
            LeftAction::Look => self.left.look(conn, &self.events).await,
            LeftAction::Stop => self.left.stop(conn, &identity, &self.events).await,
        };
        match done {
            Err(error) if is_first && !error.is_refusal() => Err(error.into_lost_problem()),
            Err(error) if !error.is_refusal() => {
                self.control.discard();
                Ok(())
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Loads the catalog on a separate connection, unless a load is running.
    fn load_catalog(&mut self) {
        self.catalog.start(self.control.secondary(), &self.events);
    }

    /// Reads the catalog on the first connection, because the server allows no other. A statement that arrives meanwhile is
    /// returned afterwards. The error is the last event of a session that ends meanwhile.
    async fn load_catalog_here(
        &mut self,
        commands: &mut mpsc::Receiver<SessionCmd>,
    ) -> Result<Option<SessionCmd>, SessionEvent> {
        let hop = self.connector.profile.route.len();
        let mut waiting = None;
        let mut check_at = Instant::now() + self.state.heartbeat;
        let mut load = pin!(self.catalog.load_on(&mut self.conn, hop, &self.events));
        loop {
            let command = select! {
                biased;
                loaded = &mut load => {
                    return loaded.map(|()| waiting).map_err(|error| SessionEvent::Lost(error.into_lost_problem()));
                }
                problem = self.connector.route.closed() => return Err(SessionEvent::Lost(problem)),
                command = commands.recv() => command,
                () = sleep_until(check_at), if self.control.needs_sign_in_to_check() => {
                    if !self.control.answers(&self.events).await {
                        let silence = SessionError::TimedOut(limits::KILL);
                        return Err(SessionEvent::Lost(silence.into_lost_problem()));
                    }
                    check_at = Instant::now() + self.state.heartbeat;
                    continue;
                }
            };
            match command {
                Some(SessionCmd::Close | SessionCmd::CloseForReconnect) | None => return Err(SessionEvent::Closed),
                Some(run @ SessionCmd::Run { .. }) if waiting.is_none() => waiting = Some(run),
                Some(SessionCmd::Run { result, .. }) => {
                    refuse_run(&self.events, result, "The session is already running a statement").await;
                }
                Some(SessionCmd::Explain { result, .. }) => {
                    self.events.refuse_explain(result, "the catalog is being read").await;
                }
                Some(SessionCmd::Cancel(result)) => {
                    let is_it = |command: &mut SessionCmd| matches!(command, SessionCmd::Run { result: of, .. } if *of == result);
                    if waiting.take_if(is_it).is_some() {
                        let _ = self.rows.send(Rows::End { result, end: End::Cancelled }).await;
                        let report = RunReport::without_rows(End::Cancelled);
                        self.events.send(SessionEvent::Ended { result, report }).await;
                    }
                }
                Some(SessionCmd::StopLeft) => self.left.is_stop_due = true,
                Some(SessionCmd::FindLeft(statements)) => self.left.set(statements),
                Some(SessionCmd::StopCatalog) => self.events.send(SessionEvent::CatalogNotStopped).await,
                Some(SessionCmd::LoadCatalog | SessionCmd::Answer(_) | SessionCmd::Connect { .. }) => {}
            }
        }
    }

    async fn close(mut self) {
        self.catalog.stop(&mut self.control, &self.events).await;
        self.plans.close().await;
        if !self.conn.is_disconnected() {
            let _ = timeout(limits::KILL, self.conn.disconnect()).await;
        }
        self.control.close().await;
    }
}
