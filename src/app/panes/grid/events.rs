//! Handles the events of the store and the reports of statements.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RowDisplay;
use crate::domain::problem::ProblemKind;
use crate::domain::protocol::{CellPosition, End, ResultId, RunReport, SearchDirection, StoreEvent, StoreWork};
use crate::domain::quantity::counted;
use crate::domain::results::{Arrangement, Window, widths, widths_of_wider};
use crate::domain::text::visible;

use super::column_layout::FittedTo;
use super::{AfterSearch, ColumnLayout, Grid, GridAction, ResultSet, ValuePurpose};

/// Rows to which the columns are fitted at least, if the result has so many.
const FITTED_ROWS: u64 = 64;

impl Grid {
    /// Handles an event of the store about a result. Ignores results that are closed.
    pub fn on_store(&mut self, id: ResultId, event: StoreEvent, cx: &mut PaneContext<'_>) {
        let is_front = self.front().is_some_and(|result| result.id == id);
        let Some(result) = self.of_mut(id) else { return };
        match event {
            StoreEvent::Opened(columns) => {
                let nothing = Window { view: 0, first: 0, columns: columns.len(), cells: Vec::new() };
                result.layout = ColumnLayout::new(widths(&columns, &nothing, cx.context.glyphs));
                result.columns = Some(columns);
            }
            StoreEvent::Progress(progress) => {
                // The session's report may have come before. It does not mean that all rows are stored.
                let ends = !result.is_stored && progress.end.is_some();
                result.is_stored |= progress.end.is_some();
                result.progress = progress;
                // An arrangement or search of the first rows is repeated with all rows.
                if ends && !result.arrangement.is_plain() {
                    result.arrange(result.arrangement.clone(), cx);
                } else if ends {
                    result.search_again(cx);
                }
            }
            StoreEvent::Window(window) => {
                fit_all(result, &window, cx.context);
                result.requested_rows = None;
                result.window = Some(window);
                // The first rows are there: a statement that ended with \G shows the first one.
                if is_front && result.rows == RowDisplay::Row && result.has_row() {
                    result.rows = RowDisplay::Table;
                    cx.request(Request::Do(Action::Grid(GridAction::Row)));
                }
            }
            // The user has left the result, so its value is not needed.
            StoreEvent::Value { .. } if !is_front => result.pending_values.clear(),
            StoreEvent::Value { row, column, value } => result.on_value((row, column), value, cx),
            StoreEvent::Arranged(view) if view.id >= result.requested_view => result.on_arranged(view, cx),
            StoreEvent::Arranged(_) => {}
            StoreEvent::Working { work, done, of } => result.pending.on_progress(work, done, of),
            StoreEvent::Failed { work, problem } => {
                result.pending.end(work);
                match work {
                    // The rows were arranged again, which starts a new search.
                    StoreWork::Find | StoreWork::Total if problem.kind == ProblemKind::Interrupted => return,
                    StoreWork::Find => result.search = None,
                    StoreWork::Arrange => {
                        result.arrangement = Arrangement::default();
                        result.arrange(Arrangement::default(), cx);
                    }
                    StoreWork::Profile | StoreWork::Total | StoreWork::Plot | StoreWork::Copy => {}
                }
                cx.request(Request::Problem(problem));
            }
            StoreEvent::Found { cells, rows, of } => result.on_found((cells, rows, of), cx),
            StoreEvent::Next(next) => {
                result.on_next(next, cx);
            }
            StoreEvent::Profiled { column, profile } => {
                result.pending.end(StoreWork::Profile);
                if let (Some(columns), true) = (result.columns.clone(), is_front) {
                    let scope = result.scope_of(profile.rows);
                    cx.request(Request::ShowProfile { columns, column, profile, scope });
                }
            }
            StoreEvent::Totalled { rows, columns, totals } => result.on_totals(&rows, &columns, totals),
            StoreEvent::Plotted(series) => {
                result.pending.end(StoreWork::Plot);
                if let (Some(columns), true) = (result.columns.clone(), is_front) {
                    let scope = result.scope_of(series.rows);
                    cx.request(Request::ShowChart { columns, series, scope });
                }
            }
            StoreEvent::Copied(copied) => {
                result.pending.end(StoreWork::Copy);
                cx.request(super::copy_message::put(Arc::unwrap_or_clone(copied), result.copied_from()));
            }
            StoreEvent::Broken(problem) => {
                if let Some(search) = &mut result.search {
                    search.waiting_steps = None;
                }
                // A value that cannot be read does not come.
                result.pending_values.clear();
                cx.request(Request::Problem(problem));
            }
        }
        self.settle(cx);
    }

