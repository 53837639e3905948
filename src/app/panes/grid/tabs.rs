//! Tabs of results. They belong to their worksheet. A new result replaces those of its worksheet that are not kept. After a
//! followed key, the user can go back.

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RowDisplay;
use crate::domain::export::SessionZone;
use crate::domain::protocol::{Progress, ResultId, StoreCmd, ViewId};
use crate::domain::results::Arrangement;
use crate::domain::sql::Param;

use super::{ColumnLayout, Grid, GridAction, PendingJob, ResultSet};

/// Results that are open at most, because each uses memory.
const MAX_RESULTS: usize = 8;

/// A result that starts.
#[derive(Debug)]
pub struct NewResult {
    pub id: ResultId,
    pub statement: String,
    /// The values that are bound to it.
    pub params: Vec<Param>,
    pub rows: RowDisplay,
    pub from: StatementOrigin,
    /// The key of its worksheet.
    pub worksheet: String,
}

/// The keys of the worksheets of a profile.
#[derive(Debug, Clone, Default)]
pub struct WorksheetKeys {
    pub profile: Option<String>,
    /// The one in front.
    pub front: String,
    pub open: Vec<String>,
    /// Those that can be opened again.
    pub closed: Vec<String>,
}

impl Grid {
    /// Returns the largest number of results if a new one has no place: all of them are kept, exported or running.
    #[must_use]
    pub fn full(&self) -> Option<usize> {
        (self.results.iter().filter(|result| self.must_stay(result)).count() >= MAX_RESULTS).then_some(MAX_RESULTS)
    }

    /// Returns whether a result cannot give way to a new one. What is kept in a closed worksheet can, because it is not
    /// shown.
    fn must_stay(&self, result: &ResultSet) -> bool {
        (result.is_pinned && !self.is_closed(result)) || result.export.is_some() || !result.has_ended()
    }

    fn is_closed(&self, result: &ResultSet) -> bool {
        !self.open.is_empty() && !self.open.contains(&result.worksheet)
    }

    /// Removes all results, because their rows are gone. Returns their ids.
    pub fn remove_all(&mut self) -> Vec<ResultId> {
        self.fronts.clear();
        self.unseen.clear();
        self.results.drain(..).map(|result| result.id).collect()
    }

    /// Shows the results of the worksheet in front, and drops those of worksheets that no longer exist. Returns whether another
    /// worksheet is shown than before.
    pub fn on_worksheets(&mut self, keys: WorksheetKeys, effects: &mut Vec<Effect>) -> bool {
        if self.profile != keys.profile {
            // Two profiles can have worksheets of one key. What is shown of another profile stays with the first worksheet.
            self.profile.clone_from(&keys.profile);
            let front = self.front().map(|result| result.id);
            for result in &mut self.results {
                result.worksheet.clone_from(&keys.front);
            }
            self.fronts = front.map(|id| (keys.front.clone(), id)).into_iter().collect();
        }
        let is_new = self.worksheet != keys.front;
        self.worksheet = keys.front;
        self.open = keys.open;
        let exists = |key: &String| self.open.contains(key) || keys.closed.contains(key);
        let stays = |result: &ResultSet| exists(&result.worksheet) || result.export.is_some() || !result.has_ended();
        let surplus: Vec<ResultId> =
            self.results.iter().filter(|result| !stays(result)).map(|result| result.id).collect();
        for id in surplus {
            self.remove(id, effects);
        }
        let is_shown = |id: &ResultId| self.of(*id).is_none_or(|result| result.worksheet == self.worksheet);
        let seen: Vec<ResultId> = self.unseen.iter().copied().filter(is_shown).collect();
        for id in seen {
            self.unseen.remove(&id);
        }
        is_new
    }

    /// Returns the keys of the worksheets of which a result has ended while another worksheet was shown.
    pub fn unseen(&self) -> impl Iterator<Item = &ResultSet> {
        self.unseen.iter().filter_map(|id| self.of(*id))
    }

    /// Returns the position of the result in front among all results.
    pub(super) fn front_position(&self) -> Option<usize> {
        let id = self.fronts.get(&self.worksheet)?;
        self.results.iter().position(|result| result.id == *id)
    }

    /// Removes a result. If it was in front of its worksheet, the next one is then, or the one before.
    fn remove(&mut self, id: ResultId, effects: &mut Vec<Effect>) {
        let Some(position) = self.results.iter().position(|result| result.id == id) else { return };
        let result = self.results.remove(position);
        effects.push(Effect::Store(StoreCmd::Drop(id)));
        self.unseen.remove(&id);
        if self.fronts.get(&result.worksheet) == Some(&id) {
            let is_of = |other: &&ResultSet| other.worksheet == result.worksheet;
            let (before, after) = self.results.split_at(position);
            match after.iter().find(is_of).or_else(|| before.iter().rfind(is_of)).map(|other| other.id) {
                Some(next) => self.fronts.insert(result.worksheet, next),
                None => self.fronts.remove(&result.worksheet),
            };
        }
    }

