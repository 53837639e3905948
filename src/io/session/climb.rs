//! The upper rungs of the ladder: password, handshake, pinned facts, role, the second connection.

use std::sync::Arc;

use mysql_async::Conn;
use tokio::time::Instant;

use super::ask::{Manner, ask};
use super::cancel::Control;
use super::connect::{Password, Recipe};
use super::fault::Fault;
use super::further::Further;
use super::introspect::in_alphabet;
use super::lag::LagProbe;
use super::link::Link;
use super::news::{Asker, Teller};
use super::settings::{self, Pins, Variables};
use super::{Outside, convert, own, replica};
use crate::domain::port::{Answer, Question, Role, Rung, RungState, ServerFacts};
use crate::domain::problem::{Kind, Problem, Remedy};
use crate::domain::profile::{Profile, Secret, SecretSource, TlsMode};

/// What stands at the top of the ladder.
pub(super) struct Climbed {
    pub(super) conn: Conn,
    pub(super) control: Control,
    pub(super) link: Link,
    pub(super) recipe: Recipe,
    pub(super) facts: ServerFacts,
    pub(super) variables: Variables,
}

/// Climbs all rungs but the catalog's.
pub(super) async fn climb(
    profile: Arc<Profile>,
    database: Option<String>,
    outside: Outside,
    asker: Asker,
) -> Result<Climbed, Problem> {
    let tell = asker.tell.clone();
    let profile = match &outside.prepare {
        Some(prepare) => {
            tell.rung(0, Rung::Resolve, RungState::Trying(format!("{} is being started", profile.name))).await;
            match prepare(profile).await {
                Ok(profile) => profile,
                Err(problem) => {
                    tell.rung(0, Rung::Resolve, RungState::Failed(problem.clone())).await;
                    return Err(problem);
                }
            }
        }
        None => profile,
    };
    let hop = profile.route.len();
    let link = Link::open(&profile, &outside, &asker).await?;
    let password = match password(&profile, &outside, &asker).await {
        Ok(password) => password,
        Err(problem) => {
            tell.rung(hop, Rung::MySql, RungState::Failed(problem.clone())).await;
            return Err(problem);
        }
    };
    let mut recipe = Recipe::new(Arc::clone(&profile), password, &outside)?;
    let database = database.or_else(|| profile.database.clone());

    link.at_the_door(&profile, &tell).await;
    let begun = Instant::now();
    let mut typed = 0;
    let conn = loop {
        let fault = match recipe.open(&link, database.as_deref()).await {
            Ok(conn) => break conn,
            // The forward has failed and was told as that rung: the one above it was not tried.
            Err(Fault::Told(problem)) if !link.is_at_the_door() => return Err(problem),
            Err(fault) => fault,
        };
        let is_refused = fault.code() == Some(ACCESS_DENIED);
        let mut problem = sign_in_problem(fault, &recipe, &link, database.as_deref(), &asker).await;
        if is_refused {
            let stored = profile.password.as_ref();
            let age = |source| source_age(&outside, source);
            if matches!(stored, None | Some(SecretSource::Prompt)) && !matches!(profile.tls, TlsMode::Disabled) {
                problem = problem.hint("type it again; it may have been rotated: ask whoever gave you the account");
            }
            if let Some(source) = stored
                && let Some(hint) = source.refused(&profile.name, age(source.clone()).await)
            {
                problem = problem.hint(match profile.tls {
                    TlsMode::Disabled => format!("{OVER_TLS_ONLY}; otherwise: {hint}"),
                    _ => hint,
                });
            }
            if typed < TYPED_PASSWORDS
                && let Some(secret) = instead(&profile, problem.clone(), &asker).await
            {
                recipe.password = Password::Kept(secret);
                typed += 1;
                continue;
            }
        }
        tell.rung(hop, Rung::MySql, RungState::Failed(problem.clone())).await;
        return Err(problem);
    };
    tell.done(hop, Rung::MySql, format!("connection {}", conn.id()), begun.elapsed()).await;

    tell.rung(hop, Rung::Guard, RungState::Trying("pinning the session, reading it back".into())).await;
    let begun = Instant::now();
    match guard(conn, (&recipe, database.as_deref()), &link, &asker).await {
        Ok((conn, control, mut facts, variables)) => {
            facts.warnings.extend(not_the_stored_one(&profile, typed));
            let words = format!("{} {}, read-only", facts.product, facts.version);
            tell.done(hop, Rung::Guard, words, begun.elapsed()).await;
            Ok(Climbed { conn, control, link, recipe, facts, variables })
        }
        Err(problem) => {
            tell.rung(hop, Rung::Guard, RungState::Failed(problem.clone())).await;
            Err(problem)
        }
    }
}

