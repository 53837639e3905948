//! `rrx secret`: stores the password or passphrase of a profile in the keyring of the operating system, or deletes it. The date
//! is stored separately, so that the message about a refused sign-in can include the age of the password.

use std::io::{IsTerminal as _, Write};

use super::common::context::CommandContext;
use super::common::print;
use crate::cli::{SecretCommand, SecretOf};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Profile, Secret, SecretKind, SecretSource};
use crate::domain::protocol::LoadedSettings;
use crate::io::env::SecretStore;
use crate::io::host::secrets;

/// Runs `rrx secret`. The secret is asked for on a terminal, and read from the first line of standard input otherwise.
///
/// # Errors
/// Returns a problem if there is no such profile, no keyring, or no usable answer.
pub fn execute(command: &SecretCommand, context: &CommandContext) -> Result<(), Problem> {
    let loaded = context.load_settings_and_report()?;
    let dates = context.env.stored_dates();
    let store = SecretStore { keyring: context.env.keyring, dates: &dates };
    let ask = |prompt: &str| {
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            (context.env.prompts.hidden)(prompt)
        } else {
            secrets::read_first_line(stdin.lock(), context.command_line())
        }
    };
    run(command, &loaded, store, ask, &mut std::io::stderr())
}

/// Stores or deletes a secret. `ask` returns the secret that the user enters.
///
/// # Errors
/// Returns a problem if there is no such profile, no keyring, or no usable answer.
pub fn run(
    command: &SecretCommand,
    loaded: &LoadedSettings,
    store: SecretStore<'_>,
    ask: impl FnOnce(&str) -> Result<Secret, Problem>,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let (SecretCommand::Set(of) | SecretCommand::Clear(of)) = command;
    let (profile, kind) = find(of, loaded)?;
    let (entry, name) = (kind.keyring_name(&profile.name), &profile.name);
    if !store.keyring.is_built_in() {
        return Err(no_keyring(profile, kind));
    }
    let message = match command {
        SecretCommand::Set(_) => {
            let secret = ask(&format!("{} of {name}", capitalized(kind.name())))?;
            if secret.reveal().is_empty() {
                return Err(Problem::new(ProblemKind::Settings, "Nothing was stored").because("the input is empty"));
            }
            store.store(&entry, &secret)?;
            format!("The {} of {name} is in the keyring.\n{}", kind.name(), unused_note(profile, kind))
        }
        SecretCommand::Clear(_) => {
            if store.clear(&entry)? {
                format!("Deleted the {} of {name} from the keyring.\n", kind.name())
            } else {
                format!("The keyring had no {} of {name}.\n", kind.name())
            }
        }
    };
    print::text(err, &message)
}

fn find<'a>(of: &SecretOf, loaded: &'a LoadedSettings) -> Result<(&'a Profile, SecretKind), Problem> {
    let kind = if of.passphrase { SecretKind::Passphrase } else { SecretKind::Password };
    Ok((loaded.settings.require(&of.profile)?, kind))
}

/// Describes the current source of a profile's secret.
fn current_source(profile: &Profile, kind: SecretKind) -> String {
    source_of(profile, kind).map_or_else(|| "a prompt".into(), SecretSource::describe)
}

fn source_of(profile: &Profile, kind: SecretKind) -> Option<&SecretSource> {
    match kind {
        SecretKind::Password => profile.password.as_ref(),
        SecretKind::Passphrase => profile.identity_passphrase.as_ref(),
    }
}

/// Makes the problem of a build without keyring, with the other sources of a secret.
fn no_keyring(profile: &Profile, kind: SecretKind) -> Problem {
    Problem::new(ProblemKind::Settings, "This build of rrx has no keyring, so nothing was stored or deleted")
        .because(format!("the {} of {} comes from {}", kind.name(), profile.name, current_source(profile, kind)))
        .hint(format!(
            "use a build with the feature `keyring`, or write {key} = {{ command = \"…\" }}, {{ file = \"…\" }}, \
             {{ env = \"…\" }} or {{ prompt = true }} to [profile.{}]",
            profile.name,
            key = kind.key()
        ))
        .then(Remedy::Settings)
}

/// Returns a note if the profile does not take the secret from the keyring.
fn unused_note(profile: &Profile, kind: SecretKind) -> String {
    match source_of(profile, kind) {
        Some(SecretSource::Keyring(_)) => String::new(),
        _ => format!(
            "The profile does not use it yet, but {}: write {} = {{ keyring = true }} to [profile.{}].\n",
            current_source(profile, kind),
            kind.key(),
            profile.name
        ),
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
