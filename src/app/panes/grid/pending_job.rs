//! Longer work on a result: what is under way in the store, and giving it up so that what shows is what is said.

use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::protocol::{StoreCmd, StoreWork};
use crate::domain::results::{Arrangement, Plot};

use super::{Grid, ResultSet};

/// What the store was asked for and has not answered yet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PendingJob {
    under_way: Vec<StoreWork>,
    /// Rows done of how many, of the work that told last.
    progress: Option<(StoreWork, u64, u64)>,
    /// The arrangement that shows while another one is being made.
    before: Option<Arrangement>,
    /// The arrangement that was given up; it may have been finished a moment before.
    given_up: Option<Arrangement>,
}

impl PendingJob {
    /// Work was asked for.
    pub(super) fn begin(&mut self, work: StoreWork) {
        self.end(work);
        self.under_way.push(work);
    }

    /// Work has ended, in whatever way.
    pub(super) fn end(&mut self, work: StoreWork) {
        self.under_way.retain(|other| *other != work);
        self.progress.take_if(|(other, ..)| *other == work);
    }

    /// Another arrangement was asked for while this one shows, or was to show.
    pub(super) fn begin_arranging(&mut self, shows: Arrangement) {
        self.begin(StoreWork::Arrange);
        self.before.get_or_insert(shows);
        self.given_up = None;
    }

    /// The arrangement that was asked for last is made: it, where it had been given up in the meantime.
    pub(super) fn end_arranging(&mut self) -> Option<Arrangement> {
        self.end(StoreWork::Arrange);
        self.before = None;
        self.given_up.take()
    }

    /// How far work is; what was given up still tells for a moment.
    pub(super) fn on_progress(&mut self, work: StoreWork, done: u64, of: u64) {
        if self.under_way.contains(&work) {
            self.progress = Some((work, done, of));
        }
    }

    /// Rows done of how many, where work has told.
    #[must_use]
    pub fn progress(&self) -> Option<(StoreWork, u64, u64)> {
        self.progress
    }

    /// Whether the rows are being arranged.
    #[must_use]
    pub fn is_arranging(&self) -> bool {
        self.under_way.contains(&StoreWork::Arrange)
    }
}

impl ResultSet {
    /// Gives up what is under way, and says so; false where nothing is.
    pub(super) fn give_up(&mut self, cx: &mut PaneContext<'_>) -> bool {
        let Some(last) = self.pending.under_way.last().copied() else { return false };
        cx.effect(Effect::Store(StoreCmd::CancelJobs(self.id)));
        if let Some(before) = self.pending.before.take() {
            self.pending.given_up = Some(std::mem::replace(&mut self.arrangement, before));
        }
        self.search.take_if(|search| search.found.is_none());
        self.pending.under_way.clear();
        self.pending.progress = None;
        cx.request(Request::Notice(
            match last {
                StoreWork::Arrange => "Stopped. The rows keep their order.",
                StoreWork::Find => "The search was stopped.",
                StoreWork::Profile => "Stopped. The column is not described.",
                StoreWork::Plot => "Stopped. No chart is drawn.",
                StoreWork::Copy => "Stopped. Nothing was copied.",
            }
            .into(),
        ));
        true
    }
}

impl Grid {
    /// Draws the result that shows.
    pub fn plot(&mut self, plot: Plot, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut() {
            result.pending.begin(StoreWork::Plot);
            cx.effect(Effect::Store(StoreCmd::Plot { result: result.id, plot }));
        }
    }

    /// Gives up what is under way in the result that shows; false where nothing is.
    pub fn give_up(&mut self, cx: &mut PaneContext<'_>) -> bool {
        self.front_mut().is_some_and(|result| result.give_up(cx))
    }
}
