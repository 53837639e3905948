//! Who answers what is asked about the results: forms, arrangements, copies, exports, details.

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::panes::PaneContext;
use crate::app::panes::grid::{ExportRows, ResultSet};
use crate::app::panes::inspector::Shows;
use crate::app::panes::overlay::Kind;
use crate::app::request::Request;
use crate::app::update::with;
use crate::domain::protocol::{ExportId, ExportOrder};

use super::show;

/// Answers; what is not about the results is not for here.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::CopyFormat => requests.push(Request::Open(Kind::CopyAs)),
        Request::CopyAs(form) => with!(model, requests, effects, grid.copy(form)),
        Request::FilterForm(text) => requests.push(Request::Open(Kind::Filter(text))),
        Request::FilterBy(text) => {
            if let Err((_, fault)) = with!(model, requests, effects, grid.filter(&text)) {
                model.notice(fault);
            }
        }
        Request::SearchForm => requests.push(Request::Open(Kind::Search)),
        Request::SearchBy(text) => {
            if let Err(fault) = with!(model, requests, effects, grid.search(&text)) {
                model.notice(fault);
            }
        }
        Request::SearchShownForm => requests.push(Request::Open(Kind::SearchShown)),
        Request::SearchShown(text) => {
            if let Err(fault) = with!(model, requests, effects, inspector.search(&text)) {
                model.notice(fault);
            }
        }
        Request::ChartForm => requests.push(Request::Open(Kind::Chart)),
        Request::Plot(plot) => with!(model, requests, effects, grid.plot(plot)),
        Request::ZoneForm => requests.push(Request::Open(Kind::Zone)),
        Request::Zone(name) => model.grid.zone(name),
        Request::ExportForm => match model.grid.export_refusal() {
            Some(why) => model.notice(why),
            None => requests.push(Request::Open(Kind::Export)),
        },
        Request::ExportAs(form) if model.grid.has_more_rows() => requests.push(Request::Open(Kind::ExportRows(form))),
        Request::ExportAs(form) => requests.push(Request::ExportPath(form, ExportRows::Here)),
        Request::ExportPath(form, rows) => {
            let title = model.worksheets.sheet().map(|sheet| sheet.title.as_str()).unwrap_or_default();
            let (name, mut scope) = (model.grid.export_name(form, title), model.grid.export_scope(rows));
            if !model.context.folder.is_empty() {
                scope = format!("{scope} A name alone goes into {}.", model.context.folder);
            }
            requests.push(Request::Open(Kind::ExportPath { form, rows, name, scope }));
        }
        Request::Export { form, rows, path } => {
            if let Some(why) = model.grid.export_refusal() {
                model.notice(why);
                return;
            }
            let again = (rows == ExportRows::All).then(|| model.new_result());
            let order = model.grid.export_order(ExportId::default(), form, path);
            requests.extend(order.map(|order| Request::ExportTo(ExportOrder { again, ..order })));
        }
        Request::ExportTo(order) => {
            let order = ExportOrder { id: model.new_export(), ..order };
            with!(model, requests, effects, grid.export(order));
        }
        Request::RunAgain { order, statement, profile } => {
            crate::app::run::run_again(model, &order, (statement, &profile), requests, effects);
        }
        Request::ShowProfile { columns, column, profile, scope } => {
            if let Some(column) = columns.get(column).cloned().map(Box::new) {
                show_values(model, Shows::Profile { column, profile, scope }, requests);
            }
        }
        Request::ShowChart { columns, series, scope } => {
            let column = |at: usize| columns.get(at).cloned();
            if let Some(columns) = column(series.plot.x).zip(column(series.plot.y)).map(Box::new) {
                show_values(model, Shows::Chart { columns, series, scope }, requests);
            }
        }
        Request::JumpForm { row } => requests.push(Request::Open(if row { Kind::JumpRow } else { Kind::Columns })),
        Request::ShowRow { row, columns, values } => show_values(model, Shows::Row { row, columns, values }, requests),
        Request::ShowValue { row, columns, column, value } => {
            if let Some(column) = columns.get(column).cloned().map(Box::new) {
                show_values(model, Shows::Value { column, row, value }, requests);
            }
        }
        Request::ShowWarnings => match model.grid.front() {
            Some(result) if result.problem().is_some() => {
                let shows = result.problem().cloned().map_or(Shows::Nothing, Shows::Problem);
                show_of_front(model, shows, requests);
            }
            Some(result) if result.warnings.0 > 0 => {
                let shows = Shows::Warnings(result.warnings.0, result.warnings.1.clone());
                show_of_front(model, shows, requests);
            }
            _ => model.notice("the server gave no warning for this result"),
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

/// Shows what tells of the result that shows; it goes with that.
fn show_of_front(model: &mut Model, shows: Shows, requests: &mut Vec<Request>) {
    show(model, shows, requests);
    model.inspector.of = model.grid.front().map(|result| result.id);
}

/// Shows what holds values of the result that shows; a copy of it is told of that result.
fn show_values(model: &mut Model, shows: Shows, requests: &mut Vec<Request>) {
    show_of_front(model, shows, requests);
    model.inspector.from = model.grid.front().map(ResultSet::copied_from);
}
