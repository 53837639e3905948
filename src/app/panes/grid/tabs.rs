//! Tabs of results. A new result replaces those that are not kept. After a followed key, the user can go back.

use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::domain::export::SessionZone;
use crate::domain::protocol::{Progress, ResultId, StoreCmd, ViewId};
use crate::domain::results::Arrangement;

use super::{ColumnLayout, Grid, PendingJob, ResultSet};

/// Results that are open at most, because each uses memory.
const MAX_RESULTS: usize = 8;

impl Grid {
    /// Returns the largest number of results if a new one has no place: all of them are kept, exported or running.
    #[must_use]
    pub fn full(&self) -> Option<usize> {
        let must_stay = |result: &&ResultSet| result.is_pinned || result.export.is_some() || !result.has_ended();
        (self.results.iter().filter(must_stay).count() >= MAX_RESULTS).then_some(MAX_RESULTS)
    }

    /// Removes all results, because their rows are gone. Returns their ids.
    pub fn remove_all(&mut self) -> Vec<ResultId> {
        self.front = 0;
        self.results.drain(..).map(|result| result.id).collect()
    }

    /// Starts a new result. It replaces the other results, except those that are kept, exported or running, those of
    /// the same run of several statements, and, after a followed key, all of them.
    pub fn start(&mut self, id: ResultId, statement: String, from: StatementOrigin, cx: &mut PaneContext<'_>) {
        let came_from = match from {
            StatementOrigin::Key => self.front().map(|result| result.id),
            StatementOrigin::Worksheet { .. }
            | StatementOrigin::Preview
            | StatementOrigin::Snippet
            | StatementOrigin::Export
            | StatementOrigin::Restore
            | StatementOrigin::Database
            | StatementOrigin::Several { .. } => None,
        };
        let stays = |result: &ResultSet| {
            let of_the_same_run = matches!((from, result.from), (StatementOrigin::Several { run, .. }, StatementOrigin::Several { run: other, .. }) if run == other);
            result.is_pinned || result.export.is_some() || came_from.is_some() || of_the_same_run || !result.has_ended()
        };
        self.results.retain(|result| {
            let stays = stays(result);
            if !stays {
                cx.effect(Effect::Store(StoreCmd::Drop(result.id)));
            }
            stays
        });
        while self.results.len() >= MAX_RESULTS {
            let oldest = self
                .results
                .iter()
                .position(|result| !result.is_pinned && result.export.is_none() && result.has_ended());
            let result = self.results.remove(oldest.unwrap_or(0));
            cx.effect(Effect::Store(StoreCmd::Drop(result.id)));
        }
        self.front = self.results.len();
        self.results.push(ResultSet {
            id,
            statement,
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
            pending_value: None,
            zones: Vec::new(),
            export: None,
            is_pinned: false,
            came_from,
        });
    }

    /// Shows the next or the previous result.
    pub(super) fn turn(&mut self, forward: bool, cx: &mut PaneContext<'_>) {
        let count = self.results.len();
        if count == 0 {
            cx.request(Request::Notice("There is no result yet.".into()));
            return;
        }
        if count < 2 {
            cx.request(Request::Notice(
                "There is only one result. Keep it to have it next to the following one.".into(),
            ));
            return;
        }
        self.front = (self.front + if forward { 1 } else { count - 1 }) % count;
    }

    /// Closes the result in front, unless its statement or an export is running.
    pub(super) fn close(&mut self, cx: &mut PaneContext<'_>) {
        if self.results.is_empty() {
            cx.request(Request::Notice("There is no result to close.".into()));
            return;
        }
        if self.front().is_some_and(|result| !result.has_ended()) {
            cx.request(Request::Notice("The statement is still running. Stop it first.".into()));
            return;
        }
        if self.front().is_some_and(|result| result.export.is_some()) {
            cx.request(Request::Notice("The result is being exported. Stop the export first.".into()));
            return;
        }
        if self.front < self.results.len() {
            let result = self.results.remove(self.front);
            cx.effect(Effect::Store(StoreCmd::Drop(result.id)));
            self.front = self.front.min(self.results.len().saturating_sub(1));
        }
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
            cx.request(Request::Notice("There is no result to keep.".into()));
        }
    }

    /// Goes back to the result in which the user followed a key.
    pub(super) fn back(&mut self, cx: &mut PaneContext<'_>) {
        let before = self.front().and_then(|result| result.came_from);
        let position = before.and_then(|id| self.results.iter().position(|result| result.id == id));
        let Some(position) = position else {
            cx.request(Request::Notice("You followed no key to this result.".into()));
            return;
        };
        if !self.front().is_some_and(|result| result.is_pinned) {
            self.close(cx);
        }
        self.front = position.min(self.results.len().saturating_sub(1));
    }
}
