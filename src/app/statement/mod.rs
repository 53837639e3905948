//! Runs statements: one way for the worksheet, previews, snippets, followed keys and exports that run a statement again. It
//! carries out the actions that a [`Statement`] asks for.

pub mod current;
mod follow;
pub mod life;
#[cfg(test)]
mod life_table;
pub mod origin;

use std::time::Duration;

use crate::domain::access_log::{Permit, StatementTarget, authorize};
use crate::domain::limits::{FETCH_SECONDS, SECONDS};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{
    End, ExportCmd, ExportJob, Limit, ResultId, RunBounds, RunReport, SessionCmd, SessionId, StorageCmd, StoreEvent,
};
use crate::domain::quantity::counted;
use crate::domain::sql::{Param, locate};

use super::action::{Action, AppAction};
use super::context::ConnectionState;
use super::effect::Effect;
use super::focus::Focus;
use super::model::Model;
use super::panes::PaneContext;
use super::request::Request;
use super::update::with;
pub(super) use follow::follow;
use life::{Statement, StatementAction, StatementEvent, StatementStart};
use origin::{StatementOrigin, StatementQueue};

/// The notice from the stop of a statement until its end.
const STOPPING: &str = "Stopping the statement …";
/// The pause until the next clock message while a statement runs, or until an effect that a full queue refused is tried again.
pub(super) const SOON: Duration = Duration::from_millis(100);

/// A statement that somebody wants to run.
struct NewStatement {
    text: String,
    params: Vec<Param>,
    origin: StatementOrigin,
    /// The key of its worksheet, and its first byte there.
    location: Option<(String, usize)>,
    /// The statements after it.
    queue: StatementQueue,
    /// The export that waits for its rows.
    export: Option<WaitingExport>,
}

/// An export that waits for the rows of a statement that runs again.
struct WaitingExport {
    job: ExportJob,
    /// The result of the statement's second run.
    result: ResultId,
    /// The profile and the database of the first run.
    place: (String, Option<String>),
}

/// Why a statement does not start.
enum StartError {
    NotConnected,
    /// Another statement is running.
    Busy,
    /// The session is of another profile or database than the first run.
    Elsewhere,
    /// The guard refused it.
    Refused(Box<Problem>),
}

/// Runs a statement of the worksheet in front, of a preview or of a snippet.
pub(super) fn run(
    model: &mut Model,
    text: String,
    origin: StatementOrigin,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let location = origin.at().zip(model.worksheets.sheet()).map(|(at, sheet)| (sheet.key.clone(), at));
    let queue = StatementQueue::default();
    let new = NewStatement { text, params: Vec::new(), origin, location, queue, export: None };
    start(model, new, requests, effects);
}

/// Runs several statements of the worksheet in front, one after the other, up to the first that fails.
pub(super) fn run_all(
    model: &mut Model,
    statements: Vec<(usize, String)>,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    model.aside.next_run += 1;
    let worksheet = model.worksheets.sheet().map(|sheet| sheet.key.clone()).unwrap_or_default();
    run_next(
        model,
        StatementQueue { run: model.aside.next_run, worksheet, waiting: statements.into() },
        requests,
        effects,
    );
}

/// Runs the first statement of a queue; the others go with it.
fn run_next(model: &mut Model, mut queue: StatementQueue, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some((at, text)) = queue.waiting.pop_front() else { return };
    let origin = StatementOrigin::Several { run: queue.run, at };
    let location = Some((queue.worksheet.clone(), at));
    let new = NewStatement { text, params: Vec::new(), origin, location, queue, export: None };
    start(model, new, requests, effects);
}

/// Sends the statement of a result again, for an export that writes all its rows.
pub(super) fn run_for_export(
    model: &mut Model,
    job: ExportJob,
    text: String,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(first) = model.grid.of(job.result) else { return };
    let place = (first.profile.clone(), first.database.clone());
    let Some(result) = job.rerun_as else { return };
    let new = NewStatement {
        text,
        params: Vec::new(),
        origin: StatementOrigin::Export,
        location: None,
        queue: StatementQueue::default(),
        export: Some(WaitingExport { job, result, place }),
    };
    start(model, new, requests, effects);
}

