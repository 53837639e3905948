//! Decisions of the connection screen.

use crate::app::ask::Ask;
use crate::app::effect::Effect;
use crate::app::panes::Cx;
use crate::app::panes::parts::list::Step as Move;
use crate::app::shared::Link;
use crate::domain::port::{Answer, Question, Rung, RungState, SessionCmd};
use crate::domain::problem::Problem;

use super::{Connect, ConnectAction, Stage, Step};

impl Connect {
    /// Whether typed characters are text now.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(self.stage, Stage::Asking(Question::Secret { .. } | Question::Instead { .. }))
    }

    /// Does an action.
    pub fn act(&mut self, action: ConnectAction, cx: &mut Cx<'_>) {
        let count = cx.shared.profiles.len();
        match (action, &self.stage) {
            (ConnectAction::Down, Stage::Picking) => self.list.step(Move::Down, count, count),
            (ConnectAction::Up, Stage::Picking) => self.list.step(Move::Up, count, count),
            (ConnectAction::Connect, Stage::Picking) => {
                if let Some(profile) = cx.shared.profiles.get(self.list.cursor) {
                    cx.ask(Ask::Connect(profile.name.clone()));
                }
            }
            (ConnectAction::Connect, Stage::Failed(_)) => cx.ask(Ask::Connect(self.profile.clone())),
            (ConnectAction::Connect, Stage::Asking(Question::Secret { .. } | Question::Instead { .. })) => {
                let secret = self.secret.take();
                self.answer(Answer::Secret(secret), cx);
            }
            // Enter is no answer to a host key: only its own key accepts it.
            (ConnectAction::Accept, Stage::Asking(Question::HostKey { .. })) => self.answer(Answer::Accept, cx),
            (ConnectAction::Decline | ConnectAction::Close, Stage::Asking(_)) => {
                self.secret.clear();
                self.answer(Answer::Decline, cx);
            }
            (ConnectAction::Close | ConnectAction::Decline, Stage::Climbing) => {
                cx.ask(Ask::Decline);
                self.stage = Stage::Picking;
            }
            (ConnectAction::Close | ConnectAction::Decline, Stage::Failed(_)) => self.stage = Stage::Picking,
            (ConnectAction::Close, Stage::Picking) => cx.ask(Ask::Close),
            (ConnectAction::DeleteBack, Stage::Asking(_)) => self.secret.delete_back(),
            _ => {}
        }
    }

    fn answer(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        if let Link::Connecting(session) = cx.shared.link {
            cx.effect(Effect::Session(session, SessionCmd::Answer(answer)));
        }
        self.stage = Stage::Climbing;
    }

    /// Starts the ladder of a profile.
    pub fn start(&mut self, profile: &str) {
        profile.clone_into(&mut self.profile);
        self.ladder.clear();
        self.secret.clear();
        self.stage = Stage::Climbing;
    }

    /// Takes news of a rung.
    pub fn on_rung(&mut self, hop: usize, rung: Rung, state: RungState) {
        match self.ladder.iter_mut().find(|step| step.hop == hop && step.rung == rung) {
            Some(step) => step.state = state,
            None => self.ladder.push(Step { hop, rung, state }),
        }
    }

    /// Shows a question.
    pub fn on_asked(&mut self, question: Question) {
        self.secret.clear();
        self.stage = Stage::Asking(question);
    }

    /// Shows why connecting ended.
    pub fn on_failed(&mut self, problem: Problem) {
        self.secret.clear();
        self.stage = Stage::Failed(problem);
    }
}
