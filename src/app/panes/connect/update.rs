//! Decisions of the connection screen.

use std::time::Duration;

use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::layout::Area;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::widgets::line_actions::LineAction;
use crate::app::widgets::line_input::LineInput;
use crate::app::widgets::list::{CursorMove, ListCursor};
use crate::domain::problem::Problem;
use crate::domain::protocol::{Answer, ConnectionStep, HopMessage, Question, SessionCmd, StepState, StorageCmd};
use crate::domain::text::one_line;

use super::profile_columns::whole_width;
use super::profiles::{all_profiles, lines_above};
use super::{Connect, ConnectAction, ConnectStage, ProfileForm, StepProgress, text_rows};

/// Lines for the steps and what is below them.
const STEP_LINES: usize = 18;
/// Lines of the list that are not profiles: the filter and the titles of the columns.
const LINES_AROUND_PROFILES: usize = 2;
/// The least width of the list of profiles, and the width of everything else.
const WIDTH: u16 = 96;
/// Lines of the form for a profile.
const FORM_LINES: usize = 11;

impl Connect {
    /// Returns the area of the connection screen.
    #[must_use]
    pub fn place(&self, context: &Context) -> Area {
        let (width, rows) = match self.stage {
            ConnectStage::Choosing => {
                // The border takes a cell at each side.
                let width = u16::try_from(whole_width(context) + 2).unwrap_or(u16::MAX);
                (width.max(WIDTH), all_profiles(context).count() + LINES_AROUND_PROFILES)
            }
            ConnectStage::Adding => (WIDTH, FORM_LINES),
            ConnectStage::ReadingSettings
            | ConnectStage::Connecting
            | ConnectStage::Asking(_)
            | ConnectStage::Failed(_) => (WIDTH, STEP_LINES),
        };
        let rows = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(8).clamp(12, 26);
        context.layout.overlay(width, rows)
    }

