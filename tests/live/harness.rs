//! Drives a session as the program does. It sends commands and receives events and rows. Every statement passes the guard
//! and the access log.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rrx::domain::access_log::{self, BeginRecord, Permit, RecordSink, StatementTarget};
use rrx::domain::catalog::Catalog;
use rrx::domain::ids::{ResultId, SessionId};
use rrx::domain::problem::Problem;
use rrx::domain::profile::{CommandLine, Profile, Secret, SecretSource, Spilling};
use rrx::domain::protocol::{
    Answer, ConnectionStep, Lag, Question, Rows, RunBounds, RunReport, ServerFacts, SessionCmd, SessionEvent, StepState,
};
use rrx::domain::results::Column;
use rrx::domain::sql::{Dialect, Param};
use rrx::io::env::start_command;
use rrx::io::host::own_sockets;
use rrx::io::session::{CatalogLoading, CredentialCache, SessionEnv, spawn};
use rrx::io::storage::known_hosts;
use rrx::io::tunnel::ReadFile;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use crate::rig::Rig;

/// The id of every session in these tests.
pub const ID: SessionId = SessionId(1);

/// Time limit of each step.
const TIMEOUT: Duration = Duration::from_mins(1);

/// An access log that discards its records.
pub struct DiscardingSink;

impl RecordSink for DiscardingSink {
    type Error = Infallible;

    fn stamp(&mut self, begin: &mut BeginRecord) {
        begin.id = "1".into();
    }

