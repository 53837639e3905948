//! The task of one session: climbs the ladder, then runs one command after the other until it is closed or the link is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mysql_async::Conn;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Instrument as _;

use super::ask::ask;
use super::cancel::{self, Control};
use super::climb::{Climbed, climb};
use super::connect::Recipe;
use super::desk::{Desk, nothing_ran};
use super::events::{Asker, Teller};
use super::link::Link;
use super::statement::{self, Job};
use super::{CatalogAt, Outside, debug_events, introspect, own, settings};
use crate::domain::access_log::Permit;
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{
    ConnectionStep, End, Role, Rows, RunBounds, ServerFacts, SessionCmd, SessionEvent, StepState,
};
use crate::domain::sql::{Param, Policy};
use crate::domain::words::counted;

/// Starts the task of one session. It ends when it is closed, when its link is lost, or when nobody can command it any more.
pub fn spawn<N>(
    id: SessionId,
    commands: mpsc::Receiver<SessionCmd>,
    rows: mpsc::Sender<Rows>,
    event: mpsc::Sender<N>,
    outside: Outside,
) -> JoinHandle<()>
where
    N: From<(SessionId, SessionEvent)> + Send + 'static,
{
    let tell = Teller::new(id, event);
    let living = async move {
        let last = live(id, commands, rows, tell.clone(), outside).await;
        tell.tell(last).await;
    };
    tokio::spawn(living.instrument(tracing::info_span!("session", id = id.0)))
}

/// The whole life of a session; answers with its last news.
async fn live(
    id: SessionId,
    mut commands: mpsc::Receiver<SessionCmd>,
    rows: mpsc::Sender<Rows>,
    tell: Teller,
    outside: Outside,
) -> SessionEvent {
    let (profile, database) = loop {
        match commands.recv().await {
            Some(SessionCmd::Connect { profile, database, .. }) => break (profile, database),
            Some(SessionCmd::Close | SessionCmd::GiveWay) | None => return SessionEvent::Closed,
            Some(SessionCmd::Run { result, .. }) => refuse(&tell, result, "The session is not connected").await,
            Some(SessionCmd::Cancel(_) | SessionCmd::Answer(_) | SessionCmd::LoadCatalog) => {}
        }
    };
    tracing::info!(profile = profile.name, hops = profile.route.len(), "connecting");
    let climbed = match connect(&mut commands, &profile, database, &tell, &outside).await {
        Ok(Some(climbed)) => climbed,
        Ok(None) => return SessionEvent::Closed,
        Err(problem) => return SessionEvent::Failed(problem),
    };
    let mut session = Session::new(id, climbed, rows, tell);
    session.tell.tell(SessionEvent::Ready(Arc::clone(&session.facts))).await;
    if outside.catalog == CatalogAt::Start {
        session.load_catalog();
    }
    let last = session.serve(&mut commands).await;
    // What waits in the queue was never sent, and it is said so: it did not break.
    commands.close();
    while let Some(command) = commands.recv().await {
        if let SessionCmd::Run { result, .. } = command {
            let problem =
                Problem::new(ProblemKind::Route, "The statement was not sent: the session has ended before it")
                    .hint("run it again once there is a connection");
            session.unsent(result, problem).await;
        }
    }
    session.close().await;
    last
}

/// Climbs while commands still come: answers go to whoever asked, Close ends it (`None`).
async fn connect(
    commands: &mut mpsc::Receiver<SessionCmd>,
    profile: &Arc<Profile>,
    database: Option<String>,
    tell: &Teller,
    outside: &Outside,
) -> Result<Option<Climbed>, Problem> {
    let (answer, answers) = mpsc::channel(1);
    let asker = Asker::new(tell.clone(), answers, outside.typed.clone());
    let mut climbing = Box::pin(climb(Arc::clone(profile), database, outside.clone(), asker));
    loop {
        let command = select! {
            biased;
            climbed = &mut climbing => return climbed.map(Some),
            command = commands.recv() => command,
        };
        match command {
            // An answer to nothing finds the place taken and is dropped.
            Some(SessionCmd::Answer(given)) => drop(answer.try_send(given)),
            Some(SessionCmd::Close | SessionCmd::GiveWay) | None => return Ok(None),
            Some(SessionCmd::Run { result, .. }) => refuse(tell, result, "The session is not connected yet").await,
            Some(SessionCmd::Connect { .. } | SessionCmd::Cancel(_) | SessionCmd::LoadCatalog) => {}
        }
    }
}

async fn refuse(tell: &Teller, result: ResultId, what: &str) {
    let problem = Problem::new(ProblemKind::Refused, what).hint("connect first");
    tell.tell(SessionEvent::Ended { result, report: nothing_ran(problem) }).await;
}

