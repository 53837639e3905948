//! Signs in at the replica with a cached password, the password from the profile's source, or one that the user types.
//! Explains a failed sign-in.

use std::sync::Arc;
use std::time::Duration;

use mysql_async::Conn;
use tokio::time::{Instant, timeout};

use super::connector::{Connector, PasswordSource};
use super::convert::{self, sorted_names};
use super::env::SessionEnv;
use super::error::SessionError;
use super::events::{EventSender, SessionPrompter};
use super::internal_query;
use super::pin::pin;
use super::route::ReplicaRoute;
use super::run_internal::{Batching, run_internal};
use super::secrets::{password_purpose, read_secret, secret_age};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{CommandLine, Profile, Secret, SecretOddity, SecretSource, TlsMode};
use crate::domain::protocol::{Answer, Question};

/// The server's error for a wrong user or password.
const ACCESS_DENIED: u16 = 1045;
/// The server's error for a database that does not exist.
const UNKNOWN_DATABASE: u16 = 1049;
/// How many times the user may type another password. Few, because servers count failures.
const TYPED_PASSWORDS: u32 = 2;

/// The first connection of a session.
pub(super) struct SignedInConnection {
    pub(super) conn: Conn,
    pub(super) connector: Connector,
    /// Set if the accepted password is not the stored one.
    pub(super) warning: Option<String>,
    pub(super) took: Duration,
}

/// Why the sign-in failed.
pub(super) enum SignInError {
    /// The connection to the server failed. An earlier connection step has already reported it.
    Reported(Problem),
    /// The server refused the account, or there is no password.
    Refused(Problem),
}

/// Opens the first connection.
pub(super) async fn sign_in(
    profile: &Arc<Profile>,
    database: Option<&str>,
    env: &SessionEnv,
    route: ReplicaRoute,
    prompter: &SessionPrompter,
) -> Result<SignedInConnection, SignInError> {
    let prompt = password_prompt(profile);
    let mut cached = prompter.credentials.get(&prompt);
    let password = match cached.clone() {
        Some(secret) => PasswordSource::Typed(secret),
        None => password_source(profile, env, prompter).await.map_err(SignInError::Refused)?,
    };
    let mut connector =
        Connector::new(Arc::clone(profile), route, password, env).await.map_err(SignInError::Reported)?;
    connector.route.report_server_step(profile, &prompter.events).await;
    let begun = Instant::now();
    let mut typed_passwords = 0;
    let conn = loop {
        let error = match connector.open(database).await {
            Ok(conn) => break conn,
            // The forward failed and has reported itself as a step. The MySQL step was not tried.
            Err(SessionError::Reported(problem)) if !connector.route.has_reached_server() => {
                return Err(SignInError::Reported(problem));
            }
            Err(error) => error,
        };
        let is_denied = error.server_code() == Some(ACCESS_DENIED);
        let problem = sign_in_problem(error, &connector, database, &prompter.events).await;
        if !is_denied {
            return Err(SignInError::Refused(problem));
        }
        prompter.credentials.set(&prompt, None);
        if cached.take().is_some() && has_stored_password(profile) {
            // The cached password is no longer valid. The source of the profile may have the new one.
            connector.password = password_source(profile, env, prompter).await.map_err(SignInError::Refused)?;
            continue;
        }
        let problem = with_password_hint(profile, problem, env).await;
        let problem = match (connector.password_oddity(), &profile.password) {
            (Some(oddity), Some(source)) => with_oddity(problem, oddity, source),
            _ => problem,
        };
        if typed_passwords == TYPED_PASSWORDS {
            return Err(SignInError::Refused(problem));
        }
        typed_passwords += 1;
        let typed = ask_instead(profile, problem.clone(), prompter).await.ok_or(SignInError::Refused(problem))?;
        connector.password = PasswordSource::Typed(typed);
    };
    if let PasswordSource::Typed(secret) = &connector.password {
        prompter.credentials.set(&prompt, Some(secret));
    }
    let warning = if typed_passwords > 0 { outdated_password_warning(profile, &env.command_line) } else { None };
    Ok(SignedInConnection { conn, connector, warning, took: begun.elapsed() })
}

/// Returns whether the profile names a source for the password.
fn has_stored_password(profile: &Profile) -> bool {
    !matches!(profile.password, None | Some(SecretSource::Prompt))
}

/// Adds a hint about a refused password.
async fn with_password_hint(profile: &Profile, mut problem: Problem, env: &SessionEnv) -> Problem {
    if !has_stored_password(profile) && !matches!(profile.tls, TlsMode::Disabled) {
        problem = problem.hint("type the password again; if it was rotated, ask the administrator of the replica");
    }
    let Some(source) = &profile.password else { return problem };
    let age = secret_age(env, source.clone()).await;
    match source.hint_when_refused(&profile.name, age, &env.command_line) {
        Some(hint) => problem.hint(match profile.tls {
            TlsMode::Disabled => format!("{OVER_TLS_ONLY}; otherwise: {hint}"),
            _ => hint,
        }),
        None => problem,
    }
}

