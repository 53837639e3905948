//! `rrx profiles add`: adds a profile from flags, from answers or from a URL.

use super::draft::{check_new, draft, overwrite, password_source, save};
use super::source::ImportSource;
use super::{Interview, ProfilesDeps};
use crate::cli::{AddCommand, ProfileDetails};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Environment, Hop, ImportedConnection, ProfileDraft, TlsMode, parse_endpoint};
use crate::io::host::keyring::Keyring;

/// Adds the profile. If the flags name neither a replica nor a URL, asks for all values that the flags lack.
///
/// # Errors
/// Returns a problem that names what is missing or wrong; then nothing is written.
pub fn add(command: &AddCommand, deps: ProfilesDeps<'_>, interview: &mut Interview<'_>) -> Result<(), Problem> {
    check_new(&command.name, &command.details, deps)?;
    refuse_missing_keyring(&command.details, deps.secrets.keyring)?;
    let mut imported = match &command.url {
        Some(url) => ImportSource::url_or_stdin(url, interview)?.parse_url()?,
        None => ImportedConnection::default(),
    };
    if let Some((host, port)) = command.replica.clone() {
        (imported.host, imported.port) = (Some(host), port);
    }
    imported.user = command.user.clone().or(imported.user);
    imported.database = command.database.clone().or(imported.database);
    let mut details = command.details.clone();
    let mut without = Vec::new();
    if command.replica.is_none() && command.url.is_none() && interview.is_terminal {
        without = ask(&mut imported, &mut details, deps.secrets.keyring, interview)?;
    }
    let draft =
        ProfileDraft { removed_keys: without, ..draft(&command.name, imported, &details, deps.secrets, interview)? };
    save(&[draft], overwrite(&details), deps, interview)
}

/// Refuses a profile with a keyring if this build has none, because it could never connect.
fn refuse_missing_keyring(details: &ProfileDetails, keyring: &dyn Keyring) -> Result<(), Problem> {
    if !details.keyring || keyring.is_built_in() {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Settings, "This build of rrx has no keyring").because("nothing was written").hint(
        "use --prompt, --password-command, --password-file or --password-env, or a build with the feature `keyring`",
    ))
}

/// Asks for the values that the flags lack. Returns the settings that the profile must not have.
fn ask(
    imported: &mut ImportedConnection,
    details: &mut ProfileDetails,
    keyring: &dyn Keyring,
    interview: &mut Interview<'_>,
) -> Result<Vec<&'static str>, Problem> {
    let mut without = Vec::new();
    interview.print("Enter your access data. Press Enter for the value in brackets, or Ctrl-D to cancel.")?;
    if details.environment.is_none() {
        let question = "Environment: production, validation, test or development";
        imported.environment = Some(interview.ask(question, "production", |answer| {
            Environment::from_alias(answer).ok_or_else(|| "choose one of these environments".to_owned())
        })?);
    }
    if details.bastions.is_empty() {
        let question = "Bastion, as [user@]host[:port]; several separated by spaces; - for none";
        imported.route = interview.ask(question, "", |answer| match answer {
            "" => Err("enter a host, or - for a direct connection".into()),
            "-" => Ok(Vec::new()),
            hops => hops.split_whitespace().map(|hop| hop.parse::<Hop>().map_err(|why| why.to_string())).collect(),
        })?;
        if imported.route.is_empty() {
            without.push("route");
        }
    }
    let has_hops = !details.bastions.is_empty() || !imported.route.is_empty();
    if has_hops && details.identities.is_empty() {
        let question = "SSH key file; - for the keys of the agent and of ~/.ssh";
        let file = interview.ask(question, "-", |answer| Ok(answer.to_owned()))?;
        details.identities.extend(Some(file).filter(|file| file != "-").map(Into::into));
        if details.identities.is_empty() {
            without.push("identity");
        }
    }
    let (host, port) =
        interview.ask("Replica, as host[:port]", "", |answer| parse_endpoint(answer).map_err(|why| why.to_string()))?;
    (imported.host, imported.port) = (Some(host), port);
    if imported.user.is_none() {
        imported.user = Some(interview.ask("Account on the replica", "", not_empty)?);
    }
    if imported.database.is_none() {
        let name = interview.ask("Database to start in; - for none", "-", |answer| Ok(answer.to_owned()))?;
        imported.database = Some(name).filter(|name| name != "-");
        if imported.database.is_none() {
            without.push("database");
        }
    }
    if details.tls.is_none() && details.ca.is_none() {
        without.extend(ask_tls(imported, interview)?);
    }
    if password_source(details).is_none() {
        ask_password_source(details, keyring, interview)?;
    }
    Ok(without)
}

/// Asks for the TLS mode, and for the CA if the mode verifies the certificate. Returns the settings that the profile must not have.
fn ask_tls(imported: &mut ImportedConnection, interview: &mut Interview<'_>) -> Result<Option<&'static str>, Problem> {
    let question = "TLS: verify-identity, verify-ca, required, preferred or disabled";
    let tls = interview.ask(question, TlsMode::default().name(), |answer| {
        TlsMode::from_alias(answer).ok_or_else(|| "choose one of these modes".to_owned())
    })?;
    imported.tls = Some(tls);
    if !matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
        return Ok(Some("ca"));
    }
    let file = if tls == TlsMode::VerifyCa {
        interview.ask("CA file that verifies the replica, as PEM", "", |answer| match answer {
            "-" => Err("verify-ca requires a CA file".to_owned()),
            answer => not_empty(answer),
        })?
    } else {
        let question = "CA file that verifies the replica, as PEM; - for the CAs that are built in";
        interview.ask(question, "-", |answer| Ok(answer.to_owned()))?
    };
    imported.ca = Some(file).filter(|file| file != "-").map(Into::into);
    Ok(imported.ca.is_none().then_some("ca"))
}

fn ask_password_source(
    details: &mut ProfileDetails,
    keyring: &dyn Keyring,
    interview: &mut Interview<'_>,
) -> Result<(), Problem> {
    let (question, default) = if keyring.is_built_in() {
        ("Source of the password: prompt, keyring, command, file or env", "keyring")
    } else {
        ("Source of the password: prompt, command, file or env", "prompt")
    };
    let source = interview.ask(question, default, |answer| match answer {
        "keyring" if !keyring.is_built_in() => Err("this build has no keyring: choose another source".to_owned()),
        "prompt" | "keyring" | "command" | "file" | "env" => Ok(answer.to_owned()),
        _ => Err("choose one of these sources".into()),
    })?;
    match source.as_str() {
        "keyring" => details.keyring = true,
        "command" => details.password_command = Some(interview.ask("Command that prints it", "", not_empty)?),
        "file" => details.password_file = Some(interview.ask("File that has it as first line", "", not_empty)?.into()),
        "env" => details.password_env = Some(interview.ask("Environment variable that has it", "", not_empty)?),
        _ => details.prompt = true,
    }
    Ok(())
}

fn not_empty(answer: &str) -> Result<String, String> {
    if answer.is_empty() { Err("an answer is required".to_owned()) } else { Ok(answer.to_owned()) }
}
