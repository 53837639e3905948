//! A session without a screen: connects, passes each statement through guard and access log, and waits for its end.
//! Knows no form of rows: they flow to whoever holds the receiving end.

use std::sync::Arc;

use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::host_key;
use crate::domain::access_log::{Begin, Entry};
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{Answer, Question, Rows, RunBounds, RunReport, ServerFacts, SessionCmd, SessionEvent};
use crate::domain::sql::{Checked, Policy, guard};
use crate::io::session::{Outside, spawn};
use crate::io::storage::access_log::AccessLog;
use crate::io::storage::{hang_up, secrets};

/// The one session of a headless command.
const ID: SessionId = SessionId(1);

type News = (SessionId, SessionEvent);

/// A connected session.
pub struct Headless {
    commands: mpsc::Sender<SessionCmd>,
    event: mpsc::Receiver<News>,
    facts: Arc<ServerFacts>,
    profile: Arc<Profile>,
    database: Option<String>,
    next: u64,
}

/// How a wait ended.
pub enum Waited<T> {
    /// With what was waited for.
    Done(T),
    /// The user pressed Ctrl-C, or the program was told to end.
    Interrupted,
}

impl Headless {
    /// Connects. Rows of its statements go into `rows`. Secrets are asked for on the terminal, unknown host keys are refused.
    ///
    /// # Errors
    /// Whatever keeps the session from being ready; a profile with blinding rules is refused, since they cannot be enforced yet.
    pub async fn connect(
        profile: Arc<Profile>,
        outside: Outside,
        rows: mpsc::Sender<Rows>,
        stop: &mut Interrupts,
    ) -> Result<Waited<Self>, Problem> {
        if let Some(refusal) = profile.refusal() {
            return Err(refusal);
        }
        let (commands, inbox) = mpsc::channel(limits::SESSION_QUEUE);
        let (told, mut event) = mpsc::channel::<News>(limits::INBOX);
        let command_line = outside.command_line.clone();
        spawn(ID, inbox, rows, told, outside);
        send(&commands, SessionCmd::Connect { profile: Arc::clone(&profile), database: None, after: None }).await?;
        let (mut unanswered, mut met) = (None, None);
        loop {
            let said = select! {
                said = event.recv() => said,
                () = stop.next() => {
                    let _ = commands.send(SessionCmd::Close).await;
                    return Ok(Waited::Interrupted);
                }
            };
            match said {
                Some((_, SessionEvent::Ready(facts))) => {
                    let database = facts.database.clone();
                    return Ok(Waited::Done(Self { commands, event, facts, profile, database, next: 1 }));
                }
                Some((_, SessionEvent::Asked(question))) => {
                    met = host_key::meet(&question, &[]);
                    let answer = answer(question).await.unwrap_or_else(|problem| {
                        unanswered = Some(problem);
                        Answer::Decline
                    });
                    send(&commands, SessionCmd::Answer(answer)).await?;
                }
                Some((_, SessionEvent::Failed(problem))) => {
                    let problem = unanswered.unwrap_or(problem);
                    return Err(match met {
                        Some(met) => met.explain(problem, &profile.name, &[], &command_line),
                        None => problem,
                    });
                }
                Some((_, _)) => {}
                None => return Err(gone()),
            }
        }
    }

    /// What the server said of itself.
    #[must_use]
    pub fn facts(&self) -> &ServerFacts {
        &self.facts
    }

    /// Passes one statement through the guard.
    ///
    /// # Errors
    /// A problem of kind [`ProblemKind::Refused`] with the place in `text`.
    pub fn check(&self, text: &str) -> Result<Checked, Problem> {
        guard::check(text, self.facts.dialect, Policy::default(), ID)
            .map_err(|refusal| Problem::new(ProblemKind::Refused, refusal.what).hint(refusal.hint).at(refusal.at.start))
    }

    /// Records the statement and runs it to its end; an interrupt stops it by KILL QUERY, and it still ends by itself.
    ///
    /// # Errors
    /// When the record cannot be written (then nothing is sent), or the session is gone.
    pub async fn run(
        &mut self,
        checked: Checked,
        bounds: RunBounds,
        log: &mut AccessLog,
        reference: Option<&str>,
        stop: &mut Interrupts,
    ) -> Result<RunReport, Problem> {
        let begin = self.begin(reference);
        let permit = log.begin(checked, begin)?;
        let id = permit.id().to_owned();
        let result = ResultId(self.next);
        self.next += 1;
        send(&self.commands, SessionCmd::Run { permit, result, bounds }).await?;
        let report = self.wait(result, stop).await;
        log.end(match &report {
            Ok(report) => report.entry(id),
            Err(_) => unknown_end(id),
        })?;
        let report = report?;
        self.database.clone_from(&report.database);
        Ok(report)
    }