    fn append(&mut self, _begin: &BeginRecord) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Gets a permit for a text from the guard and the access log.
pub fn permit(text: &str, dialect: Dialect, session: SessionId) -> Permit {
    permit_with(text, Vec::new(), dialect, session)
}

/// Returns where a statement of a session with these facts runs, for the guard.
pub fn session_target(facts: &ServerFacts) -> StatementTarget {
    StatementTarget {
        session: ID,
        dialect: facts.dialect,
        pins: facts.pins.clone(),
        profile: "rig".into(),
        account: String::new(),
        server: String::new(),
        database: None,
        reference: None,
    }
}

/// Gets a permit for a text with values.
pub fn permit_with(text: &str, params: Vec<Param>, dialect: Dialect, session: SessionId) -> Permit {
    let target = StatementTarget {
        session,
        dialect,
        pins: rrx::domain::sql::SessionPins::default(),
        profile: "rig".into(),
        account: String::new(),
        server: String::new(),
        database: None,
        reference: None,
    };
    let statement = access_log::authorize(text, params, target).unwrap_or_else(|problem| panic!("{text}: {problem}"));
    let Ok(permit) = access_log::record(&mut DiscardingSink, statement);
    permit
}

/// Returns the rig's profile without the hop, for a direct connection to the server.
pub fn direct(rig: &Rig) -> Profile {
    Profile { route: Vec::new(), host: rig.mysql_address().into(), ..rig.profile() }
}

/// Returns the environment of a session. The name of an environment variable is used as the secret itself.
pub fn session_env() -> SessionEnv {
    SessionEnv {
        os_user: "test-user".into(),
        home: "/nonexistent".into(),
        agent: None,
        global_known_hosts: Vec::new(),
        ssh_config: None,
        clock: std::time::SystemTime::now,
        read: Arc::new(known_hosts::read),
        append: Arc::new(known_hosts::append),
        is_own_socket: Arc::new(own_sockets::is_own),
        start_command: start_command(|name| std::env::var_os(name)),
        secret: Arc::new(|source: &SecretSource| match source {
            SecretSource::File(path) => {
                Ok(Secret::new(std::fs::read_to_string(path).unwrap().lines().next().unwrap().to_owned()))
            }
            SecretSource::Env(literal) => Ok(Secret::new(literal.clone())),
            SecretSource::Command(_) => rrx::io::host::secrets::fetch(source),
            SecretSource::Keyring(entry) if entry == "stored-94-days-ago" => Ok(Secret::new("the old one".into())),
            SecretSource::Keyring(_) => {
                Err(Problem::new(rrx::domain::problem::ProblemKind::Settings, "There is no keyring here"))
            }
            other @ SecretSource::Prompt => panic!("these tests do not support {other:?}"),
        }),
        exposed_file_warning: rrx::io::host::secrets::exposed_file_warning,
        secret_age: Arc::new(|source| matches!(source, SecretSource::Keyring(_)).then_some(94)),
        catalog: CatalogLoading::OnRequest,
        prepare: None,
        command_line: CommandLine::default(),
        credentials: CredentialCache::default(),
    }
}

/// A value as text, or `None` for NULL.
pub type Value = Option<String>;

/// The result of a finished statement.
#[derive(Debug)]
pub struct FinishedStatement {
    pub report: RunReport,
    pub columns: Option<Arc<[Column]>>,
    pub rows: Vec<Vec<Value>>,
    /// The same values as bytes.
    pub raw: Vec<Vec<Option<Vec<u8>>>>,
    /// The number of rows in each batch.
    pub batches: Vec<usize>,
}

impl FinishedStatement {
    /// Returns the first value of the first row.
    pub fn value(&self) -> &str {
        self.rows[0][0].as_deref().unwrap_or("NULL")
    }
}

/// A connected session.
pub struct TestSession {
    pub commands: mpsc::Sender<SessionCmd>,
    pub rows: mpsc::Receiver<Rows>,
    pub events: mpsc::Receiver<(SessionId, SessionEvent)>,
    pub facts: Arc<ServerFacts>,
    /// The internal queries so far.
    pub internal_queries: Vec<String>,
    /// The states of the connection steps, in order.
    pub steps: Vec<(ConnectionStep, StepState)>,
    /// The finished steps and the internal queries while connecting, with their times since the start.
    #[allow(dead_code, reason = "the bench `connect` reads it")]
    pub timeline: Vec<(String, Duration)>,
    /// The last reported lag.
    pub lag: Option<Lag>,
    next: AtomicU64,
}

/// Returns bounds that no statement in these tests reaches.
pub fn unlimited() -> RunBounds {
    RunBounds {
        rows: None,
        bytes: None,
        first_row: Duration::from_secs(50),
        fetch: Duration::from_secs(50),
        spilling: Spilling::Allowed,
    }
}

/// Connects, and calls `answer` for each question.
pub async fn connect_answering(
    profile: Profile,
    answer: impl FnMut(Question) -> Answer,
) -> Result<TestSession, Problem> {
    connect_with(profile, None, session_env(), answer).await
}

/// Connects with a cache of typed secrets.
pub async fn connect_with_credentials(
    profile: Profile,
    credentials: CredentialCache,
    answer: impl FnMut(Question) -> Answer,
) -> Result<TestSession, Problem> {
    connect_with(profile, None, SessionEnv { credentials, ..session_env() }, answer).await
}

/// Connects with another reader of files.
#[allow(dead_code, reason = "the bench `connect` does not use it")]
pub async fn connect_reading(profile: Profile, read: ReadFile) -> Result<TestSession, Problem> {
    connect_with(profile, None, SessionEnv { read, ..session_env() }, |question| panic!("asked {question:?}")).await
}

/// Connects with a current database, like a reconnect.
pub async fn connect_in(profile: Profile, database: &str) -> Result<TestSession, Problem> {
    connect_with(profile, Some(database.to_owned()), session_env(), |question| panic!("asked {question:?}")).await
}

async fn connect_with(
    profile: Profile,
    database: Option<String>,
    env: SessionEnv,
    mut answer: impl FnMut(Question) -> Answer,
) -> Result<TestSession, Problem> {
    let (commands, inbox) = mpsc::channel(16);
    let (batches, rows) = mpsc::channel(4);
    let (send, mut events) = mpsc::channel(256);
    spawn(ID, inbox, batches, send, env);
    commands.send(SessionCmd::Connect { profile: Arc::new(profile), database, after: None }).await.unwrap();
    let (mut internal_queries, mut steps, mut timeline) = (Vec::new(), Vec::new(), Vec::new());
    let begun = Instant::now();
    let end = begun + TIMEOUT;
    loop {
        match next_event(&mut events, end).await {
            SessionEvent::Ready(facts) => {
                timeline.push(("ready".to_owned(), begun.elapsed()));
                let (lag, next) = (None, AtomicU64::new(1));
                return Ok(TestSession { commands, rows, events, facts, internal_queries, steps, timeline, lag, next });
            }
            SessionEvent::Failed(problem) => return Err(problem),
            SessionEvent::Asked(question) => {
                let is_hop = matches!(question, Question::Hop(_));
                let answer = match answer(question) {
                    Answer::Secret(secret) if is_hop => Answer::Secrets(vec![secret]),
                    answer => answer,
                };
                commands.send(SessionCmd::Answer(answer)).await.unwrap();
            }
            SessionEvent::HopMessage(_) => {}
            SessionEvent::InternalQuery { text, .. } => {
                timeline.push((text.split(" */").next().unwrap_or_default().replace("/* ", ""), begun.elapsed()));
                internal_queries.push(text);
            }
            SessionEvent::ConnectionStep { step, state, .. } => {
                if matches!(state, StepState::Done(..)) {
                    timeline.push((format!("{step:?}"), begun.elapsed()));
                }
                steps.push((step, state));
            }
            other => panic!("while connecting: {other:?}"),
        }
    }
}

/// Connects. A question fails the test, except for a refused secret, which is declined.
pub async fn connect(profile: Profile) -> Result<TestSession, Problem> {
    connect_answering(profile, |question| match question {
        Question::RetrySecret { .. } => Answer::Decline,
        question => panic!("asked {question:?}"),
    })
    .await
}

/// Returns the next event, which must come before `end`.
async fn next_event(events: &mut mpsc::Receiver<(SessionId, SessionEvent)>, end: Instant) -> SessionEvent {
    let (id, event) = timeout_at(end, events.recv()).await.expect("an event in time").expect("the session lives");
    assert_eq!(id, ID);
    event
}

impl TestSession {
    /// Sends a statement and does not wait.
    pub async fn start(&self, text: &str, bounds: RunBounds) -> ResultId {
        self.start_with(text, Vec::new(), bounds).await
    }