    /// Starts a new result in front of its worksheet. It replaces the other results of the worksheet, except those that are kept,
    /// exported or running, those of the same run of several statements, and, after a followed key, all of them.
    pub fn start(&mut self, new: NewResult, cx: &mut PaneContext<'_>) {
        let NewResult { id, statement, params, rows, from, worksheet } = new;
        let came_from = match from {
            StatementOrigin::Key => self.fronts.get(&worksheet).copied(),
            StatementOrigin::Worksheet { .. }
            | StatementOrigin::Preview
            | StatementOrigin::Snippet
            | StatementOrigin::Export
            | StatementOrigin::Restore
            | StatementOrigin::Database
            | StatementOrigin::Plan
            | StatementOrigin::Several { .. } => None,
        };
        let stays = |result: &ResultSet| {
            let of_the_same_run = matches!((from, result.from), (StatementOrigin::Several { run, .. }, StatementOrigin::Several { run: other, .. }) if run == other);
            let must_stay = result.is_pinned || result.export.is_some() || !result.has_ended();
            result.worksheet != worksheet || must_stay || came_from.is_some() || of_the_same_run
        };
        let replaced: Vec<ResultId> =
            self.results.iter().filter(|result| !stays(result)).map(|result| result.id).collect();
        for id in replaced {
            self.remove(id, cx.effects);
        }
        while self.results.len() >= MAX_RESULTS {
            // Those of closed worksheets give way first.
            let can_go = |result: &&ResultSet| !self.must_stay(result);
            let closed = self.results.iter().filter(can_go).find(|result| self.is_closed(result));
            let oldest = closed.or_else(|| self.results.iter().find(can_go)).or(self.results.first());
            let Some(oldest) = oldest.map(|result| result.id) else { break };
            self.remove(oldest, cx.effects);
        }
        self.fronts.insert(worksheet.clone(), id);
        self.results.push(ResultSet {
            id,
            statement,
            params,
            rows,
            worksheet,
            from,
            profile: cx.context.profile.as_ref().map(|profile| profile.name.clone()).unwrap_or_default(),
            database: cx.context.database.clone(),
            zone: SessionZone::of(cx.context.facts.as_ref().map_or("", |facts| facts.time_zone.as_str())),
            columns: None,
            progress: Progress { rows: 0, bytes: 0, end: None },
            is_stored: false,
            window: None,
            requested_rows: None,
            since: cx.context.now,
            took: None,
            warnings: (0, Vec::new()),
            layout: ColumnLayout::default(),
            row: 0,
            place: 0,
            top: 0,
            selection: None,
            totals: None,
            view: None,
            shown: ViewId::default(),
            arrangement: Arrangement::default(),
            requested_view: ViewId::default(),
            search: None,
            pending: PendingJob::default(),
            pending_values: Vec::new(),
            zones: Vec::new(),
            export: None,
            is_pinned: false,
            came_from,
        });
    }

    /// Shows the next or the previous result of the worksheet.
    pub(super) fn turn(&mut self, forward: bool, cx: &mut PaneContext<'_>) {
        let (tabs, front) = self.tabs();
        let count = tabs.len();
        let next =
            tabs.get((front + if forward { 1 } else { count.max(1) - 1 }) % count.max(1)).map(|result| result.id);
        match (count, next) {
            (0, _) | (_, None) => cx.request(Request::Notice(cx.context.no_result())),
            (1, _) => {
                let key = cx.key(Action::Grid(GridAction::Pin));
                let text =
                    format!("There is only one result. {key} keeps it, so that the next one gets a tab of its own.");
                cx.request(Request::Notice(text));
            }
            (_, Some(next)) => drop(self.fronts.insert(self.worksheet.clone(), next)),
        }
    }

    /// Shows the result on the tab with this number, from 0.
    pub(super) fn show_tab(&mut self, tab: usize) {
        if let Some(id) = self.tabs().0.get(tab).map(|result| result.id) {
            self.fronts.insert(self.worksheet.clone(), id);
        }
    }

    /// Closes the result in front, unless its statement or an export is running.
    pub(super) fn close(&mut self, cx: &mut PaneContext<'_>) {
        let Some(front) = self.front() else {
            cx.request(Request::Notice(cx.context.no_result()));
            return;
        };
        if !front.has_ended() {
            cx.request(Request::Notice("The statement is still running. Stop it first.".into()));
            return;
        }
        if front.export.is_some() {
            cx.request(Request::Notice("The result is being exported. Stop the export first.".into()));
            return;
        }
        let id = front.id;
        self.remove(id, cx.effects);
    }

    /// Keeps the result in front when the next one opens, or stops keeping it.
    pub(super) fn pin(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut() {
            result.is_pinned = !result.is_pinned;
            let text = if result.is_pinned {
                "The result is kept: the next one opens next to it."
            } else {
                "The result is not kept: the next one replaces it."
            };
            cx.request(Request::Notice(text.into()));
        } else {
            cx.request(Request::Notice(cx.context.no_result()));
        }
    }

    /// Goes back to the result in which the user followed a key.
    pub(super) fn back(&mut self, cx: &mut PaneContext<'_>) {
        let before = self.front().and_then(|result| result.came_from);
        let Some(before) = before.filter(|id| self.of(*id).is_some()) else {
            let key = cx.key(Action::Grid(GridAction::Open));
            cx.request(Request::Notice(format!(
                "You followed no key to this result. {key} follows the key at the cursor."
            )));
            return;
        };
        if !self.front().is_some_and(|result| result.is_pinned) {
            self.close(cx);
        }
        self.fronts.insert(self.worksheet.clone(), before);
    }
}
