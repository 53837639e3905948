//! Connects again by itself when a link dies: at once, then with growing pauses, behind a screen that stays as it is.
//! It asks nothing unasked: where only the user can answer, it stops and says so.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::limits::{PAUSES, STEADY};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::protocol::{End, Question, ServerFacts, SessionCmd, SessionId};

use super::action::{Action, AppAction};
use super::context::ConnectionState;
use super::effect::Effect;
use super::model::Model;
use super::panes::connect::Connect;
use super::panes::inspector::InspectorContent;
use super::panes::{PaneContext, with};
use super::request::Request;

/// How often the seconds that remain are counted down.
const TICK: Duration = Duration::from_secs(1);
/// The server does not know the database, or does not let the account into it.
const NO_SUCH_DATABASE: [u16; 2] = [1044, 1049];

/// The link is gone: what ran is over, and the first attempt begins.
pub(super) fn on_lost(model: &mut Model, problem: &Problem, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    super::statement::on_session_gone(model, End::Broken(problem.clone()), requests, effects);
    if model.exit_code.is_some() {
        model.context.link = ConnectionState::None;
        return;
    }
    let stood = model.reconnect.ready.map(|ready| model.context.now.saturating_sub(ready));
    if stood.is_none_or(|stood| stood >= STEADY) {
        model.reconnect.tried = 0;
    }
    model.happened(problem.to_string());
    model.notice(format!("{} Reconnecting …", sentence(problem)));
    model.reconnect.why = Some(sentence(problem).trim_end_matches('.').to_owned());
    wait(model, effects);
}

/// Plans the next attempt.
fn wait(model: &mut Model, effects: &mut Vec<Effect>) {
    let again = &mut model.reconnect;
    let last = PAUSES.len() - 1;
    let pause = usize::try_from(again.tried).map_or(PAUSES[last], |tried| PAUSES[tried.min(last)]);
    again.tried = again.tried.saturating_add(1);
    again.by_key = false;
    let attempt = again.tried;
    if pause.is_zero() {
        begin(model, attempt, effects);
    } else {
        model.context.link = ConnectionState::Waiting { attempt, due: model.context.now.saturating_add(pause) };
        effects.push(Effect::Wake(pause.min(TICK)));
    }
}

/// Time has passed: the pause may be over.
pub(super) fn on_clock(model: &mut Model, effects: &mut Vec<Effect>) {
    let ConnectionState::Waiting { attempt, due } = model.context.link else { return };
    let left = due.saturating_sub(model.context.now);
    if left.is_zero() {
        begin(model, attempt, effects);
    } else {
        effects.push(Effect::Wake(left.min(TICK)));
    }
}

/// The key: the next attempt is now, whatever was planned. A question that it has is the user's to answer.
pub(super) fn now(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some(profile) = model.context.profile.as_ref().map(|profile| profile.name.clone()) else {
        model.connect = Some(Connect::default());
        return;
    };
    match model.context.link {
        // Nothing stands on the screen yet that an attempt could leave alone.
        ConnectionState::None => requests.push(Request::Connect(profile)),
        ConnectionState::Connecting(_) => {}
        ConnectionState::Connected(old) => {
            effects.push(Effect::Session(old, SessionCmd::CloseForReconnect));
            super::statement::on_session_gone(model, End::Cancelled, requests, effects);
            model.reconnect.tried = 0;
            by_key(model, effects);
        }
        ConnectionState::Reconnecting { session, .. } => {
            effects.push(Effect::Session(session, SessionCmd::CloseForReconnect));
            by_key(model, effects);
        }
        ConnectionState::Waiting { .. } | ConnectionState::Lost => by_key(model, effects),
    }
}

fn by_key(model: &mut Model, effects: &mut Vec<Effect>) {
    let again = &mut model.reconnect;
    again.tried = again.tried.max(1);
    again.by_key = true;
    let attempt = again.tried;
    model.notice("Reconnecting …");
    begin(model, attempt, effects);
}

/// The other key: nobody tries any more. Answers whether there was anything to stop.
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

