//! Checks a connection with a real session, and collects the result of each step and the facts about the server. This module
//! prints nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::mpsc;

use crate::commands::common::answer::{answer, session_ended};
use crate::commands::common::headless::HeadlessDeps;
use crate::commands::common::hop_messages::ShownHopMessages;
use crate::commands::common::host_key::UnknownHostKey;
use crate::commands::common::interrupts::Interrupts;
use crate::domain::ids::SessionId;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;
use crate::domain::protocol::{Answer, ConnectionStep, Lag, ServerFacts, SessionCmd, SessionEvent, StepState};
use crate::io::session::spawn;

/// The id of the one session of a check.
const SESSION: SessionId = SessionId(1);

/// A connection step and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckedStep {
    /// Index of the hop, from 0; for steps after the last hop, the number of hops.
    pub(super) hop: usize,
    pub(super) step: ConnectionStep,
    pub(super) state: StepState,
}

/// A statement that rrx itself sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SentStatement {
    pub(super) text: String,
    pub(super) took: Duration,
    pub(super) error: Option<String>,
}

/// What a check found.
#[derive(Debug, Clone, Default)]
pub(super) struct ConnectionCheck {
    /// The steps in the order in which they were tried.
    pub(super) steps: Vec<CheckedStep>,
    /// The facts about the server, if the session became ready.
    pub(super) facts: Option<Arc<ServerFacts>>,
    /// The replication lag, if the session could read it in time.
    pub(super) lag: Option<Lag>,
    /// Why the check ended early.
    pub(super) problem: Option<Problem>,
    /// The unknown host keys.
    pub(super) keys: Vec<UnknownHostKey>,
    pub(super) sent: Vec<SentStatement>,
    /// What the hops said.
    pub(super) messages: ShownHopMessages,
}

impl ConnectionCheck {
    /// Returns the step that failed.
    pub(super) fn failed_step(&self) -> Option<&CheckedStep> {
        self.steps.iter().find(|step| matches!(step.state, StepState::Failed(_)))
    }

    /// Records the new state of a step.
    fn record(&mut self, step: CheckedStep) {
        match self.steps.iter_mut().find(|known| (known.hop, known.step) == (step.hop, step.step)) {
            Some(known) => known.state = step.state,
            None => self.steps.push(step),
        }
    }

    /// Adds to the refusal of an unknown host key the command line that accepts it.
    fn explain(&self, problem: Problem, profile: &str, accept: &[String], rrx: &CommandLine) -> Problem {
        match self.keys.last().filter(|key| !key.is_accepted) {
            Some(key) => key.explain(problem, profile, accept, rrx),
            None => problem,
        }
    }
}

/// Connects as every command does, and closes the connection again. Unknown host keys are accepted only if `accept` has their
/// fingerprint; secrets are asked for on the terminal. Calls `on_step` for each change of a step.
pub(super) async fn check_connection(
    deps: HeadlessDeps,
    accept: &[String],
    interrupts: &mut Interrupts,
    on_step: &mut (dyn FnMut(&CheckedStep) + Send),
) -> ConnectionCheck {
    let HeadlessDeps { profile, session, prompts } = deps;
    let mut check = ConnectionCheck::default();
    let (commands, command_queue) = mpsc::channel(limits::SESSION_QUEUE);
    let (event_sender, mut events) = mpsc::channel::<(SessionId, SessionEvent)>(limits::INBOX);
    let (rows, _no_rows) = mpsc::channel(limits::BATCH_QUEUE);
    let rrx = session.command_line.clone();
    spawn(SESSION, command_queue, rows, event_sender, session);
    let connect = SessionCmd::Connect { profile: Arc::clone(&profile), database: None, after: None };
    if commands.send(connect).await.is_err() {
        return check;
    }
    let mut prompt_problem: Option<Problem> = None;
    loop {
        let event = select! {
            event = events.recv() => event,
            () = interrupts.next() => {
                check.problem = Some(Problem::new(ProblemKind::Interrupted, "The check was interrupted"));
                break;
            }
        };
        match event {
            Some((_, SessionEvent::ConnectionStep { hop, step, state })) => {
                let state = match state {
                    StepState::Failed(problem) if step == ConnectionStep::HostKey => {
                        StepState::Failed(check.explain(problem, &profile.name, accept, &rrx))
                    }
                    // If the user could not be asked, that is the reason.
                    StepState::Failed(problem) => StepState::Failed(prompt_problem.clone().unwrap_or(problem)),
                    other => other,
                };
                let step = CheckedStep { hop, step, state };
                on_step(&step);
                check.record(step);
            }
            Some((_, SessionEvent::HopMessage(message))) => check.messages.on_message(message, prompts),
            Some((_, SessionEvent::Asked(question))) => {
                let answer = if let Some(key) = UnknownHostKey::from_question(&question, accept) {
                    let answer = key.answer();
                    check.keys.push(key);
                    answer
                } else {
                    check.messages.show(prompts);
                    answer(question, prompts).await.unwrap_or_else(|problem| {
                        prompt_problem = Some(problem);
                        Answer::Decline
                    })
                };
                if commands.send(SessionCmd::Answer(answer)).await.is_err() {
                    break;
                }
            }
            Some((_, SessionEvent::InternalQuery { text, took, error })) => {
                check.sent.push(SentStatement { text, took, error });
            }
            Some((_, SessionEvent::Ready(facts))) => {
                check.facts = Some(facts);
                break;
            }
            Some((_, SessionEvent::Failed(problem) | SessionEvent::Lost(problem))) => {
                let problem = prompt_problem.take().unwrap_or(problem);
                check.problem = Some(check.explain(problem, &profile.name, accept, &rrx));
                return check;
            }
            Some((_, _)) => {}
            None => {
                check.problem = Some(session_ended());
                return check;
            }
        }
    }
    if check.facts.is_some() {
        check.lag = tokio::time::timeout(limits::KILL, next_lag(&mut events)).await.ok().flatten();
    }
    if commands.send(SessionCmd::Close).await.is_ok() {
        let closing = async { while events.recv().await.is_some() {} };
        let _ = tokio::time::timeout(limits::KILL, closing).await;
    }
    check
}

/// Waits for the replication lag, which the session reads as soon as it is ready.
async fn next_lag(events: &mut mpsc::Receiver<(SessionId, SessionEvent)>) -> Option<Lag> {
    loop {
        if let (_, SessionEvent::Lag(lag)) = events.recv().await? {
            return Some(lag);
        }
    }
}
