//! Handles the requests about results: copies, filters, searches, charts, exports, details.

use crate::app::dialogs::ExportDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::panes::grid::{ResultSet, WorksheetKeys};
use crate::app::panes::inspector::InspectorContent;
use crate::app::panes::worksheet::{RunMark, Worksheet};
use crate::app::panes::{PaneContext, with};
use crate::app::request::{ExportRows, Request};
use crate::domain::protocol::{ExportId, ExportJob};

use super::show::show;

/// Handles a request about the results. Ignores any other.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::CopyAs(format) => with!(model, requests, effects, grid.copy(format)),
        Request::FilterBy(text) => {
            if let Err((_, fault)) = with!(model, requests, effects, grid.filter(&text)) {
                model.notice(fault);
            }
        }
        Request::SearchBy(text) => {
            if let Err(fault) = with!(model, requests, effects, grid.search(&text)) {
                model.notice(fault);
            }
        }
        Request::SearchInspector(text) => {
            if let Err(fault) = with!(model, requests, effects, inspector.search(&text)) {
                model.notice(fault);
            }
        }
        Request::Plot(plot) => with!(model, requests, effects, grid.plot(plot)),
        Request::Zone(name) => model.grid.zone(name),
        Request::OpenExport => {
            let title = model.worksheets.sheet().map(|sheet| sheet.title.as_str()).unwrap_or_default();
            match model.grid.export_plan(title, &model.context.directory) {
                Ok(plan) => requests.push(Request::OpenDialog(Box::new(ExportDialog::new(plan)))),
                Err(why) => model.notice(why),
            }
        }
        Request::Export { choice, rows, path } => {
            if let Some(why) = model.grid.export_refusal() {
                model.notice(why);
                return;
            }
            let rerun_as = (rows == ExportRows::All).then(|| model.ids.result());
            let job = model.grid.export_job(ExportId::default(), choice, path);
            requests.extend(job.map(|job| Request::ExportTo(ExportJob { rerun_as, ..job })));
        }
        Request::ExportTo(job) => {
            let job = ExportJob { id: model.ids.export(), ..job };
            with!(model, requests, effects, grid.export(job));
        }
        Request::RunForExport { job, statement } => {
            crate::app::statement::run_for_export(model, job, statement, requests, effects);
        }
        Request::ShowProfile { columns, column, profile, scope } => {
            if let Some(column) = columns.get(column).cloned().map(Box::new) {
                show_values(model, InspectorContent::Profile { column, profile, scope }, requests);
            }
        }
        Request::ShowChart { columns, series, scope } => {
            let column = |at: usize| columns.get(at).cloned();
            if let Some(columns) = column(series.plot.x).zip(column(series.plot.y)).map(Box::new) {
                show_values(model, InspectorContent::Chart { columns, series, scope }, requests);
            }
        }
        Request::ShowRow { row, columns, values } => {
            show_values(model, InspectorContent::Row { row, columns, values }, requests);
        }
        Request::ShowValue { row, columns, column, value } => {
            if let Some(column) = columns.get(column).cloned().map(Box::new) {
                show_values(model, InspectorContent::Value { column, row, value }, requests);
            }
        }
        Request::ShowWarnings => match model.grid.front() {
            Some(result) if result.problem().is_some() => {
                let content = result.problem().cloned().map_or(InspectorContent::Nothing, InspectorContent::Problem);
                show_of_front(model, content, requests);
            }
            Some(result) if result.warnings.0 > 0 => {
                let content = InspectorContent::Warnings(result.warnings.0, result.warnings.1.clone());
                show_of_front(model, content, requests);
            }
            _ => model.notice("This result has no warnings."),
        },
        Request::Jump { row, column } => with!(model, requests, effects, grid.jump(row, column)),
        _ => {}
    }
}

/// Shows the results of the worksheet in front, and marks the other worksheets whose statements run or have ended.
pub(super) fn show_worksheet(model: &mut Model, effects: &mut Vec<Effect>) -> Option<Request> {
    let key = |sheet: &Worksheet| sheet.key.clone();
    let worksheets = &mut model.worksheets;
    let keys = WorksheetKeys {
        profile: worksheets.profile.clone(),
        front: worksheets.sheet().map(key).unwrap_or_default(),
        open: worksheets.sheets.iter().map(key).collect(),
        closed: worksheets.closed.iter().map(key).collect(),
    };
    let is_new = model.grid.on_worksheets(keys, effects);
    let running = model.context.running().and_then(|statement| model.grid.of(statement.result()));
    let ended = model.grid.unseen().map(|result| {
        let mark = if result.problem().is_some() { RunMark::Failed } else { RunMark::Ended };
        (result.worksheet.clone(), mark)
    });
    model.worksheets.marks = ended.chain(running.map(|result| (result.worksheet.clone(), RunMark::Runs))).collect();
    is_new.then_some(Request::Settle)
}

/// Clears and hides the inspector if it shows something about a result that is no longer in front.
pub(super) fn close_stale_inspector(model: &mut Model) -> Option<Request> {
    let front = model.grid.front().map(|result| result.id);
    model.inspector.clear_stale(front, &model.context).then_some(Request::HideInspector)
}

/// Shows something about the result in front. The inspector is cleared when another result comes to the front.
fn show_of_front(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    show(model, content, requests);
    model.inspector.result = model.grid.front().map(|result| result.id);
}

/// Shows values of the result in front. The access log records copies of them under that result's statement.
fn show_values(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    show_of_front(model, content, requests);
    model.inspector.copied_from = model.grid.front().map(ResultSet::copied_from);
}