/// Authorizes a statement and records it, or asks first where its worksheet last ran elsewhere.
fn start(model: &mut Model, new: NewStatement, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let authorized = target(model, &new).and_then(|target| {
        authorize(&new.text, new.params.clone(), target).map_err(|problem| StartError::Refused(Box::new(problem)))
    });
    let authorized = match authorized {
        Ok(authorized) => authorized,
        Err(error) => return report_not_started(model, new, error, requests, effects),
    };
    let question = elsewhere_question(model, &new);
    let result = new.export.as_ref().map_or_else(|| model.new_result(), |export| export.result);
    let limits = bounds(model);
    let bounds = RunBounds { rows: limits.rows.filter(|_| new.export.is_none()), ..limits };
    let since = model.context.now;
    let NewStatement { origin, location, queue, .. } = new;
    let start = StatementStart { result, origin, location, bounds, since, queue };
    model.context.statements.begin(Statement::new(start, authorized));
    match question {
        Some(question) => requests.push(Request::Confirm {
            question,
            yes: Box::new(Request::ConfirmRun(result)),
            no: Some(Box::new(Request::DeclineRun(result))),
        }),
        None => confirm(model, result, requests, effects),
    }
}

/// Returns where a statement is to run, or why it cannot run now.
fn target(model: &Model, new: &NewStatement) -> Result<StatementTarget, StartError> {
    let context = &model.context;
    let (ConnectionState::Connected(session), Some(profile), Some(facts)) =
        (&context.link, &context.profile, &context.facts)
    else {
        return Err(StartError::NotConnected);
    };
    let here = (&profile.name, &context.database);
    if new.export.as_ref().is_some_and(|export| here != (&export.place.0, &export.place.1)) {
        return Err(StartError::Elsewhere);
    }
    if context.running().is_some() {
        return Err(StartError::Busy);
    }
    Ok(StatementTarget {
        session: *session,
        dialect: facts.dialect,
        profile: profile.name.clone(),
        account: facts.account.clone(),
        server: facts.identity.clone(),
        database: context.database.clone(),
        reference: None,
    })
}

/// Returns the question whether to run a statement here, if its worksheet last ran on another profile or database.
fn elsewhere_question(model: &Model, new: &NewStatement) -> Option<String> {
    let (key, _) = new.location.as_ref()?;
    let (profile, database) = model.worksheets.by_key(key)?.last_run.as_ref()?;
    let context = &model.context;
    let here = &context.profile.as_ref()?.name;
    if profile == here && *database == context.database {
        return None;
    }
    let place = |profile: &str, database: &Option<String>| {
        format!("{profile} {}", database.as_deref().unwrap_or_default()).trim_end().to_owned()
    };
    Some(format!(
        "This worksheet last ran on {}. Run it on {}?",
        place(profile, database),
        place(here, &context.database)
    ))
}

