//! Decisions of the connection screen.

use crate::app::areas::Area;
use crate::app::ask::Ask;
use crate::app::effect::Effect;
use crate::app::panes::Cx;
use crate::app::panes::parts::list::{List, Step as Move};
use crate::app::shared::{Link, Shared};
use crate::domain::port::{Answer, Question, Rung, RungState, SessionCmd, StorageCmd};
use crate::domain::problem::Problem;

use super::{Connect, ConnectAction, Form, Stage, Step, fingerprint_rows, lead};

impl Connect {
    /// Whether typed characters are text now.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(self.stage, Stage::Adding | Stage::Asking(Question::Secret { .. } | Question::Instead { .. }))
    }

    /// Takes a typed character.
    pub fn type_char(&mut self, character: char) {
        match self.stage {
            Stage::Adding => self.form.push(character),
            _ => self.secret.push(character),
        }
    }

    /// Takes pasted text, where text is typed.
    pub fn paste(&mut self, text: &str) {
        match self.stage {
            Stage::Adding => self.form.paste(text),
            _ if self.takes_text() => self.secret.paste(text),
            _ => {}
        }
    }

    /// Does an action.
    pub fn act(&mut self, action: ConnectAction, cx: &mut Cx<'_>) {
        let count = cx.shared.profiles.len();
        match (action, &self.stage) {
            (ConnectAction::Down, Stage::Picking) => self.list.step(Move::Down, count, self.page(cx.shared)),
            (ConnectAction::Up, Stage::Picking) => self.list.step(Move::Up, count, self.page(cx.shared)),
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
            (ConnectAction::Accept, Stage::Asking(Question::HostKey { fingerprint, .. })) => {
                if self.shows(fingerprint, cx.shared) {
                    self.answer(Answer::Accept, cx);
                } else {
                    cx.ask(Ask::Notice("the fingerprint does not fit: make the terminal larger, then accept".into()));
                }
            }
            (ConnectAction::Decline | ConnectAction::Close, Stage::Asking(_)) => {
                self.secret.clear();
                self.answer(Answer::Decline, cx);
            }
            (ConnectAction::Close | ConnectAction::Decline, Stage::Climbing) => {
                cx.ask(Ask::Decline);
                self.stage = Stage::Picking;
            }
            // What is typed in the form stays for the next time.
            (ConnectAction::Close | ConnectAction::Decline, Stage::Failed(_))
            | (ConnectAction::Close, Stage::Adding) => {
                self.stage = Stage::Picking;
            }
            (ConnectAction::Close, Stage::Picking) => cx.ask(Ask::Close),
            (ConnectAction::DeleteBack, Stage::Asking(_)) => self.secret.delete_back(),
            (ConnectAction::Add, Stage::Picking) => self.stage = Stage::Adding,
            (ConnectAction::Down, Stage::Adding) => self.form.step(true),
            (ConnectAction::Up, Stage::Adding) => self.form.step(false),
            (ConnectAction::NextChoice, Stage::Adding) => self.form.turn(true),
            (ConnectAction::PreviousChoice, Stage::Adding) => self.form.turn(false),
            (ConnectAction::DeleteBack, Stage::Adding) => self.form.delete_back(),
            (ConnectAction::Connect, Stage::Adding) if !self.form.is_last() => self.form.step(true),
            (ConnectAction::Connect | ConnectAction::Save, Stage::Adding) => self.save(cx),
            _ => {}
        }
    }

    /// Has the new profile written into the settings.
    fn save(&mut self, cx: &mut Cx<'_>) {
        if self.form.is_saving {
            return;
        }
        let Ok(draft) = self.form.draft() else { return };
        self.form.is_saving = true;
        cx.effect(Effect::Storage(StorageCmd::AddProfile { draft: Box::new(draft) }));
    }

    /// The new profile is in the settings: the cursor goes to it, and the form is empty again.
    pub fn on_added(&mut self, name: &str, shared: &Shared) {
        self.form = Form::default();
        if self.stage == Stage::Adding {
            self.stage = Stage::Picking;
        }
        let cursor = shared.profiles.iter().position(|profile| profile.name == name).unwrap_or(0);
        self.list = List { cursor, top: 0 };
        self.settle(shared);
    }

    /// Restores: the cursor is on a profile and in view.
    pub fn settle(&mut self, shared: &Shared) {
        let page = self.page(shared);
        self.list.settle(shared.profiles.len(), page);
    }

    /// Profiles that the picker shows.
    fn page(&self, shared: &Shared) -> usize {
        let (_, rows) = inside(self.place(shared));
        usize::from(rows.saturating_sub(lead(rows)))
    }

    /// Whether there is room for the whole fingerprint: a key that was not seen cannot be accepted.
    fn shows(&self, fingerprint: &str, shared: &Shared) -> bool {
        let (width, height) = inside(self.place(shared));
        fingerprint_rows(fingerprint, width) <= height
    }

    /// The new profile is not in the settings.
    pub fn on_not_added(&mut self, problem: Problem) {
        self.form.is_saving = false;
        self.form.problem = Some(problem);
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

/// Columns and rows inside the panel.
fn inside(place: Area) -> (u16, u16) {
    if place.has_box() {
        (place.width.saturating_sub(2), place.height.saturating_sub(2))
    } else {
        (place.width, place.height.saturating_sub(1))
    }
}
