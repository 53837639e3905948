//! `rrx profiles add`: what onboarding gives, from flags, from questions or from a URL, into the settings file.

use std::path::{Path, PathBuf};

use super::Talk;
use super::import::{self, Source};
use crate::cli::{AddCommand, ProfileDetails};
use crate::commands::secret;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{
    self, Draft, Environment, Hop, Imported, Overwrite, SecretKind, SecretSource, check_name, endpoint,
};
use crate::io::storage::keyring::Keyring;
use crate::io::storage::paths::Paths;
use crate::io::storage::settings;
use crate::io::storage::stored::StoredDates;

/// Serves it.
///
/// # Errors
/// What is missing or wrong; then nothing is written.
pub fn add(
    command: &AddCommand,
    paths: &Paths,
    (keyring, dates): (&dyn Keyring, &StoredDates),
    talk: &mut Talk<'_>,
) -> Result<(), Problem> {
    check_name(&command.name)?;
    refuse_missing_keyring(&command.details, keyring)?;
    let mut imported = match &command.url {
        Some(url) => import::url(&Source::url(url, talk)?)?,
        None => Imported::default(),
    };
    if let Some((host, port)) = command.replica.clone() {
        (imported.host, imported.port) = (Some(host), port);
    }
    imported.user = command.user.clone().or(imported.user);
    imported.database = command.database.clone().or(imported.database);
    let mut details = command.details.clone();
    let mut without = Vec::new();
    if command.replica.is_none() && command.url.is_none() && talk.is_terminal {
        without = ask(&mut imported, &mut details, keyring, talk)?;
    }
    let draft = Draft { without, ..draft(&command.name, imported, &details, (keyring, dates), talk)? };
    save(&[draft], details.replace, (paths, dates), talk)
}

/// A profile that takes its password from a keyring that this build does not have could never connect.
pub(super) fn refuse_missing_keyring(details: &ProfileDetails, keyring: &dyn Keyring) -> Result<(), Problem> {
    if !details.keyring || keyring.is_built_in() {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Settings, "This build of rrx has no keyring").because("nothing was written").hint(
        "take --prompt, --password-command, --password-file or --password-env, or a build with the feature `keyring`",
    ))
}

/// Asks for what the flags do not give; answers with what there shall not be.
fn ask(
    imported: &mut Imported,
    details: &mut ProfileDetails,
    keyring: &dyn Keyring,
    talk: &mut Talk<'_>,
) -> Result<Vec<&'static str>, Problem> {
    let mut without = Vec::new();
    talk.say("What onboarding gave you. An empty answer takes what stands in brackets; Ctrl-D saves nothing.")?;
    if details.environment.is_none() {
        let words = "Environment: production, validation, test or development";
        imported.environment = Some(talk.ask(words, "production", |answer| {
            Environment::meant(answer).ok_or_else(|| "one of these words".to_owned())
        })?);
    }
    if details.bastions.is_empty() {
        let question = "Bastion, as [user@]host[:port]; several with a blank between them; none: -";
        imported.route = talk.ask(question, "", |answer| match answer {
            "" => Err("a host, or - for a direct connection".into()),
            "-" => Ok(Vec::new()),
            hops => hops.split_whitespace().map(|hop| hop.parse::<Hop>().map_err(|why| why.to_string())).collect(),
        })?;
        if imported.route.is_empty() {
            without.push("route");
        }
    }
    let (host, port) =
        talk.ask("Replica, as host[:port]", "", |answer| endpoint(answer).map_err(|why| why.to_string()))?;
    (imported.host, imported.port) = (Some(host), port);
    let given = |answer: &str| if answer.is_empty() { Err("it is needed".to_owned()) } else { Ok(answer.to_owned()) };
    if imported.user.is_none() {
        imported.user = Some(talk.ask("Account on the replica", "", given)?);
    }
    if imported.database.is_none() {
        let name = talk.ask("Database to start in; none: -", "-", |answer| Ok(answer.to_owned()))?;
        imported.database = Some(name).filter(|name| name != "-");
        if imported.database.is_none() {
            without.push("database");
        }
    }
    if source(details).is_none() {
        let (question, usual) = if keyring.is_built_in() {
            ("Where the password comes from: prompt, keyring, command, file or env", "keyring")
        } else {
            ("Where the password comes from: prompt, command, file or env", "prompt")
        };
        let word = talk.ask(question, usual, |answer| match answer {
            "keyring" if !keyring.is_built_in() => Err("the keyring is not in this build: take another one".to_owned()),
            "prompt" | "keyring" | "command" | "file" | "env" => Ok(answer.to_owned()),
            _ => Err("one of these words".into()),
        })?;
        match word.as_str() {
            "keyring" => details.keyring = true,
            "command" => details.password_command = Some(talk.ask("Command that prints it", "", given)?),
            "file" => details.password_file = Some(talk.ask("File whose first line it is", "", given)?.into()),
            "env" => details.password_env = Some(talk.ask("Variable that holds it", "", given)?),
            _ => details.prompt = true,
        }
    }
    Ok(without)
}