    /// Takes the report of a statement.
    pub fn on_ended(&mut self, id: ResultId, report: &RunReport, cx: &mut PaneContext<'_>) {
        let shown = self.worksheet.clone();
        let Some(result) = self.of_mut(id) else { return };
        let is_hidden = result.worksheet != shown;
        result.took = Some((report.first_row, report.total));
        result.warnings = (report.warning_count, report.warnings.clone());
        if result.progress.end.is_none() {
            result.progress.rows = result.progress.rows.max(report.rows);
            result.progress.end = Some(report.end.clone());
        }
        // The rows hide the error, so a notice shows it. In a run of several statements another notice follows.
        let is_failure =
            matches!(report.end, End::Broken(_)) && !matches!(result.from, StatementOrigin::Several { .. });
        if let Some(problem) = result.late_problem().filter(|_| is_failure) {
            let reason = problem.server.as_ref().map_or(problem.what.as_str(), |error| error.message.as_str());
            let (reason, count) = (visible(reason), counted(result.progress.rows, "row"));
            let key = cx.key(Action::Grid(GridAction::Warnings));
            cx.request(Request::Notice(format!(
                "The statement failed after {count}: {reason} ({key} shows the error)"
            )));
        }
        if is_hidden {
            self.unseen.insert(id);
        }
        self.settle(cx);
    }
}

impl ResultSet {
    fn on_value(&mut self, (row, column): (u64, usize), value: Option<Arc<[u8]>>, cx: &mut PaneContext<'_>) {
        // The store answers in the order of the requests.
        let at = self.pending_values.iter().position(|value| value.row == row && value.column == column);
        let Some(pending) = at.map(|at| self.pending_values.remove(at)) else { return };
        let Some(columns) = self.columns.clone() else { return };
        match pending.purpose {
            ValuePurpose::Show => cx.request(Request::ShowValue { row, columns, column, value }),
            ValuePurpose::Track => cx.request(Request::FollowValue { row, columns, column, value }),
            ValuePurpose::Follow => cx.request(Request::Follow { columns, column, value }),
            ValuePurpose::Filter => {
                let Some(condition) = super::arrange::equality(&columns, column, value.as_deref()) else {
                    let key = cx.key(Action::Grid(GridAction::Filter));
                    let why = "A filter cannot be made of a value that is long, empty or has line breaks";
                    cx.request(Request::Notice(format!("{why}. {key} asks for a condition.")));
                    return;
                };
                // The condition is added to the current filter, so that hidden rows stay hidden.
                let filter = self.arrangement.filter.as_ref();
                cx.request(Request::FilterBy(
                    filter.map_or_else(|| condition.clone(), |filter| filter.and(&condition)),
                ));
            }
        }
    }

    /// Moves the cursor to a match, and does the steps that are waiting.
    fn on_next(&mut self, next: Option<(CellPosition, u64)>, cx: &mut PaneContext<'_>) {
        // The result of a step is ignored if the search was repeated since.
        let Some((search, waiting_steps)) = self
            .search
            .as_mut()
            .and_then(|search| search.waiting_steps.take().map(|waiting_steps| (search, waiting_steps)))
        else {
            return;
        };
        if let Some((place, number)) = next {
            search.at = Some(number);
            self.row = place.row;
            self.place = self.layout.place(place.column).unwrap_or(self.place);
        }
        if waiting_steps != 0 {
            self.step(if waiting_steps > 0 { SearchDirection::Forward } else { SearchDirection::Back }, cx);
        }
        if let Some(rest) = self.search.as_mut().and_then(|search| search.waiting_steps.as_mut()) {
            *rest = waiting_steps - waiting_steps.signum();
        }
    }

    fn on_found(&mut self, found: (u64, u64, u64), cx: &mut PaneContext<'_>) {
        self.pending.end(StoreWork::Find);
        let Some(search) = &mut self.search else { return };
        search.found = Some(found);
        if found.0 == 0 {
            let (text, _, _) = search.pattern.parts();
            let hidden = self.layout.all() - self.layout.len();
            let not_searched = if hidden > 0 {
                format!(" ({} not searched)", counted(hidden as u64, "hidden column"))
            } else {
                String::new()
            };
            if search.then == AfterSearch::GoToMatch {
                cx.request(Request::Notice(format!(
                    "No match for `{}` in {}{not_searched}.",
                    visible(text),
                    counted(found.2, "row")
                )));
            }
        } else if search.then == AfterSearch::GoToMatch {
            self.step(SearchDirection::Forward, cx);
        }
    }
}

/// Fits the columns to the rows of a window. The first window may have only some of the first rows, since rows arrive in batches:
/// later ones then widen the columns, and never narrow them.
fn fit_all(result: &mut ResultSet, window: &Window, context: &Context) {
    let Some(columns) = result.columns.as_ref() else { return };
    let rows = match result.window.as_ref().map(|fitted| fitted.range().end) {
        None => FittedTo::First,
        Some(fitted) if window.first == 0 && fitted < FITTED_ROWS && window.range().end > fitted => FittedTo::Next,
        Some(_) => FittedTo::Later,
    };
    if rows != FittedTo::Later {
        for (column, width) in widths(columns, window, context.glyphs).into_iter().enumerate() {
            result.layout.fit(column, width, rows);
        }
    }
    for (column, width) in widths_of_wider(columns, window, context.glyphs, |column| result.layout.whole(column)) {
        result.layout.fit(column, width, FittedTo::Later);
    }
}
