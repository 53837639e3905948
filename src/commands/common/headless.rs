//! A session without a screen: connects, passes each statement through the guard and the access log, and waits for its end. The
//! rows go to the receiver of the caller.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::mpsc;

use super::answer::{answer, session_ended};
use super::hop_messages::ShownHopMessages;
use super::host_key::UnknownHostKey;
use super::interrupts::Interrupts;
use crate::domain::access_log::{self, AuthorizedStatement, EndRecord, StatementTarget};
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{
    Answer, End, ExplainAnswer, Rows, RunBounds, RunReport, ServerFacts, SessionCmd, SessionEvent,
};
use crate::domain::sql::SqlMode;
use crate::io::host::prompts::Prompts;
use crate::io::session::{SessionEnv, spawn};
use crate::io::storage::access_log::{AccessLog, AccessLogError};

/// The id of the one session of a headless command.
const SESSION: SessionId = SessionId(1);

/// A connected session without a screen.
pub struct HeadlessSession {
    commands: mpsc::Sender<SessionCmd>,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    facts: Arc<ServerFacts>,
    profile: Arc<Profile>,
    database: Option<String>,
    next_result: u64,
}

/// What a session needs to connect.
#[derive(Clone)]
pub struct HeadlessDeps {
    pub profile: Arc<Profile>,
    pub session: SessionEnv,
    pub prompts: Prompts,
}

/// The outcome of an interruptible wait.
pub enum Waited<T> {
    Done(T),
    /// The user pressed Ctrl-C, or the program received SIGTERM.
    Interrupted,
}

impl HeadlessSession {
    /// Connects. The rows of its statements go to `rows`. Secrets are asked for on the terminal; unknown host keys are refused.
    ///
    /// # Errors
    /// Returns a problem if the connection fails. Profiles with blinding rules are refused, because rrx cannot enforce them yet.
    pub async fn connect(
        deps: HeadlessDeps,
        rows: mpsc::Sender<Rows>,
        interrupts: &mut Interrupts,
    ) -> Result<Waited<Self>, Problem> {
        let HeadlessDeps { profile, session, prompts } = deps;
        if let Some(refusal) = profile.refusal() {
            return Err(refusal);
        }
        let (commands, command_queue) = mpsc::channel(limits::SESSION_QUEUE);
        let (event_sender, mut events) = mpsc::channel(limits::INBOX);
        let command_line = session.command_line.clone();
        spawn(SESSION, command_queue, rows, event_sender, session);
        send(&commands, SessionCmd::Connect { profile: Arc::clone(&profile), database: None, after: None }).await;
        let (mut prompt_problem, mut unknown_key) = (None, None);
        let mut messages = ShownHopMessages::default();
        loop {
            let event = select! {
                event = events.recv() => event,
                () = interrupts.next() => {
                    let _ = commands.send(SessionCmd::Close).await;
                    return Ok(Waited::Interrupted);
                }
            };
            match event {
                Some((_, SessionEvent::Ready(facts))) => {
                    let database = facts.database.clone();
                    return Ok(Waited::Done(Self { commands, events, facts, profile, database, next_result: 1 }));
                }
                Some((_, SessionEvent::HopMessage(message))) => messages.on_message(message, prompts),
                Some((_, SessionEvent::Asked(question))) => {
                    messages.show(prompts);
                    unknown_key = UnknownHostKey::from_question(&question, &[]);
                    let answer = answer(question, prompts).await.unwrap_or_else(|problem| {
                        prompt_problem = Some(problem);
                        Answer::Decline
                    });
                    send(&commands, SessionCmd::Answer(answer)).await;
                }
                Some((_, SessionEvent::Failed(problem))) => {
                    messages.show(prompts);
                    let problem = prompt_problem.unwrap_or(problem);
                    return Err(match unknown_key {
                        Some(key) => key.explain(problem, &profile.name, &[], &command_line),
                        None => problem,
                    });
                }
                Some((_, _)) => {}
                None => return Err(session_ended()),
            }
        }
    }

    /// Returns the facts about the server.
    #[must_use]
    pub fn facts(&self) -> &ServerFacts {
        &self.facts
    }

    /// Passes one statement through the guard. `reference` is the ticket or protocol for the access log.
    ///
    /// # Errors
    /// Returns a problem of kind [`ProblemKind::Refused`] with the position in `text`.
    pub fn authorize(&self, text: &str, reference: Option<&str>) -> Result<AuthorizedStatement, Problem> {
        let target = StatementTarget {
            session: SESSION,
            dialect: self.facts.dialect,
            pins: self.facts.pins.clone(),
            profile: self.profile.name.clone(),
            account: self.facts.account.clone(),
            server: self.facts.identity.clone(),
            database: self.database.clone(),
            reference: reference.map(str::to_owned),
        };
        access_log::authorize(text, Vec::new(), target)
    }

