//! Decisions of the connection screen.

use crate::app::context::{ConnectionState, Context};
use crate::app::effect::Effect;
use crate::app::layout::Area;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::widgets::line_actions::LineAction;
use crate::app::widgets::list::{CursorMove, ListCursor};
use crate::domain::problem::Problem;
use crate::domain::protocol::{Answer, ConnectionStep, HopMessage, Question, SessionCmd, StepState, StorageCmd};
use crate::domain::text::one_line;

use super::{
    Connect, ConnectAction, ConnectStage, ListedProfile, ProfileForm, StepProgress, listed_profiles, text_rows,
    top_margin,
};

impl Connect {
    /// Returns whether typed characters are text now.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.stage == ConnectStage::Adding || self.takes_secret()
    }

    /// Returns the layers of the keymap, nearest first. In a text, the keys of the line come first: Left and Right move its cursor.
    #[must_use]
    pub fn layers(&self) -> Vec<&'static str> {
        if self.takes_text() && !(self.stage == ConnectStage::Adding && self.form.field().is_choice()) {
            vec![LineAction::LAYER, ConnectAction::LAYER, "app"]
        } else {
            vec![ConnectAction::LAYER, "app"]
        }
    }

    /// Moves the cursor in the text, or deletes from it.
    pub fn act_line(&mut self, action: LineAction) {
        match self.stage {
            ConnectStage::Adding => self.form.act_line(action),
            _ => self.secret.act(action),
        }
    }

    /// Takes a typed character.
    pub fn type_char(&mut self, character: char) {
        match self.stage {
            ConnectStage::Adding => self.form.push(character),
            _ => self.secret.push(character),
        }
    }

    /// Takes pasted text if text can be typed now.
    pub fn paste(&mut self, text: &str) {
        match self.stage {
            ConnectStage::Adding => self.form.paste(text),
            _ if self.takes_text() => self.secret.paste(text),
            _ => {}
        }
    }

    pub fn act(&mut self, action: ConnectAction, cx: &mut PaneContext<'_>) {
        let count = listed_profiles(cx.context).count();
        match (action, &self.stage) {
            (ConnectAction::Down, ConnectStage::Choosing) => {
                self.list.go(CursorMove::Down, count, self.page(cx.context));
            }
            (ConnectAction::Up, ConnectStage::Choosing) => self.list.go(CursorMove::Up, count, self.page(cx.context)),
            (ConnectAction::PageDown, ConnectStage::Choosing) => {
                self.list.go(CursorMove::PageDown, count, self.page(cx.context));
            }
            (ConnectAction::PageUp, ConnectStage::Choosing) => {
                self.list.go(CursorMove::PageUp, count, self.page(cx.context));
            }
            (ConnectAction::Connect, ConnectStage::Choosing) => {
                if let Some(name) = self.selected(cx.context) {
                    cx.request(Request::Connect(name.to_owned()));
                }
            }
            (ConnectAction::Connect, ConnectStage::Failed(_)) => cx.request(Request::Connect(self.profile.clone())),
            (ConnectAction::Connect, ConnectStage::Asking(Question::Secret { .. } | Question::RetrySecret { .. })) => {
                let secret = self.secret.take();
                self.send_answer(Answer::Secret(secret), cx);
            }
            (ConnectAction::Connect, ConnectStage::Asking(Question::Hop(request))) => {
                let count = request.questions.len();
                self.answers.push(self.secret.take());
                self.scrolled_to = None;
                if self.answers.len() >= count {
                    let answers = std::mem::take(&mut self.answers);
                    self.send_answer(Answer::Secrets(answers), cx);
                }
            }
            // Enter does not accept a host key. Only the key for that does.
            (ConnectAction::Accept, ConnectStage::Asking(Question::HostKey { fingerprint, .. })) => {
                if self.fits(fingerprint, cx.context) {
                    self.send_answer(Answer::Accept, cx);
                } else {
                    cx.request(Request::Notice(
                        "The fingerprint does not fit. Make the terminal larger, then accept.".into(),
                    ));
                }
            }
            (ConnectAction::Accept, ConnectStage::Asking(Question::RunCommand { command, .. })) => {
                if self.fits(&one_line(command), cx.context) {
                    self.send_answer(Answer::Accept, cx);
                } else {
                    cx.request(Request::Notice(
                        "The command does not fit. Make the terminal larger, then accept.".into(),
                    ));
                }
            }
            (ConnectAction::Decline | ConnectAction::Close, ConnectStage::Asking(_)) => {
                self.forget_typed();
                self.send_answer(Answer::Decline, cx);
            }
            (ConnectAction::Close | ConnectAction::Decline, ConnectStage::Connecting) => {
                cx.request(Request::Decline);
                self.choose(cx);
            }
            // The form keeps its texts.
            (
                ConnectAction::Close | ConnectAction::Decline,
                ConnectStage::Failed(_) | ConnectStage::ReadingSettings,
            )
            | (ConnectAction::Close, ConnectStage::Adding) => self.choose(cx),
            (ConnectAction::Close, ConnectStage::Choosing) => cx.request(Request::CloseConnect),
            (ConnectAction::Add, ConnectStage::Choosing) => self.stage = ConnectStage::Adding,
            (ConnectAction::Down, ConnectStage::Adding) => self.form.next(&cx.context.settings),
            (ConnectAction::Up, ConnectStage::Adding) => self.form.previous(),
            (ConnectAction::NextChoice, ConnectStage::Adding) => self.form.turn(true),
            (ConnectAction::PreviousChoice, ConnectStage::Adding) => self.form.turn(false),
            (ConnectAction::Connect, ConnectStage::Adding) if !self.form.is_last() => {
                self.form.next(&cx.context.settings);
            }
            (ConnectAction::Connect | ConnectAction::Save, ConnectStage::Adding) => self.save(cx),
            (
                ConnectAction::Down | ConnectAction::Up | ConnectAction::PageDown | ConnectAction::PageUp,
                ConnectStage::Asking(_) | ConnectStage::Failed(_) | ConnectStage::Connecting,
            ) => {
                let step = match action {
                    ConnectAction::Down => CursorMove::Down,
                    ConnectAction::Up => CursorMove::Up,
                    ConnectAction::PageDown => CursorMove::PageDown,
                    _ => CursorMove::PageUp,
                };
                self.scroll(step, cx.context);
            }
            _ => {}
        }
    }

    /// Goes back to the list of profiles.
    fn choose(&mut self, cx: &mut PaneContext<'_>) {
        self.stage = ConnectStage::Choosing;
        cx.request(Request::ListProfiles);
    }

    /// Sends the new profile to be added to the settings.
    fn save(&mut self, cx: &mut PaneContext<'_>) {
        if self.form.is_saving {
            return;
        }
        let Ok(draft) = self.form.draft(&cx.context.settings) else { return };
        self.form.is_saving = true;
        cx.effect(Effect::Storage(StorageCmd::AddProfile { draft: Box::new(draft) }));
    }

    /// Puts the cursor on a profile that was added to the settings, and empties the form.
    pub fn on_added(&mut self, name: &str, context: &Context) {
        self.form = ProfileForm::default();
        if self.stage == ConnectStage::Adding {
            self.stage = ConnectStage::Choosing;
        }
        self.select(name, context);
    }

    /// Returns the name of the profile under the cursor of the list.
    #[must_use]
    pub fn selected<'a>(&self, context: &'a Context) -> Option<&'a str> {
        listed_profiles(context).nth(self.list.cursor).map(ListedProfile::name)
    }

    /// Puts the cursor on the profile of this name, if it is listed.
    pub fn select(&mut self, name: &str, context: &Context) {
        if let Some(cursor) = listed_profiles(context).position(|profile| profile.name() == name) {
            self.list = ListCursor { cursor, ..self.list };
        }
        self.settle(context);
    }

    /// Puts the cursor on a profile and scrolls it into view.
    pub fn settle(&mut self, context: &Context) {
        let page = self.page(context);
        self.list.settle(listed_profiles(context).count(), page);
    }

    /// Returns how many profiles are visible at once.
    fn page(&self, context: &Context) -> usize {
        let (_, rows) = inside(self.place(context));
        usize::from(rows.saturating_sub(top_margin(rows)))
    }

    /// Returns whether the whole fingerprint or command is visible. It can be accepted only then.
    fn fits(&self, text: &str, context: &Context) -> bool {
        let (width, height) = inside(self.place(context));
        text_rows(text, width) <= height
    }

    /// Shows why the new profile was not added to the settings.
    pub fn on_not_added(&mut self, problem: Problem) {
        self.form.is_saving = false;
        self.form.problem = Some(problem);
    }

    fn send_answer(&mut self, answer: Answer, cx: &mut PaneContext<'_>) {
        if let ConnectionState::Connecting(session) = cx.context.link {
            cx.effect(Effect::Session(session, SessionCmd::Answer(answer)));
        }
        self.scrolled_to = None;
        self.stage = ConnectStage::Connecting;
    }

    /// Waits until the settings are read, to connect to this profile.
    pub fn wait_for_settings(&mut self, profile: &str) {
        self.start(profile);
        self.stage = ConnectStage::ReadingSettings;
    }

    /// Returns whether it waits for the settings of this profile.
    #[must_use]
    pub fn waits_for_settings_of(&self, profile: &str) -> bool {
        self.stage == ConnectStage::ReadingSettings && self.profile == profile
    }

    /// Goes back to the list of profiles, because the settings cannot be read now.
    pub fn on_settings_refused(&mut self) {
        if self.stage == ConnectStage::ReadingSettings {
            self.stage = ConnectStage::Choosing;
        }
    }

    /// Shows the steps of a profile that starts to connect.
    pub fn start(&mut self, profile: &str) {
        profile.clone_into(&mut self.profile);
        self.steps.clear();
        self.messages.clear();
        self.forget_typed();
        self.stage = ConnectStage::Connecting;
    }

    /// Forgets what was typed as an answer, and shows the text below the steps from its usual line on.
    fn forget_typed(&mut self) {
        self.secret.clear();
        self.answers.clear();
        self.scrolled_to = None;
    }

    /// Shows the text below the steps from its usual line on, because its lines are wrapped in another way now.
    pub fn on_resize(&mut self) {
        self.scrolled_to = None;
    }

    /// Takes what a hop says. Returns whether it is new.
    pub fn on_message(&mut self, message: HopMessage) -> bool {
        self.messages.add(message)
    }

    /// Takes the new state of a step.
    pub fn on_step(&mut self, hop: usize, step: ConnectionStep, state: StepState) {
        match self.steps.iter_mut().find(|known| known.hop == hop && known.step == step) {
            Some(step) => step.state = state,
            None => self.steps.push(StepProgress { hop, step, state }),
        }
    }

    pub fn on_question(&mut self, question: Question) {
        self.forget_typed();
        self.stage = ConnectStage::Asking(question);
    }

    /// Shows why connecting failed.
    pub fn on_failed(&mut self, problem: Problem) {
        self.forget_typed();
        self.stage = ConnectStage::Failed(problem);
    }
}

/// Returns the columns and rows inside the panel.
pub(super) fn inside(place: Area) -> (u16, u16) {
    if place.has_box() {
        (place.width.saturating_sub(2), place.height.saturating_sub(2))
    } else {
        (place.width, place.height.saturating_sub(1))
    }
}
