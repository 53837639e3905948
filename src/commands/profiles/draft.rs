//! Makes drafts of profiles from imported values and flags, and writes drafts to the settings file.

use std::path::{Path, PathBuf};

use super::{Interview, ProfilesDeps};
use crate::cli::ProfileDetails;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{
    self, Environment, ImportedConnection, Overwrite, ProfileDraft, Secret, SecretKind, SecretSource,
};
use crate::io::env::SecretStore;
use crate::io::storage::paths::Paths;
use crate::io::storage::settings;

/// Makes a draft from imported values and flags. Flags win. An imported password is stored in the keyring or not at all.
///
/// # Errors
/// Returns a problem that names what is missing.
pub(super) fn draft(
    name: &str,
    mut imported: ImportedConnection,
    details: &ProfileDetails,
    secrets: SecretStore<'_>,
    interview: &mut Interview<'_>,
) -> Result<ProfileDraft, Problem> {
    for note in &imported.notes {
        interview.print(&format!("{name}: {note}"))?;
    }
    let missing = |flag: &str, what: &str| {
        Problem::new(ProblemKind::Settings, format!("The profile {name} needs {what}"))
            .because("nothing was written")
            .hint(format!("add {flag}, or run the command on a terminal, where rrx asks"))
    };
    let host = imported.host.ok_or_else(|| missing("--replica HOST[:PORT]", "the host of the replica"))?;
    let user = imported.user.ok_or_else(|| missing("--user NAME", "an account"))?;
    let entry = SecretKind::Password.keyring_name(name);
    let mut password = password_source(details).map(|source| match source {
        SecretSource::Keyring(_) => SecretSource::Keyring(entry.clone()),
        other => other,
    });
    if let Some(found) = imported.password.take()
        && handle_password(name, &found, password.as_ref(), secrets, interview)?
    {
        password = Some(SecretSource::Keyring(entry));
    }
    Ok(ProfileDraft {
        name: name.to_owned(),
        environment: details.environment.map(Environment::from).or(imported.environment),
        route: if details.bastions.is_empty() { imported.route } else { details.bastions.clone() },
        identity: if details.identities.is_empty() {
            imported.identity.into_iter().collect()
        } else {
            details.identities.iter().map(|file| absolute(file)).collect()
        },
        host,
        port: imported.port,
        user,
        database: imported.database,
        password,
        tls: details.tls.map(profile::TlsMode::from).or(imported.tls),
        ca: details.ca.as_ref().or(imported.ca.as_ref()).map(|ca| absolute(ca)),
        removed_keys: Vec::new(),
    })
}

/// Offers to store an imported password in the keyring. Returns whether it was stored.
fn handle_password(
    name: &str,
    found: &Secret,
    source: Option<&SecretSource>,
    secrets: SecretStore<'_>,
    interview: &mut Interview<'_>,
) -> Result<bool, Problem> {
    let use_keyring = match source {
        Some(SecretSource::Keyring(_)) => true,
        Some(_) => false,
        None => {
            secrets.keyring.is_built_in()
                && interview.is_terminal
                && interview.confirm(&format!("{name}: found a password. Store it in the keyring?"))?
        }
    };
    if use_keyring {
        let entry = SecretKind::Password.keyring_name(name);
        match secrets.store(&entry, found) {
            Ok(()) => {
                interview.print(&format!("The password of {entry} is in the keyring."))?;
                return Ok(true);
            }
            Err(problem) => interview.print(&format!("rrx: {problem}"))?,
        }
    }
    interview.print(&format!(
        "{name}: the password that was found is not stored, neither in the keyring nor in the settings. {}",
        match source {
            None | Some(SecretSource::Prompt) => "rrx asks for it.".to_owned(),
            Some(source) => format!("It will come from {}.", source.describe()),
        }
    ))?;
    Ok(false)
}

/// Returns the source of the password that the flags name.
pub(super) fn password_source(details: &ProfileDetails) -> Option<SecretSource> {
    if let Some(command) = &details.password_command {
        return Some(SecretSource::Command(command.clone()));
    }
    if let Some(file) = &details.password_file {
        return Some(SecretSource::File(absolute(file)));
    }
    if let Some(name) = &details.password_env {
        return Some(SecretSource::Env(name.clone()));
    }
    match (details.keyring, details.prompt) {
        // The draft fills in the name of the entry: it is that of the profile.
        (true, _) => Some(SecretSource::Keyring(String::new())),
        (_, true) => Some(SecretSource::Prompt),
        _ => None,
    }
}

/// Makes a path absolute. A path on the command line is relative to the working directory, but a path in the settings is
/// relative to the settings file.
fn absolute(path: &Path) -> PathBuf {
    if path.starts_with("~") { path.to_owned() } else { std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) }
}

/// Writes drafts to the settings file, all of them or none.
///
/// # Errors
/// Returns a problem if they cannot be written.
pub(super) fn save(
    drafts: &[ProfileDraft],
    overwrite: Overwrite,
    deps: ProfilesDeps<'_>,
    interview: &mut Interview<'_>,
) -> Result<(), Problem> {
    let paths = &deps.env.paths;
    settings::change(paths, |text, file| {
        drafts.iter().try_fold(text.to_owned(), |text, draft| profile::add(&text, file, draft, overwrite))
    })?;
    for draft in drafts {
        interview.print(&saved_message(&draft.name, paths))?;
        if let Some(source @ SecretSource::Keyring(_)) = &draft.password
            && deps.secrets.dates.age_in_days(source).is_none()
        {
            let line = paths.command_line.with(&format!("secret set {}", draft.name));
            interview.print(&format!("Store its password in the keyring with `{line}`."))?;
        }
    }
    Ok(())
}

/// Checks the name of a profile before anything is asked: it is valid, and free unless the flags allow replacing a profile.
///
/// # Errors
/// Returns a problem that says why the name cannot be used.
pub(super) fn check_new(name: &str, details: &ProfileDetails, deps: ProfilesDeps<'_>) -> Result<(), Problem> {
    let paths = &deps.env.paths;
    let loaded = settings::load(paths, settings::Presence::Optional);
    profile::check_new_name(name, &loaded.settings, overwrite(details))
}

/// Returns whether the flags allow replacing a profile.
pub(super) fn overwrite(details: &ProfileDetails) -> Overwrite {
    if details.replace { Overwrite::Allowed } else { Overwrite::Forbidden }
}

/// Returns the message after a profile was saved.
pub(super) fn saved_message(name: &str, paths: &Paths) -> String {
    format!("Saved [profile.{name}] in {}. Open it with `{}`.", paths.config.display(), paths.command_line.with(name))
}