/// Pins, reads the facts, refuses a writer where the profile says so, opens the second connection.
async fn guard(
    conn: Conn,
    (recipe, database): (&Recipe, Option<&str>),
    link: &Link,
    asker: &Asker,
) -> Result<(Conn, Control, ServerFacts, Variables), Problem> {
    let profile = &recipe.profile;
    let tell = &asker.tell;
    let told = |fault: Fault| fault.connecting(&profile.host, profile.port, &profile.user);
    // The first one has shown that the account is let in: the second one is on its way meanwhile.
    let (pinned, second) = tokio::join!(pin(conn, (recipe, database), link, tell), recipe.open(link, None));
    let (mut conn, pins) = pinned.map_err(told)?;
    refuse_writer(profile, replica::role(&pins.variables))?;
    let further = Further::like(&pins);
    let Pins { variables, manner, .. } = pins;
    let probe = LagProbe::new(profile, &variables);
    let second = second.map_err(told)?;
    let (facts, control) = tokio::join!(
        replica::facts(&mut conn, &variables, (profile, manner), tell),
        Control::open((recipe, link), second, (further, probe), tell)
    );
    let (mut facts, mut control) = (facts.map_err(told)?, control.map_err(told)?);
    control.aim(facts.connection_id);
    if !control.is_there() {
        facts
            .warnings
            .push("a second connection reaches another server: stopping a statement closes its connection".into());
    }
    Ok((conn, control, facts, variables))
}

/// Pins the first connection. What stands in between may cut one on which several statements come in one text: then it is
/// made anew, and they go one by one.
async fn pin(
    mut conn: Conn,
    (recipe, database): (&Recipe, Option<&str>),
    link: &Link,
    tell: &Teller,
) -> Result<(Conn, Pins), Fault> {
    match settings::pin(&mut conn, &recipe.profile, Manner::Together, tell).await {
        Err(fault) if fault.is_broken_off() => {
            drop(conn);
            let mut conn = recipe.open(link, database).await?;
            let pins = settings::pin(&mut conn, &recipe.profile, Manner::OneByOne, tell).await?;
            Ok((conn, pins))
        }
        pinned => pinned.map(|pins| (conn, pins)),
    }
}

fn refuse_writer(profile: &Profile, role: Role) -> Result<(), Problem> {
    let found = match (profile.require_replica, role) {
        (false, _) | (true, Role::Replica) => return Ok(()),
        (true, Role::Writer) => "it takes writes (read_only is off)",
        (true, Role::Unknown) => "its variables do not tell whether it takes writes",
    };
    Err(Problem::new(
        Kind::Refused,
        format!("{} is not a replica, and the profile {} requires one", profile.host, profile.name),
    )
    .because(found)
    .hint("name the replica's own host, or set require_replica = false in the profile")
    .then(Remedy::Settings))
}

/// The server's error for a password that is not the account's.
const ACCESS_DENIED: u16 = 1045;
/// How often another password is asked for after that: servers count failures.
const TYPED_PASSWORDS: u32 = 2;

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
fn not_the_stored_one(profile: &Profile, typed: u32) -> Option<String> {
    let source = profile.password.as_ref().filter(|_| typed > 0)?;
    let hint = source.refused(&profile.name, None)?;
    Some(format!("the password that was typed is not the one that is kept: {hint}"))
}

async fn password(profile: &Profile, outside: &Outside, asker: &Asker) -> Result<Password, Problem> {
    match &profile.password {
        None | Some(SecretSource::Prompt) => {
            let prompt = password_prompt(profile);
            match asker.question(Question::Secret { prompt, echo: false }).await {
                Answer::Secret(secret) => Ok(Password::Kept(secret)),
                Answer::Accept | Answer::Decline => Err(Problem::new(
                    Kind::Interrupted,
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
                instead(profile, problem.clone(), asker).await.map(Password::Kept).ok_or(problem)
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
    let brought = brought.unwrap_or_else(|_| Err(Problem::new(Kind::Settings, "it could not be brought")));
    brought.map_err(|problem| {
        let hint = problem.hint.clone().unwrap_or_else(|| mend(&source));
        let named = Problem { what: format!("There is no secret for {purpose}"), ..problem };
        named.because(format!("it comes from {}", source.words())).hint(hint).then(Remedy::Settings)
    })
}

/// What to do about a source that gives nothing.
fn mend(source: &SecretSource) -> String {
    match source {
        SecretSource::Command(_) => {
            "run the command by hand: its first line must be the secret, its exit code 0".into()
        }
        SecretSource::Env(name) => {
            format!("set {name} in the shell that starts rrx, or name another source in the profile")
        }
        SecretSource::File(path) => {
            format!("write it into the first line of {}, which only you may read", path.display())
        }
        SecretSource::Keyring(_) | SecretSource::Prompt => {
            "name another source in the profile: { command = \"…\" }, { file = \"…\" } or { env = \"…\" }".into()
        }
    }
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
    let _ = tokio::time::timeout(crate::domain::limits::KILL, conn.disconnect()).await;
    Ok(in_alphabet(rows.iter().filter_map(|row| convert::text(row, 0))))
}