/// Adds that the stored password has something at its ends that is probably not a part of it. That is more likely than a new password.
fn with_oddity(problem: Problem, oddity: SecretOddity, source: &SecretSource) -> Problem {
    let otherwise = problem.hint.as_ref().map_or_else(String::new, |hint| format!("; otherwise: {hint}"));
    let hint = match source {
        SecretSource::File(path) => format!("write only the password to the first line of {}", path.display()),
        SecretSource::Command(_) => "change the command so that it prints only the password".to_owned(),
        SecretSource::Env(name) => format!("set {name} to only the password"),
        SecretSource::Keyring(_) | SecretSource::Prompt => "store only the password".to_owned(),
    };
    let what = format!("the password from {} {}, and that was sent too", source.describe(), oddity.describe());
    problem.because(what).hint(format!("{hint}{otherwise}"))
}

fn password_prompt(profile: &Profile) -> String {
    format!("Password of {} at {}", profile.user, profile.host)
}

/// Asks for another password than the one that was refused or could not be read. `None` when the user declines.
async fn ask_instead(profile: &Profile, problem: Problem, prompter: &SessionPrompter) -> Option<Secret> {
    let prompt = password_prompt(profile);
    match prompter.question(Question::RetrySecret { prompt, problem }).await {
        Answer::Secret(secret) => Some(secret),
        Answer::Accept | Answer::Decline | Answer::Secrets(_) => None,
    }
}

/// Returns the warning that the stored password is outdated, after a typed one was accepted.
fn outdated_password_warning(profile: &Profile, rrx: &CommandLine) -> Option<String> {
    let hint = profile.password.as_ref()?.hint_when_refused(&profile.name, None, rrx)?;
    Some(format!("the typed password differs from the stored one: {hint}"))
}

async fn password_source(
    profile: &Profile,
    env: &SessionEnv,
    prompter: &SessionPrompter,
) -> Result<PasswordSource, Problem> {
    match &profile.password {
        None | Some(SecretSource::Prompt) => {
            let prompt = password_prompt(profile);
            match prompter.question(Question::Secret { prompt }).await {
                Answer::Secret(secret) => Ok(PasswordSource::Typed(secret)),
                Answer::Accept | Answer::Decline | Answer::Secrets(_) => Err(Problem::new(
                    ProblemKind::Interrupted,
                    "Connecting stopped, because no password was given",
                )
                .hint(
                    "try again to type it, or set `password = { command = \"…\" }` in the profile so that rrx does not ask",
                )
                .then(Remedy::Settings)),
            }
        }
        Some(source @ SecretSource::Command(_)) => Ok(PasswordSource::EachTime(source.clone(), Box::new(env.clone()))),
        Some(source) => match read_secret(env, source.clone(), &password_purpose(profile)).await {
            // The user can type what the keyring does not have.
            Err(problem) if matches!(source, SecretSource::Keyring(_)) => {
                ask_instead(profile, problem.clone(), prompter).await.map(PasswordSource::Typed).ok_or(problem)
            }
            result => result.map(PasswordSource::Stored),
        },
    }
}

/// The hint for an account that was refused without TLS.
const OVER_TLS_ONLY: &str =
    "the server may accept this account over TLS only: set tls = \"verify-identity\" and `ca` in the profile";

/// Returns the problem of a failed handshake. For an unknown database it names those that exist.
async fn sign_in_problem(
    error: SessionError,
    connector: &Connector,
    database: Option<&str>,
    events: &EventSender,
) -> Problem {
    let profile = &connector.profile;
    let code = error.server_code();
    let mut problem = error.into_connect_problem(&profile.host, profile.port, &profile.user);
    if code == Some(ACCESS_DENIED) && matches!(profile.tls, TlsMode::Disabled) {
        // For an account with REQUIRE SSL, MariaDB returns this error, and MySQL this or 3159.
        problem.hint = Some(format!("{OVER_TLS_ONLY}; otherwise the password may have been rotated"));
    }
    let Some(database) = database.filter(|_| code == Some(UNKNOWN_DATABASE)) else { return problem };
    problem.what = format!("There is no database {database} on {}:{}", profile.host, profile.port);
    if let Ok(names) = schema_names(connector, events).await {
        problem.hint = Some(format!("choose one that exists: {}", names.join(", ")));
        problem.then = Some(Remedy::Settings);
    }
    problem
}

async fn schema_names(connector: &Connector, events: &EventSender) -> Result<Vec<String>, SessionError> {
    let mut conn = connector.open(None).await?;
    pin(&mut conn, &connector.profile, Batching::OneByOne, events).await?;
    let rows = run_internal(&mut conn, &internal_query::schema_names(), events).await?;
    let _ = timeout(limits::KILL, conn.disconnect()).await;
    Ok(sorted_names(rows.iter().filter_map(|row| convert::text(row, 0))))
}