/// Says why a statement does not start, where its user looks. The statements after it do not run either.
fn report_not_started(
    model: &mut Model,
    new: NewStatement,
    error: StartError,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let stop = model.context.key(Action::App(AppAction::Stop));
    if let Some(export) = &new.export {
        let because = match error {
            StartError::NotConnected => "not connected",
            StartError::Busy => "a statement is running",
            StartError::Elsewhere => "its rows are of another profile or database",
            StartError::Refused(_) => "the guard refuses the statement now",
        };
        effects.push(Effect::Export(ExportCmd::Cancel(export.job.id)));
        let problem = Problem::new(ProblemKind::Refused, "Nothing was sent, and no file is written").because(because);
        requests.push(Request::Problem(problem.hint("export again later, or write only the loaded rows")));
        return;
    }
    let dropped = dropped_text(new.queue.waiting.len());
    match error {
        StartError::NotConnected | StartError::Elsewhere => {
            let key = model.context.key(Action::App(AppAction::Reconnect));
            let next = match model.context.link {
                ConnectionState::Waiting { .. } | ConnectionState::Reconnecting { .. } => {
                    format!("rrx reconnects by itself; {key} reconnects now.")
                }
                ConnectionState::None
                | ConnectionState::Connecting(_)
                | ConnectionState::Connected(_)
                | ConnectionState::Lost => format!("{key} reconnects."),
            };
            model.notice(format!("Not connected, so nothing was sent: {next}"));
        }
        StartError::Busy => model.notice(format!("A statement is running. {stop} stops it.")),
        StartError::Refused(problem) => {
            if let Some(((key, start), at)) = new.location.as_ref().zip(problem.at) {
                model.worksheets.mark(start + at, Some(key));
            }
            let result = model.new_result();
            with!(model, requests, effects, grid.start(result, new.text, new.origin));
            let report = RunReport::without_rows(End::Broken(*problem));
            with!(model, requests, effects, grid.on_ended(result, &report));
            if let Some(dropped) = dropped {
                model.notice(dropped);
            }
            requests.push(look_at_results(model));
        }
    }
}

/// The user wants to run the statement here.
pub(super) fn confirm(model: &mut Model, result: ResultId, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if !model.context.statements.is_authorizing(result) {
        model.notice("Nothing was sent: the connection has changed since the question. Run it again.");
        return;
    }
    handle(model, result, StatementEvent::Confirmed, requests, effects);
}

/// The user does not want to run the statement here.
pub(super) fn decline(model: &mut Model, result: ResultId, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    model.notice("Nothing was sent.");
    handle(model, result, StatementEvent::Declined, requests, effects);
}

/// The begin record is on disk.
pub(super) fn on_permitted(
    model: &mut Model,
    result: ResultId,
    permit: Permit,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    handle(model, result, StatementEvent::Permitted(permit), requests, effects);
    leave(model, effects);
}

/// The begin record could not be written.
pub(super) fn on_not_permitted(
    model: &mut Model,
    result: ResultId,
    problem: Problem,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    handle(model, result, StatementEvent::NotPermitted(problem), requests, effects);
    leave(model, effects);
}

/// The statement has ended, or could not be sent.
pub(super) fn on_ended(
    model: &mut Model,
    result: ResultId,
    report: RunReport,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if report.database.is_some() {
        model.context.database.clone_from(&report.database);
    }
    handle(model, result, StatementEvent::Ended(report), requests, effects);
    leave(model, effects);
}

/// The session is gone: lost, closed, or given up for another one. Its statement ends with it, and so does its queue.
pub(super) fn on_session_gone(model: &mut Model, end: End, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some(statement) = model.context.statements.current() else { return };
    let (result, since) = (statement.result(), statement.since());
    let progress = model.grid.of(result).map_or((0, 0), |result| (result.progress.rows, result.progress.bytes));
    let total = model.context.now.saturating_sub(since);
    let report = RunReport { rows: progress.0, bytes: progress.1, total, ..RunReport::without_rows(end) };
    handle(model, result, StatementEvent::SessionGone(report), requests, effects);
}

/// A worksheet was closed: what was to run after its statement does not run.
pub(super) fn on_worksheet_closed(
    model: &mut Model,
    key: &str,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let is_of = |statement: &&Statement| statement.location().is_some_and(|(worksheet, _)| worksheet == key);
    if let Some(result) = model.context.statements.current().filter(is_of).map(Statement::result) {
        handle(model, result, StatementEvent::WorksheetClosed, requests, effects);
    }
}

