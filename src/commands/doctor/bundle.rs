//! The report as a file for a ticket: the settings of the profile without secrets and their sources, and the results of the
//! check; on request with pseudonyms instead of the names of hosts and people.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Value, json};

use super::anonymizer::{Anonymizer, NamesInBundle};
use super::report::Report;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{CommandConsent, Hop, Profile, SecretSource, TlsMode};
use crate::io::session::SessionEnv;
use crate::io::storage::atomic;

/// The replacement of a text that could contain a secret.
const OMITTED: &str = "(omitted)";

/// Refuses an existing file. Called before the check starts.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Problem> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Err(exists_problem(path)),
        Err(_) => Ok(()),
    }
}

/// Writes the bundle, readable by the user only.
pub(super) fn write(path: &Path, report: &Report<'_>, env: &SessionEnv, names: NamesInBundle) -> Result<(), Problem> {
    let text = text(report, env, names)?;
    atomic::create(path, text.as_bytes()).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return exists_problem(path);
        }
        Problem::new(ProblemKind::Local, format!("The bundle {} cannot be written", path.display()))
            .because(error.to_string())
    })
}

fn exists_problem(path: &Path) -> Problem {
    Problem::new(ProblemKind::Local, format!("The bundle {} was not written", path.display()))
        .because("the file exists already")
        .hint("name another file, or delete the existing one first")
}

fn text(report: &Report<'_>, env: &SessionEnv, names: NamesInBundle) -> Result<String, Problem> {
    let mut document = document(report, names);
    let home = env.home.display().to_string();
    let anonymizer = match names {
        NamesInBundle::Plain => None,
        NamesInBundle::Hashed => Some(Anonymizer::new(report, env)?),
    };
    for_each_text(&mut document, &mut |text| {
        if home.len() > 1 {
            *text = text.replace(&home, "~");
        }
        if let Some(anonymizer) = &anonymizer {
            *text = anonymizer.replace_names(text);
        }
    });
    let mut text = serde_json::to_string_pretty(&document)
        .map_err(|error| Problem::new(ProblemKind::Local, "The bundle cannot be written").because(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

fn document(report: &Report<'_>, names: NamesInBundle) -> Value {
    let mut document = report.json();
    let secret_failed = is_about_secret(&document["problem"]);
    document["system"] = json!({ "os": std::env::consts::OS, "arch": std::env::consts::ARCH });
    document["settings"] = settings(report.profile);
    document["names"] = json!(match names {
        NamesInBundle::Plain => "plain",
        NamesInBundle::Hashed => "hashed with a key that is not stored",
    });
    if secret_failed {
        // A command that prints a secret may also print it in its error message.
        document["problem"]["because"] = json!([OMITTED]);
    }
    if let Some(steps) = document["steps"].as_array_mut() {
        for step in steps.iter_mut().filter(|step| is_about_secret(&step["problem"])) {
            step["problem"]["because"] = json!([OMITTED]);
        }
    }
    if names == NamesInBundle::Hashed {
        // A banner names the organisation, and an instruction may name a phone.
        for message in document["hop_messages"].as_array_mut().into_iter().flatten() {
            message["lines"] = json!(OMITTED);
        }
        if document["problem"]["server"]["code"] == 1049 {
            // The hint lists the names of databases.
            document["problem"]["next"] = json!(OMITTED);
        }
        for list in ["steps", "host_keys"] {
            for entry in document[list].as_array_mut().into_iter().flatten() {
                if entry["problem"]["server"]["code"] == 1049 {
                    entry["problem"]["next"] = json!(OMITTED);
                }
                if entry.get("randomart").is_some() {
                    entry["randomart"] = json!(OMITTED);
                }
            }
        }
    }
    document
}

/// Returns whether a problem is about the source of a secret. Its causes may quote the output of a command.
fn is_about_secret(problem: &Value) -> bool {
    let mut texts = problem["because"].as_array().into_iter().flatten().chain([&problem["what"]]);
    texts.any(|text| text.as_str().is_some_and(|text| text.contains("There is no secret")))
}

/// Returns the settings that can explain a failed connection. A secret appears only as the kind of its source.
fn settings(profile: &Profile) -> Value {
    json!({
        "route": profile.route.iter().map(hop).collect::<Vec<_>>(),
        "identity_passphrase": profile.identity_passphrase.as_ref().map(source),
        "host": profile.host,
        "port": profile.port,
        "user": profile.user,
        "password": profile.password.as_ref().map(source),
        "tls": match profile.tls {
            TlsMode::Disabled => "disabled",
            TlsMode::Preferred => "preferred",
            TlsMode::Required => "required",
            TlsMode::VerifyCa => "verify-ca",
            TlsMode::VerifyIdentity => "verify-identity",
        },
        "ca": profile.ca.as_ref().map(|path| path.display().to_string()),
        "proxy_command": profile.proxy_command == CommandConsent::Given,
        "tls_server_name": profile.tls_server_name,
        "cleartext": profile.cleartext,
        "database": profile.database,
        "require_replica": profile.require_replica,
        "blinding": profile.blinding.is_some(),
        "time_zone": profile.time_zone.as_str(),
        "sql_mode": profile.sql_mode,
        "tunnel": profile.tunnel,
    })
}

fn hop(hop: &Hop) -> Value {
    let paths = |paths: &[std::path::PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    json!({
        "host": hop.host,
        "port": hop.port,
        "user": hop.user,
        "identity": paths(&hop.identity),
        "certificate": hop.certificate.is_some(),
        "host_key": hop.host_key,
        "known_hosts": hop.known_hosts.as_ref().map(|path| path.display().to_string()),
    })
}

fn source(source: &SecretSource) -> &'static str {
    match source {
        SecretSource::Command(_) => "command",
        SecretSource::Env(_) => "env",
        SecretSource::File(_) => "file",
        SecretSource::Keyring(_) => "keyring",
        SecretSource::Prompt => "prompt",
    }
}

/// Fields with fixed words of the format, which must not change even if an account has the same name.
const FIXED_FIELDS: [&str; 9] = ["format", "rrx", "time", "environment", "outcome", "step", "state", "role", "tls"];

/// Changes every text of a document, except for its keys and the fixed fields.
fn for_each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| for_each_text(value, change)),
        Value::Object(fields) => {
            let others = fields.iter_mut().filter(|(name, _)| !FIXED_FIELDS.contains(&name.as_str()));
            others.for_each(|(_, value)| for_each_text(value, change));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_about_a_secret_is_recognized() {
        assert!(is_about_secret(&json!({ "what": "There is no secret for this sign-in", "because": ["x"] })));
        assert!(is_about_secret(&json!({ "what": "y", "because": ["There is no secret for this sign-in", "x"] })));
        assert!(!is_about_secret(&json!({ "what": "y", "because": ["x"] })));
        assert!(!is_about_secret(&Value::Null));
    }

    #[test]
    fn an_account_named_like_a_step_does_not_change_the_steps() {
        let anonymizer = Anonymizer::with_names(&[("mysql", "user"), ("ok", "profile")]);
        let mut document =
            json!({ "steps": [{ "step": "mysql", "state": "ok", "found": "as mysql" }], "user": "mysql" });
        for_each_text(&mut document, &mut |text| *text = anonymizer.replace_names(text));
        let word = anonymizer.pseudonym("user", "mysql");
        let step = json!({ "step": "mysql", "state": "ok", "found": format!("as {word}") });
        assert_eq!(document, json!({ "steps": [step], "user": word }));
    }
}
