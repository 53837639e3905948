//! One walk up the ladder by the session itself: what each rung found, and the facts at the top. It prints nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::mpsc;

use crate::commands::headless::{Interrupts, answer};
use crate::commands::host_key::{self, Met};
use crate::domain::ids::SessionId;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{CommandLine, Profile};
use crate::domain::protocol::{Answer, ConnectionStep, Lag, ServerFacts, SessionCmd, SessionEvent, StepState};
use crate::io::session::{Outside, spawn};

/// The one session of a walk.
const ID: SessionId = SessionId(1);

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which hop; rungs past the hops carry the number of hops.
    pub hop: usize,
    /// Which rung.
    pub rung: ConnectionStep,
    /// Where it stands.
    pub state: StepState,
}

/// A statement of our own that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its text.
    pub text: String,
    /// How long its answer took.
    pub took: Duration,
    /// The error, where it failed.
    pub error: Option<String>,
}

/// What a walk found.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// The rungs in the order in which they were tried.
    pub steps: Vec<Step>,
    /// The server at the top.
    pub facts: Option<Arc<ServerFacts>>,
    /// How far it is behind, where it told in time.
    pub lag: Option<Lag>,
    /// Why it ended before the top.
    pub problem: Option<Problem>,
    /// Host keys that were not known.
    pub keys: Vec<Met>,
    /// Statements of our own.
    pub sent: Vec<Sent>,
}

impl Walk {
    /// Whether a rung failed.
    #[must_use]
    pub fn has_failed_rung(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.state, StepState::Failed(_)))
    }

    /// Takes a rung's news in, and answers with the rung as it stands.
    fn moved(&mut self, step: Step) -> Step {
        match self.steps.iter_mut().find(|known| (known.hop, known.rung) == (step.hop, step.rung)) {
            Some(known) => known.state = step.state.clone(),
            None => self.steps.push(step.clone()),
        }
        step
    }

    /// A refusal of an unknown host key names the key and the command line that accepts it.
    fn explained(&self, problem: Problem, profile: &str, accept: &[String], rrx: &CommandLine) -> Problem {
        match self.keys.last().filter(|met| !met.is_accepted) {
            Some(met) => met.explain(problem, profile, accept, rrx),
            None => problem,
        }
    }
}

/// Connects as every command does, listens, and closes again. Unknown host keys are accepted only where `accept` names
/// their fingerprint; secrets are asked for on the terminal.
pub(super) async fn walk(
    profile: Arc<Profile>,
    outside: Outside,
    accept: &[String],
    stop: &mut Interrupts,
    tell: &mut (dyn FnMut(&Step) + Send),
) -> Walk {
    let mut walk = Walk::default();
    let (commands, inbox) = mpsc::channel(limits::SESSION_QUEUE);
    let (told, mut event) = mpsc::channel::<(SessionId, SessionEvent)>(limits::INBOX);
    let (rows, _no_rows) = mpsc::channel(limits::BATCH_QUEUE);
    let command_line = outside.command_line.clone();
    spawn(ID, inbox, rows, told, outside);
    let connect = SessionCmd::Connect { profile: Arc::clone(&profile), database: None, after: None };
    if commands.send(connect).await.is_err() {
        return walk;
    }
    let mut unanswered: Option<Problem> = None;
    loop {
        let said = select! {
            said = event.recv() => said,
            () = stop.next() => {
                walk.problem = Some(Problem::new(ProblemKind::Interrupted, "The walk was interrupted"));
                break;
            }
        };
        match said {
            Some((_, SessionEvent::ConnectionStep { hop, rung, state })) => {
                let state = match state {
                    StepState::Failed(problem) if rung == ConnectionStep::HostKey => {
                        StepState::Failed(walk.explained(problem, &profile.name, accept, &command_line))
                    }
                    // Nobody could be asked: that is why there was no answer.
                    StepState::Failed(problem) => StepState::Failed(unanswered.clone().unwrap_or(problem)),
                    other => other,
                };
                tell(&walk.moved(Step { hop, rung, state }));
            }
            Some((_, SessionEvent::Asked(question))) => {
                let answer = match host_key::meet(&question, accept) {
                    Some(met) => {
                        let answer = met.answer();
                        walk.keys.push(met);
                        answer
                    }
                    None => answer(question).await.unwrap_or_else(|problem| {
                        unanswered = Some(problem);
                        Answer::Decline
                    }),
                };
                if commands.send(SessionCmd::Answer(answer)).await.is_err() {
                    break;
                }
            }
            Some((_, SessionEvent::Own { text, took, error })) => walk.sent.push(Sent { text, took, error }),
            Some((_, SessionEvent::Ready(facts))) => {
                walk.facts = Some(facts);
                break;
            }
            Some((_, SessionEvent::Failed(problem) | SessionEvent::Lost(problem))) => {
                let problem = unanswered.take().unwrap_or(problem);
                walk.problem = Some(walk.explained(problem, &profile.name, accept, &command_line));
                return walk;
            }
            Some((_, _)) => {}
            None => {
                walk.problem =
                    Some(Problem::new(ProblemKind::Lost, "The session ended by itself").hint("run it again"));
                return walk;
            }
        }
    }
    if walk.facts.is_some() {
        // It is read at once, and told when it is there.
        let telling = async {
            loop {
                match event.recv().await {
                    Some((_, SessionEvent::Lag(lag))) => return Some(lag),
                    Some((_, _)) => {}
                    None => return None,
                }
            }
        };
        walk.lag = tokio::time::timeout(limits::KILL, telling).await.ok().flatten();
    }
    if commands.send(SessionCmd::Close).await.is_ok() {
        let closing = async { while event.recv().await.is_some() {} };
        let _ = tokio::time::timeout(limits::KILL, closing).await;
    }
    walk
}