    /// Sends a statement with values and does not wait.
    pub async fn start_with(&self, text: &str, params: Vec<Param>, bounds: RunBounds) -> ResultId {
        let result = ResultId(self.next.fetch_add(1, Ordering::Relaxed));
        let permit = permit_with(text, params, self.facts.dialect, ID);
        self.commands.send(SessionCmd::Run { permit, result, bounds }).await.unwrap();
        result
    }

    /// Waits for the next part of a result.
    pub async fn next_rows(&mut self) -> Rows {
        timeout(TIMEOUT, self.rows.recv()).await.expect("rows in time").expect("the session lives")
    }

    /// Reads all rows of a result, and its report.
    pub async fn finish(&mut self, result: ResultId) -> FinishedStatement {
        let (mut columns, mut rows, mut raw, mut batches) = (None, Vec::new(), Vec::new(), Vec::new());
        loop {
            match self.next_rows().await {
                Rows::Open { result: of, columns: header, .. } => {
                    assert_eq!(of, result);
                    columns = Some(header);
                }
                Rows::Batch { result: of, chunk } => {
                    assert_eq!(of, result);
                    batches.push(chunk.rows());
                    if rows.len() < 100_000 {
                        for row in 0..chunk.rows() {
                            let cell = |column| chunk.cell(row, column).unwrap().bytes();
                            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                            rows.push((0..chunk.columns()).map(|column| cell(column).map(text)).collect());
                            raw.push((0..chunk.columns()).map(|column| cell(column).map(<[u8]>::to_vec)).collect());
                        }
                    }
                }
                Rows::End { result: of, .. } => {
                    assert_eq!(of, result);
                    break;
                }
            }
        }
        let report = self.report(result).await;
        FinishedStatement { report, columns, rows, raw, batches }
    }

    /// Waits for the report of a result.
    pub async fn report(&mut self, result: ResultId) -> RunReport {
        let end = Instant::now() + TIMEOUT;
        loop {
            match next_event(&mut self.events, end).await {
                SessionEvent::Ended { result: of, report } => {
                    assert_eq!(of, result);
                    if let Some(mode) = &report.sql_mode {
                        let facts = Arc::make_mut(&mut self.facts);
                        facts.dialect.sql_mode = rrx::domain::sql::SqlMode::parse(mode);
                    }
                    return report;
                }
                SessionEvent::InternalQuery { text, .. } => self.internal_queries.push(text),
                SessionEvent::Lag(lag) => self.lag = Some(lag),
                other => panic!("while running: {other:?}"),
            }
        }
    }

    /// Runs a statement to its end.
    pub async fn run(&mut self, text: &str) -> FinishedStatement {
        self.run_within(text, unlimited()).await
    }

    /// Runs a statement with values to its end.
    pub async fn run_with(&mut self, text: &str, params: Vec<Param>) -> FinishedStatement {
        let result = self.start_with(text, params, unlimited()).await;
        self.finish(result).await
    }

    /// Runs a statement to its end, within bounds.
    pub async fn run_within(&mut self, text: &str, bounds: RunBounds) -> FinishedStatement {
        let result = self.start(text, bounds).await;
        self.finish(result).await
    }

    pub async fn catalog(&mut self) -> Arc<Catalog> {
        self.commands.send(SessionCmd::LoadCatalog).await.unwrap();
        let end = Instant::now() + TIMEOUT;
        loop {
            match next_event(&mut self.events, end).await {
                SessionEvent::Catalog(catalog) => return catalog,
                SessionEvent::InternalQuery { text, .. } => self.internal_queries.push(text),
                SessionEvent::ConnectionStep { .. } => {}
                SessionEvent::Lag(lag) => self.lag = Some(lag),
                other => panic!("while reading the catalog: {other:?}"),
            }
        }
    }

    /// Waits for the next event.
    pub async fn next_event(&mut self) -> SessionEvent {
        next_event(&mut self.events, Instant::now() + TIMEOUT).await
    }

    /// Waits for the next reported lag.
    pub async fn lag(&mut self) -> Lag {
        let end = Instant::now() + TIMEOUT;
        loop {
            match next_event(&mut self.events, end).await {
                SessionEvent::Lag(lag) => return lag,
                SessionEvent::InternalQuery { text, .. } => self.internal_queries.push(text),
                other => panic!("while waiting for the lag: {other:?}"),
            }
        }
    }

    /// Waits for the event that ends the session.
    pub async fn final_event(&mut self) -> SessionEvent {
        let end = Instant::now() + TIMEOUT;
        loop {
            let event = next_event(&mut self.events, end).await;
            if matches!(event, SessionEvent::Lost(_) | SessionEvent::Closed | SessionEvent::Failed(_)) {
                return event;
            }
        }
    }

    pub async fn close(mut self) {
        self.commands.send(SessionCmd::Close).await.unwrap();
        assert!(matches!(self.final_event().await, SessionEvent::Closed));
    }
}
