//! The upper rungs of the ladder: sign-in, pinned facts, role, the second connection.

use std::sync::Arc;

use mysql_async::Conn;
use tokio::time::Instant;

use super::ask::Manner;
use super::cancel::Control;
use super::connect::Recipe;
use super::events::{Asker, Teller};
use super::fault::Fault;
use super::further::Further;
use super::lag::LagProbe;
use super::link::Link;
use super::settings::{self, Pins, Variables};
use super::sign_in::{NotIn, SignedIn, sign_in};
use super::{Outside, replica};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::Profile;
use crate::domain::protocol::{ConnectionStep, Role, ServerFacts, StepState};

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
            tell.rung(0, ConnectionStep::Resolve, StepState::Trying(format!("{} is being started", profile.name)))
                .await;
            match prepare(profile).await {
                Ok(profile) => profile,
                Err(problem) => {
                    tell.rung(0, ConnectionStep::Resolve, StepState::Failed(problem.clone())).await;
                    return Err(problem);
                }
            }
        }
        None => profile,
    };
    let hop = profile.route.len();
    let link = Link::open(&profile, &outside, &asker).await?;
    let database = database.or_else(|| profile.database.clone());
    let signed_in = sign_in((&profile, database.as_deref()), &outside, &link, &asker).await;
    let SignedIn { conn, recipe, warning, took } = match signed_in {
        Ok(signed_in) => signed_in,
        Err(NotIn::Told(problem)) => return Err(problem),
        Err(NotIn::Refused(problem)) => {
            tell.rung(hop, ConnectionStep::MySql, StepState::Failed(problem.clone())).await;
            return Err(problem);
        }
    };
    tell.done(hop, ConnectionStep::MySql, format!("connection {}", conn.id()), took).await;

    tell.rung(hop, ConnectionStep::Guard, StepState::Trying("pinning the session, reading it back".into())).await;
    let begun = Instant::now();
    match guard(conn, (&recipe, database.as_deref()), &link, &asker).await {
        Ok((conn, control, mut facts, variables)) => {
            facts.warnings.extend(warning);
            let words = format!("{} {}, read-only", facts.product, facts.version);
            tell.done(hop, ConnectionStep::Guard, words, begun.elapsed()).await;
            Ok(Climbed { conn, control, link, recipe, facts, variables })
        }
        Err(problem) => {
            tell.rung(hop, ConnectionStep::Guard, StepState::Failed(problem.clone())).await;
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
        ProblemKind::Refused,
        format!("{} is not a replica, and the profile {} requires one", profile.host, profile.name),
    )
    .because(found)
    .hint("name the replica's own host, or set require_replica = false in the profile")
    .then(Remedy::Settings))
}
