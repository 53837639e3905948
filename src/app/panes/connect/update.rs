//! Decisions of the connection screen.

use crate::app::context::{ConnectionState, Context};
use crate::app::effect::Effect;
use crate::app::layout::Area;
use crate::app::panes::PaneContext;
use crate::app::panes::widgets::list::{List, Step as Move};
use crate::app::request::Request;
use crate::domain::problem::Problem;
use crate::domain::protocol::{Answer, ConnectionStep, Question, SessionCmd, StepState, StorageCmd};

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
    pub fn act(&mut self, action: ConnectAction, cx: &mut PaneContext<'_>) {
        let count = cx.context.profiles.len();
        match (action, &self.stage) {
            (ConnectAction::Down, Stage::Picking) => self.list.step(Move::Down, count, self.page(cx.context)),
            (ConnectAction::Up, Stage::Picking) => self.list.step(Move::Up, count, self.page(cx.context)),
            (ConnectAction::Connect, Stage::Picking) => {
                if let Some(profile) = cx.context.profiles.get(self.list.cursor) {
                    cx.request(Request::Connect(profile.name.clone()));
                }
            }
            (ConnectAction::Connect, Stage::Failed(_)) => cx.request(Request::Connect(self.profile.clone())),
            (ConnectAction::Connect, Stage::Asking(Question::Secret { .. } | Question::Instead { .. })) => {
                let secret = self.secret.take();
                self.handle(Answer::Secret(secret), cx);
            }
            // Enter is no answer to a host key: only its own key accepts it.
            (ConnectAction::Accept, Stage::Asking(Question::HostKey { fingerprint, .. })) => {
                if self.shows(fingerprint, cx.context) {
                    self.handle(Answer::Accept, cx);
                } else {
                    cx.request(Request::Notice(
                        "the fingerprint does not fit: make the terminal larger, then accept".into(),
                    ));
                }
            }
            (ConnectAction::Decline | ConnectAction::Close, Stage::Asking(_)) => {
                self.secret.clear();
                self.handle(Answer::Decline, cx);
            }
            (ConnectAction::Close | ConnectAction::Decline, Stage::Climbing) => {
                cx.request(Request::Decline);
                self.stage = Stage::Picking;
            }
            // What is typed in the form stays for the next time.
            (ConnectAction::Close | ConnectAction::Decline, Stage::Failed(_))
            | (ConnectAction::Close, Stage::Adding) => {
                self.stage = Stage::Picking;
            }
            (ConnectAction::Close, Stage::Picking) => cx.request(Request::Close),
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
    fn save(&mut self, cx: &mut PaneContext<'_>) {
        if self.form.is_saving {
            return;
        }
        let Ok(draft) = self.form.draft() else { return };
        self.form.is_saving = true;
        cx.effect(Effect::Storage(StorageCmd::AddProfile { draft: Box::new(draft) }));
    }

    /// The new profile is in the settings: the cursor goes to it, and the form is empty again.
    pub fn on_added(&mut self, name: &str, context: &Context) {
        self.form = Form::default();
        if self.stage == Stage::Adding {
            self.stage = Stage::Picking;
        }
        let cursor = context.profiles.iter().position(|profile| profile.name == name).unwrap_or(0);
        self.list = List { cursor, top: 0 };
        self.settle(context);
    }

    /// Restores: the cursor is on a profile and in view.
    pub fn settle(&mut self, context: &Context) {
        let page = self.page(context);
        self.list.settle(context.profiles.len(), page);
    }

    /// Profiles that the picker shows.
    fn page(&self, context: &Context) -> usize {
        let (_, rows) = inside(self.place(context));
        usize::from(rows.saturating_sub(lead(rows)))
    }

    /// Whether there is room for the whole fingerprint: a key that was not seen cannot be accepted.
    fn shows(&self, fingerprint: &str, context: &Context) -> bool {
        let (width, height) = inside(self.place(context));
        fingerprint_rows(fingerprint, width) <= height
    }

    /// The new profile is not in the settings.
    pub fn on_not_added(&mut self, problem: Problem) {
        self.form.is_saving = false;
        self.form.problem = Some(problem);
    }

    fn handle(&mut self, handle: Answer, cx: &mut PaneContext<'_>) {
        if let ConnectionState::Connecting(session) = cx.context.link {
            cx.effect(Effect::Session(session, SessionCmd::Answer(handle)));
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
    pub fn on_step(&mut self, hop: usize, rung: ConnectionStep, state: StepState) {
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
