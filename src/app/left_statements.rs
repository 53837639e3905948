//! Statements whose connection was lost may still run on the server. After reconnecting to the same server, rrx looks for them. It
//! asks before the next statement starts, or stops them by itself if the profile says so.

use crate::domain::profile::LostStatements;
use crate::domain::protocol::{LeftStatement, ResultId, RunningLeft, ServerFacts, SessionCmd};

use super::action::{Action, AppAction};
use super::effect::Effect;
use super::left_statements_state::LeftStatements;
use super::model::Model;

/// The most statements to look for. Each one needs a lost connection.
const MOST: usize = 8;

/// Remembers a statement whose connection was lost.
pub(super) fn on_left(model: &mut Model, profile: &str, left: LeftStatement) {
    let Some(facts) = &model.context.facts else { return };
    let server = (profile.to_owned(), facts.identity.clone());
    if model.left.server != server {
        model.left = LeftStatements { server, ..LeftStatements::default() };
    }
    let statements = &mut model.left.statements;
    if statements.len() == MOST {
        statements.remove(0);
    }
    statements.push(left);
}

/// Asks a new session to look for the statements, if it is on their server.
pub(super) fn on_ready(model: &mut Model, facts: &ServerFacts, effects: &mut Vec<Effect>) {
    let left = &mut model.left;
    left.running.clear();
    left.is_accepted = false;
    let profile = model.context.profile.as_ref().map(|profile| profile.name.as_str());
    if profile != Some(left.server.0.as_str()) || facts.identity != left.server.1 {
        return;
    }
    if let Some(session) = model.context.link.session().filter(|_| !left.statements.is_empty()) {
        effects.push(Effect::Session(session, SessionCmd::FindLeft(left.statements.clone())));
    }
}

/// Takes in which of the statements run.
pub(super) fn on_running(model: &mut Model, running: Vec<RunningLeft>, effects: &mut Vec<Effect>) {
    let is_first = model.left.running.is_empty();
    (model.left.running, model.left.reported_at) = (running, model.context.now);
    let Some(what) = model.left.describe(model.context.now) else { return on_ended(model) };
    model.add_activity(what.clone());
    match model.context.profile.as_ref().map(|profile| profile.lost_statements) {
        Some(LostStatements::Stop) => {
            stop(model, effects);
        }
        Some(LostStatements::Ask) | None if is_first => {
            let key = model.context.key(Action::App(AppAction::Stop));
            // After the notice that rrx has reconnected.
            let before = model.notices.current.as_ref().map(|notice| notice.text.trim_end_matches('.'));
            let before = before.map_or_else(String::new, |before| format!("{before}. "));
            model.left.notice = format!("{before}{what}. {key} stops it.");
            model.notice(model.left.notice.clone());
        }
        Some(LostStatements::Ask) | None => {}
    }
}

/// Takes in that none of the statements runs any more. Says so if the user has asked for it, or still sees the notice that one runs.
fn on_ended(model: &mut Model) {
    let LeftStatements { notice, is_stopping, .. } = std::mem::take(&mut model.left);
    let is_shown = model.notices.current.as_ref().is_some_and(|current| current.text == notice);
    let text = "The statement that lost its connection does not run any more.";
    model.add_activity(text);
    if is_stopping || is_shown {
        model.notice(text);
    }
}

/// Stops the statements that still run. Returns whether there is one.
pub(super) fn stop(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let Some(session) = model.context.link.session().filter(|_| !model.left.running.is_empty()) else { return false };
    model.left.is_stopping = true;
    model.notice("Stopping the statement that lost its connection …");
    effects.push(Effect::Session(session, SessionCmd::StopLeft));
    true
}

/// Takes in that the user wants to run this statement: what still runs is stopped first.
pub(super) fn on_confirmed(model: &mut Model, result: ResultId, effects: &mut Vec<Effect>) {
    if model.left.asked_for.take_if(|asked| *asked == result).is_some() {
        stop(model, effects);
    }
}

/// Takes in that the user does not want to stop what still runs. Returns what to do to run this statement all the same.
pub(super) fn on_declined(model: &mut Model, result: ResultId) -> Option<String> {
    model.left.asked_for.take_if(|asked| *asked == result)?;
    model.left.is_accepted = true;
    let key = model.context.key(Action::App(AppAction::Run));
    Some(format!("{key} runs it all the same."))
}