    /// Returns whether typed characters are text now.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(self.stage, ConnectStage::Adding | ConnectStage::Choosing) || self.takes_secret()
    }

    /// Returns the layers of the keymap, nearest first. In a text, the keys of the line come first: Left and Right move its cursor.
    /// In the list, Home and End go to the first and the last profile.
    #[must_use]
    pub fn layers(&self) -> Vec<&'static str> {
        if self.stage == ConnectStage::Choosing {
            vec![ConnectAction::LAYER, LineAction::LAYER, "app"]
        } else if self.takes_text() && !(self.stage == ConnectStage::Adding && self.form.field().is_choice()) {
            vec![LineAction::LAYER, ConnectAction::LAYER, "app"]
        } else {
            vec![ConnectAction::LAYER, "app"]
        }
    }

    /// Moves the cursor in the text, or deletes from it.
    pub fn act_line(&mut self, action: LineAction) {
        match self.stage {
            ConnectStage::Choosing => self.edit_filter(|filter| filter.act(action)),
            ConnectStage::Adding => self.form.act_line(action),
            _ => self.secret.act(action),
        }
    }

    /// Takes a typed character.
    pub fn type_char(&mut self, character: char) {
        match self.stage {
            ConnectStage::Choosing => self.edit_filter(|filter| filter.push(character)),
            ConnectStage::Adding => self.form.push(character),
            _ => self.secret.push(character),
        }
    }

    /// Takes pasted text if text can be typed now.
    pub fn paste(&mut self, text: &str) {
        match self.stage {
            ConnectStage::Choosing => self.edit_filter(|filter| filter.paste(text)),
            ConnectStage::Adding => self.form.paste(text),
            _ if self.takes_text() => self.secret.paste(text),
            _ => {}
        }
    }

    /// Changes the text that narrows the list. The cursor goes to the best match.
    fn edit_filter(&mut self, edit: impl FnOnce(&mut LineInput)) {
        let before = self.filter.text().to_owned();
        edit(&mut self.filter);
        if self.filter.text() != before {
            self.list = ListCursor::default();
        }
    }

    /// Goes to another profile of the list, or moves the cursor in the text that narrows it.
    fn act_in_list(&mut self, action: ConnectAction, context: &Context) {
        match action {
            ConnectAction::NextChoice => self.filter.act(LineAction::Right),
            ConnectAction::PreviousChoice => self.filter.act(LineAction::Left),
            _ => {
                if let Some(step) = cursor_move(action) {
                    self.list.go(step, self.listed(context).len(), self.page(context));
                }
            }
        }
    }

    pub fn act(&mut self, action: ConnectAction, cx: &mut PaneContext<'_>) {
        match (action, &self.stage) {
            (ConnectAction::NextChoice | ConnectAction::PreviousChoice, ConnectStage::Choosing) => {
                self.act_in_list(action, cx.context);
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
            (ConnectAction::Close, ConnectStage::Choosing) if !self.filter.text().is_empty() => {
                self.edit_filter(LineInput::clear);
            }
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
            (_, ConnectStage::Choosing) => self.act_in_list(action, cx.context),
            (_, ConnectStage::Asking(_) | ConnectStage::Failed(_) | ConnectStage::Connecting) => {
                if let Some(step) = cursor_move(action) {
                    self.scroll(step, cx.context);
                }
            }
            _ => {}
        }
    }

    /// Goes back to the list of profiles, to the one that was tried.
    fn choose(&mut self, cx: &mut PaneContext<'_>) {
        self.stage = ConnectStage::Choosing;
        self.filter.clear();
        let tried = self.profile.clone();
        self.select(&tried, cx.context);
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
        self.filter.clear();
        if self.stage == ConnectStage::Adding {
            self.stage = ConnectStage::Choosing;
        }
        self.select(name, context);
    }

    /// Returns the name of the profile under the cursor of the list.
    #[must_use]
    pub fn selected<'a>(&self, context: &'a Context) -> Option<&'a str> {
        self.listed(context).get(self.list.cursor).map(|profile| profile.name())
    }

    /// Puts the cursor on the profile of this name, if it is listed.
    pub fn select(&mut self, name: &str, context: &Context) {
        if let Some(cursor) = self.listed(context).iter().position(|profile| profile.name() == name) {
            self.list = ListCursor { cursor, ..self.list };
        }
        self.settle(context);
    }

    /// Puts the cursor on a profile and scrolls it into view.
    pub fn settle(&mut self, context: &Context) {
        let page = self.page(context);
        self.list.settle(self.listed(context).len(), page);
    }

    /// Returns how many profiles are visible at once.
    pub(super) fn page(&self, context: &Context) -> usize {
        let rows = self.place(context).inside().height;
        usize::from(rows.saturating_sub(lines_above(rows)))
    }

    /// Returns whether the whole fingerprint or command is visible. It can be accepted only then.
    fn fits(&self, text: &str, context: &Context) -> bool {
        let inside = self.place(context).inside();
        text_rows(text, inside.width) <= inside.height
    }

    /// Shows why the new profile was not added to the settings.
    pub fn on_not_added(&mut self, problem: Problem) {
        self.form.is_saving = false;
        self.form.problem = Some(problem);
    }

    fn send_answer(&mut self, answer: Answer, cx: &mut PaneContext<'_>) {
        if let Some(session) = cx.context.connecting() {
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
    pub fn on_step(&mut self, hop: usize, step: ConnectionStep, state: StepState, now: Duration) {
        match self.steps.iter_mut().find(|known| known.hop == hop && known.step == step) {
            Some(step) => step.state = state,
            None => self.steps.push(StepProgress { hop, step, state, since: now }),
        }
    }

    /// Returns the effect that draws the seconds of a step that takes a while.
    #[must_use]
    pub fn wake(&self) -> Option<Effect> {
        let is_waiting = |step: &StepProgress| matches!(step.state, StepState::Trying(_));
        let is_connecting = self.stage == ConnectStage::Connecting && self.steps.iter().any(is_waiting);
        is_connecting.then_some(Effect::Wake(Duration::from_secs(1)))
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

/// Returns the move that an action of the list or of the scrolled text stands for.
fn cursor_move(action: ConnectAction) -> Option<CursorMove> {
    match action {
        ConnectAction::Down => Some(CursorMove::Down),
        ConnectAction::Up => Some(CursorMove::Up),
        ConnectAction::PageDown => Some(CursorMove::PageDown),
        ConnectAction::PageUp => Some(CursorMove::PageUp),
        ConnectAction::Top => Some(CursorMove::Top),
        ConnectAction::End => Some(CursorMove::End),
        ConnectAction::Connect
        | ConnectAction::Add
        | ConnectAction::Save
        | ConnectAction::NextChoice
        | ConnectAction::PreviousChoice
        | ConnectAction::Accept
        | ConnectAction::Decline
        | ConnectAction::Close => None,
    }
}
