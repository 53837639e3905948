//! Runs the connection steps of a session up to the guard: route, sign-in, pinned variables, facts, the second connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use mysql_async::Conn;
use tokio::time::Instant;

use super::connector::Connector;
use super::control::{Absence, ControlConnection};
use super::env::SessionEnv;
use super::error::SessionError;
use super::events::{EventSender, SessionPrompter};
use super::lag::LagProbe;
use super::pin::{self, Pins};
use super::route::ReplicaRoute;
use super::run_internal::{Batching, allow_refusal, run_internal};
use super::secondary::SecondaryConnector;
use super::secrets::exposed_files;
use super::server;
use super::server_facts::read_facts;
use super::session_state::SessionState;
use super::sign_in::{SignInError, SignedInConnection, sign_in};
use super::{convert, internal_query};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::Profile;
use crate::domain::protocol::{ConnectionStep, Role, ServerFacts, StepState};

/// The connections of a session that has connected.
pub(super) struct Connected {
    /// The connection for statements.
    pub(super) conn: Conn,
    pub(super) control: ControlConnection,
    pub(super) connector: Arc<Connector>,
    pub(super) facts: ServerFacts,
    pub(super) state: SessionState,
}

/// Runs all connection steps except the catalog.
pub(super) async fn connect(
    profile: Arc<Profile>,
    database: Option<String>,
    env: SessionEnv,
    prompter: SessionPrompter,
) -> Result<Connected, Problem> {
    let events = &prompter.events;
    let profile = prepare(profile, &env, events).await?;
    let hop = profile.route.len();
    let route = ReplicaRoute::open(&profile, &env, &prompter).await?;
    let database = database.or_else(|| profile.database.clone());
    let SignedInConnection { conn, connector, warning, took } =
        match sign_in(&profile, database.as_deref(), &env, route, &prompter).await {
            Ok(signed_in) => signed_in,
            Err(SignInError::Reported(problem)) => return Err(problem),
            Err(SignInError::Refused(problem)) => {
                events.step(hop, ConnectionStep::MySql, StepState::Failed(problem.clone())).await;
                return Err(problem);
            }
        };
    events.step_done(hop, ConnectionStep::MySql, format!("connection {}", conn.id()), took).await;

    let trying = "setting the session variables and reading them back";
    events.step(hop, ConnectionStep::Guard, StepState::Trying(trying.into())).await;
    let begun = Instant::now();
    match make_safe(conn, Arc::new(connector), database.as_deref(), events).await {
        Ok(mut connected) => {
            let facts = &mut connected.facts;
            facts.warnings.extend(warning);
            facts.warnings.extend(exposed_files(&profile, &env).await);
            let outcome = format!("{} {}, read-only", facts.product, facts.version);
            events.step_done(hop, ConnectionStep::Guard, outcome, begun.elapsed()).await;
            Ok(connected)
        }
        Err(problem) => {
            events.step(hop, ConnectionStep::Guard, StepState::Failed(problem.clone())).await;
            Err(problem)
        }
    }
}

/// Starts the server of the profile if it must be started first.
async fn prepare(profile: Arc<Profile>, env: &SessionEnv, events: &EventSender) -> Result<Arc<Profile>, Problem> {
    let Some(prepare) = &env.prepare else { return Ok(profile) };
    let trying = format!("starting {}", profile.name);
    events.step(0, ConnectionStep::Resolve, StepState::Trying(trying)).await;
    match prepare(profile).await {
        Ok(profile) => Ok(profile),
        Err(problem) => {
            events.step(0, ConnectionStep::Resolve, StepState::Failed(problem.clone())).await;
            Err(problem)
        }
    }
}

/// Pins the connection, refuses a writer if the profile requires a replica, reads the facts and opens the second
/// connection.
async fn make_safe(
    conn: Conn,
    connector: Arc<Connector>,
    database: Option<&str>,
    events: &EventSender,
) -> Result<Connected, Problem> {
    let profile = &connector.profile;
    let problem = |error: SessionError| error.into_connect_problem(&profile.host, profile.port, &profile.user);
    // The account can sign in, so the second connection is opened at the same time.
    let (pinned, second) = tokio::join!(pin_first(conn, &connector, database, events), connector.open(None));
    let (mut conn, pins) = pinned.map_err(problem)?;
    refuse_writer(profile, server::role(&pins.read_back.variables))?;
    let secondary = SecondaryConnector::new(Arc::clone(&connector), &pins);
    let probe = LagProbe::new(profile, &pins.read_back.variables);
    let second = match second {
        Ok(second) => Some(second),
        // One connection must do.
        Err(error) if error.is_connection_limit() => None,
        Err(error) => return Err(problem(error)),
    };
    let (facts, control) = tokio::join!(
        read_facts(&mut conn, &pins, profile, events),
        ControlConnection::open(second, secondary, probe, events)
    );
    let (mut facts, mut control) = (facts.map_err(problem)?, control.map_err(problem)?);
    control.set_target(facts.connection_id);
    // The warnings name write privileges.
    let could_change = facts.role != Role::Replica || !facts.warnings.is_empty();
    let views = if could_change { Some(view_names(&mut conn, events).await.map_err(problem)?) } else { None };
    facts.warnings.extend(control.absence().map(Absence::warning));
    let state = SessionState::new(&facts, pins, views);
    Ok(Connected { conn, control, connector, facts, state })
}

/// Reads the names of the views, in lower case.
async fn view_names(conn: &mut Conn, events: &EventSender) -> Result<BTreeSet<String>, SessionError> {
    let rows = allow_refusal(run_internal(conn, &internal_query::view_names(), events).await)?;
    Ok(rows.iter().filter_map(|row| Some(convert::text(row, 0)?.to_lowercase())).collect())
}

/// Pins the first connection. A proxy may close a connection that sends several statements in one text. Then a new
/// connection is opened, which sends them one by one.
async fn pin_first(
    mut conn: Conn,
    connector: &Connector,
    database: Option<&str>,
    events: &EventSender,
) -> Result<(Conn, Pins), SessionError> {
    match pin::pin(&mut conn, &connector.profile, Batching::Together, events).await {
        Err(error) if error.is_broken_connection() => {
            drop(conn);
            let mut conn = connector.open(database).await?;
            let pins = pin::pin(&mut conn, &connector.profile, Batching::OneByOne, events).await?;
            Ok((conn, pins))
        }
        result => result.map(|pins| (conn, pins)),
    }
}

fn refuse_writer(profile: &Profile, role: Role) -> Result<(), Problem> {
    let reason = match (profile.require_replica, role) {
        (false, _) | (true, Role::Replica) => return Ok(()),
        (true, Role::Writer) => "the server accepts writes (read_only is off)",
        (true, Role::Unknown) => "the server's variables do not show whether it accepts writes",
    };
    Err(Problem::new(
        ProblemKind::Refused,
        format!("{} is not a replica, and the profile {} requires one", profile.host, profile.name),
    )
    .because(reason)
    .hint("set host in the profile to the replica itself, or set require_replica = false")
    .then(Remedy::Settings))
}
