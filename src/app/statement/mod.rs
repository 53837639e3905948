//! Runs statements, in the same way for the worksheet, previews, snippets, followed keys and exports. It carries out
//! the actions that a [`Statement`] returns.

mod actions;
pub mod current;
pub(super) mod error_mark;
mod follow;
pub mod life;
#[cfg(test)]
mod life_table;
pub mod origin;
pub mod run_text;
pub(in crate::app) mod start;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::access_log::{Permit, authorize};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{
    End, ExportCmd, ExportJob, LeftStatement, Limit, ResultId, RunBounds, RunReport, StorageCmd, StoreEvent,
};
use crate::domain::results::Column;
use crate::domain::sql::{Param, SqlMode, quote};

use super::action::{Action, AppAction};
use super::context::ConnectionState;
use super::effect::Effect;
use super::model::Model;
use super::panes::grid::{GridAction, NewResult};
use super::panes::{PaneContext, with};
use super::request::Request;
use actions::{STOPPING, StatementFacts, carry_out, dropped_text, look_at_results, worksheet_of};
use error_mark::{FailedStatement, mark_problem};
use life::{Statement, StatementEvent, StatementStart};
use origin::{StatementOrigin, StatementQueue};
use run_text::RunText;
use start::{NewStatement, StartError, WaitingExport, bounds, elsewhere_question, target};

/// The pause until the next clock message while a statement runs, and before an effect is tried again that
/// a full queue refused.
pub(super) const SOON: Duration = Duration::from_millis(100);

/// Runs a statement of the worksheet in front, of a preview or of a snippet.
pub(super) fn run(
    model: &mut Model,
    statement: RunText,
    origin: StatementOrigin,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let location = origin.at().zip(model.worksheets.sheet()).map(|(at, sheet)| (sheet.key.clone(), at));
    start(model, NewStatement::of_user(statement, origin, location, StatementQueue::default()), requests, effects);
}

/// Runs several statements of the worksheet in front, one after the other, up to the first that fails.
pub(super) fn run_all(
    model: &mut Model,
    statements: Vec<RunText>,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let run = model.ids.run();
    let worksheet = model.worksheets.sheet().map(|sheet| sheet.key.clone()).unwrap_or_default();
    run_next(model, StatementQueue { run, worksheet, waiting: statements.into() }, requests, effects);
}

/// Runs the first statement of a queue. The others stay in its queue.
fn run_next(model: &mut Model, mut queue: StatementQueue, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some(statement) = queue.waiting.pop_front() else { return };
    let at = statement.at;
    let origin = StatementOrigin::Several { run: queue.run, at };
    let location = Some((queue.worksheet.clone(), at));
    start(model, NewStatement::of_user(statement, origin, location, queue), requests, effects);
}

/// Follows a foreign key: looks up the row to which a value of a result refers.
pub(super) fn follow(
    model: &mut Model,
    column: &Column,
    value: Option<&[u8]>,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    match follow::lookup(&model.context, column, value) {
        Ok((text, params)) => {
            let origin = StatementOrigin::Key;
            start(model, NewStatement { params, ..NewStatement::plain(text, origin) }, requests, effects);
        }
        Err(why) => model.notice(why),
    }
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
    let (target, params) = ((first.profile.clone(), first.database.clone()), first.params.clone());
    let Some(result) = job.rerun_as else { return };
    let export = Some(WaitingExport { job, result, target });
    let new = NewStatement { params, export, ..NewStatement::plain(text, StatementOrigin::Export) };
    start(model, new, requests, effects);
}

/// Makes a database the current one. It gets no tab of the results.
pub(super) fn use_database(model: &mut Model, name: &str, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let origin = StatementOrigin::Database;
    let text = format!("USE {}", quote::identifier(name));
    start(model, NewStatement::plain(text, origin), requests, effects);
}

/// Sets a variable again after a reconnect.
pub(super) fn run_restore(model: &mut Model, text: String, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let origin = StatementOrigin::Restore;
    start(model, NewStatement::plain(text, origin), requests, effects);
}

/// Runs an EXPLAIN. Its rows get no tab of the results.
pub(super) fn run_explain(
    model: &mut Model,
    (text, params): (String, Vec<Param>),
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    start(model, NewStatement { params, ..NewStatement::plain(text, StatementOrigin::Plan) }, requests, effects);
}