    /// Records a statement and runs it to its end. An interrupt stops it with KILL QUERY; it still ends by itself.
    ///
    /// # Errors
    /// Returns a problem if the record cannot be written (then nothing is sent), or if the session has ended.
    pub async fn run(
        &mut self,
        statement: AuthorizedStatement,
        bounds: RunBounds,
        log: &mut AccessLog,
        interrupts: &mut Interrupts,
    ) -> Result<RunReport, Problem> {
        let permit =
            log.begin(statement.in_database(self.database.clone())).map_err(AccessLogError::into_begin_problem)?;
        let id = permit.id().to_owned();
        let result = ResultId(self.next_result);
        self.next_result += 1;
        let is_sent = self.commands.send(SessionCmd::Run { permit, result, bounds }).await.is_ok();
        let report = if is_sent {
            self.wait_for_end(result, interrupts).await
        } else {
            Err(self.end_of_session().await.of_unsent_statement())
        };
        log.end(match &report {
            Ok(report) => report.end_record(id),
            Err(_) if is_sent => lost_entry(id),
            Err(problem) => RunReport::without_rows(End::Broken(problem.clone())).end_record(id),
        })
        .map_err(AccessLogError::into_end_problem)?;
        let report = report?;
        self.database.clone_from(&report.database);
        if let Some(mode) = &report.sql_mode {
            Arc::make_mut(&mut self.facts).dialect.sql_mode = SqlMode::parse(mode);
        }
        Ok(report)
    }

    /// Records an EXPLAIN, and sends it on a connection of its own. The inner error says why there is no answer.
    ///
    /// # Errors
    /// Returns a problem if the record cannot be written (then nothing is sent), if the user interrupts, or if the session has
    /// ended.
    pub async fn explain(
        &mut self,
        statement: AuthorizedStatement,
        log: &mut AccessLog,
        interrupts: &mut Interrupts,
    ) -> Result<Result<ExplainAnswer, Problem>, Problem> {
        let permit =
            log.begin(statement.in_database(self.database.clone())).map_err(AccessLogError::into_begin_problem)?;
        let id = permit.id().to_owned();
        let result = ResultId(self.next_result);
        self.next_result += 1;
        send(&self.commands, SessionCmd::Explain { permit, result }).await;
        let (answer, took) = loop {
            let event = select! {
                event = self.events.recv() => event,
                () = interrupts.next() => {
                    break (Err(Problem::new(ProblemKind::Interrupted, "Interrupted before the statement was sent")), Duration::ZERO);
                }
            };
            match event {
                Some((_, SessionEvent::Explained { result: of, answer, took })) if of == result => {
                    break (answer, took);
                }
                Some((_, SessionEvent::Lost(problem))) => break (Err(problem), Duration::ZERO),
                Some((_, _)) => {}
                None => break (Err(session_ended()), Duration::ZERO),
            }
        };
        log.end(ExplainAnswer::report(&answer, took).end_record(id)).map_err(AccessLogError::into_end_problem)?;
        match answer {
            Err(problem) if matches!(problem.kind, ProblemKind::Interrupted | ProblemKind::Lost) => Err(problem),
            answer => Ok(answer),
        }
    }

    async fn wait_for_end(&mut self, result: ResultId, interrupts: &mut Interrupts) -> Result<RunReport, Problem> {
        loop {
            let event = select! {
                event = self.events.recv() => event,
                () = interrupts.next() => {
                    send(&self.commands, SessionCmd::Cancel(result)).await;
                    continue;
                }
            };
            match event {
                Some((_, SessionEvent::Ended { result: of, report })) if of == result => return Ok(report),
                Some((_, SessionEvent::Lost(problem))) => return Err(problem),
                Some((_, _)) => {}
                None => return Err(session_ended()),
            }
        }
    }

    /// Waits for the last event of a session that takes no more commands, and returns why it has ended.
    async fn end_of_session(&mut self) -> Problem {
        while let Some((_, event)) = self.events.recv().await {
            if let SessionEvent::Lost(problem) = event {
                return problem;
            }
        }
        session_ended()
    }

    /// Closes the connections. Waits for their end, but not for long.
    pub async fn close(mut self) {
        if self.commands.send(SessionCmd::Close).await.is_ok() {
            let closing = async { while self.events.recv().await.is_some() {} };
            let _ = tokio::time::timeout(limits::KILL, closing).await;
        }
    }
}

/// Sends a command. A session that has ended takes none: its last event says why.
async fn send(commands: &mpsc::Sender<SessionCmd>, command: SessionCmd) {
    let _ = commands.send(command).await;
}

/// Makes the end record of a statement whose outcome is unknown, because the connection was lost.
fn lost_entry(id: String) -> EndRecord {
    EndRecord {
        id,
        time: String::new(),
        milliseconds: 0,
        rows: 0,
        end: "broken, not known to have finished: the connection was lost".into(),
    }
}
