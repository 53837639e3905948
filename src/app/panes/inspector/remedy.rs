//! Shows the remedy of a problem as a key to press or a command to run.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::domain::problem::Remedy;

/// Returns the line about a remedy: a key or a command, and what it does.
pub(super) fn remedy_line(remedy: Remedy, context: &Context) -> String {
    let key = |action| context.key(Action::App(action));
    let command = |arguments: &str| context.settings.command_line.with(arguments);
    match remedy {
        Remedy::Reconnect => format!("{}  reconnect", key(AppAction::Reconnect)),
        Remedy::ChooseProfile => format!("{}  choose another profile", key(AppAction::Profiles)),
        Remedy::Doctor => {
            let profile = context.profile.as_ref().map_or("", |profile| profile.name.as_str());
            format!("{}  check the connection step by step", command(format!("doctor {profile}").trim_end()))
        }
        Remedy::Settings => format!("{}  list the profiles and mistakes in the settings", command("profiles list")),
    }
}