/// Starts a session behind the screen, in the database that was the current one.
fn begin(model: &mut Model, attempt: u32, effects: &mut Vec<Effect>) {
    let Some(profile) = model.context.profile.clone() else {
        model.context.link = ConnectionState::None;
        return;
    };
    let session = model.ids.session();
    model.context.link = ConnectionState::Reconnecting { session, attempt };
    model.reconnect.steps.start(&profile.name);
    let database = model.context.database.clone();
    let after = model.reconnect.last.replace(session);
    effects.push(Effect::Session(session, SessionCmd::Connect { profile, database, after }));
}

/// The attempt has a question.
pub(super) fn on_asked(
    model: &mut Model,
    session: SessionId,
    question: Question,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if model.reconnect.by_key {
        let mut steps = std::mem::take(&mut model.reconnect.steps);
        steps.on_asked(question);
        model.connect = Some(steps);
        with!(model, requests, effects, overlays.dismiss_all());
        model.context.link = ConnectionState::Connecting(session);
        return;
    }
    effects.push(Effect::Session(session, SessionCmd::CloseForReconnect));
    let what = match question {
        Question::HostKey { host, .. } => format!("the host key of {host} is not known"),
        Question::Secret { prompt, .. } => format!("the server asks: {prompt}"),
        Question::RetrySecret { problem, .. } => return end(model, problem.then(Remedy::Reconnect)),
    };
    end(
        model,
        Problem::new(ProblemKind::Route, "Reconnecting needs your answer").because(what).then(Remedy::Reconnect),
    );
}

/// The attempt failed: the next one is planned, unless waiting cannot mend it.
pub(super) fn on_failed(model: &mut Model, problem: Problem, effects: &mut Vec<Effect>) {
    let profile = model.context.profile.as_ref();
    let own = profile.and_then(|profile| profile.database.clone());
    let code = problem.server.as_ref().map_or(0, |error| error.code);
    if NO_SUCH_DATABASE.contains(&code) && model.context.database != own {
        model.happened(problem.to_string());
        let gone = std::mem::replace(&mut model.context.database, own).unwrap_or_default();
        model.notice(format!("The database {gone} no longer exists. Connecting without it."));
        let attempt = model.reconnect.tried.max(1);
        begin(model, attempt, effects);
    } else if problem.passes {
        model.happened(problem.to_string());
        wait(model, effects);
    } else {
        end(model, problem);
    }
}

/// Nobody tries any more: why is said, and shown where that takes nothing from what the user does.
fn end(model: &mut Model, problem: Problem) {
    model.context.link = ConnectionState::Lost;
    let key = model.context.key(Action::App(AppAction::Reconnect));
    model.happened(problem.to_string());
    model.notice(format!("{} {key} reconnects.", sentence(&problem)));
    model.inspector.follow(InspectorContent::Problem(problem), &model.context);
}

/// Takes what the new session knows; answers whether it is a server whose catalog is there already.
pub(super) fn on_ready(model: &mut Model, facts: &Arc<ServerFacts>) -> bool {
    let now = model.context.now;
    model.reconnect.ready = Some(now);
    model.reconnect.last = model.context.link.session();
    let why = model.reconnect.why.take();
    let Some(profile) = model.context.profile.as_ref().map(|profile| profile.name.clone()) else { return false };
    let before = model.reconnect.before.replace((profile.clone(), Arc::clone(facts)));
    let Some((_, before)) = before.filter(|(name, _)| *name == profile) else { return false };
    let is_same = before.identity == facts.identity;
    let mut text = format!("Reconnected to {} {}", facts.product, facts.short_version());
    if let Some(why) = why {
        text = format!("{text} ({why})");
    }
    if !is_same {
        text = format!("{text}, ANOTHER SERVER than before: {}, it was {}", facts.identity, before.identity);
    }
    if before.role != facts.role {
        text = format!("{text}; its role has changed: it was {}", before.role.label());
    }
    model.happened(text.clone());
    model.notice(text);
    is_same
}

/// What failed and why, as one sentence.
fn sentence(problem: &Problem) -> String {
    let what = problem.what.trim_end_matches('.');
    match (&problem.server, problem.because.first()) {
        (Some(error), _) => format!("{what}: ERROR {} {}.", error.code, error.message),
        (None, Some(why)) => format!("{what}: {why}."),
        (None, None) => format!("{what}."),
    }
}