/// Why a statement and its values do not fit, if so. The server would tell it of texts that the user has not written.
fn uneven(permit: &Permit) -> Option<Problem> {
    let places = Param::places(permit.checked().text(), permit.checked().dialect());
    let (wanted, given) = (places.len() as u64, permit.params().len());
    if places.len() == given {
        return None;
    }
    let has = if given == 1 { "goes" } else { "go" };
    let what = format!(
        "The statement has {} for a value (?), and {} {has} with it",
        counted(wanted, "place"),
        counted(given as u64, "value")
    );
    let problem =
        Problem::new(ProblemKind::Refused, what).hint("write the value itself; a ? that is text stands in quotes");
    Some(Problem { at: places.get(given).copied(), ..problem })
}

/// A connected session.
struct Session {
    id: SessionId,
    conn: Conn,
    control: Control,
    link: Arc<Link>,
    recipe: Arc<Recipe>,
    facts: Arc<ServerFacts>,
    variables: settings::Variables,
    policy: Policy,
    database: Option<String>,
    rows: mpsc::Sender<Rows>,
    tell: Teller,
    catalog: CatalogReader,
}

/// The reading of the catalog, if one is under way.
#[derive(Default)]
struct CatalogReader {
    generation: u64,
    connection: Arc<AtomicU64>,
    /// Whether its outcome is still to be told: who has heard it may ask anew at once.
    is_reading: Arc<AtomicBool>,
    task: Option<JoinHandle<()>>,
}

impl Session {
    fn new(id: SessionId, climbed: Climbed, rows: mpsc::Sender<Rows>, tell: Teller) -> Self {
        Self {
            id,
            conn: climbed.conn,
            control: climbed.control,
            link: Arc::new(climbed.link),
            recipe: Arc::new(climbed.recipe),
            database: climbed.facts.database.clone(),
            facts: Arc::new(climbed.facts),
            variables: climbed.variables,
            policy: Policy::default(),
            rows,
            tell,
            catalog: CatalogReader::default(),
        }
    }

    /// Serves commands; answers with the last news of the session.
    async fn serve(&mut self, commands: &mut mpsc::Receiver<SessionCmd>) -> SessionEvent {
        let mut beat_at = Instant::now() + limits::HEARTBEAT;
        loop {
            let lag_at = self.control.lag_due();
            let command = select! {
                biased;
                // Before a command: what would go into a dead link is not sent, and it is said so.
                problem = self.link.closed() => return SessionEvent::Lost(problem),
                command = commands.recv() => command,
                () = sleep_until(lag_at) => {
                    if self.control.lag(&self.tell).await.is_err() {
                        // The link may be dead: the first connection is asked before time goes into a new second one.
                        beat_at = Instant::now();
                    }
                    continue;
                }
                () = sleep_until(beat_at) => {
                    if let Err(problem) = self.beat().await {
                        return SessionEvent::Lost(problem);
                    }
                    beat_at = Instant::now() + limits::HEARTBEAT;
                    continue;
                }
            };
            match command {
                Some(SessionCmd::Run { permit, result, bounds }) => {
                    if let Some(last) = self.run(commands, &permit, result, bounds).await {
                        return last;
                    }
                }
                Some(SessionCmd::LoadCatalog) => self.load_catalog(),
                Some(SessionCmd::Close | SessionCmd::GiveWay) | None => return SessionEvent::Closed,
                // Nothing runs, nothing was asked.
                Some(SessionCmd::Cancel(_) | SessionCmd::Answer(_) | SessionCmd::Connect { .. }) => {}
            }
            beat_at = Instant::now() + limits::HEARTBEAT;
        }
    }

    /// Runs one permitted statement; answers with the last news if the session ends with it.
    async fn run(
        &mut self,
        commands: &mut mpsc::Receiver<SessionCmd>,
        permit: &Permit,
        result: ResultId,
        bounds: RunBounds,
    ) -> Option<SessionEvent> {
        let checked = permit.checked();
        if permit.session() != self.id || checked.dialect() != self.facts.dialect || checked.policy() != self.policy {
            let problem =
                Problem::new(ProblemKind::Refused, "The statement was checked for another session, so it is not sent")
                    .because("the server, its reading of text, or the rules of the profile have changed since")
                    .hint("run it again");
            self.unsent(result, problem).await;
            return None;
        }
        if let Some(problem) = uneven(permit) {
            self.unsent(result, problem).await;
            return None;
        }
        if let Err(problem) = self.widen(bounds).await {
            let unsent = Problem { kind: ProblemKind::Route, ..problem.clone() }.because("the statement was not sent");
            self.unsent(result, unsent).await;
            return Some(SessionEvent::Lost(problem));
        }
        let way = (&self.link, &self.recipe, &self.tell);
        let mut desk = Desk::new(commands, &mut self.control, way, result, bounds.first_row);
        let job = Job {
            text: checked.text(),
            params: permit.params(),
            dialect: checked.dialect(),
            result,
            bounds,
            database: self.database.clone(),
        };
        debug_events::statement(result, permit);
        let report = statement::run(&mut self.conn, &mut desk, &self.rows, job).await;
        let (later, dead, is_closing) = (std::mem::take(&mut desk.later), desk.dead.take(), desk.is_closing);
        self.database.clone_from(&report.database);
        self.tell.tell(SessionEvent::Ended { result, report }).await;
        if !later.is_empty() {
            self.load_catalog();
        }
        match dead {
            Some(problem) => Some(SessionEvent::Lost(problem)),
            None if is_closing => Some(SessionEvent::Closed),
            None => self.hold().await.err().map(SessionEvent::Lost),
        }
    }

