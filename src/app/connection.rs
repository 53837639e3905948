//! Connects to a profile. The settings file is read before each connection that the user starts, and when the profiles are
//! listed, so that an edit of the file takes effect without a restart.

use std::sync::Arc;

use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, Profile, Settings};
use crate::domain::protocol::{AfterSettings, DemoDocs, End, LoadedSettings, SessionCmd, StorageCmd};

use super::context::ConnectionState;
use super::effect::Effect;
use super::model::{Model, SettingsReading};
use super::panes::connect::Connect;
use super::panes::explorer::Explorer;
use super::request::Request;

/// Reads the settings file, then does what is asked for. Does it at once if the settings are read only at the start.
pub(super) fn read_settings(
    model: &mut Model,
    then: AfterSettings,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
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
    let profile = usable_profile(model, name);
    let steps = model.connect.get_or_insert_default();
    steps.start(name);
    let profile = match profile {
        Ok(profile) => profile,
        Err(problem) => return steps.on_failed(problem),
    };
    if let Some(old) = model.context.link.session() {
        effects.push(Effect::Session(old, SessionCmd::Close));
    }
    super::statement::on_session_ended(model, End::Cancelled, requests, effects);
    let session = model.ids.session();
    model.context.link = ConnectionState::Connecting(session);
    model.context.facts = None;
    if model.context.profile.as_ref().is_none_or(|before| before.name != name) {
        model.context.catalog = None;
        model.explorer = Explorer::default();
    }
    model.context.profile = Some(Arc::clone(&profile));
    effects.push(Effect::Session(session, SessionCmd::Connect { profile, database: None, after: None }));
    if model.worksheets.profile.as_deref() != Some(name) {
        effects.push(load_worksheets(name));
    }
    load_files(model, effects);
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
    let is_demo = profile.environment == Environment::Demo;
    let demo = if is_demo { DemoDocs::Included } else { DemoDocs::Omitted };
    effects.push(Effect::Storage(StorageCmd::LoadDocs { directories: profile.docs.clone(), demo }));
    load_snippets(model, effects);
}

/// Reads the snippets of the profile in use.
pub(super) fn load_snippets(model: &Model, effects: &mut Vec<Effect>) {
    let directories = model.context.profile.as_ref().map_or_else(Vec::new, |profile| profile.snippets.clone());
    effects.push(Effect::Storage(StorageCmd::LoadSnippets { directories }));
}
