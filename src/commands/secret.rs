//! `rrx secret`: puts a profile's password or passphrase into the keyring of the operating system, and takes it out. The date is
//! kept beside it, so that a refused password can be told its age; the secret itself is nowhere but in the keyring.

use std::io::Write;

use super::print;
use crate::cli::{SecretCommand, SecretOf};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Profile, Secret, SecretKind, SecretSource};
use crate::domain::protocol::Loaded;
use crate::io::storage::keyring::Keyring;
use crate::io::storage::stored::StoredDates;

/// Serves `rrx secret`. `ask` brings the secret that the user gives.
///
/// # Errors
/// A profile that is not there, a keyring that does not serve, an answer that is none.
pub fn run(
    command: &SecretCommand,
    loaded: &Loaded,
    (keyring, dates): (&dyn Keyring, &StoredDates),
    ask: impl FnOnce(&str) -> Result<Secret, Problem>,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let (SecretCommand::Set(of) | SecretCommand::Clear(of)) = command;
    let (profile, kind) = find(of, loaded)?;
    let entry = kind.entry(&profile.name);
    if !keyring.is_built_in() {
        return Err(without_keyring(profile, kind));
    }
    let words = match command {
        SecretCommand::Set(_) => {
            let secret = ask(&format!("{} of {}", capital(kind.word()), profile.name))?;
            if secret.reveal().is_empty() {
                return Err(
                    Problem::new(ProblemKind::Settings, "Nothing was stored").because("what was given is empty")
                );
            }
            store(&entry, &secret, keyring, dates)?;
            format!("The {} of {} is in the keyring.\n{}", kind.word(), profile.name, unused(profile, kind))
        }
        SecretCommand::Clear(_) => {
            let was_there = keyring.clear(&entry).map_err(|error| {
                Problem::new(ProblemKind::Local, "The keyring cannot be asked")
                    .because(error.to_string())
                    .hint(error.hint())
            })?;
            dates.forget(&entry)?;
            let (word, name) = (kind.word(), &profile.name);
            if was_there {
                format!("The {word} of {name} is out of the keyring.\n")
            } else {
                format!("The keyring had no {word} of {name}.\n")
            }
        }
    };
    print::text(err, &words)
}

/// Puts a secret into the keyring and notes the date.
///
/// # Errors
/// Why the keyring or the date does not take it.
pub fn store(entry: &str, secret: &Secret, keyring: &dyn Keyring, dates: &StoredDates) -> Result<(), Problem> {
    keyring.set(entry, secret).map_err(|error| {
        Problem::new(ProblemKind::Local, "The keyring did not take the secret")
            .because(error.to_string())
            .hint(error.hint())
    })?;
    dates.note(entry)
}

fn find<'a>(of: &SecretOf, loaded: &'a Loaded) -> Result<(&'a Profile, SecretKind), Problem> {
    let kind = if of.passphrase { SecretKind::Passphrase } else { SecretKind::Password };
    Ok((loaded.settings.require(&of.profile)?, kind))
}

fn source_of(profile: &Profile, kind: SecretKind) -> Option<&SecretSource> {
    match kind {
        SecretKind::Password => profile.password.as_ref(),
        SecretKind::Passphrase => profile.identity_passphrase.as_ref(),
    }
}

/// What to do in a build that has no keyring: where the secret may come from instead, and where it comes from now.
fn without_keyring(profile: &Profile, kind: SecretKind) -> Problem {
    let now = source_of(profile, kind).map_or_else(|| "you, when it is needed".into(), SecretSource::words);
    Problem::new(ProblemKind::Settings, "This build of rrx has no keyring, so nothing was stored or cleared")
        .because(format!("the {} of {} comes from {now}", kind.word(), profile.name))
        .hint(format!(
            "a build with the feature `keyring` has one; without it write {key} = {{ command = \"…\" }}, {{ file = \"…\" }}, \
             {{ env = \"…\" }} or {{ prompt = true }} into [profile.{}]",
            profile.name,
            key = kind.key()
        ))
        .then(Remedy::Settings)
}

/// A secret in the keyring that the profile does not ask for there.
fn unused(profile: &Profile, kind: SecretKind) -> String {
    match source_of(profile, kind) {
        Some(SecretSource::Keyring(_)) => String::new(),
        other => {
            let now = other.map_or_else(|| "you, when it is needed".into(), SecretSource::words);
            format!(
                "The profile takes it from {now}: write {} = {{ keyring = true }} into [profile.{}] to use it.\n",
                kind.key(),
                profile.name
            )
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
