//! The results: tabs, each a grid over windows of rows. It knows counts, columns and the rows near the screen; the store has
//! the rest.

pub mod actions;
mod arrange;
mod column_layout;
mod copy_message;
mod events;
mod export;
mod labels;
mod pending_job;
mod selection;
mod tabs;
mod update;
mod view;
mod zones;

pub use actions::GridAction;
pub use column_layout::{ColumnLayout, ColumnSpan};
pub use export::RunningExport;
pub use pending_job::PendingJob;
pub use selection::{CellRange, Selection};
pub use view::GridView;
pub use zones::ZonedColumn;

use std::sync::Arc;
use std::time::Duration;

use crate::app::statement::origin::StatementOrigin;
use crate::domain::export::SessionZone;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{CopiedFrom, End, Progress, ResultId, ResultView, StoreWork, ViewId, Warning};
use crate::domain::results::{Arrangement, Column, Pattern, Window};

/// One result set.
#[derive(Debug)]
pub struct ResultSet {
    /// Its id.
    pub id: ResultId,
    /// The statement.
    pub statement: String,
    /// Where it comes from.
    pub from: StatementOrigin,
    /// The profile that it ran on.
    pub profile: String,
    /// The default database that it ran in.
    pub database: Option<String>,
    /// The zone of its session.
    pub zone: SessionZone,
    /// Its columns, once they are there.
    pub columns: Option<Arc<[Column]>>,
    /// How far it is.
    pub progress: Progress,
    /// Whether all rows that come are in the store.
    pub is_stored: bool,
    /// The rows near the screen.
    pub window: Option<Arc<Window>>,
    /// Rows asked for and not here yet.
    pub asked: Option<std::ops::Range<u64>>,
    /// When it was sent.
    pub since: Duration,
    /// Time to the first row and to the end.
    pub took: Option<(Option<Duration>, Duration)>,
    /// Warnings counted by the server, and those that it kept.
    pub warnings: (u16, Vec<Warning>),
    /// Where its columns stand.
    pub layout: ColumnLayout,
    /// The cursor's row in the view.
    pub row: u64,
    /// The cursor's place among the columns shown.
    pub place: usize,
    /// First visible row.
    pub top: u64,
    /// What is selected besides the cursor.
    pub selection: Option<Selection>,
    /// By which rows it is looked at; `None` is all of them in the server's order.
    pub view: Option<ResultView>,
    /// The number of what is shown: a window with another one is not.
    pub shown: ViewId,
    /// The order and choice asked for last.
    pub arrangement: Arrangement,
    /// The number of that.
    pub asked_view: ViewId,
    /// What is searched for.
    pub search: Option<ResultSearch>,
    /// Longer work under way.
    pub pending: PendingJob,
    /// A whole value that was asked for.
    pub pending_value: Option<PendingValue>,
    /// Columns whose times are shown in another zone too.
    pub zones: Vec<ZonedColumn>,
    /// The export of its rows that is under way.
    pub export: Option<RunningExport>,
    /// Whether it stays when the next one comes.
    pub is_pinned: bool,
    /// The result from which a key was followed to here.
    pub came_from: Option<ResultId>,
}

/// A search in a result.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultSearch {
    /// What.
    pub pattern: Arc<Pattern>,
    /// In which columns, in the order shown.
    pub columns: Vec<usize>,
    /// Cells and rows that hold it, and of how many rows; once it has ended.
    pub found: Option<(u64, u64, u64)>,
    /// Which of the cells the cursor stands on, from 1.
    pub at: Option<u64>,
    /// Where it takes the cursor when it has ended.
    pub then: AfterSearch,
    /// While a step to a match is under way, the steps that were asked for behind it: back where it is below zero.
    pub owed: Option<i32>,
}

/// Where a search takes the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterSearch {
    /// To the next match: somebody asked for it.
    GoToMatch,
    /// Nowhere: rows or columns changed under it.
    Stay,
}

