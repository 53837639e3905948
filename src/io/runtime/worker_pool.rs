//! Runs heavy pure computations on blocking threads: one job at a time in each slot, and the newest job wins.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use crate::domain::compute::{ComputeJob, ComputeSlot, Computed, JobLost};

/// The workers. Dropping the pool ends them; running jobs stop at their next check.
#[derive(Debug)]
pub struct WorkerPool {
    slots: BTreeMap<ComputeSlot, watch::Sender<Option<ComputeJob>>>,
}

impl WorkerPool {
    /// Starts a worker for each slot. Results go to `events`, and the loss of each job that panics.
    #[must_use]
    pub fn new<N>(events: &mpsc::Sender<N>) -> Self
    where
        N: From<Computed> + From<JobLost> + Send + 'static,
    {
        let start = |slot| {
            let (jobs, queue) = watch::channel(None);
            tokio::spawn(run_jobs(queue, events.clone()));
            (slot, jobs)
        };
        Self { slots: ComputeSlot::ALL.into_iter().map(start).collect() }
    }

    /// Submits a job. It replaces a waiting job of its slot, and a running one becomes stale. Never waits.
    pub fn submit(&self, job: ComputeJob) {
        if let Some(jobs) = self.slots.get(&job.work.slot()) {
            let before = jobs.send_replace(Some(job));
            // It may hold the last reference to a large catalog, which takes milliseconds to free.
            if before.is_some() {
                drop(spawn_blocking(move || drop(before)));
            }
        }
    }
}

async fn run_jobs<N>(mut jobs: watch::Receiver<Option<ComputeJob>>, events: mpsc::Sender<N>)
where
    N: From<Computed> + From<JobLost>,
{
    while jobs.changed().await.is_ok() {
        let Some(job) = jobs.borrow_and_update().clone() else { continue };
        let newer = jobs.clone();
        let is_stale = move || newer.has_changed().unwrap_or(true);
        let ComputeJob { generation, work } = job;
        let event = match spawn_blocking(move || work.run(&is_stale)).await {
            Ok(Some(answer)) => N::from(Computed { generation, answer }),
            Ok(None) => continue,
            // The next job still runs.
            Err(fault) => N::from(JobLost(fault.to_string())),
        };
        if events.send(event).await.is_err() {
            break;
        }
    }
}
