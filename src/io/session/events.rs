//! Sends the events of one session under its id, and asks the user questions while the session connects.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc};

use super::credential_cache::CredentialCache;
use super::debug_events;
use super::internal_query::InternalQuery;
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, ConnectionStep, HopMessage, Question, SessionEvent, StepState};
use crate::io::tunnel;

/// Sends the events of one session. The receiver's queue is bounded, and sending waits for it.
#[derive(Clone)]
pub(super) struct EventSender {
    send: Arc<dyn Fn(SessionEvent) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl EventSender {
    /// Creates a sender for this queue. Once the queue is closed, events are dropped; the session still runs to its
    /// end.
    pub(super) fn new<N>(id: SessionId, queue: mpsc::Sender<N>) -> Self
    where
        N: From<(SessionId, SessionEvent)> + Send + 'static,
    {
        Self {
            send: Arc::new(move |event| {
                let queue = queue.clone();
                Box::pin(async move {
                    let _ = queue.send(N::from((id, event))).await;
                })
            }),
        }
    }

    pub(super) async fn send(&self, event: SessionEvent) {
        debug_events::log_event(&event);
        (self.send)(event).await;
    }

    /// Reports the state of a connection step. Steps after the hops have the number of hops as their hop.
    pub(super) async fn step(&self, hop: usize, step: ConnectionStep, state: StepState) {
        self.send(SessionEvent::ConnectionStep { hop, step, state }).await;
    }

    /// Reports a connection step that is done.
    pub(super) async fn step_done(&self, hop: usize, step: ConnectionStep, outcome: String, took: Duration) {
        self.step(hop, step, StepState::Done(outcome, took)).await;
    }

    /// Answers an EXPLAIN that cannot be sent now.
    pub(super) async fn refuse_explain(&self, result: ResultId, why: &str) {
        let problem = Problem::new(ProblemKind::Refused, format!("The plan was not read, because {why}"));
        self.send(SessionEvent::Explained { result, answer: Err(problem), took: Duration::ZERO }).await;
    }

    /// Reports an internal query to the activity list, with its error if it failed.
    pub(super) async fn internal_query(&self, query: &InternalQuery, took: Duration, error: Option<String>) {
        self.send(SessionEvent::InternalQuery { text: query.text().to_owned(), took, error }).await;
    }
}

/// Asks the user while the session connects, one question at a time.
#[derive(Clone)]
pub(super) struct SessionPrompter {
    pub(super) events: EventSender,
    answers: Arc<Mutex<mpsc::Receiver<Answer>>>,
    /// The secrets that the user typed before. Accepted answers are added.
    pub(super) credentials: CredentialCache,
}

impl SessionPrompter {
    pub(super) fn new(events: EventSender, answers: mpsc::Receiver<Answer>, credentials: CredentialCache) -> Self {
        Self { events, answers: Arc::new(Mutex::new(answers)), credentials }
    }

    /// Asks the user, and waits for the answer without a time limit. Returns [`Answer::Decline`] if the session ends
    /// first.
    pub(super) async fn question(&self, question: Question) -> Answer {
        let mut answers = self.answers.lock().await;
        // Answers that were given before this question do not belong to it.
        while answers.try_recv().is_ok() {}
        self.events.send(SessionEvent::Asked(question)).await;
        answers.recv().await.unwrap_or(Answer::Decline)
    }
}

impl tunnel::UserPrompter for SessionPrompter {
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer> {
        Box::pin(self.question(question))
    }

    fn tell(&self, message: HopMessage) -> BoxFuture<'_, ()> {
        Box::pin(self.events.send(SessionEvent::HopMessage(message)))
    }

    fn remembered_secret(&self, purpose: &str) -> Option<Secret> {
        self.credentials.get(purpose)
    }

    fn is_allowed_command(&self, command: &str) -> bool {
        self.credentials.allows_command(command)
    }

    fn allow_command(&self, command: &str) {
        self.credentials.allow_command(command);
    }

    fn remember_secret(&self, purpose: &str, accepted: Option<&Secret>) {
        self.credentials.set(purpose, accepted);
    }
}
