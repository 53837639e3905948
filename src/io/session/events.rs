//! What a session tells, and whom it asks: news with the session's id on them, and the user's answers. It decides nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc};

use super::debug_events;
use super::typed::Typed;
use crate::domain::ids::SessionId;
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, ConnectionStep, Question, SessionEvent, StepState};
use crate::io::tunnel;

/// Where the news of one session go; the other side's queue is bounded, and telling waits for it.
#[derive(Clone)]
pub(super) struct Teller {
    send: Arc<dyn Fn(SessionEvent) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Teller {
    /// Tells into this queue. A queue that is closed hears nothing, and the session goes on to its own end.
    pub(super) fn new<N>(id: SessionId, event: mpsc::Sender<N>) -> Self
    where
        N: From<(SessionId, SessionEvent)> + Send + 'static,
    {
        Self {
            send: Arc::new(move |told| {
                let event = event.clone();
                Box::pin(async move {
                    let _ = event.send(N::from((id, told))).await;
                })
            }),
        }
    }

    /// Tells one thing.
    pub(super) async fn tell(&self, event: SessionEvent) {
        debug_events::event(&event);
        (self.send)(event).await;
    }

    /// Tells that a rung past the hops moved.
    pub(super) async fn rung(&self, hop: usize, rung: ConnectionStep, state: StepState) {
        self.tell(SessionEvent::ConnectionStep { hop, rung, state }).await;
    }

    /// Tells that a rung is done.
    pub(super) async fn done(&self, hop: usize, rung: ConnectionStep, words: String, took: Duration) {
        self.rung(hop, rung, StepState::Done(words, took)).await;
    }
}

/// Asks the user while the session connects; one question at a time.
#[derive(Clone)]
pub(super) struct Asker {
    /// Where the question goes.
    pub(super) tell: Teller,
    answers: Arc<Mutex<mpsc::Receiver<Answer>>>,
    /// What was typed before, and will be.
    pub(super) typed: Typed,
}

impl Asker {
    /// Asks through this teller; answers come from this queue, and good ones are kept there.
    pub(super) fn new(tell: Teller, answers: mpsc::Receiver<Answer>, typed: Typed) -> Self {
        Self { tell, answers: Arc::new(Mutex::new(answers)), typed }
    }

    /// Asks, and waits for the answer as long as the user takes. A session that ends meanwhile declines.
    pub(super) async fn question(&self, question: Question) -> Answer {
        let mut answers = self.answers.lock().await;
        // An answer that was given before the question was asked is no answer to it.
        while answers.try_recv().is_ok() {}
        self.tell.tell(SessionEvent::Asked(question)).await;
        answers.recv().await.unwrap_or(Answer::Decline)
    }
}

impl tunnel::Asker for Asker {
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer> {
        Box::pin(self.question(question))
    }

    fn typed(&self, purpose: &str) -> Option<Secret> {
        self.typed.get(purpose)
    }

    fn keep(&self, purpose: &str, good: Option<&Secret>) {
        self.typed.keep(purpose, good);
    }
}
