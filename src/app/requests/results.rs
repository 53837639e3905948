//! Who answers what is asked about the results: forms, arrangements, copies, exports, details.

use crate::app::dialogs::ExportDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::panes::grid::ResultSet;
use crate::app::panes::inspector::InspectorContent;
use crate::app::panes::{PaneContext, with};
use crate::app::request::{ExportRows, Request};
use crate::domain::protocol::{ExportId, ExportJob};

use super::show::show;

/// Answers; what is not about the results is not for here.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::CopyAs(form) => with!(model, requests, effects, grid.copy(form)),
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
            match model.grid.export_plan(title, &model.context.folder) {
                Ok(plan) => requests.push(Request::OpenDialog(Box::new(ExportDialog::new(plan)))),
                Err(why) => model.notice(why),
            }
        }
        Request::Export { choice: form, rows, path } => {
            if let Some(why) = model.grid.export_refusal() {
                model.notice(why);
                return;
            }
            let again = (rows == ExportRows::All).then(|| model.ids.result());
            let order = model.grid.export_order(ExportId::default(), form, path);
            requests.extend(order.map(|order| Request::ExportTo(ExportJob { rerun_as: again, ..order })));
        }
        Request::ExportTo(order) => {
            let order = ExportJob { id: model.ids.export(), ..order };
            with!(model, requests, effects, grid.export(order));
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

/// Closes the inspector where what it shows is not of the result in front any more.
pub(super) fn outlived(model: &mut Model) -> Option<Request> {
    let front = model.grid.front().map(|result| result.id);
    model.inspector.outlived(front, &model.context).then_some(Request::HideInspector)
}

/// Shows something about the result in front; it is closed with that result.
fn show_of_front(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    show(model, content, requests);
    model.inspector.of = model.grid.front().map(|result| result.id);
}

/// Shows values of the result in front; a copy of them is recorded with that result.
fn show_values(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    show_of_front(model, content, requests);
    model.inspector.from = model.grid.front().map(ResultSet::copied_from);
}
