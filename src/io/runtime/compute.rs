//! Runs heavy pure work on blocking threads: one job at a time in each slot, the newest wins. It knows no model.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use crate::domain::compute::{ComputeJob, ComputeSlot, Computed};

/// Takes jobs; dropping it ends the workers, and jobs under way look up at their next step.
#[derive(Debug)]
pub struct Desk {
    slots: BTreeMap<ComputeSlot, watch::Sender<Option<ComputeJob>>>,
}

impl Desk {
    /// Starts a worker for each slot; answers go to `event`, which they wait for.
    #[must_use]
    pub fn new<N>(event: &mpsc::Sender<N>) -> Self
    where
        N: From<Computed> + Send + 'static,
    {
        let start = |slot| {
            let (jobs, worker) = watch::channel(None);
            tokio::spawn(work(worker, event.clone()));
            (slot, jobs)
        };
        Self { slots: ComputeSlot::ALL.into_iter().map(start).collect() }
    }

    /// Hands a job on, in the place of one that waits; one under way is told that it is stale. Never waits.
    pub fn take(&self, job: ComputeJob) {
        if let Some(jobs) = self.slots.get(&job.work.slot()) {
            jobs.send_replace(Some(job));
        }
    }
}

async fn work<N: From<Computed>>(mut jobs: watch::Receiver<Option<ComputeJob>>, event: mpsc::Sender<N>) {
    while jobs.changed().await.is_ok() {
        let Some(job) = jobs.borrow_and_update().clone() else { continue };
        let newer = jobs.clone();
        let is_stale = move || newer.has_changed().unwrap_or(true);
        let ComputeJob { generation, work } = job;
        // A job that panicked has no answer; the next one is not its business.
        let answer = spawn_blocking(move || work.run(&is_stale)).await.ok().flatten();
        if let Some(answer) = answer
            && event.send(N::from(Computed { generation, answer })).await.is_err()
        {
            break;
        }
    }
}