    /// Ends a result whose statement never went out.
    async fn unsent(&self, result: ResultId, problem: Problem) {
        let _ = self.rows.send(Rows::End { result, end: End::Broken(problem.clone()) }).await;
        self.tell.tell(SessionEvent::Ended { result, report: nothing_ran(problem) }).await;
    }

    /// Makes sure that the statement left the session as it was pinned, before the next one can be sent. Not where both
    /// the server and the account are read-only anyway: a statement of ours in between hides `FOUND_ROWS()` and the like.
    async fn hold(&mut self) -> Result<(), Problem> {
        if self.facts.role == Role::Replica && self.facts.warnings.is_empty() {
            return Ok(());
        }
        self.variables.hold(&mut self.conn, &self.tell).await.map_err(super::fault::Fault::lost)
    }

    /// Casts the server's own time limit wider where this statement may take longer than the profile says.
    async fn widen(&mut self, bounds: RunBounds) -> Result<(), Problem> {
        let limits = self.recipe.profile.limits;
        let needed = settings::net_for(bounds.first_row, bounds.fetch);
        if needed <= settings::net_for(limits.first_row, limits.fetch) {
            return Ok(());
        }
        match settings::net(&self.variables, needed) {
            Some(net) => {
                ask(&mut self.conn, &own::widen(net), &self.tell).await.map(drop).map_err(super::fault::Fault::lost)
            }
            None => Ok(()),
        }
    }

    /// Looks whether both connections live; the second one is made anew where it does not.
    async fn beat(&mut self) -> Result<(), Problem> {
        cancel::beat(&mut self.conn).await.map_err(super::fault::Fault::lost)?;
        if self.control.beat(&self.tell).await.is_err() {
            self.reopen_control().await;
        }
        Ok(())
    }

    /// Without it a statement is stopped by closing its connection: worse, but no reason to end the session.
    async fn reopen_control(&mut self) {
        let reopening = self.control.reopen(&self.recipe, &self.link, &self.tell);
        let _ = timeout(limits::REOPEN, reopening).await;
    }

    /// Reads the catalog on a connection of its own, unless that is under way.
    fn load_catalog(&mut self) {
        // A task that was aborted by a fault of its own would say for ever that it reads.
        let is_there = self.catalog.task.as_ref().is_some_and(|task| !task.is_finished());
        if is_there && self.catalog.is_reading.load(Ordering::Acquire) {
            return;
        }
        self.catalog.is_reading.store(true, Ordering::Release);
        let is_reading = Arc::clone(&self.catalog.is_reading);
        self.catalog.generation += 1;
        let generation = self.catalog.generation;
        let (recipe, link, tell) = (Arc::clone(&self.recipe), Arc::clone(&self.link), self.tell.clone());
        let further = Arc::clone(self.control.further());
        let connection = Arc::clone(&self.catalog.connection);
        self.catalog.task = Some(tokio::spawn(async move {
            let hop = recipe.profile.route.len();
            let begun = Instant::now();
            tell.rung(hop, ConnectionStep::Catalog, StepState::Trying("schemas, tables, columns, keys".into())).await;
            let read = introspect::read((&recipe, &link), &further, generation, &connection, &tell).await;
            is_reading.store(false, Ordering::Release);
            match read {
                Ok(catalog) => {
                    let tables: usize = catalog.schemas.iter().map(|schema| schema.tables.len()).sum();
                    let words = format!(
                        "{}, {}",
                        counted(catalog.schemas.len() as u64, "schema"),
                        counted(tables as u64, "table")
                    );
                    tell.done(hop, ConnectionStep::Catalog, words, begun.elapsed()).await;
                    tell.tell(SessionEvent::Catalog(catalog)).await;
                }
                Err(fault) => {
                    let problem = Problem::new(ProblemKind::Statement, "The catalog could not be read")
                        .because(fault.to_string())
                        .hint("read it again; statements run without it");
                    tell.rung(hop, ConnectionStep::Catalog, StepState::Failed(problem.clone())).await;
                    tell.tell(SessionEvent::CatalogFailed(problem)).await;
                }
            }
        }));
    }

    /// Closes all connections. The catalog's statement is ended by a KILL, never by dropping its connection.
    async fn close(mut self) {
        if let Some(task) = self.catalog.task.take() {
            let reading = self.catalog.connection.load(Ordering::Relaxed);
            if !task.is_finished() && reading != 0 {
                let _ = self.control.kill_other(reading, &self.tell).await;
            }
            task.abort();
        }
        if !self.conn.is_disconnected() {
            let _ = timeout(limits::KILL, self.conn.disconnect()).await;
        }
        self.control.close().await;
    }
}
