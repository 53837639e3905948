//! Reconnects by itself when a link is lost: at once, then with growing pauses. The screen stays as it is meanwhile. An
//! attempt that the user did not start asks no questions: if it has one, reconnecting stops with a notice.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::limits::{PAUSES, STEADY};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::protocol::{End, Question, RunReport, ServerFacts, SessionCmd, SessionId};
use crate::domain::text::excerpt;

use super::action::{Action, AppAction};
use super::context::ConnectionState;
use super::effect::Effect;
use super::model::Model;
use super::panes::connect::Connect;
use super::panes::{PaneContext, with};
use super::request::Request;

/// How often the countdown is redrawn.
const TICK: Duration = Duration::from_secs(1);
/// Characters of a hop's question in a notice.
const ASKED: usize = 200;
/// Error codes: the database does not exist, or the account has no access to it.
const NO_SUCH_DATABASE: [u16; 2] = [1044, 1049];

/// Handles a lost link: ends the running statement and plans the first attempt.
pub(super) fn on_lost(model: &mut Model, problem: &Problem, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    super::statement::on_session_ended(model, End::Broken(problem.clone()), requests, effects);
    if model.quitting.is_under_way() {
        model.context.link = ConnectionState::None;
        return;
    }
    let lasted = model.reconnect.ready_at.map(|ready| model.context.now.saturating_sub(ready));
    if lasted.is_none_or(|lasted| lasted >= STEADY) {
        model.reconnect.attempts = 0;
    }
    model.add_activity(problem.to_string());
    model.notice(format!("{} Reconnecting …", sentence(problem)));
    model.reconnect.loss = Some(sentence(problem).trim_end_matches('.').to_owned());
    plan_attempt(model, effects);
}

/// Plans the next attempt.
fn plan_attempt(model: &mut Model, effects: &mut Vec<Effect>) {
    let reconnect = &mut model.reconnect;
    let last = PAUSES.len() - 1;
    let pause = usize::try_from(reconnect.attempts).map_or(PAUSES[last], |attempts| PAUSES[attempts.min(last)]);
    reconnect.attempts = reconnect.attempts.saturating_add(1);
    reconnect.is_by_key = false;
    let attempt = reconnect.attempts;
    if pause.is_zero() {
        start_attempt(model, attempt, effects);
    } else {
        model.context.link = ConnectionState::Waiting { attempt, due: model.context.now.saturating_add(pause) };
        effects.push(Effect::Wake(pause.min(TICK)));
    }
}

/// Starts the next attempt when its pause is over.
pub(super) fn on_clock(model: &mut Model, effects: &mut Vec<Effect>) {
    let ConnectionState::Waiting { attempt, due } = model.context.link else { return };
    let left = due.saturating_sub(model.context.now);
    if left.is_zero() {
        start_attempt(model, attempt, effects);
    } else {
        effects.push(Effect::Wake(left.min(TICK)));
    }
}

/// Reconnects at once because the user pressed the key. This attempt may ask questions.
pub(super) fn reconnect_now(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some(profile) = model.context.profile.as_ref().map(|profile| profile.name.clone()) else {
        model.connect = Some(Connect::default());
        return;
    };
    match model.context.link {
        // There is no screen to keep: connects as the first time.
        ConnectionState::None => requests.push(Request::Connect(profile)),
        ConnectionState::Connecting(_) => {}
        ConnectionState::Connected(old) => {
            effects.push(Effect::Session(old, SessionCmd::CloseForReconnect));
            super::statement::on_session_ended(model, End::Cancelled, requests, effects);
            model.reconnect.attempts = 0;
            start_by_key(model, effects);
        }
        ConnectionState::Reconnecting { session, .. } => {
            effects.push(Effect::Session(session, SessionCmd::CloseForReconnect));
            start_by_key(model, effects);
        }
        ConnectionState::Waiting { .. } | ConnectionState::Lost => start_by_key(model, effects),
    }
}

fn start_by_key(model: &mut Model, effects: &mut Vec<Effect>) {
    let reconnect = &mut model.reconnect;
    reconnect.attempts = reconnect.attempts.max(1);
    reconnect.is_by_key = true;
    let attempt = reconnect.attempts;
    model.notice("Reconnecting …");
    start_attempt(model, attempt, effects);
}

/// Stops reconnecting. Returns whether there was anything to stop.
pub(super) fn stop(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    match model.context.link {
        ConnectionState::Reconnecting { session, .. } => effects.push(Effect::Session(session, SessionCmd::Close)),
        ConnectionState::Waiting { .. } => {}
        ConnectionState::None
        | ConnectionState::Connecting(_)
        | ConnectionState::Connected(_)
        | ConnectionState::Lost => return false,
    }
    model.context.link = ConnectionState::Lost;
    let key = model.context.key(Action::App(AppAction::Reconnect));
    model.notice(format!("Stopped reconnecting. {key} reconnects."));
    true
}

/// Starts a session in the database that was the current one. The screen stays as it is.
fn start_attempt(model: &mut Model, attempt: u32, effects: &mut Vec<Effect>) {
    let Some(profile) = model.context.profile.clone() else {
        model.context.link = ConnectionState::None;
        return;
    };
    let session = model.ids.session();
    model.context.link = ConnectionState::Reconnecting { session, attempt };
    model.reconnect.steps.start(&profile.name);
    let database = model.context.database.clone();
    let after = model.reconnect.last_session.replace(session);
    effects.push(Effect::Session(session, SessionCmd::Connect { profile, database, after }));
}

