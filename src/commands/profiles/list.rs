//! `rrx profiles list`: lists the profiles of the settings file. It connects to nothing and shows no secret.

use std::io::Write;

use serde_json::json;

use crate::cli::OutputFormat;
use crate::commands::common::print;
use crate::domain::problem::Problem;
use crate::domain::profile::{Environment, Profile};
use crate::domain::protocol::LoadedSettings;
use crate::io::storage::paths::Paths;

/// Lists the profiles. Problems in the settings are reported on `err`.
///
/// # Errors
/// Returns a problem if the output cannot be written.
pub fn list(
    format: OutputFormat,
    loaded: &LoadedSettings,
    paths: &Paths,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    print::problems(err, &loaded.problems)?;
    let profiles = &loaded.settings.profiles;
    if format.json {
        let facts: Vec<_> = profiles.iter().map(facts).collect();
        return print::json(out, &facts);
    }
    let mut rows = vec![["NAME", "ENVIRONMENT", "ACCOUNT", "ROUTE", ""].map(str::to_owned)];
    rows.extend(profiles.iter().map(row));
    let left_out = loaded.settings.left_out.iter().map(|profile| print::one_line(&profile.name));
    rows.extend(left_out.map(|name| [name.as_str(), "", "", "", "left out: it has errors"].map(str::to_owned)));
    if cfg!(feature = "demo") {
        rows.push(["demo", Environment::Demo.label(), "", "", "built in"].map(str::to_owned));
    }
    print::columns(out, &rows)?;
    print::text(err, &format!("Settings: {}\n", paths.config.display()))
}

fn row(profile: &Profile) -> [String; 5] {
    let note = if profile.refusal().is_some() { "refused: rrx cannot enforce its blinding rules yet" } else { "" };
    [
        profile.name.clone(),
        profile.environment.label().into(),
        print::one_line(&format!("{}@{}:{}", profile.user, profile.host, profile.port)),
        print::one_line(&route(profile)),
        note.into(),
    ]
}

fn route(profile: &Profile) -> String {
    let hops: Vec<String> = profile.route.iter().map(ToString::to_string).collect();
    if hops.is_empty() { "direct".into() } else { hops.join(" > ") }
}

fn facts(profile: &Profile) -> serde_json::Value {
    json!({
        "name": profile.name,
        "environment": profile.environment.label(),
        "route": profile.route.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "host": profile.host,
        "port": profile.port,
        "user": profile.user,
        "database": profile.database,
        "refused": profile.refusal().map(|problem| problem.what),
    })
}