/// State of the results.
#[derive(Debug, Default)]
pub struct Grid {
    /// The results, oldest first.
    results: Vec<ResultSet>,
    /// Which one shows.
    front: usize,
}

/// A whole value that was asked for, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingValue {
    /// Its row.
    pub row: u64,
    /// Its column.
    pub column: usize,
    /// What for.
    pub purpose: ValuePurpose,
}

/// What a whole value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuePurpose {
    /// The inspector shows it.
    Show,
    /// The row that it refers to is looked up.
    Follow,
    /// A filter is made of it.
    Filter,
}

impl ResultSet {
    /// Whether its end is there.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.progress.end.is_some()
    }

    /// The problem that it ended with, if it did.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match &self.progress.end {
            Some(End::Broken(problem)) => Some(problem),
            Some(End::Complete | End::Limit(_) | End::Cancelled) | None => None,
        }
    }

    /// The problem that ended it after rows had come: those show in its place. That the link was lost is told elsewhere.
    #[must_use]
    pub fn late_problem(&self) -> Option<&Problem> {
        self.problem().filter(|problem| self.progress.rows > 0 && problem.kind != ProblemKind::Lost)
    }

    /// Whose values a copy of it holds.
    #[must_use]
    pub fn copied_from(&self) -> CopiedFrom {
        CopiedFrom { profile: self.profile.clone(), statement: self.statement.clone() }
    }

    /// Rows that can be looked at: those of the view, or all that are there so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.view.map_or(self.progress.rows, |view| view.rows)
    }

    /// The cursor's column, in the server's order.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.layout.column(self.place)
    }

    /// The table from which all of its columns come, where there is one.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        let columns = self.columns.as_ref()?;
        let first = &columns.first()?.origin;
        let is_same = |column: &Column| column.origin.schema == first.schema && column.origin.table == first.table;
        (!first.table.is_empty() && columns.iter().all(is_same)).then_some(first.table.as_str())
    }

    /// What is selected, if anything is.
    #[must_use]
    pub fn selected(&self) -> Option<CellRange> {
        let selection = self.selection?;
        Some(selection.range((self.row, self.place), (self.count(), self.layout.len())))
    }

    /// The window, unless it is one of an older view.
    #[must_use]
    pub fn current_window(&self) -> Option<&Arc<Window>> {
        self.window.as_ref().filter(|window| window.view == self.shown.0)
    }
}

impl Grid {
    /// The result that shows.
    #[must_use]
    pub fn front(&self) -> Option<&ResultSet> {
        self.results.get(self.front)
    }

    fn front_mut(&mut self) -> Option<&mut ResultSet> {
        self.results.get_mut(self.front)
    }

    /// The results, oldest first, and which one shows.
    #[must_use]
    pub fn tabs(&self) -> (&[ResultSet], usize) {
        (&self.results, self.front)
    }

    /// The result of this id.
    #[must_use]
    pub fn of(&self, id: ResultId) -> Option<&ResultSet> {
        self.results.iter().find(|result| result.id == id)
    }

    fn of_mut(&mut self, id: ResultId) -> Option<&mut ResultSet> {
        self.results.iter_mut().find(|result| result.id == id)
    }

    /// A full queue refused a search: it is begun again with the next step.
    pub fn search_refused(&mut self, id: ResultId) {
        if let Some(result) = self.of_mut(id) {
            result.pending.end(StoreWork::Find);
            if let Some(search) = &mut result.search {
                search.columns.clear();
            }
        }
    }

    /// A full queue refused something: rows are asked for again.
    pub fn on_refused(&mut self) {
        for result in &mut self.results {
            result.asked = None;
            if let Some(search) = &mut result.search {
                search.owed = None;
            }
        }
    }

    /// Rows of the result that shows.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.front().map_or(0, ResultSet::count)
    }

    /// The columns of the result that shows, in the server's order.
    fn columns(&self) -> Arc<[Column]> {
        self.front().and_then(|result| result.columns.clone()).unwrap_or_default()
    }
}