/// Shows the question of an attempt that the user started. Stops any other attempt, with a notice.
pub(super) fn on_question(
    model: &mut Model,
    session: SessionId,
    question: Question,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    // A question over a text that is being typed would take the next keys as its answer.
    if model.reconnect.is_by_key && model.may_interrupt() {
        let mut steps = std::mem::take(&mut model.reconnect.steps);
        steps.on_question(question);
        model.connect = Some(steps);
        with!(model, requests, effects, overlays.dismiss_all());
        model.context.link = ConnectionState::Connecting(session);
        return;
    }
    effects.push(Effect::Session(session, SessionCmd::CloseForReconnect));
    let what = match question {
        Question::HostKey { host, .. } => format!("the host key of {host} is not known"),
        Question::RunCommand { host, .. } => format!("a command connects to {host}, and you have not allowed it"),
        Question::Secret { prompt } => format!("the server asks: {prompt}"),
        Question::Hop(request) => excerpt(&request.summary(), ASKED),
        Question::RetrySecret { problem, .. } => return give_up(model, problem.then(Remedy::Reconnect)),
    };
    give_up(
        model,
        Problem::new(ProblemKind::Route, "Reconnecting needs your answer").because(what).then(Remedy::Reconnect),
    );
}

/// Handles a failed attempt: plans the next one, unless the problem will not pass by itself.
pub(super) fn on_failed(model: &mut Model, problem: Problem, effects: &mut Vec<Effect>) {
    let profile = model.context.profile.as_ref();
    let default = profile.and_then(|profile| profile.database.clone());
    let code = problem.server.as_ref().map_or(0, |error| error.code);
    if NO_SUCH_DATABASE.contains(&code) && model.context.database != default {
        model.add_activity(problem.to_string());
        let missing = std::mem::replace(&mut model.context.database, default).unwrap_or_default();
        model.notice(format!("The database {missing} no longer exists. Connecting without it."));
        let attempt = model.reconnect.attempts.max(1);
        start_attempt(model, attempt, effects);
    } else if problem.is_transient {
        model.add_activity(problem.to_string());
        plan_attempt(model, effects);
    } else {
        give_up(model, problem);
    }
}

/// Stops reconnecting. Shows the problem as a notice and in the inspector; the focus stays where it is.
pub(super) fn give_up(model: &mut Model, problem: Problem) {
    model.context.link = ConnectionState::Lost;
    let key = model.context.key(Action::App(AppAction::Reconnect));
    let notice = format!("{} {key} reconnects.", sentence(&problem));
    model.report_with(problem, notice);
}

/// Takes over what a new session reports. Returns whether it is on the same server as the last one.
pub(super) fn on_ready(model: &mut Model, facts: &Arc<ServerFacts>, requests: &mut Vec<Request>) -> bool {
    let now = model.context.now;
    model.reconnect.ready_at = Some(now);
    model.reconnect.last_session = model.context.link.session();
    let loss = model.reconnect.loss.take();
    let Some(profile) = model.context.profile.as_ref().map(|profile| profile.name.clone()) else { return false };
    let before = model.reconnect.last_server.replace((profile.clone(), Arc::clone(facts)));
    let Some((_, before)) = before.filter(|(name, _)| *name == profile) else {
        model.restore.clear();
        return false;
    };
    model.restore.plan();
    requests.push(Request::RestoreVariables);
    let is_same = before.identity == facts.identity;
    let mut text = format!("Reconnected to {} {}", facts.product, facts.short_version());
    if let Some(loss) = loss {
        text = format!("{text} ({loss})");
    }
    if !is_same {
        text = format!("{text}, ANOTHER SERVER than before: {}, it was {}", facts.identity, before.identity);
    }
    if before.role != facts.role {
        text = format!("{text}; its role has changed: it was {}", before.role.label());
    }
    model.add_activity(text.clone());
    model.notice(text);
    is_same
}

/// Sets the next variable again that the user had set in the last session. After the last one, says what was set and what was
/// not.
pub(super) fn restore_next(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if let Some(statement) = model.restore.next_statement() {
        super::statement::run_restore(model, statement, requests, effects);
        return;
    }
    if let Some(text) = model.restore.take_summary() {
        model.add_activity(text.clone());
        let before = model.notices.current.as_ref().map(|notice| notice.text.trim_end_matches('.'));
        let before = before.map_or_else(String::new, |before| format!("{before}. "));
        model.notice(format!("{before}{text}"));
    }
}

/// Takes in the end of such a statement, and goes on with the next variable.
pub(super) fn on_restored(
    model: &mut Model,
    report: &RunReport,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    model.restore.on_restored(report);
    restore_next(model, requests, effects);
}

/// Describes what failed and why in one sentence.
fn sentence(problem: &Problem) -> String {
    let what = problem.what.trim_end_matches('.');
    match (&problem.server, problem.because.first()) {
        (Some(error), _) => format!("{what}: ERROR {} {}.", error.code, error.message),
        (None, Some(why)) => format!("{what}: {why}."),
        (None, None) => format!("{what}."),
    }
}