/// The password's source that the flags name.
fn source(details: &ProfileDetails) -> Option<SecretSource> {
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
        // The name under which it stands is the profile's, and comes with it.
        (true, _) => Some(SecretSource::Keyring(String::new())),
        (_, true) => Some(SecretSource::Prompt),
        _ => None,
    }
}

/// A path of the command line counts from here, one of the settings from the settings file.
fn absolute(path: &Path) -> PathBuf {
    if path.starts_with("~") { path.to_owned() } else { std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) }
}

/// A draft of what was found and what the flags say; the flags win. A password that was found goes into the keyring or nowhere.
///
/// # Errors
/// What is missing.
pub(super) fn draft(
    name: &str,
    imported: Imported,
    details: &ProfileDetails,
    (keyring, dates): (&dyn Keyring, &StoredDates),
    talk: &mut Talk<'_>,
) -> Result<Draft, Problem> {
    for note in &imported.notes {
        talk.say(&format!("{name}: {note}"))?;
    }
    let missing = |flag: &str, what: &str| {
        Problem::new(ProblemKind::Settings, format!("The profile {name} needs {what}"))
            .because("nothing was written")
            .hint(format!("say {flag}, or run it on a terminal to be asked"))
    };
    let host = imported.host.ok_or_else(|| missing("--replica HOST[:PORT]", "the replica's host"))?;
    let user = imported.user.ok_or_else(|| missing("--user NAME", "an account"))?;
    let entry = SecretKind::Password.entry(name);
    let mut password = source(details).map(|source| match source {
        SecretSource::Keyring(_) => SecretSource::Keyring(entry.clone()),
        other => other,
    });
    if let Some(found) = imported.password {
        let wants_keyring = match &password {
            Some(SecretSource::Keyring(_)) => true,
            Some(_) => false,
            None => {
                keyring.is_built_in()
                    && talk.is_terminal
                    && talk.agrees(&format!("{name}: a password was found. Put it into the keyring?"))?
            }
        };
        let stored = wants_keyring && store(&entry, &found, (keyring, dates), talk)?;
        if !stored {
            talk.say(&format!(
                "{name}: the password that was found is not kept anywhere, and does not go into the settings. {}",
                match &password {
                    None | Some(SecretSource::Prompt) => "rrx asks for it.".to_owned(),
                    Some(source) => format!("It will come from {}.", source.words()),
                }
            ))?;
        }
        if stored {
            password = Some(SecretSource::Keyring(entry));
        }
    }
    Ok(Draft {
        name: name.to_owned(),
        environment: details.environment.map(Environment::from).or(imported.environment),
        route: if details.bastions.is_empty() { imported.route } else { details.bastions.clone() },
        host,
        port: imported.port,
        user,
        database: imported.database,
        password,
        tls: details.tls.map(profile::TlsMode::from).or(imported.tls),
        ca: details.ca.as_ref().or(imported.ca.as_ref()).map(|ca| absolute(ca)),
        without: Vec::new(),
    })
}

/// Puts a found password into the keyring; says why where that cannot be done.
fn store(
    entry: &str,
    found: &profile::Secret,
    (keyring, dates): (&dyn Keyring, &StoredDates),
    talk: &mut Talk<'_>,
) -> Result<bool, Problem> {
    match secret::store(entry, found, keyring, dates) {
        Ok(()) => {
            talk.say(&format!("The password of {entry} is in the keyring."))?;
            Ok(true)
        }
        Err(problem) => {
            talk.say(&format!("rrx: {problem}"))?;
            Ok(false)
        }
    }
}

/// Writes drafts into the settings, all of them or none.
///
/// # Errors
/// Why they cannot be written.
pub(super) fn save(
    drafts: &[Draft],
    replace: bool,
    (paths, dates): (&Paths, &StoredDates),
    talk: &mut Talk<'_>,
) -> Result<(), Problem> {
    let overwrite = if replace { Overwrite::Allowed } else { Overwrite::Forbidden };
    settings::change(paths, |text, file| {
        drafts.iter().try_fold(text.to_owned(), |text, draft| profile::add(&text, file, draft, overwrite))
    })?;
    for draft in drafts {
        talk.say(&saved(&draft.name, paths))?;
        if let Some(source @ SecretSource::Keyring(_)) = &draft.password
            && dates.days(source).is_none()
        {
            let line = paths.command_line.with(&format!("secret set {}", draft.name));
            talk.say(&format!("`{line}` stores its password in the keyring."))?;
        }
    }
    Ok(())
}

/// What is said when a profile is there.
pub(super) fn saved(name: &str, paths: &Paths) -> String {
    format!("[profile.{name}] is in {}. `{}` opens it.", paths.config.display(), paths.command_line.with(name))
}
