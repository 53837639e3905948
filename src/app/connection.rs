//! Connects to a profile. The settings file is read before each connection that the user starts, and when the profiles are
//! listed, so that an edit of the file takes effect without a restart.

use std::sync::Arc;

use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, Profile, Settings};
use crate::domain::protocol::{
    AfterSettings, End, HopMessage, HopMessageKind, LoadedSettings, SessionCmd, SessionEvent, SessionId, StorageCmd,
};
use crate::domain::text::excerpt;

use super::action::{Action, AppAction};
use super::context::{Attempt, ConnectionState};
use super::effect::Effect;
use super::model::{Model, SettingsReading};
use super::panes::connect::Connect;
use super::panes::explorer::Explorer;
use super::panes::{PaneContext, with};
use super::request::Request;

/// Characters of what a hop says in a notice and in the activity.
const HOP_MESSAGE: usize = 1_000;

/// Reads the settings file, then does what is asked for. Does it at once if the settings are read only at the start.
pub(super) fn read_settings(
    model: &mut Model,
    then: AfterSettings,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if then == AfterSettings::List {
        effects.push(Effect::Storage(StorageCmd::LoadLastUses));
    }
    if model.reading == SettingsReading::Once {
        return match then {
            AfterSettings::List => {}
            AfterSettings::Connect(name) => connect(model, &name, requests, effects),
            AfterSettings::Reconnect => super::reconnect::reconnect_now(model, requests, effects),
        };
    }
    if let AfterSettings::Connect(name) = &then {
        model.connect.get_or_insert_default().wait_for_settings(name);
    }
    effects.push(Effect::Storage(StorageCmd::LoadSettings { then }));
}

/// Takes the settings that the file has now.
pub(super) fn on_settings(
    model: &mut Model,
    loaded: LoadedSettings,
    then: AfterSettings,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    take_settings(model, loaded.settings);
    let before = std::mem::replace(&mut model.settings_problems, loaded.problems.clone());
    let new: Vec<Problem> = loaded.problems.into_iter().filter(|problem| !before.contains(problem)).collect();
    model.report_all(&new);
    match then {
        AfterSettings::List => load_files(model, effects),
        AfterSettings::Connect(name) => {
            // The user may have gone back to the profiles in the meantime.
            if model.connect.as_ref().is_some_and(|connect| connect.waits_for_settings_of(&name)) {
                connect(model, &name, requests, effects);
            }
        }
        AfterSettings::Reconnect => reconnect(model, requests, effects),
    }
}

/// Replaces the settings and the list of profiles. The built-in profile stays.
pub(super) fn take_settings(model: &mut Model, settings: Arc<Settings>) {
    let selected = model.connect.as_ref().and_then(|connect| connect.selected(&model.context)).map(str::to_owned);
    let built_in = model.context.profiles.iter().filter(|profile| profile.environment == Environment::Demo);
    let from_settings = settings.profiles.iter().cloned().map(Arc::new);
    model.context.profiles = from_settings.chain(built_in.cloned()).collect();
    model.context.settings = settings;
    if let (Some(connect), Some(selected)) = (&mut model.connect, selected) {
        connect.select(&selected, &model.context);
    }
}

/// Returns the profile of this name.
///
/// # Errors
/// Returns a problem if there is none, or if it must not be used.
fn usable_profile(model: &Model, name: &str) -> Result<Arc<Profile>, Problem> {
    let profile = match model.context.profiles.iter().find(|profile| profile.name == name) {
        Some(profile) => Arc::clone(profile),
        None => Arc::new(model.context.settings.require(name)?.clone()),
    };
    profile.refusal().map_or(Ok(profile), Err)
}

