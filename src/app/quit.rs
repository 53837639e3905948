//! Quits: first saves the worksheets, then ends the session. If texts cannot be saved, the user is asked.

use crate::domain::limits::QUIT_PATIENCE;
use crate::domain::protocol::{End, SessionCmd};

use super::effect::Effect;
use super::model::Model;
use super::panes::{PaneContext, with};
use super::quitting::Quitting;
use super::request::Request;

/// Quits because the user wants it. A second time, rrx waits for nothing.
pub(super) fn quit(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let now = model.context.now;
    match model.quitting {
        Quitting::No => start(model, Quitting::Waiting(now), requests, effects),
        Quitting::Asking => start(model, Quitting::Certain(now), requests, effects),
        Quitting::Waiting(_) | Quitting::Certain(_) => {
            end_session(model, requests, effects);
            end(model, effects);
        }
    }
}

/// Quits because a signal demands it, or the terminal is closed: no question is possible.
pub(super) fn terminate(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let since = match model.quitting {
        Quitting::Waiting(since) | Quitting::Certain(since) => since,
        Quitting::No | Quitting::Asking => model.context.now,
    };
    start(model, Quitting::Certain(since), requests, effects);
}

/// Goes on, because the user does not want to quit without saving.
pub(super) fn stay(model: &mut Model) {
    if model.quitting == Quitting::Asking {
        model.quitting = Quitting::No;
        model.notice("rrx did not quit, and goes on trying to save the worksheets.");
    }
}

fn start(model: &mut Model, quitting: Quitting, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    model.quitting = quitting;
    with!(model, requests, effects, worksheets.save_all());
    model.due.hurry(model.context.now);
    model.due.on_clock(model.context.now, &mut model.worksheets.saving, effects);
    effects.push(Effect::Wake(QUIT_PATIENCE));
    proceed(model, requests, effects);
}

/// Quits, once everything that has to be on disk is there. Called after each event that may have been the last one.
pub(super) fn proceed(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let is_certain = match model.quitting {
        Quitting::No | Quitting::Asking => return,
        Quitting::Waiting(_) => false,
        Quitting::Certain(_) => true,
    };
    with!(model, requests, effects, worksheets.save_all());
    let worksheets = &model.worksheets;
    // Before the worksheets are loaded, nothing can be saved.
    if (worksheets.has_changes() && worksheets.profile.is_some()) || !worksheets.saving.is_empty() {
        return;
    }
    if let Some(unsaved) = model.due.unsaved_texts().filter(|_| !is_certain) {
        let what = std::iter::once(&unsaved.problem.what).chain(unsaved.problem.because.first());
        let why = what.map(String::as_str).collect::<Vec<_>>().join(": ");
        let question = format!(
            "The worksheets are not saved. Quit? rrx then writes them to another directory and prints its name. {why}."
        );
        return ask(model, question, requests);
    }
    if !is_certain && model.due.has_records() {
        let question = "Records of the access log are not written yet. Quit, so that they may be lost?";
        return ask(model, question.into(), requests);
    }
    end_session(model, requests, effects);
    if model.context.statements.is_empty() {
        end(model, effects);
    }
}

/// Looks after quitting while the disk does not answer.
pub(super) fn on_clock(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let (Quitting::Waiting(since) | Quitting::Certain(since)) = model.quitting else { return };
    let due = since.saturating_add(QUIT_PATIENCE);
    if let Some(left) = due.checked_sub(model.context.now).filter(|left| !left.is_zero()) {
        effects.push(Effect::Wake(left));
    } else if matches!(model.quitting, Quitting::Certain(_)) {
        end_session(model, requests, effects);
        end(model, effects);
    } else {
        let question = "The disk does not answer, so the worksheets are not saved yet. Quit? rrx then writes them to another \
                        directory and prints its name.";
        ask(model, question.into(), requests);
    }
}

/// Asks whether to quit although texts are not saved.
fn ask(model: &mut Model, question: String, requests: &mut Vec<Request>) {
    model.quitting = Quitting::Asking;
    let (yes, no) = (Box::new(Request::Quit), Some(Box::new(Request::Stay)));
    requests.push(Request::Confirm { question, yes, no });
}

fn end_session(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    super::connection::stop_attempt(model, effects);
    if let Some(session) = model.context.link.session() {
        effects.push(Effect::Session(session, SessionCmd::Close));
        model.context.link = super::context::ConnectionState::None;
    }
    super::statement::on_session_ended(model, End::Cancelled, requests, effects);
}

fn end(model: &mut Model, effects: &mut Vec<Effect>) {
    super::requests::borders::save(model, effects);
    effects.append(&mut model.refused);
    effects.push(Effect::Quit(0));
}