/// Authorizes a statement and records it. Asks the user first if its worksheet last ran elsewhere.
fn start(model: &mut Model, new: NewStatement, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let has_result = new.origin.has_result();
    let full = model.grid.full().filter(|_| has_result).map_or(Ok(()), |count| Err(StartError::Full(count)));
    let authorized = full.and_then(|()| target(&model.context, &new)).and_then(|target| {
        authorize(&new.text, new.params.clone(), target).map_err(|problem| StartError::Refused(Box::new(problem)))
    });
    let authorized = match authorized {
        Ok(authorized) => authorized,
        Err(error) => return report_not_started(model, new, error, requests, effects),
    };
    let result = new.export.as_ref().map_or_else(|| model.ids.result(), |export| export.result);
    let question = start_question(model, &new, result);
    let limits = bounds(&model.context);
    let bounds = RunBounds { rows: limits.rows.filter(|_| new.export.is_none()), ..limits };
    let since = model.context.now;
    let NewStatement { origin, location, queue, source_map, rows, typed, .. } = new;
    let start = StatementStart { result, origin, location, bounds, since, queue, source_map, rows, typed };
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

/// Returns what the user is asked before a statement starts; `None` if there is no question.
fn start_question(model: &mut Model, new: &NewStatement, result: ResultId) -> Option<String> {
    if matches!(new.origin, StatementOrigin::Restore | StatementOrigin::Plan) {
        return None;
    }
    let questions = [
        elsewhere_question(&model.context, &model.worksheets, new),
        model.restore.question(&new.text, &model.context),
        model.left.question(result, model.context.now),
    ];
    let questions: Vec<String> = questions.into_iter().flatten().collect();
    (!questions.is_empty()).then(|| questions.join(" "))
}

/// Shows why a statement does not start. The statements after it do not run either.
fn report_not_started(
    model: &mut Model,
    new: NewStatement,
    error: StartError,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if new.origin == StatementOrigin::Restore {
        let problem = match error {
            StartError::Refused(problem) => *problem,
            StartError::NotConnected | StartError::Busy | StartError::Full(_) | StartError::Elsewhere => {
                Problem::new(ProblemKind::Lost, "The variable was not set again, because the session cannot run it now")
            }
        };
        requests.push(Request::VariableRestored(RunReport::without_rows(End::Broken(problem))));
        return;
    }
    let stop = model.context.key(Action::App(AppAction::Stop));
    if let Some(export) = &new.export {
        let because = match error {
            StartError::NotConnected => "not connected",
            StartError::Busy => "a statement is running",
            StartError::Full(_) => "no result can give way",
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
        StartError::Full(count) => {
            let key = model.context.key(Action::Grid(GridAction::Close));
            model.notice(format!(
                "Nothing was sent: all {count} results are kept, and each uses memory. {key} in the results closes one."
            ));
        }
        StartError::Busy => model.notice(format!("A statement is running. {stop} stops it.")),
        StartError::Refused(problem) if new.origin == StatementOrigin::Plan => {
            requests.push(Request::Problem(Problem { at: None, ..*problem }));
        }
        StartError::Refused(problem) => {
            let failed = FailedStatement {
                sent: &new.text,
                typed: &new.typed,
                source_map: &new.source_map,
                location: new.location.as_ref(),
            };
            let problem = mark_problem(model, &failed, &problem).unwrap_or(*problem);
            let result = model.ids.result();
            let worksheet = worksheet_of(model, new.location.as_ref());
            let (statement, params, rows, from) = (new.text, new.params, new.rows, new.origin);
            let started = NewResult { id: result, statement, params, rows, from, worksheet };
            with!(model, requests, effects, grid.start(started));
            let report = RunReport::without_rows(End::Broken(problem));
            with!(model, requests, effects, grid.on_ended(result, &report));
            if let Some(dropped) = dropped {
                model.notice(dropped);
            }
            requests.push(look_at_results(model, result));
        }
    }
}

/// Runs the statement that the user has confirmed.
pub(super) fn confirm(model: &mut Model, result: ResultId, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if !model.context.statements.is_authorizing(result) {
        model.notice("Nothing was sent: the connection has changed since the question. Run it again.");
        return;
    }
    if let Some(statement) = model.context.statements.current() {
        model.restore.forget(statement.text(), &model.context);
    }
    crate::app::left_statements::on_confirmed(model, result, effects);
    // Its answer confirms the statement again.
    if crate::app::plan_check::begin(model, result, effects) {
        return;
    }
    handle(model, result, StatementEvent::Confirmed, requests, effects);
}

/// Drops the statement that the user has declined.
pub(super) fn decline(model: &mut Model, result: ResultId, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let next = crate::app::left_statements::on_declined(model, result);
    model.notice(next.map_or_else(|| "Nothing was sent.".to_owned(), |next| format!("Nothing was sent. {next}")));
    handle(model, result, StatementEvent::Declined, requests, effects);
}

/// Sends the statement, because its begin record is on disk.
pub(super) fn on_permitted(
    model: &mut Model,
    result: ResultId,
    permit: Permit,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if model.plan_check.is_check(result) {
        return crate::app::plan_check::on_permitted(model, permit, effects);
    }
    handle(model, result, StatementEvent::Permitted(permit), requests, effects);
    super::quit::proceed(model, requests, effects);
}

/// Ends the statement, because its begin record could not be written.
pub(super) fn on_not_permitted(
    model: &mut Model,
    result: ResultId,
    problem: Problem,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if model.plan_check.is_check(result) {
        return crate::app::plan_check::on_not_sent(model, result, requests);
    }
    handle(model, result, StatementEvent::NotPermitted(problem), requests, effects);
    super::quit::proceed(model, requests, effects);
}

/// Handles the end of a statement, or that it could not be sent.
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
    if let (Some(mode), Some(facts)) = (&report.sql_mode, &mut model.context.facts) {
        let facts = Arc::make_mut(facts);
        facts.sql_mode.clone_from(mode);
        facts.dialect.sql_mode = SqlMode::parse(mode);
    }
    handle(model, result, StatementEvent::Ended(report), requests, effects);
    super::quit::proceed(model, requests, effects);
}

/// Ends the current statement and its queue, because its session was lost, closed or replaced.
pub(super) fn on_session_ended(model: &mut Model, end: End, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    crate::app::plan_check::on_session_ended(model, effects);
    let Some(statement) = model.context.statements.current() else { return };
    let (result, since) = (statement.result(), statement.since());
    let progress = model.grid.of(result).map_or((0, 0), |result| (result.progress.rows, result.progress.bytes));
    let total = model.context.now.saturating_sub(since);
    // The session has not said how the statement ended, so it may still run.
    let may_run = statement.is_sent() && matches!(end, End::Broken(_));
    let left = model
        .context
        .facts
        .as_ref()
        .filter(|_| may_run)
        .map(|facts| LeftStatement { connection: facts.connection_id, text: statement.text().to_owned() });
    let report = RunReport { rows: progress.0, bytes: progress.1, total, left, ..RunReport::without_rows(end) };
    handle(model, result, StatementEvent::SessionEnded(report), requests, effects);
}

/// Drops the statements that wait in the queue of a closed worksheet.
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

/// Gives an event to the statement of this result, and carries out the actions that it returns.
fn handle(
    model: &mut Model,
    result: ResultId,
    event: StatementEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(statement) = model.context.statements.find(result) else {
        // Invariant: each begin record gets an end record.
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
    model.context.statements.remove_ended();
    for action in actions {
        if let Some(queue) = carry_out(model, &statement, action, requests, effects) {
            run_next(model, queue, requests, effects);
        }
    }
}

/// Stops the running statement. Returns whether there is one.
pub(super) fn stop(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) -> bool {
    if let Some(result) = crate::app::plan_check::waiting(model) {
        model.notice("Nothing was sent: the statement was stopped while its plan was checked.");
        handle(model, result, StatementEvent::Cancel, requests, effects);
        return true;
    }
    let Some(result) = model.context.running().map(Statement::result) else { return false };
    model.notice(STOPPING);
    handle(model, result, StatementEvent::Cancel, requests, effects);
    true
}

/// Cancels the statement of an export that was stopped or has failed: nothing needs its rows.
pub(super) fn on_export_stopped(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let export = model.grid.exporting().and_then(|export| export.job.rerun_as);
    let Some(running) = model.context.running().filter(|running| !running.is_cancelling()) else { return };
    let result = running.result();
    if export != Some(result) && model.grid.of(result).is_none() {
        handle(model, result, StatementEvent::Cancel, requests, effects);
    }
}

/// Handles an event of the store: rows have arrived, or the store cannot keep more of them (the memory limit without a
/// spill file, a full disk), so that the statement is cancelled.
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
        | StoreEvent::Totalled { .. }
        | StoreEvent::Plotted(_)
        | StoreEvent::Copied(_) => return,
    };
    let is_new = model.context.running().is_some_and(|running| running.result() == result && !running.is_cancelling());
    if is_new {
        handle(model, result, event, requests, effects);
    }
}
