//! Signs in at the replica: with what is kept of this story, what the profile's source brings, or what the user types; and
//! tells why it is not let in.

use std::sync::Arc;
use std::time::Duration;

use mysql_async::Conn;
use tokio::time::{Instant, timeout};

use super::ask::{Manner, ask};
use super::connect::{Password, Recipe};
use super::events::Asker;
use super::fault::Fault;
use super::introspect::in_alphabet;
use super::link::Link;
use super::{Outside, convert, own, settings};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{CommandLine, Profile, Secret, SecretSource, TlsMode};
use crate::domain::protocol::{Answer, Question};

/// The server's error for a password that is not the account's.
const ACCESS_DENIED: u16 = 1045;
/// How often another password is asked for after that: servers count failures.
const TYPED_PASSWORDS: u32 = 2;

/// Let in.
pub(super) struct SignedIn {
    pub(super) conn: Conn,
    pub(super) recipe: Recipe,
    /// Worth a warning: the stored password is not the one that was good.
    pub(super) warning: Option<String>,
    pub(super) took: Duration,
}

/// Not let in.
pub(super) enum NotIn {
    /// The way to the server failed, and was told as a rung of its own.
    Told(Problem),
    /// The server, or whoever has the password, said no.
    Refused(Problem),
}

/// Opens the first connection.
pub(super) async fn sign_in(
    (profile, database): (&Arc<Profile>, Option<&str>),
    outside: &Outside,
    link: &Link,
    asker: &Asker,
) -> Result<SignedIn, NotIn> {
    let purpose = password_prompt(profile);
    let mut before = asker.typed.get(&purpose);
    let first = match before.clone() {
        Some(secret) => Password::Typed(secret),
        None => password(profile, outside, asker).await.map_err(NotIn::Refused)?,
    };
    let mut recipe = Recipe::new(Arc::clone(profile), first, outside).map_err(NotIn::Told)?;
    link.at_the_door(profile, &asker.tell).await;
    let begun = Instant::now();
    let mut instead_of_it = 0;
    let conn = loop {
        let fault = match recipe.open(link, database).await {
            Ok(conn) => break conn,
            // The forward has failed and was told as that rung: the one above it was not tried.
            Err(Fault::Told(problem)) if !link.is_at_the_door() => return Err(NotIn::Told(problem)),
            Err(fault) => fault,
        };
        let is_refused = fault.code() == Some(ACCESS_DENIED);
        let problem = sign_in_problem(fault, &recipe, link, database, asker).await;
        if !is_refused {
            return Err(NotIn::Refused(problem));
        }
        asker.typed.keep(&purpose, None);
        if before.take().is_some() && is_stored(profile) {
            // What was typed is good no longer. The source, in whose place it was, may know better by now.
            recipe.password = password(profile, outside, asker).await.map_err(NotIn::Refused)?;
            continue;
        }
        let problem = refused(profile, problem, outside).await;
        if instead_of_it == TYPED_PASSWORDS {
            return Err(NotIn::Refused(problem));
        }
        instead_of_it += 1;
        let typed = instead(profile, problem.clone(), asker).await.ok_or(NotIn::Refused(problem))?;
        recipe.password = Password::Typed(typed);
    };
    if let Password::Typed(secret) = &recipe.password {
        asker.typed.keep(&purpose, Some(secret));
    }
    let warning = not_the_stored_one(profile, instead_of_it, &outside.command_line);
    Ok(SignedIn { conn, recipe, warning, took: begun.elapsed() })
}

/// Whether the password comes from somewhere else than the user's head.
fn is_stored(profile: &Profile) -> bool {
    !matches!(profile.password, None | Some(SecretSource::Prompt))
}

/// What to do about a refused password.
async fn refused(profile: &Profile, mut problem: Problem, outside: &Outside) -> Problem {
    if !is_stored(profile) && !matches!(profile.tls, TlsMode::Disabled) {
        problem = problem.hint("type it again; it may have been rotated: ask whoever gave you the account");
    }
    let Some(source) = &profile.password else { return problem };
    let age = source_age(outside, source.clone()).await;
    match source.refused(&profile.name, age, &outside.command_line) {
        Some(hint) => problem.hint(match profile.tls {
            TlsMode::Disabled => format!("{OVER_TLS_ONLY}; otherwise: {hint}"),
            _ => hint,
        }),
        None => problem,
    }
}

fn password_prompt(profile: &Profile) -> String {
    format!("Password of {} at {}", profile.user, profile.host)
}

/// Asks for a password in place of the one that was refused or could not be had; nothing where nobody gives one.
async fn instead(profile: &Profile, problem: Problem, asker: &Asker) -> Option<Secret> {
    let prompt = password_prompt(profile);
    match asker.question(Question::Instead { prompt, problem }).await {
        Answer::Secret(secret) => Some(secret),
        Answer::Accept | Answer::Decline => None,
    }
}

