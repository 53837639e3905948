//! Jobs of the store on a result, and stopping them.

use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::protocol::{StoreCmd, StoreWork};
use crate::domain::results::{Arrangement, Plot};

use super::{Grid, ResultSet};

/// The jobs of a result that the store has not finished.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PendingJob {
    under_way: Vec<StoreWork>,
    /// The job that reported last, with its finished rows and all its rows.
    progress: Option<(StoreWork, u64, u64)>,
    /// The arrangement that is shown while another one is being made.
    shown: Option<Arrangement>,
    /// The arrangement that was stopped. The store may have finished it nevertheless.
    stopped: Option<Arrangement>,
}

impl PendingJob {
    /// Records that a job was requested.
    pub(super) fn begin(&mut self, work: StoreWork) {
        self.end(work);
        self.under_way.push(work);
    }

    /// Records that a job has ended or failed.
    pub(super) fn end(&mut self, work: StoreWork) {
        self.under_way.retain(|other| *other != work);
        self.progress.take_if(|(other, ..)| *other == work);
    }

    /// Records that another arrangement was requested while this one is shown.
    pub(super) fn begin_arranging(&mut self, shown: Arrangement) {
        self.begin(StoreWork::Arrange);
        self.shown.get_or_insert(shown);
        self.stopped = None;
    }

    /// Records that the last requested arrangement is made. Returns it if it had been stopped.
    pub(super) fn end_arranging(&mut self) -> Option<Arrangement> {
        self.end(StoreWork::Arrange);
        self.shown = None;
        self.stopped.take()
    }

    /// Takes the progress of a job. Ignores jobs that were stopped.
    pub(super) fn on_progress(&mut self, work: StoreWork, done: u64, of: u64) {
        if self.under_way.contains(&work) {
            self.progress = Some((work, done, of));
        }
    }

    /// Returns the job that reported last, with its finished rows and all its rows.
    #[must_use]
    pub fn progress(&self) -> Option<(StoreWork, u64, u64)> {
        self.progress
    }

    /// Returns whether this job has not ended, and is the only one.
    pub(super) fn has_only(&self, work: StoreWork) -> bool {
        self.under_way == [work]
    }

    /// Returns whether the rows are being arranged.
    #[must_use]
    pub fn is_arranging(&self) -> bool {
        self.under_way.contains(&StoreWork::Arrange)
    }
}

impl ResultSet {
    /// Stops the jobs, with a notice. Returns whether there were any. Totals do not count, because they end with the selection.
    pub(super) fn stop_job(&mut self, cx: &mut PaneContext<'_>) -> bool {
        let mut works = self.pending.under_way.iter().rev();
        let Some(last) = works.find(|work| **work != StoreWork::Total).copied() else { return false };
        cx.effect(Effect::Store(StoreCmd::CancelJobs(self.id)));
        if let Some(before) = self.pending.shown.take() {
            self.pending.stopped = Some(std::mem::replace(&mut self.arrangement, before));
        }
        self.search.take_if(|search| search.found.is_none());
        self.pending.under_way.clear();
        self.totals.take_if(|requested| requested.totals.is_none());
        self.pending.progress = None;
        cx.request(Request::Notice(
            match last {
                StoreWork::Arrange => "Stopped. The rows keep their order.",
                StoreWork::Find => "The search was stopped.",
                StoreWork::Profile => "Stopped. The column is not described.",
                StoreWork::Total => "Stopped. The selection is not added up.",
                StoreWork::Plot => "Stopped. No chart is drawn.",
                StoreWork::Copy => "Stopped. Nothing was copied.",
            }
            .into(),
        ));
        true
    }
}

impl Grid {
    /// Requests a chart of the result in front.
    pub fn plot(&mut self, plot: Plot, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut() {
            result.pending.begin(StoreWork::Plot);
            cx.effect(Effect::Store(StoreCmd::Plot { result: result.id, plot }));
        }
    }

    /// Stops the jobs of the result in front. Returns whether there were any.
    pub fn stop_job(&mut self, cx: &mut PaneContext<'_>) -> bool {
        self.front_mut().is_some_and(|result| result.stop_job(cx))
    }
}
