//! The results: tabs with a grid of rows each. A tab has the counts, the columns and the rows near the screen; the
//! store has all rows.

pub mod actions;
mod arrange;
mod column_layout;
mod copy_message;
mod details;
mod events;
mod export;
mod labels;
mod mouse;
mod pending_job;
mod selection;
mod tabs;
mod totals;
mod update;
mod view;
mod zones;

pub use actions::GridAction;
pub use column_layout::{ColumnLayout, ColumnSpan};
pub use export::RunningExport;
pub use pending_job::PendingJob;
pub use selection::{CellRange, Selection};
pub use tabs::{NewResult, WorksheetKeys};
pub use totals::RequestedTotals;
pub use view::GridView;
pub use zones::ZonedColumn;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RowDisplay;
use crate::domain::export::SessionZone;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{CopiedFrom, End, Progress, ResultId, ResultView, StoreWork, ViewId, Warning};
use crate::domain::results::{Arrangement, Column, Pattern, Window};
use crate::domain::sql::Param;

/// A result on a tab.
#[derive(Debug)]
pub struct ResultSet {
    pub id: ResultId,
    pub statement: String,
    /// The values that are bound to it.
    pub params: Vec<Param>,
    /// How its rows are shown when the first ones are there.
    pub rows: RowDisplay,
    /// The key of its worksheet: the one in which it was run, or that was in front.
    pub worksheet: String,
    /// Where it comes from.
    pub from: StatementOrigin,
    /// The profile that it ran on.
    pub profile: String,
    /// The default database in which it ran.
    pub database: Option<String>,
    /// The time zone of its session.
    pub zone: SessionZone,
    /// Its columns; `None` until the store has them.
    pub columns: Option<Arc<[Column]>>,
    /// The rows so far, and how it ended.
    pub progress: Progress,
    /// Whether the store has all rows.
    pub is_stored: bool,
    /// The rows near the screen.
    pub window: Option<Arc<Window>>,
    /// Rows that were requested from the store and have not come.
    pub requested_rows: Option<std::ops::Range<u64>>,
    /// When it started.
    pub since: Duration,
    /// The time to the first row, and to the end.
    pub took: Option<(Option<Duration>, Duration)>,
    /// How many warnings the server counted, and those that it has kept.
    pub warnings: (u16, Vec<Warning>),
    /// Its columns on the screen.
    pub layout: ColumnLayout,
    /// The cursor's row in the view.
    pub row: u64,
    /// The cursor's place among the visible columns.
    pub place: usize,
    /// First visible row.
    pub top: u64,
    pub selection: Option<Selection>,
    /// The totals of the selected cells.
    pub totals: Option<RequestedTotals>,
    /// The rows that are shown, if they are sorted or filtered. `None` is all rows in the server's order.
    pub view: Option<ResultView>,
    /// The id of the view that is shown. Windows of another view are ignored.
    pub shown: ViewId,
    /// The sort and the filter that were requested last.
    pub arrangement: Arrangement,
    /// The id of the view that was requested last.
    pub requested_view: ViewId,
    pub search: Option<ResultSearch>,
    /// Jobs of the store that have not ended.
    pub pending: PendingJob,
    /// The whole values that were requested, oldest first: at most one for each purpose.
    pub pending_values: Vec<PendingValue>,
    /// Columns whose times are shown in another zone, too.
    pub zones: Vec<ZonedColumn>,
    /// The export of its rows, if one is under way.
    pub export: Option<RunningExport>,
    /// Whether it is kept when the next result opens.
    pub is_pinned: bool,
    /// The result in which the user followed a foreign key to this one.
    pub came_from: Option<ResultId>,
}

/// A search in a result.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultSearch {
    pub pattern: Arc<Pattern>,
    /// The columns that are searched, in the order shown.
    pub columns: Vec<usize>,
    /// How many cells and rows match, of how many rows; `None` until the search has ended.
    pub found: Option<(u64, u64, u64)>,
    /// The number of the match under the cursor, from 1.
    pub at: Option<u64>,
    /// What the cursor does when the search has ended.
    pub then: AfterSearch,
    /// While a step to a match is under way, the number of steps to do after it; negative is backwards.
    pub waiting_steps: Option<i32>,
}

/// What the cursor does after a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterSearch {
    /// It goes to the next match, because the user has started the search.
    GoToMatch,
    /// It stays, because the search was repeated after a change of rows or columns.
    Stay,
}