/// Gives an event to the statement of this result, and carries out what it asks for.
fn handle(
    model: &mut Model,
    result: ResultId,
    event: StatementEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(statement) = model.context.statements.find(result) else {
        // Whatever happens, a begin record gets its end.
        if let StatementEvent::Permitted(permit) = event {
            let report = RunReport::without_rows(End::Cancelled);
            let profile = model.context.profile.as_ref().map(|profile| profile.name.clone()).unwrap_or_default();
            effects
                .push(Effect::Storage(StorageCmd::End { profile, entry: report.end_record(permit.id().to_owned()) }));
        }
        return;
    };
    let actions = statement.handle(event);
    let statement = StatementFacts::of(statement);
    model.context.statements.sort_out();
    for action in actions {
        carry_out(model, &statement, action, requests, effects);
    }
}

/// What carrying out an action needs to know of its statement, which may be gone by then.
struct StatementFacts {
    result: ResultId,
    origin: StatementOrigin,
    location: Option<(String, usize)>,
    session: SessionId,
    profile: String,
    bounds: RunBounds,
}

impl StatementFacts {
    fn of(statement: &Statement) -> Self {
        Self {
            result: statement.result(),
            origin: statement.origin(),
            location: statement.location().cloned(),
            session: statement.session(),
            profile: statement.profile().to_owned(),
            bounds: statement.bounds(),
        }
    }
}

fn carry_out(
    model: &mut Model,
    statement: &StatementFacts,
    action: StatementAction,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let result = statement.result;
    match action {
        StatementAction::Record(authorized) => {
            if let Some((key, _)) = &statement.location {
                let place = (statement.profile.clone(), model.context.database.clone());
                model.worksheets.on_run(key, place);
            }
            if statement.origin != StatementOrigin::Export {
                let text = authorized.checked().text().to_owned();
                with!(model, requests, effects, grid.start(result, text, statement.origin));
                requests.push(look_at_results(model));
            }
            effects.push(Effect::Storage(StorageCmd::Begin { result, statement: authorized }));
            effects.push(Effect::Wake(SOON));
        }
        StatementAction::Send(permit) => {
            let run = SessionCmd::Run { permit, result, bounds: statement.bounds };
            effects.push(Effect::Session(statement.session, run));
        }
        StatementAction::CancelOnServer => {
            effects.push(Effect::Session(statement.session, SessionCmd::Cancel(result)));
        }
        StatementAction::WriteEnd { record, report } => {
            let (profile, entry) = (statement.profile.clone(), report.end_record(record));
            effects.push(Effect::Storage(StorageCmd::End { profile, entry }));
        }
        StatementAction::Finish(report) => finish(model, statement, &report, requests, effects),
        StatementAction::RunNext(queue) => run_next(model, queue, requests, effects),
        StatementAction::ReportDropped(count) => {
            if let Some(text) = dropped_text(count) {
                model.notice(text);
            }
        }
    }
}

/// Tells the result, or the export, how the statement ended, and marks the place of an error.
fn finish(
    model: &mut Model,
    statement: &StatementFacts,
    report: &RunReport,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let result = statement.result;
    model.aside.notice.take_if(|notice| notice.text == STOPPING);
    with!(model, requests, effects, grid.on_ended(result, report));
    // The rows tell an export of their end; where none were sent, it would wait for ever.
    let export = model.grid.exporting().filter(|export| export.order.rerun_as == Some(result));
    match (&report.end, export.map(|export| export.order.id)) {
        (End::Cancelled, Some(id)) => effects.push(Effect::Export(ExportCmd::Cancel(id))),
        (End::Broken(problem), Some(id)) => {
            effects.push(Effect::Export(ExportCmd::Cancel(id)));
            requests.push(Request::Problem(problem.clone()));
        }
        (End::Complete | End::Limit(_), _) | (_, None) => {}
    }
    let offset = match &report.end {
        End::Broken(problem) => error_offset(model, result, problem),
        End::Complete | End::Limit(_) | End::Cancelled => None,
    };
    if let Some((offset, (key, start))) = offset.zip(statement.location.as_ref()) {
        model.worksheets.mark(start + offset, Some(key));
        requests.push(Request::Settle);
    }
}