fn connect(model: &mut Model, name: &str, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    stop_attempt(model, effects);
    let profile = usable_profile(model, name);
    if profile.as_ref().is_ok_and(|profile| is_connected_to(model, profile)) {
        model.connect = None;
        let key = model.context.key(Action::App(AppAction::Reconnect));
        model.notice(format!("Still connected to {name}. {key} reconnects."));
        return requests.push(Request::Settle);
    }
    model.notices.current = None;
    let steps = model.connect.get_or_insert_default();
    steps.start(name);
    let profile = match profile {
        Ok(profile) => profile,
        Err(problem) => return steps.on_failed(problem),
    };
    let session = model.ids.session();
    if matches!(model.context.link, ConnectionState::Connected(_)) {
        model.context.attempt = Some(Attempt { session, profile: Arc::clone(&profile) });
    } else {
        replace_session(model, session, &profile, requests, effects);
    }
    effects.push(Effect::Session(session, SessionCmd::Connect { profile, database: None, after: None }));
}

/// Returns whether the session is connected to this profile, as the settings have it now.
fn is_connected_to(model: &Model, profile: &Arc<Profile>) -> bool {
    matches!(model.context.link, ConnectionState::Connected(_)) && model.context.profile.as_ref() == Some(profile)
}

/// Closes the session, and makes a profile that is connecting the one in use.
fn replace_session(
    model: &mut Model,
    session: SessionId,
    profile: &Arc<Profile>,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let name = profile.name.as_str();
    if let Some(old) = model.context.link.session() {
        effects.push(Effect::Session(old, SessionCmd::Close));
    }
    super::statement::on_session_ended(model, End::Cancelled, requests, effects);
    model.context.link = ConnectionState::Connecting(session);
    model.context.facts = None;
    if model.context.profile.as_ref().is_none_or(|before| before.name != name) {
        model.context.catalog = None;
        model.context.database.clone_from(&profile.database);
        model.explorer = Explorer::default();
    }
    model.context.profile = Some(Arc::clone(profile));
    if model.worksheets.profile.as_deref() != Some(name) {
        with!(model, requests, effects, worksheets.save_all());
        effects.push(load_worksheets(name));
    }
    load_files(model, effects);
}

/// Makes the attempt that is connected now the session.
pub(super) fn take_attempt(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if let Some(Attempt { session, profile }) = model.context.attempt.take() {
        replace_session(model, session, &profile, requests, effects);
    }
}

/// Stops the connection that is being made.
pub(super) fn stop_connecting(model: &mut Model, effects: &mut Vec<Effect>) {
    stop_attempt(model, effects);
    if let ConnectionState::Connecting(session) = model.context.link {
        effects.push(Effect::Session(session, SessionCmd::Close));
        model.context.link = ConnectionState::None;
    }
}

/// Stops a connection that is being made while another session stays.
pub(super) fn stop_attempt(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(attempt) = model.context.attempt.take() {
        effects.push(Effect::Session(attempt.session, SessionCmd::Close));
    }
}

/// Handles an event of a connection that is being made while another session stays.
pub(super) fn on_attempt_event(model: &mut Model, event: SessionEvent, effects: &mut Vec<Effect>) {
    match event {
        SessionEvent::ConnectionStep { hop, step, state } => {
            let now = model.context.now;
            let page = attempt_page(model);
            page.on_step(hop, step, state, now);
            effects.extend(page.wake());
        }
        SessionEvent::HopMessage(message) => on_hop_message(model, message),
        SessionEvent::Asked(question) => attempt_page(model).on_question(question),
        SessionEvent::Failed(problem) | SessionEvent::Lost(problem) => on_attempt_failed(model, problem),
        SessionEvent::InternalQuery { text, took, .. } => {
            model.add_activity(format!("{text} ({} ms)", took.as_millis()));
        }
        SessionEvent::Closed => model.context.attempt = None,
        SessionEvent::Ready(_)
        | SessionEvent::Catalog(_)
        | SessionEvent::CatalogFailed(_)
        | SessionEvent::CatalogNotStopped
        | SessionEvent::Ended { .. }
        | SessionEvent::Lag(_)
        | SessionEvent::LeftRunning(_)
        | SessionEvent::Explained { .. }
        | SessionEvent::LeftNotStopped(_) => {}
    }
}

