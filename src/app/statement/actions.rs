//! Carries out the actions of a statement: begin and end records, sending, cancelling, its result and its worksheet.

use super::SOON;
use super::error_mark::{FailedStatement, mark_problem};
use super::life::{Statement, StatementAction};
use super::origin::{StatementOrigin, StatementQueue};
use super::run_text::RowDisplay;
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::layout::InspectorChoice;
use crate::app::model::Model;
use crate::app::panes::grid::NewResult;
use crate::app::panes::{PaneContext, with};
use crate::app::request::Request;
use crate::domain::protocol::{End, ExportCmd, ResultId, RunBounds, RunReport, SessionCmd, SessionId, StorageCmd};
use crate::domain::quantity::counted;
use crate::domain::sql::Dialect;
use crate::domain::sql::parameters::SourceMap;

/// The notice between the stop of a statement and its end.
pub(super) const STOPPING: &str = "Stopping the statement …";

/// The facts about a statement that its actions need. The statement itself may be dropped before they are carried out.
pub(super) struct StatementFacts {
    result: ResultId,
    origin: StatementOrigin,
    location: Option<(String, usize)>,
    session: SessionId,
    profile: String,
    text: String,
    dialect: Dialect,
    bounds: RunBounds,
    source_map: SourceMap,
    rows: RowDisplay,
    typed: String,
}

impl StatementFacts {
    pub(super) fn of(statement: &Statement) -> Self {
        Self {
            result: statement.result(),
            origin: statement.origin(),
            location: statement.location().cloned(),
            session: statement.session(),
            profile: statement.profile().to_owned(),
            text: statement.text().to_owned(),
            dialect: statement.dialect(),
            bounds: statement.bounds(),
            source_map: statement.source_map().clone(),
            rows: statement.rows(),
            typed: statement.typed().to_owned(),
        }
    }
}

/// Carries out one action. Returns the queue whose first statement is to run next, if any.
pub(super) fn carry_out(
    model: &mut Model,
    statement: &StatementFacts,
    action: StatementAction,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) -> Option<StatementQueue> {
    let result = statement.result;
    match action {
        StatementAction::Record(authorized) => {
            if let Some((key, _)) = &statement.location {
                model.worksheets.on_run(key, &model.context);
            }
            with!(model, requests, effects, worksheets.save_all());
            if statement.origin.has_result() {
                let (statement_text, params) = (authorized.checked().text().to_owned(), authorized.params().to_vec());
                let worksheet = worksheet_of(model, statement.location.as_ref());
                let from = statement.origin;
                let rows = statement.rows;
                let new = NewResult { id: result, statement: statement_text, params, rows, from, worksheet };
                with!(model, requests, effects, grid.start(new));
                requests.push(look_at_results(model, result));
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
        StatementAction::RunNext(queue) => return Some(queue),
        StatementAction::ReportDropped(count) => {
            if let Some(text) = dropped_text(count) {
                model.notice(text);
            }
        }
    }
    None
}

/// Reports the end of the statement to its result or its export, and marks an error in the worksheet.
fn finish(
    model: &mut Model,
    statement: &StatementFacts,
    report: &RunReport,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let result = statement.result;
    model.notices.current.take_if(|notice| notice.text == STOPPING);
    if statement.origin == StatementOrigin::Restore {
        requests.push(Request::VariableRestored(report.clone()));
        return;
    }
    if statement.origin == StatementOrigin::Plan {
        requests.push(Request::Explained(result, report.clone()));
    }
    if statement.origin == StatementOrigin::Database {
        match &report.end {
            End::Complete | End::Limit(_) => {
                let database = model.context.database.as_deref().unwrap_or_default().to_owned();
                model.notice(format!("The current database is {database}."));
            }
            End::Broken(problem) => requests.push(Request::Problem(problem.clone())),
            End::Cancelled => {}
        }
    }
    if let Some(left) = &report.left {
        crate::app::left_statements::on_left(model, &statement.profile, left.clone());
    }
    model.restore.on_ended(&statement.text, statement.dialect, report);
    if let (Some((key, _)), End::Complete | End::Limit(_)) = (&statement.location, &report.end) {
        // A USE has changed the database.
        model.worksheets.on_run(key, &model.context);
    }
    if let Some(note) = report.note {
        model.notice(format!("Note: {note}."));
    }
    let failed = FailedStatement {
        sent: &statement.text,
        typed: &statement.typed,
        source_map: &statement.source_map,
        location: statement.location.as_ref(),
    };
    let marked = match &report.end {
        End::Broken(problem) => mark_problem(model, &failed, problem),
        End::Complete | End::Limit(_) | End::Cancelled => None,
    };
    let is_marked = marked.is_some();
    let marked = marked.map(|problem| RunReport { end: End::Broken(problem), ..report.clone() });
    let report = marked.as_ref().unwrap_or(report);
    with!(model, requests, effects, grid.on_ended(result, report));
    // An export ends with its rows. It must be cancelled if none were sent.
    let export = model.grid.exporting().filter(|export| export.job.rerun_as == Some(result));
    match (&report.end, export.map(|export| export.job.id)) {
        (End::Cancelled, Some(id)) => effects.push(Effect::Export(ExportCmd::Cancel(id))),
        (End::Broken(problem), Some(id)) => {
            effects.push(Effect::Export(ExportCmd::Cancel(id)));
            requests.push(Request::Problem(problem.clone()));
        }
        (End::Complete | End::Limit(_), _) | (_, None) => {}
    }
    if is_marked {
        requests.push(Request::Settle);
    }
}

/// Returns the notice about statements of the queue that did not run, if there are any.
pub(super) fn dropped_text(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("The statement after it did not run.".into()),
        count => Some(format!("The {} after it did not run.", counted(count as u64, "statement"))),
    }
}

/// Returns the key of the worksheet to which a result belongs: the one of its statement, or the one in front.
pub(super) fn worksheet_of(model: &Model, location: Option<&(String, usize)>) -> String {
    let front = || model.worksheets.sheet().map(|sheet| sheet.key.clone());
    location.map(|(key, _)| key.clone()).or_else(front).unwrap_or_default()
}

/// Returns the request to show a result if another panel has its place. An inspector there makes room for it, and the focus stays
/// where it is. A result of a worksheet that is not in front is not shown.
pub(super) fn look_at_results(model: &mut Model, result: ResultId) -> Request {
    let front = model.worksheets.sheet().map(|sheet| sheet.key.as_str()).unwrap_or_default();
    let is_shown = model.grid.of(result).is_some_and(|result| result.worksheet == front);
    if !is_shown || model.context.layout.grid.is_some() {
        return Request::Settle;
    }
    if model.shows_one_panel() || model.focus == Focus::Inspector {
        return Request::Focus(Focus::Grid);
    }
    model.options.inspector = InspectorChoice::Automatic;
    Request::Settle
}
