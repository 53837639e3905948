//! Handles the requests about results: copies, filters, searches, charts, exports, details.

use crate::app::dialogs::ExportDialog;
use crate::app::effect::Effect;
use crate::app::layout::InspectorChoice;
use crate::app::model::Model;
use crate::app::panes::grid::{ResultSet, WorksheetKeys};
use crate::app::panes::inspector::{FollowedCell, InspectorContent};
use crate::app::panes::worksheet::{RunMark, Worksheet};
use crate::app::panes::{PaneContext, with};
use crate::app::request::{ExportRows, Request, RowDetails};
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
        Request::ShowRow(details) => {
            let row = details.row;
            show_values(model, row_content(details), requests);
            model.inspector.cell = followed_cell(model, row, None);
        }
        Request::ShowValue { row, columns, column: position, value } => {
            if let Some(column) = columns.get(position).cloned().map(Box::new) {
                show_values(model, InspectorContent::Value { column, row, value }, requests);
                model.inspector.cell = followed_cell(model, row, Some(position));
            }
        }
        Request::FollowValue { row, columns, column: position, value } => {
            let front = model.grid.front().map(|result| result.id);
            let column = columns.get(position).cloned().map(Box::new);
            if let Some(column) = column.filter(|_| model.inspector.follows_value(front)) {
                set_values(model, InspectorContent::Value { column, row, value });
                model.inspector.cell = followed_cell(model, row, Some(position));
            }
        }
        Request::OpenField(field) => with!(model, requests, effects, grid.open_field(field)),
        Request::CopyField(field) => with!(model, requests, effects, grid.copy_field(field)),
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
    if !model.inspector.clear_stale(front, &model.context) {
        return None;
    }
    // The focus stays where it is: the user may be pressing keys.
    model.options.inspector = InspectorChoice::Automatic;
    Some(Request::Settle)
}

/// Returns the cell of the result in front that the inspector shows. Without a column it is a row.
fn followed_cell(model: &Model, row: u64, column: Option<usize>) -> Option<FollowedCell> {
    model.grid.front().map(|result| FollowedCell { view: result.shown, row, column })
}

/// Shows the row or the value at the cursor of the results, if the inspector shows another one and follows the cursor.
pub(super) fn follow_cursor(model: &mut Model, effects: &mut Vec<Effect>) -> Option<Request> {
    let front = model.grid.front()?;
    let at = front.cursor_cell().filter(|_| front.count() > 0)?;
    let shown = model.inspector.cell.filter(|_| model.inspector.follows(Some(front.id)))?;
    let is_same_row = shown.view == front.shown && shown.row == at.row;
    match shown.column {
        None if is_same_row => None,
        None => {
            // A row is shown when the window has it.
            let details = model.grid.followed_row()?;
            let row = details.row;
            set_values(model, row_content(details));
            model.inspector.cell = followed_cell(model, row, None);
            None
        }
        // A field of a row stays the same field.
        Some(_) if is_same_row && model.inspector.is_field_of_row() => None,
        Some(column) if is_same_row && column == at.column => None,
        Some(column) => {
            let column = if model.inspector.is_field_of_row() { column } else { at.column };
            model.grid.follow_value(column, effects)
        }
    }
}

fn row_content(RowDetails { row, columns, positions, values }: RowDetails) -> InspectorContent {
    InspectorContent::Row { row, columns, positions, values }
}

/// Changes the values that the inspector shows.
fn set_values(model: &mut Model, content: InspectorContent) {
    model.inspector.show(content, &model.context);
    model.inspector.result = model.grid.front().map(|result| result.id);
    model.inspector.copied_from = model.grid.front().map(ResultSet::copied_from);
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