/// The state of the results.
#[derive(Debug, Default)]
pub struct Grid {
    /// The results of all worksheets, oldest first.
    results: Vec<ResultSet>,
    /// The key of the worksheet whose results are shown.
    worksheet: String,
    /// The result in front of each worksheet.
    fronts: BTreeMap<String, ResultId>,
    /// The keys of the worksheets that are open.
    open: Vec<String>,
    /// The profile of these worksheets.
    profile: Option<String>,
    /// Results that have ended while another worksheet was shown, and were not shown since.
    unseen: BTreeSet<ResultId>,
}

/// A whole value that was requested, and its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingValue {
    pub row: u64,
    pub column: usize,
    pub purpose: ValuePurpose,
}

/// The purpose of a whole value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuePurpose {
    /// The inspector shows it.
    Show,
    /// The inspector shows it, if it still follows the cursor.
    Track,
    /// The row to which it refers is looked up.
    Follow,
    /// It becomes a filter.
    Filter,
}

impl ResultSet {
    /// Returns whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.progress.end.is_some()
    }

    /// Returns the problem with which it ended, if any.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match &self.progress.end {
            Some(End::Broken(problem)) => Some(problem),
            Some(End::Complete | End::Limit(_) | End::Cancelled) | None => None,
        }
    }

    /// Returns the problem that ended it after its first row, so that the grid shows rows and not the problem. A lost
    /// link does not count, because the header shows it.
    #[must_use]
    pub fn late_problem(&self) -> Option<&Problem> {
        self.problem().filter(|problem| self.progress.rows > 0 && problem.kind != ProblemKind::Lost)
    }

    /// Returns the origin of its values, for the record of a copy.
    #[must_use]
    pub fn copied_from(&self) -> CopiedFrom {
        CopiedFrom { profile: self.profile.clone(), statement: self.statement.clone() }
    }

    /// Returns the number of rows of the view, or of all rows so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.view.map_or(self.progress.rows, |view| view.rows)
    }

    /// Returns the cursor's column, by its position in the server's order.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.layout.column(self.place)
    }

    /// Returns the table of all its columns, if it is the same.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        let columns = self.columns.as_ref()?;
        let first = &columns.first()?.origin;
        let is_same = |column: &Column| column.origin.schema == first.schema && column.origin.table == first.table;
        (!first.table.is_empty() && columns.iter().all(is_same)).then_some(first.table.as_str())
    }

    /// Returns the selected cells, if any.
    #[must_use]
    pub fn selected(&self) -> Option<CellRange> {
        let selection = self.selection?;
        Some(selection.range((self.row, self.place), (self.count(), self.layout.len())))
    }

    /// Returns the window, unless it is of another view.
    #[must_use]
    pub fn current_window(&self) -> Option<&Arc<Window>> {
        self.window.as_ref().filter(|window| window.view == self.shown.0)
    }
}

impl Grid {
    /// Returns the result in front.
    #[must_use]
    pub fn front(&self) -> Option<&ResultSet> {
        self.results.get(self.front_position()?)
    }

    fn front_mut(&mut self) -> Option<&mut ResultSet> {
        let position = self.front_position()?;
        self.results.get_mut(position)
    }

    /// Returns the results of the worksheet that is shown, oldest first, and the position of the one in front.
    #[must_use]
    pub fn tabs(&self) -> (Vec<&ResultSet>, usize) {
        let tabs: Vec<&ResultSet> = self.results.iter().filter(|result| result.worksheet == self.worksheet).collect();
        let front = self.front().map(|front| front.id);
        let position = tabs.iter().position(|result| Some(result.id) == front).unwrap_or(0);
        (tabs, position)
    }

    /// Returns the result with this id.
    #[must_use]
    pub fn of(&self, id: ResultId) -> Option<&ResultSet> {
        self.results.iter().find(|result| result.id == id)
    }

    fn of_mut(&mut self, id: ResultId) -> Option<&mut ResultSet> {
        self.results.iter_mut().find(|result| result.id == id)
    }

    /// Resets a search that a full queue refused. The next update starts it again.
    pub fn search_refused(&mut self, id: ResultId) {
        if let Some(result) = self.of_mut(id) {
            result.pending.end(StoreWork::Find);
            if let Some(search) = &mut result.search {
                search.columns.clear();
            }
        }
    }

    /// Resets what a full queue may have refused, so that rows and steps are requested again.
    pub fn on_refused(&mut self) {
        for result in &mut self.results {
            result.requested_rows = None;
            if let Some(search) = &mut result.search {
                search.waiting_steps = None;
            }
        }
    }

    /// Returns the number of rows of the result in front.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.front().map_or(0, ResultSet::count)
    }

    /// Returns the columns of the result in front, in the server's order.
    fn columns(&self) -> Arc<[Column]> {
        self.front().and_then(|result| result.columns.clone()).unwrap_or_default()
    }
}
