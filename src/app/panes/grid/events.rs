//! What the grid makes of news: headers, progress, windows, values, what pending work found.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::domain::problem::ProblemKind;
use crate::domain::protocol::{CellPosition, End, ResultId, RunReport, SearchDirection, StoreEvent, StoreWork};
use crate::domain::quantity::counted;
use crate::domain::results::{Arrangement, Column, Window, type_text, widths};
use crate::domain::text::visible;

use super::{AfterSearch, ColumnLayout, Grid, GridAction, ResultSet, ValuePurpose};

impl Grid {
    /// Takes news of the store about a result; about one that is gone it is dropped.
    pub fn on_store(&mut self, id: ResultId, event: StoreEvent, cx: &mut PaneContext<'_>) {
        let is_front = self.front().is_some_and(|result| result.id == id);
        let Some(result) = self.of_mut(id) else { return };
        match event {
            StoreEvent::Opened(columns) => {
                let nothing = Window { view: 0, first: 0, columns: columns.len(), cells: Vec::new() };
                result.layout = ColumnLayout::new(first_widths(&columns, &nothing, cx.context));
                result.columns = Some(columns);
            }
            StoreEvent::Progress(progress) => {
                // The session's report may be here before: it is no end of the rows.
                let ends = !result.is_stored && progress.end.is_some();
                result.is_stored |= progress.end.is_some();
                result.progress = progress;
                // What was arranged while rows came holds for all of them now.
                if ends && !result.arrangement.is_plain() {
                    result.arrange(result.arrangement.clone(), cx);
                } else if ends {
                    result.search_again(cx);
                }
            }
            StoreEvent::Window(window) => {
                if result.window.is_none() {
                    fit_all(result, &window, cx.context);
                }
                result.asked = None;
                result.window = Some(window);
            }
            // Nobody waits for a value of a result that is not in front any more.
            StoreEvent::Value { .. } if !is_front => result.pending_value = None,
            StoreEvent::Value { row, column, value } => result.on_value((row, column), value, cx),
            StoreEvent::Arranged(view) if view.id >= result.asked_view => result.on_arranged(view, cx),
            StoreEvent::Arranged(_) => {}
            StoreEvent::Working { work, done, of } => result.pending.on_progress(work, done, of),
            StoreEvent::Failed { work, problem } => {
                result.pending.end(work);
                match work {
                    // The rows were arranged anew: what is searched for is searched for in them.
                    StoreWork::Find if problem.kind == ProblemKind::Interrupted => return,
                    StoreWork::Find => result.search = None,
                    StoreWork::Arrange => {
                        result.arrangement = Arrangement::default();
                        result.arrange(Arrangement::default(), cx);
                    }
                    StoreWork::Profile | StoreWork::Plot | StoreWork::Copy => {}
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
                    search.owed = None;
                }
                cx.request(Request::Problem(problem));
            }
        }
        self.settle(cx);
    }

    /// Takes the report of the statement.
    pub fn on_ended(&mut self, id: ResultId, report: &RunReport, cx: &mut PaneContext<'_>) {
        let Some(result) = self.of_mut(id) else { return };
        result.took = Some((report.first_row, report.total));
        result.warnings = (report.warning_count, report.warnings.clone());
        if result.progress.end.is_none() {
            result.progress.rows = result.progress.rows.max(report.rows);
            result.progress.end = Some(report.end.clone());
        }
        // The rows that came hide what became of the rest. Of several the words about those behind it say more.
        let is_failure =
            matches!(report.end, End::Broken(_)) && !matches!(result.from, StatementOrigin::Several { .. });
        if let Some(problem) = result.late_problem().filter(|_| is_failure) {
            let why = problem.server.as_ref().map_or(problem.what.as_str(), |error| error.message.as_str());
            let (why, count) = (visible(why), counted(result.progress.rows, "row"));
            let key = cx.key(Action::Grid(GridAction::Warnings));
            cx.request(Request::Notice(format!("The statement failed after {count}: {why} ({key} shows the error)")));
        }
        self.settle(cx);
    }
}

impl ResultSet {
    fn on_value(&mut self, (row, column): (u64, usize), value: Option<Arc<[u8]>>, cx: &mut PaneContext<'_>) {
        let Some(pending) = self.pending_value.take_if(|value| value.row == row && value.column == column) else {
            return;
        };
        let Some(columns) = self.columns.clone() else { return };
        match pending.purpose {
            ValuePurpose::Show => cx.request(Request::ShowValue { row, columns, column, value }),
            ValuePurpose::Follow => cx.request(Request::Follow { columns, column, value }),
            ValuePurpose::Filter => {
                let Some(same) = super::arrange::same(&columns, column, value.as_deref()) else {
                    let key = cx.key(Action::Grid(GridAction::Filter));
                    let why = "A filter cannot be made of a value that is long, empty or has line breaks";
                    cx.request(Request::Notice(format!("{why}. {key} asks for a condition.")));
                    return;
                };
                // Rows that do not show do not come back by this.
                let before = self.arrangement.filter.as_ref();
                cx.request(Request::FilterBy(before.map_or_else(|| same.clone(), |before| before.and(&same))));
            }
        }
    }

    /// Takes the cursor to a match, and goes on with the steps that were asked for meanwhile.
    fn on_next(&mut self, next: Option<(CellPosition, u64)>, cx: &mut PaneContext<'_>) {
        // A step of a search that was done again since leads nowhere.
        let Some((search, owed)) =
            self.search.as_mut().and_then(|search| search.owed.take().map(|owed| (search, owed)))
        else {
            return;
        };
        if let Some((place, number)) = next {
            search.at = Some(number);
            self.row = place.row;
            self.place = self.layout.place(place.column).unwrap_or(self.place);
        }
        if owed != 0 {
            self.step(if owed > 0 { SearchDirection::Forward } else { SearchDirection::Back }, cx);
        }
        if let Some(still) = self.search.as_mut().and_then(|search| search.owed.as_mut()) {
            *still = owed - owed.signum();
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

/// Widens the columns to what the first window holds.
fn fit_all(result: &mut ResultSet, window: &Window, context: &Context) {
    let Some(columns) = result.columns.as_ref() else { return };
    for (column, width) in first_widths(columns, window, context).into_iter().enumerate() {
        result.layout.resize(column, width);
    }
}

/// The first widths, with room for the arrow before the type of a column that refers to a row.
fn first_widths(columns: &[Column], window: &Window, context: &Context) -> Vec<u16> {
    let least = |column: &Column| {
        let arrow = arrow(column, context);
        if arrow == 0 { 0 } else { u16::try_from(type_text(column).chars().count()).unwrap_or(u16::MAX) + arrow }
    };
    widths(columns, window, context.glyphs).into_iter().zip(columns).map(|(width, of)| width.max(least(of))).collect()
}

/// Cells of the arrow of a column that refers to a row.
pub(super) fn arrow(column: &Column, context: &Context) -> u16 {
    if context.refers_to(column).is_some() { 2 } else { 0 }
}
