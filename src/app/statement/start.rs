//! What a statement needs to start: where it runs, its limits, and why it cannot start.

use std::time::Duration;

use super::origin::{StatementOrigin, StatementQueue};
use super::run_text::{RowDisplay, RunText};
use crate::app::context::{ConnectionState, Context};
use crate::app::panes::worksheet::{LastRun, Worksheets};
use crate::domain::access_log::StatementTarget;
use crate::domain::limits::{FETCH_SECONDS, SECONDS};
use crate::domain::problem::Problem;
use crate::domain::profile::Spilling;
use crate::domain::protocol::{ExportJob, ResultId, RunBounds};
use crate::domain::sql::Param;
use crate::domain::sql::parameters::SourceMap;

/// A statement that is to run.
pub(super) struct NewStatement {
    pub(super) text: String,
    pub(super) params: Vec<Param>,
    pub(super) origin: StatementOrigin,
    /// The key of its worksheet, and its first byte there.
    pub(super) location: Option<(String, usize)>,
    /// The statements after it.
    pub(super) queue: StatementQueue,
    /// The export that waits for its rows.
    pub(super) export: Option<WaitingExport>,
    /// From the text that is sent to the one that was typed.
    pub(super) source_map: SourceMap,
    pub(super) rows: RowDisplay,
    /// The text as it was typed.
    pub(super) typed: String,
}

impl NewStatement {
    /// Makes a statement of rrx, which comes from no worksheet.
    pub(super) fn plain(text: String, origin: StatementOrigin) -> Self {
        Self {
            text,
            params: Vec::new(),
            origin,
            location: None,
            queue: StatementQueue::default(),
            export: None,
            source_map: SourceMap::default(),
            rows: RowDisplay::Table,
            typed: String::new(),
        }
    }

    /// Makes a statement that the user runs.
    pub(super) fn of_user(
        statement: RunText,
        origin: StatementOrigin,
        location: Option<(String, usize)>,
        queue: StatementQueue,
    ) -> Self {
        let (rows, typed) = (statement.rows, statement.typed.clone());
        let (text, params, source_map) = statement.into_sent();
        Self { text, params, origin, location, queue, export: None, source_map, rows, typed }
    }
}

/// An export that waits for the rows of a statement that runs again.
pub(super) struct WaitingExport {
    pub(super) job: ExportJob,
    /// The result of the statement's second run.
    pub(super) result: ResultId,
    /// The profile and the database of the first run.
    pub(super) target: (String, Option<String>),
}

/// Why a statement does not start.
pub(super) enum StartError {
    NotConnected,
    /// Another statement is running.
    Busy,
    /// No result can give way to a new one.
    Full(usize),
    /// The session is of another profile or database than the first run.
    Elsewhere,
    /// The guard refused it.
    Refused(Box<Problem>),
}

/// Returns where a statement is to run, or why it cannot run now.
pub(super) fn target(context: &Context, new: &NewStatement) -> Result<StatementTarget, StartError> {
    let (ConnectionState::Connected(_), Some(profile)) = (&context.link, &context.profile) else {
        return Err(StartError::NotConnected);
    };
    let here = (&profile.name, &context.database);
    if new.export.as_ref().is_some_and(|export| here != (&export.target.0, &export.target.1)) {
        return Err(StartError::Elsewhere);
    }
    if context.running().is_some() {
        return Err(StartError::Busy);
    }
    session_target(context).ok_or(StartError::NotConnected)
}

/// Returns the session as the guard and the begin record need it; `None` if there is no connection.
pub(in crate::app) fn session_target(context: &Context) -> Option<StatementTarget> {
    let (ConnectionState::Connected(session), Some(profile), Some(facts)) =
        (&context.link, &context.profile, &context.facts)
    else {
        return None;
    };
    Some(StatementTarget {
        session: *session,
        dialect: facts.dialect,
        pins: facts.pins.clone(),
        profile: profile.name.clone(),
        account: facts.account.clone(),
        server: facts.identity.clone(),
        database: context.database.clone(),
        reference: None,
    })
}

/// Returns the question whether to run a statement here. Returns `None` unless its worksheet last ran on another profile or
/// environment.
pub(super) fn elsewhere_question(context: &Context, worksheets: &Worksheets, new: &NewStatement) -> Option<String> {
    let (key, _) = new.location.as_ref()?;
    let last = worksheets.by_key(key)?.last_run.as_ref().filter(|last| last.is_elsewhere(context))?;
    let here = LastRun::now(context)?;
    Some(format!("This worksheet last ran on {}. Run it on {}?", last.place(), here.place()))
}

/// Returns the limits of a statement of this profile.
pub(super) fn bounds(context: &Context) -> RunBounds {
    match &context.profile {
        Some(profile) => RunBounds {
            rows: Some(profile.limits.rows),
            bytes: Some(profile.limits.bytes),
            first_row: profile.limits.first_row,
            fetch: profile.limits.fetch,
            spilling: profile.spill,
        },
        None => RunBounds {
            rows: None,
            bytes: None,
            first_row: Duration::from_secs(SECONDS),
            fetch: Duration::from_secs(FETCH_SECONDS),
            spilling: Spilling::Forbidden,
        },
    }
}
