//! Shows the plan of the statement at the cursor: sends EXPLAIN in the way of every statement, and reads its answer from the store.

use std::sync::Arc;

use super::action::{Action, AppAction, InspectorAction};
use super::effect::Effect;
use super::explain_state::{ExplainedStatement, PendingPlan};
use super::model::Model;
use super::panes::inspector::{InspectorContent, PlanContent};
use super::panes::worksheet::{MarkedCursor, TextMark};
use super::request::Request;
use super::statement::error_mark::{error_mark, in_typed_text};
use super::statement::origin::StatementOrigin;
use super::statement::run_text::RunText;
use crate::domain::plan::{ExplainFormat, Plan, TraditionalRows, explainable};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Environment;
use crate::domain::protocol::{End, ResultId, RunReport, StoreCmd, StoreEvent, explain_format};
use crate::domain::quantity::counted;
use crate::domain::results::{CellPreview, Window};
use crate::domain::sql::Param;
use crate::domain::sql::errors::ErrorMark;

/// The rows of EXPLAIN that are read: more than a statement can have tables.
const PLAN_ROWS: u64 = 1_000;
/// Errors of servers that do not know a format: a syntax error, something that is not supported, an unknown format.
const UNKNOWN_FORMAT: [u16; 3] = [1064, 1235, 1791];

/// Requests the plan of the statement at the cursor.
pub(super) fn explain_here(model: &mut Model, requests: &mut Vec<Request>) {
    if let Some(statement) = model.worksheets.statement_to_run() {
        requests.push(Request::Explain(statement));
    } else {
        let run = model.context.key(Action::App(AppAction::Explain));
        model.notice(format!("There is no statement at the cursor. Put the cursor on a SELECT, then press {run}."));
    }
}

/// Explains a statement of the worksheet in front.
pub(super) fn explain_statement(
    model: &mut Model,
    statement: RunText,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let mut key = model.worksheets.sheet().map(|sheet| sheet.key.clone());
    let at = statement.at;
    let (mut text, mut params, source_map) = statement.into_sent();
    let is_demo = model.context.profile.as_ref().is_some_and(|profile| profile.environment == Environment::Demo);
    if is_demo && let Some(with_literals) = Param::with_literals(&text, &params, model.context.dialect()) {
        // The demo explains only texts without bound values. Places in this text are not those of the worksheet.
        key = key.filter(|_| params.is_empty());
        (text, params) = (with_literals, Vec::new());
    }
    match explainable(&text, model.context.dialect()) {
        Ok(part) => {
            let location = key.map(|key| (key, at));
            let from = part.start;
            let text = text.get(part).unwrap_or_default().to_owned();
            let explained = ExplainedStatement { text, params, from, source_map, location };
            let format = explain_format(model.context.profile.as_deref(), model.context.dialect().server);
            explain(model, explained, format, requests, effects);
        }
        Err(why) => {
            let problem = Problem::new(ProblemKind::Refused, why.to_string());
            requests.push(Request::Problem(problem.hint("put the cursor on a SELECT with the same tables")));
        }
    }
}

fn explain(
    model: &mut Model,
    explained: ExplainedStatement,
    format: ExplainFormat,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let text = format!("{}{}", format.prefix(), explained.text);
    let before = model.context.statements.current().map(super::statement::life::Statement::result);
    super::statement::run_explain(model, (text, explained.params.clone()), requests, effects);
    let started = model.context.statements.current().filter(|statement| statement.origin() == StatementOrigin::Plan);
    let Some(result) = started.map(super::statement::life::Statement::result).filter(|id| Some(*id) != before) else {
        return;
    };
    // Its answer was not shown yet.
    effects.extend(model.explain.current.take().map(|older| Effect::Store(StoreCmd::Drop(older.result))));
    model.explain.current = Some(PendingPlan { result, explained, format, columns: None, is_read: false });
    model.notice("Reading the plan …");
}

/// Takes the end of an EXPLAIN. One that failed only because of its format is sent again in the format that all servers have.
pub(super) fn on_ended(
    model: &mut Model,
    result: ResultId,
    report: RunReport,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let is_it = |pending: &mut PendingPlan| pending.result == result;
    match report.end {
        // The rows may still be on the way to the store.
        End::Complete => {}
        End::Limit(_) | End::Cancelled => {
            // One that is not pending has ended before, with its reason.
            if model.explain.current.take_if(is_it).is_none() {
                return;
            }
            effects.push(Effect::Store(StoreCmd::Drop(result)));
            model.notice("The plan is not shown, because its EXPLAIN was stopped.");
        }
        End::Broken(problem) => {
            effects.push(Effect::Store(StoreCmd::Drop(result)));
            let Some(pending) = model.explain.current.take_if(is_it) else {
                requests.push(Request::Problem(problem));
                return;
            };
            let code = problem.server.as_ref().map(|error| error.code);
            if pending.format == ExplainFormat::Json && code.is_some_and(|code| UNKNOWN_FORMAT.contains(&code)) {
                return explain(model, pending.explained, ExplainFormat::Traditional, requests, effects);
            }
            report_failure(model, &pending, problem, requests);
        }
    }
}

