//! Who answers what is asked about the results: forms, arrangements, copies, exports, details.

use crate::app::ask::Ask;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::panes::Cx;
use crate::app::panes::grid::{ExportRows, ResultSet};
use crate::app::panes::inspector::Shows;
use crate::app::panes::overlay::Kind;
use crate::app::update::with;
use crate::domain::port::{ExportId, ExportOrder};

use super::show;

/// Answers; what is not about the results is not for here.
pub(super) fn answer(model: &mut Model, ask: Ask, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match ask {
        Ask::CopyForm => asks.push(Ask::Open(Kind::CopyAs)),
        Ask::CopyAs(form) => with!(model, asks, effects, grid.copy(form)),
        Ask::FilterForm(text) => asks.push(Ask::Open(Kind::Filter(text))),
        Ask::FilterBy(text) => {
            if let Err((_, fault)) = with!(model, asks, effects, grid.filter(&text)) {
                model.notice(fault);
            }
        }
        Ask::SearchForm => asks.push(Ask::Open(Kind::Search)),
        Ask::SearchBy(text) => {
            if let Err(fault) = with!(model, asks, effects, grid.search(&text)) {
                model.notice(fault);
            }
        }
        Ask::SearchShownForm => asks.push(Ask::Open(Kind::SearchShown)),
        Ask::SearchShown(text) => {
            if let Err(fault) = with!(model, asks, effects, inspector.search(&text)) {
                model.notice(fault);
            }
        }
        Ask::ChartForm => asks.push(Ask::Open(Kind::Chart)),
        Ask::Plot(plot) => with!(model, asks, effects, grid.plot(plot)),
        Ask::ZoneForm => asks.push(Ask::Open(Kind::Zone)),
        Ask::Zone(name) => model.grid.zone(name),
        Ask::ExportForm => match model.grid.export_refusal() {
            Some(why) => model.notice(why),
            None => asks.push(Ask::Open(Kind::Export)),
        },
        Ask::ExportAs(form) if model.grid.has_more_rows() => asks.push(Ask::Open(Kind::ExportRows(form))),
        Ask::ExportAs(form) => asks.push(Ask::ExportPath(form, ExportRows::Here)),
        Ask::ExportPath(form, rows) => {
            let title = model.worksheets.sheet().map(|sheet| sheet.title.as_str()).unwrap_or_default();
            let (name, mut scope) = (model.grid.export_name(form, title), model.grid.export_scope(rows));
            if !model.shared.folder.is_empty() {
                scope = format!("{scope} A name alone goes into {}.", model.shared.folder);
            }
            asks.push(Ask::Open(Kind::ExportPath { form, rows, name, scope }));
        }
        Ask::Export { form, rows, path } => {
            if let Some(why) = model.grid.export_refusal() {
                model.notice(why);
                return;
            }
            let again = (rows == ExportRows::All).then(|| model.new_result());
            let order = model.grid.export_order(ExportId::default(), form, path);
            asks.extend(order.map(|order| Ask::ExportTo(ExportOrder { again, ..order })));
        }
        Ask::ExportTo(order) => {
            let order = ExportOrder { id: model.new_export(), ..order };
            with!(model, asks, effects, grid.export(order));
        }
        Ask::RunAgain { order, statement, profile } => {
            crate::app::run::run_again(model, &order, (statement, &profile), asks, effects);
        }
        Ask::ShowProfile { columns, column, profile, scope } => {
            if let Some(column) = columns.get(column).cloned().map(Box::new) {
                show_values(model, Shows::Profile { column, profile, scope }, asks);
            }
        }
        Ask::ShowChart { columns, series, scope } => {
            let column = |at: usize| columns.get(at).cloned();
            if let Some(columns) = column(series.plot.x).zip(column(series.plot.y)).map(Box::new) {
                show_values(model, Shows::Chart { columns, series, scope }, asks);
            }
        }
        Ask::JumpForm { row } => asks.push(Ask::Open(if row { Kind::JumpRow } else { Kind::Columns })),
        Ask::ShowRow { row, columns, values } => show_values(model, Shows::Row { row, columns, values }, asks),
        Ask::ShowValue { row, columns, column, value } => {
            if let Some(column) = columns.get(column).cloned().map(Box::new) {
                show_values(model, Shows::Value { column, row, value }, asks);
            }
        }
        Ask::ShowWarnings => match model.grid.front() {
            Some(result) if result.problem().is_some() => {
                let shows = result.problem().cloned().map_or(Shows::Nothing, Shows::Problem);
                show_of_front(model, shows, asks);
            }
            Some(result) if result.warnings.0 > 0 => {
                let shows = Shows::Warnings(result.warnings.0, result.warnings.1.clone());
                show_of_front(model, shows, asks);
            }
            _ => model.notice("the server gave no warning for this result"),
        },
        Ask::Jump { row, column } => with!(model, asks, effects, grid.jump(row, column)),
        _ => {}
    }
}

/// Closes the inspector where what it shows is not of the result in front any more.
pub(super) fn outlived(model: &mut Model) -> Option<Ask> {
    let front = model.grid.front().map(|result| result.id);
    model.inspector.outlived(front, &model.shared).then_some(Ask::HideInspector)
}

/// Shows what tells of the result that shows; it goes with that.
fn show_of_front(model: &mut Model, shows: Shows, asks: &mut Vec<Ask>) {
    show(model, shows, asks);
    model.inspector.of = model.grid.front().map(|result| result.id);
}

/// Shows what holds values of the result that shows; a copy of it is told of that result.
fn show_values(model: &mut Model, shows: Shows, asks: &mut Vec<Ask>) {
    show_of_front(model, shows, asks);
    model.inspector.from = model.grid.front().map(ResultSet::copied_from);
}
