//! Tabs of results: a new one takes the place of what nobody keeps; following a key leaves the way back.

use crate::app::ask::{Ask, Source};
use crate::app::effect::Effect;
use crate::app::panes::Cx;
use crate::domain::export::SessionZone;
use crate::domain::port::{Progress, ResultId, StoreCmd, ViewId};
use crate::domain::results::Arrangement;

use super::{Grid, Layout, Longer, ResultSet};

/// Results held at once; each has memory of its own.
const MOST: usize = 8;

impl Grid {
    /// Starts a new result. Those that nobody keeps make room for it, but for the others of a run of several statements and
    /// for those on the way back of a followed key.
    pub fn start(&mut self, id: ResultId, statement: String, from: Source, cx: &mut Cx<'_>) {
        let came_from = match from {
            Source::Key => self.front().map(|result| result.id),
            Source::Worksheet { .. } | Source::Preview | Source::Snippet | Source::Several { .. } => None,
        };
        let stays = |result: &ResultSet| {
            let of_the_same_run = matches!((from, result.from), (Source::Several { run, .. }, Source::Several { run: other, .. }) if run == other);
            result.is_pinned || result.export.is_some() || came_from.is_some() || of_the_same_run || !result.has_ended()
        };
        self.results.retain(|result| {
            let stays = stays(result);
            if !stays {
                cx.effect(Effect::Store(StoreCmd::Drop(result.id)));
            }
            stays
        });
        while self.results.len() >= MOST {
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
            profile: cx.shared.profile.as_ref().map(|profile| profile.name.clone()).unwrap_or_default(),
            database: cx.shared.database.clone(),
            zone: SessionZone::of(cx.shared.facts.as_ref().map_or("", |facts| facts.time_zone.as_str())),
            columns: None,
            progress: Progress { rows: 0, bytes: 0, end: None },
            is_stored: false,
            window: None,
            asked: None,
            since: cx.shared.now,
            took: None,
            warnings: (0, Vec::new()),
            layout: Layout::default(),
            row: 0,
            place: 0,
            top: 0,
            selection: None,
            view: None,
            shown: ViewId::default(),
            arrangement: Arrangement::default(),
            asked_view: ViewId::default(),
            search: None,
            longer: Longer::default(),
            wanted: None,
            zones: Vec::new(),
            export: None,
            is_pinned: false,
            came_from,
        });
    }

    /// Turns to the next or the one before.
    pub(super) fn turn(&mut self, forward: bool, cx: &mut Cx<'_>) {
        let count = self.results.len();
        if count == 0 {
            cx.ask(Ask::Notice("there is no result here yet".into()));
            return;
        }
        if count < 2 {
            cx.ask(Ask::Notice("there is one result; a kept one stays beside the next".into()));
            return;
        }
        self.front = (self.front + if forward { 1 } else { count - 1 }) % count;
    }

    /// Closes the one that shows. One whose rows still come is stopped first.
    pub(super) fn close(&mut self, cx: &mut Cx<'_>) {
        if self.results.is_empty() {
            cx.ask(Ask::Notice("there is no result to close".into()));
            return;
        }
        if self.front().is_some_and(|result| !result.has_ended()) {
            cx.ask(Ask::Notice("its rows still come: stop the statement first".into()));
            return;
        }
        if self.front().is_some_and(|result| result.export.is_some()) {
            cx.ask(Ask::Notice("its rows are being written to a file: stop that first".into()));
            return;
        }
        if self.front < self.results.len() {
            let result = self.results.remove(self.front);
            cx.effect(Effect::Store(StoreCmd::Drop(result.id)));
            self.front = self.front.min(self.results.len().saturating_sub(1));
        }
    }

    /// Keeps the one that shows, or lets it go with the next.
    pub(super) fn pin(&mut self, cx: &mut Cx<'_>) {
        if let Some(result) = self.front_mut() {
            result.is_pinned = !result.is_pinned;
            let words = if result.is_pinned {
                "kept: it stays beside the next result"
            } else {
                "not kept: the next result takes its place"
            };
            cx.ask(Ask::Notice(words.into()));
        } else {
            cx.ask(Ask::Notice("there is no result to keep".into()));
        }
    }

    /// Goes back to the row from which a key was followed.
    pub(super) fn back(&mut self, cx: &mut Cx<'_>) {
        let before = self.front().and_then(|result| result.came_from);
        let place = before.and_then(|id| self.results.iter().position(|result| result.id == id));
        let Some(place) = place else {
            cx.ask(Ask::Notice("no key was followed to here".into()));
            return;
        };
        if !self.front().is_some_and(|result| result.is_pinned) {
            self.close(cx);
        }
        self.front = place.min(self.results.len().saturating_sub(1));
    }
}