async fn source_age(outside: &Outside, source: SecretSource) -> Option<u64> {
    let age = Arc::clone(&outside.secret_age);
    tokio::task::spawn_blocking(move || age(&source)).await.ok().flatten()
}

/// Connected with a typed password although one is stored: the stored one is still the old one.
fn not_the_stored_one(profile: &Profile, typed: u32, rrx: &CommandLine) -> Option<String> {
    let source = profile.password.as_ref().filter(|_| typed > 0)?;
    let hint = source.refused(&profile.name, None, rrx)?;
    Some(format!("the password that was typed is not the one that is kept: {hint}"))
}

async fn password(profile: &Profile, outside: &Outside, asker: &Asker) -> Result<Password, Problem> {
    match &profile.password {
        None | Some(SecretSource::Prompt) => {
            let prompt = password_prompt(profile);
            match asker.question(Question::Secret { prompt, echo: false }).await {
                Answer::Secret(secret) => Ok(Password::Typed(secret)),
                Answer::Accept | Answer::Decline => Err(Problem::new(
                    ProblemKind::Interrupted,
                    "No password was given, so connecting stops",
                )
                .hint("try again to be asked again; `password = { command = \"…\" }` in the profile brings it unasked")
                .then(Remedy::Settings)),
            }
        }
        Some(source @ SecretSource::Command(_)) => Ok(Password::Fresh(source.clone(), Box::new(outside.clone()))),
        Some(source) => match bring(outside, source.clone(), &password_of(profile)).await {
            // What a keyring does not give can be typed, where there is somebody.
            Err(problem) if matches!(source, SecretSource::Keyring(_)) => {
                instead(profile, problem.clone(), asker).await.map(Password::Typed).ok_or(problem)
            }
            brought => brought.map(Password::Kept),
        },
    }
}

/// What the account's password is called where it cannot be had.
pub(super) fn password_of(profile: &Profile) -> String {
    format!("the password of {} at {}", profile.user, profile.host)
}

/// Brings a secret on a thread that may block. A problem names it by these words, and its source.
pub(super) async fn bring(outside: &Outside, source: SecretSource, purpose: &str) -> Result<Secret, Problem> {
    let (bring, from) = (Arc::clone(&outside.secret), source.clone());
    let brought = tokio::task::spawn_blocking(move || bring(&from)).await;
    let brought = brought.unwrap_or_else(|_| Err(Problem::new(ProblemKind::Settings, "it could not be brought")));
    brought.map_err(|problem| {
        let hint = problem.hint.clone().unwrap_or_else(|| source.absent(&outside.command_line));
        let what = format!("There is no secret for {purpose}");
        let mut named = Problem { what, ..problem.clone() };
        if problem.what != named.what {
            named.because.insert(0, problem.what);
        }
        named.because(format!("it comes from {}", source.words())).hint(hint).then(Remedy::Settings)
    })
}

/// What a refused account is told where no TLS is tried.
const OVER_TLS_ONLY: &str =
    "the server may take this account over TLS only: write tls = \"verify-identity\" and `ca` into the profile";

/// Tells why the handshake failed; for an unknown database also which ones there are.
async fn sign_in_problem(fault: Fault, recipe: &Recipe, link: &Link, database: Option<&str>, asker: &Asker) -> Problem {
    let profile = &recipe.profile;
    let unknown = fault.code() == Some(1049);
    let refused = fault.code() == Some(ACCESS_DENIED);
    let mut problem = fault.connecting(&profile.host, profile.port, &profile.user);
    if refused && matches!(profile.tls, TlsMode::Disabled) {
        // What MySQL says as 3159, MariaDB says so, and both for an account with REQUIRE SSL.
        problem.hint = Some(format!("{OVER_TLS_ONLY}; otherwise the password may have been rotated"));
    }
    let Some(database) = database.filter(|_| unknown) else { return problem };
    problem.what = format!("There is no database {database} on {}:{}", profile.host, profile.port);
    if let Ok(names) = schema_names(recipe, link, asker).await {
        problem.hint = Some(format!("choose one that exists: {}", names.join(", ")));
        problem.then = Some(Remedy::Settings);
    }
    problem
}

async fn schema_names(recipe: &Recipe, link: &Link, asker: &Asker) -> Result<Vec<String>, Fault> {
    let mut conn = recipe.open(link, None).await?;
    settings::pin(&mut conn, &recipe.profile, Manner::OneByOne, &asker.tell).await?;
    let rows = ask(&mut conn, &own::schema_names(), &asker.tell).await?;
    let _ = timeout(limits::KILL, conn.disconnect()).await;
    Ok(in_alphabet(rows.iter().filter_map(|row| convert::text(row, 0))))
}