/// Quits, once everything that has to be on disk has been handed to the storage task.
pub(super) fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    let is_done = !model.worksheets.is_saving && model.context.statements.is_empty();
    if let Some(code) = model.aside.leaving.filter(|_| is_done) {
        effects.extend(model.aside.late.drain(..).map(Effect::Storage));
        effects.push(Effect::Quit(code));
    }
}

/// Stops the running statement; the program goes on.
pub(super) fn stop(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if let Some(result) = model.context.running().map(Statement::result) {
        model.notice(STOPPING);
        handle(model, result, StatementEvent::Cancel, requests, effects);
    } else if let Some(export) = model.grid.exporting() {
        effects.push(Effect::Export(ExportCmd::Cancel(export.order.id)));
        model.notice("Stopping the export …");
    } else if !with!(model, requests, effects, grid.give_up()) && !super::reconnect::stop(model, effects) {
        let key = model.context.key(Action::App(AppAction::Quit));
        model.notice(format!("Nothing is running. {key} quits rrx."));
    }
}

/// An export was stopped or failed: the server does not have to send the rest of its rows.
pub(super) fn on_export_gone(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let export = model.grid.exporting().and_then(|export| export.order.rerun_as);
    let Some(running) = model.context.running().filter(|running| !running.is_cancelling()) else { return };
    let result = running.result();
    if export != Some(result) && model.grid.of(result).is_none() {
        handle(model, result, StatementEvent::Cancel, requests, effects);
    }
}

/// The store has news of a result: its rows have arrived, or it keeps no more of them (a memory limit without a spill file, a
/// full disk), so that the statement is cancelled.
pub(super) fn on_store_event(
    model: &mut Model,
    result: ResultId,
    event: &StoreEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let event = match event {
        StoreEvent::Opened(_) => StatementEvent::RowsArrived,
        StoreEvent::Broken(_) => StatementEvent::Cancel,
        StoreEvent::Progress(progress) => match progress.end {
            Some(End::Limit(Limit::Memory(_)) | End::Broken(_)) => StatementEvent::Cancel,
            Some(End::Limit(_) | End::Complete | End::Cancelled) | None => return,
        },
        StoreEvent::Window(_)
        | StoreEvent::Value { .. }
        | StoreEvent::Arranged(_)
        | StoreEvent::Working { .. }
        | StoreEvent::Failed { .. }
        | StoreEvent::Found { .. }
        | StoreEvent::Next(_)
        | StoreEvent::Profiled { .. }
        | StoreEvent::Plotted(_)
        | StoreEvent::Copied(_) => return,
    };
    let is_new = model.context.running().is_some_and(|running| running.result() == result && !running.is_cancelling());
    if is_new {
        handle(model, result, event, requests, effects);
    }
}

/// Returns the notice about statements that did not run, if there are any.
fn dropped_text(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("The statement after it did not run.".into()),
        count => Some(format!("The {} after it did not run.", counted(count as u64, "statement"))),
    }
}

/// Returns the position of a problem in its statement: as the problem has it, or as the server's message says.
fn error_offset(model: &Model, result: ResultId, problem: &Problem) -> Option<usize> {
    let statement = &model.grid.of(result)?.statement;
    problem.at.or_else(|| {
        let error = problem.server.as_ref()?;
        locate::error_offset(statement, &error.message, error.code, model.context.dialect())
    })
}

/// Shows the results, where one panel has the whole screen: else the run would not be seen.
fn look_at_results(model: &Model) -> Request {
    if model.context.layout.grid.is_none() { Request::Focus(Focus::Grid) } else { Request::Settle }
}

/// Returns the limits of a statement of this profile.
fn bounds(model: &Model) -> RunBounds {
    match &model.context.profile {
        Some(profile) => RunBounds {
            rows: Some(profile.limits.rows),
            bytes: Some(profile.limits.bytes),
            first_row: profile.limits.first_row,
            fetch: profile.limits.fetch,
        },
        None => RunBounds {
            rows: None,
            bytes: None,
            first_row: Duration::from_secs(SECONDS),
            fetch: Duration::from_secs(FETCH_SECONDS),
        },
    }
}