    async fn wait(&mut self, result: ResultId, stop: &mut Interrupts) -> Result<RunReport, Problem> {
        loop {
            let said = select! {
                said = self.event.recv() => said,
                () = stop.next() => {
                    send(&self.commands, SessionCmd::Cancel(result)).await?;
                    continue;
                }
            };
            match said {
                Some((_, SessionEvent::Ended { result: of, report })) if of == result => return Ok(report),
                Some((_, SessionEvent::Lost(problem))) => return Err(problem),
                Some((_, _)) => {}
                None => return Err(gone()),
            }
        }
    }

    /// Closes the connections.
    pub async fn close(mut self) {
        if self.commands.send(SessionCmd::Close).await.is_ok() {
            let closing = async { while self.event.recv().await.is_some() {} };
            let _ = tokio::time::timeout(limits::KILL, closing).await;
        }
    }

    fn begin(&self, reference: Option<&str>) -> Begin {
        Begin {
            // The storage room fills in id, time and user, the log the statement.
            id: String::new(),
            time: String::new(),
            os_user: String::new(),
            profile: self.profile.name.clone(),
            account: self.facts.account.clone(),
            server: self.facts.identity.clone(),
            database: self.database.clone(),
            statement: String::new(),
            params: Vec::new(),
            reference: reference.map(str::to_owned),
        }
    }
}

/// Ctrl-C, SIGTERM and the end of the terminal, or whoever else may stop a command.
pub struct Interrupts {
    asked: mpsc::Receiver<()>,
    came: CancellationToken,
}

impl Interrupts {
    /// Listens from now on; to the end of the terminal only where `nohup` or the like does not forbid it.
    ///
    /// # Errors
    /// Where the system lets nobody listen.
    pub fn listen() -> Result<Self, Problem> {
        let (mut interrupt, mut terminate) = (heard(SignalKind::interrupt())?, heard(SignalKind::terminate())?);
        let mut hang_up = if hang_up::is_ignored() { None } else { Some(heard(SignalKind::hangup())?) };
        let (tell, asked) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                let hung_up = async {
                    match &mut hang_up {
                        Some(hang_up) => hang_up.recv().await,
                        None => std::future::pending().await,
                    }
                };
                select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hung_up => {}
                }
                // One that waits already says the same.
                let _ = tell.try_send(());
            }
        });
        Ok(Self::by(asked))
    }

    /// Listens to whoever holds the other end instead.
    #[must_use]
    pub fn by(asked: mpsc::Receiver<()>) -> Self {
        Self { asked, came: CancellationToken::new() }
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if self.asked.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        self.came.cancel();
    }

    /// Whether there was one.
    #[must_use]
    pub fn came(&self) -> bool {
        self.came.is_cancelled()
    }

    /// Cancelled when one came.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.came.clone()
    }
}

fn heard(kind: SignalKind) -> Result<Signal, Problem> {
    signal(kind)
        .map_err(|error| Problem::new(ProblemKind::Local, "Ctrl-C cannot be listened to").because(error.to_string()))
}

/// Answers a question without a screen: secrets on the terminal, unknown host keys refused.
pub(super) async fn answer(question: Question) -> Result<Answer, Problem> {
    match question {
        Question::Secret { prompt, echo } => {
            let ask = if echo { secrets::ask_shown } else { secrets::ask };
            let asked = tokio::task::spawn_blocking(move || ask(&prompt)).await;
            asked.unwrap_or_else(|_| Err(gone())).map(Answer::Secret)
        }
        // A refused password is told and not asked for again: a script must not hang on it, nor lock the account.
        Question::Instead { problem, .. } if problem.server.is_some() => Ok(Answer::Decline),
        Question::Instead { prompt, problem } => {
            let why = problem.because.first().map_or_else(String::new, |why| format!(" ({why})"));
            let asked = tokio::task::spawn_blocking(move || secrets::ask(&format!("{prompt}{why}"))).await;
            asked.unwrap_or_else(|_| Err(gone())).map(Answer::Secret).map_err(|_| problem)
        }
        // Without a screen nobody has seen the fingerprint: refused, and the refusal says how to accept it.
        Question::HostKey { .. } => Ok(Answer::Decline),
    }
}

async fn send(commands: &mpsc::Sender<SessionCmd>, command: SessionCmd) -> Result<(), Problem> {
    commands.send(command).await.map_err(|_| gone())
}

fn gone() -> Problem {
    Problem::new(ProblemKind::Lost, "The session ended by itself").hint("run it again")
}

/// The end record of a statement whose report never came: its fate is unknown.
fn unknown_end(id: String) -> Entry {
    Entry {
        id,
        time: String::new(),
        milliseconds: 0,
        rows: 0,
        end: "broken, not known to have finished: the link was lost".into(),
    }
}