/// Shows what a hop says below the steps, and lists it in the activity. While rrx reconnects by itself there are no steps on the
/// screen: then a notice shows an instruction, because the hop waits for the user.
pub(super) fn on_hop_message(model: &mut Model, message: HopMessage) {
    let (kind, text) = (message.kind, excerpt(&message.summary(), HOP_MESSAGE));
    let is_reconnect = matches!(model.context.link, ConnectionState::Reconnecting { .. });
    let steps = if is_reconnect { Some(&mut model.reconnect.steps) } else { model.connect.as_mut() };
    if !steps.is_none_or(|steps| steps.on_message(message)) {
        return;
    }
    model.add_activity(text.clone());
    if is_reconnect && kind == HopMessageKind::Instruction {
        model.notice(text);
    }
}

/// Shows why a connection was not made. The session stays.
pub(super) fn on_attempt_failed(model: &mut Model, problem: Problem) {
    model.add_activity(problem.to_string());
    attempt_page(model).on_failed(problem);
    model.context.attempt = None;
}

fn attempt_page(model: &mut Model) -> &mut Connect {
    let page = model.connect.get_or_insert_default();
    if let Some(attempt) = &model.context.attempt {
        page.profile.clone_from(&attempt.profile.name);
    }
    page
}

/// Returns the effect that records that the profile in use works now.
pub(super) fn record_use(model: &Model) -> Option<Effect> {
    let profile = model.context.profile.as_ref()?.name.clone();
    Some(Effect::Storage(StorageCmd::ProfileUsed { profile }))
}

/// Returns the connection screen with the name of the profile that connects. The user may have opened the list of profiles in the
/// meantime.
pub(super) fn progress_page(model: &mut Model) -> &mut Connect {
    let page = model.connect.get_or_insert_default();
    if let Some(profile) = &model.context.profile {
        page.profile.clone_from(&profile.name);
    }
    page
}

/// Shows why connecting failed.
pub(super) fn on_failed(model: &mut Model, problem: Problem, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    model.context.link = ConnectionState::None;
    model.notices.current = None;
    model.add_activity(problem.to_string());
    super::statement::on_session_ended(model, End::Broken(problem.clone()), requests, effects);
    progress_page(model).on_failed(problem);
}

/// Returns the effect that reads the worksheets of a profile.
pub(super) fn load_worksheets(profile: &str) -> Effect {
    Effect::Storage(StorageCmd::LoadWorksheets { profile: profile.to_owned() })
}

/// Reconnects with the profile as the settings have it now. If it cannot be used, the session stays as it is.
fn reconnect(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if let Some(name) = model.context.profile.as_ref().map(|profile| profile.name.clone()) {
        match usable_profile(model, &name) {
            Ok(profile) => model.context.profile = Some(profile),
            Err(problem) => return requests.push(Request::Problem(problem)),
        }
        load_files(model, effects);
    }
    super::reconnect::reconnect_now(model, requests, effects);
}

/// Reads the documentation packs and the snippets of the profile in use.
fn load_files(model: &Model, effects: &mut Vec<Effect>) {
    let Some(profile) = &model.context.profile else { return };
    let owner = model.context.file_owner();
    effects.push(Effect::Storage(StorageCmd::LoadDocs { owner, directories: profile.docs.clone() }));
    load_snippets(model, effects);
}

/// Reads the snippets of the profile in use.
pub(super) fn load_snippets(model: &Model, effects: &mut Vec<Effect>) {
    let directories = model.context.profile.as_ref().map_or_else(Vec::new, |profile| profile.snippets.clone());
    let owner = model.context.file_owner();
    effects.push(Effect::Storage(StorageCmd::LoadSnippets { owner, directories }));
}