/// Reports why there is no plan, and marks the place in the worksheet.
fn report_failure(model: &mut Model, pending: &PendingPlan, problem: Problem, requests: &mut Vec<Request>) {
    let at = problem.at.and_then(|at| at.checked_sub(pending.format.prefix().len()));
    if let Some((at, (key, start))) = at.zip(pending.explained.location.as_ref()).filter(|_| model.may_interrupt()) {
        let explained = &pending.explained;
        let mark = error_mark(&model.context, &explained.text, &Problem { at: Some(at), ..problem.clone() });
        let mark = mark.unwrap_or_else(|| ErrorMark::at(at..at)).moved(explained.from);
        let mark = in_typed_text(mark, &explained.source_map);
        model.worksheets.mark(TextMark::of_error(mark, *start), key, MarkedCursor::Moves);
        requests.push(Request::Settle);
    }
    requests.push(Request::Problem(Problem { at, ..problem }));
}

/// Takes an event of the store about the answer to an EXPLAIN. Returns whether it was one.
pub(super) fn on_store(
    model: &mut Model,
    result: ResultId,
    event: &StoreEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) -> bool {
    let Some(pending) = model.explain.current.as_mut().filter(|pending| pending.result == result) else {
        return false;
    };
    let plan = match event {
        StoreEvent::Opened(columns) => {
            pending.columns = Some(Arc::clone(columns));
            return true;
        }
        StoreEvent::Progress(progress) if progress.end == Some(End::Complete) && !pending.is_read => {
            pending.is_read = true;
            effects.push(Effect::Store(match pending.format {
                ExplainFormat::Json => StoreCmd::Value { result, row: 0, column: 0 },
                ExplainFormat::Traditional => StoreCmd::Window { result, rows: 0..PLAN_ROWS },
            }));
            return true;
        }
        StoreEvent::Value { value, .. } => {
            let raw = String::from_utf8_lossy(value.as_deref().unwrap_or_default()).into_owned();
            Plan::from_json(&raw).map(|plan| (plan, raw))
        }
        StoreEvent::Window(window) if pending.is_read => {
            let columns: Vec<String> =
                pending.columns.iter().flat_map(|columns| columns.iter()).map(|column| column.name.clone()).collect();
            let rows = rows_of(window);
            let raw = raw_rows(&columns, &rows);
            Plan::from_rows(&TraditionalRows { columns: &columns, rows: &rows }).map(|plan| (plan, raw))
        }
        StoreEvent::Failed { problem, .. } | StoreEvent::Broken(problem) => {
            model.explain.current = None;
            effects.push(Effect::Store(StoreCmd::Drop(result)));
            requests.push(Request::Problem(problem.clone()));
            return true;
        }
        StoreEvent::Progress(_)
        | StoreEvent::Window(_)
        | StoreEvent::Arranged(_)
        | StoreEvent::Working { .. }
        | StoreEvent::Found { .. }
        | StoreEvent::Next(_)
        | StoreEvent::Profiled { .. }
        | StoreEvent::Totalled { .. }
        | StoreEvent::Plotted(_)
        | StoreEvent::Copied(_) => return true,
    };
    let statement = pending.explained.text.clone();
    model.explain.current = None;
    effects.push(Effect::Store(StoreCmd::Drop(result)));
    match plan {
        Ok((plan, raw)) => show(model, PlanContent::new(statement, plan, raw), requests),
        Err(why) => {
            let problem = Problem::new(ProblemKind::Statement, "The plan cannot be shown").because(why.to_string());
            requests.push(Request::Problem(problem.hint("run EXPLAIN and the statement in the worksheet")));
        }
    }
    true
}

fn show(model: &mut Model, content: PlanContent, requests: &mut Vec<Request>) {
    let found = content.plan.findings().len() as u64;
    let key = model.context.key(Action::Inspector(InspectorAction::Format));
    model.notice(match found {
        0 => format!("The plan is in the inspector, where {key} shows it as a table."),
        found => {
            format!("The plan is in the inspector, with {}. {key} there shows a table.", counted(found, "finding"))
        }
    });
    model.inspector.show(InspectorContent::Plan(content), &model.context);
    requests.push(Request::ShowInspector);
}

/// Returns the cells of a window as texts.
fn rows_of(window: &Window) -> Vec<Vec<Option<String>>> {
    let text = |cell: &CellPreview| match cell {
        CellPreview::Null => None,
        CellPreview::Bytes { head, .. } => Some(String::from_utf8_lossy(head).into_owned()),
    };
    window.cells.chunks(window.columns.max(1)).map(|row| row.iter().map(text).collect()).collect()
}

/// Returns the answer as the server gave it: for each row its columns with their values.
fn raw_rows(columns: &[String], rows: &[Vec<Option<String>>]) -> String {
    let cell = |(name, cell): (&String, &Option<String>)| format!("{name}: {}", cell.as_deref().unwrap_or("NULL"));
    let row = |row: &Vec<Option<String>>| columns.iter().zip(row).map(cell).collect::<Vec<_>>().join("\n");
    rows.iter().map(row).collect::<Vec<_>>().join("\n\n")
}
