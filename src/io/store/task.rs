//! The task of the result store: its loop, and how it handles rows, commands, jobs and exports.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::export_feed::{ActiveFeed, ExportFeed, wait_for_capacity};
use super::jobs::{JobOutput, JobStep, StoreJob};
use super::options::StoreOptions;
use super::outbox::Outbox;
use super::spill::Spill;
use super::stored_result::{SearchHits, StoredResult};
use crate::domain::limits::FRAME;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Spilling;
use crate::domain::protocol::{
    CellPosition, End, Limit, ResultId, ResultView, Rows, SearchDirection, StoreCmd, StoreEvent, StoreWork, ViewId,
};
use crate::domain::results::{Arrangement, BlockError, Chunk, RowStore, RowView, StoreError};

/// The rows of all results and the work on them.
#[derive(Debug)]
pub(super) struct ResultStoreTask {
    options: StoreOptions,
    results: HashMap<ResultId, StoredResult>,
    /// Results that were dropped before their end: batches that still arrive for them are discarded.
    dropped: HashSet<ResultId>,
    outbox: Outbox,
    /// Longer jobs, the next one first.
    jobs: VecDeque<(ResultId, StoreJob)>,
    /// Exports that need rows, the next one first.
    exports: VecDeque<ActiveFeed>,
    /// When the progress of a job was last reported.
    last_reported: Instant,
}

impl ResultStoreTask {
    pub(super) fn new(options: StoreOptions) -> Self {
        Self {
            options,
            results: HashMap::new(),
            dropped: HashSet::new(),
            outbox: Outbox::new(),
            jobs: VecDeque::new(),
            exports: VecDeque::new(),
            last_reported: Instant::now(),
        }
    }

    /// Serves the queues until they are closed.
    pub(super) async fn run<N: From<(ResultId, StoreEvent)>>(
        mut self,
        mut rows: mpsc::Receiver<Rows>,
        mut commands: mpsc::Receiver<StoreCmd>,
        mut exports: mpsc::Receiver<ExportFeed>,
        events: mpsc::Sender<N>,
    ) {
        let (mut rows_open, mut commands_open, mut exports_open) = (true, true, true);
        // After a command, rows are next: continuous commands must not block the session.
        let mut rows_next = false;
        // After a batch, jobs and exports are next.
        let mut work_next = false;
        while rows_open || commands_open || !self.outbox.is_empty() {
            let (is_due, has_space, wakes_at) = (self.outbox.is_due(), self.outbox.has_space(), self.outbox.wakes_at());
            if rows_next && !is_due {
                rows_next = false;
                if let Ok(batch) = rows.try_recv() {
                    self.take_rows(batch);
                    continue;
                }
            }
            if work_next && !is_due {
                work_next = false;
                self.step_job();
                self.serve_ready_export();
                continue;
            }
            let has_work = self.jobs.iter().any(|(_, job)| !job.is_waiting());
            let frame = async {
                match wakes_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                permit = events.reserve(), if is_due => match permit {
                    Ok(permit) => if let Some(event) = self.outbox.take() { permit.send(N::from(event)) },
                    Err(_) => return,
                },
                command = commands.recv(), if commands_open && has_space => match command {
                    Some(command) => {
                        self.handle_command(command);
                        rows_next = true;
                    }
                    None => commands_open = false,
                },
                export = exports.recv(), if exports_open => match export {
                    Some(export) => self.begin_export(export),
                    None => exports_open = false,
                },
                () = frame, if !is_due && wakes_at.is_some() => {}
                batch = rows.recv(), if rows_open => {
                    rows_open = batch.is_some();
                    work_next = has_work || !self.exports.is_empty();
                    match batch {
                        Some(rows) => self.take_rows(rows),
                        None => self.close(),
                    }
                }
                (result, step) = wait_for_sort(&mut self.jobs) => self.handle_step(result, StoreWork::Arrange, step),
                (at, permit) = wait_for_capacity(&self.exports) => {
                    self.serve_export(at, permit);
                    if has_space {
                        self.step_job();
                    }
                }
                () = std::future::ready(()), if has_work && has_space => self.step_job(),
                () = events.closed() => return,
            }
        }
    }

    fn take_rows(&mut self, rows: Rows) {
        match rows {
            Rows::Open { result, columns, spilling } => {
                if self.dropped.contains(&result) {
                    return;
                }
                let spill = Spill::new(self.options.spill_directory.clone().filter(|_| spilling == Spilling::Allowed));
                let store = RowStore::new(Arc::clone(&columns), self.options.memory_limit, spill);
                tracing::debug!(result = result.0, columns = columns.len(), "result opened");
                self.results.insert(result, StoredResult::new(store));
                self.outbox.push(result, StoreEvent::Opened(columns));
            }
            Rows::Batch { result, chunk } => self.add_chunk(result, chunk),
            Rows::End { result, end } => {
                self.dropped.remove(&result);
                self.end(result, end);
            }
        }
    }

    fn add_chunk(&mut self, result: ResultId, chunk: Chunk) {
        let Some(stored) = self.results.get_mut(&result) else { return };
        if stored.end.is_some() {
            return;
        }
        match stored.store.push(chunk) {
            Ok(()) => self.outbox.progress(result, stored.progress()),
            Err(StoreError::Blocks(BlockError::Forbidden)) => {
                self.end(result, End::Limit(Limit::Memory(self.options.memory_limit as u64)));
            }
            Err(error) => {
                let problem = self.spill_problem("Not all rows could be kept", &error);
                tracing::error!(result = result.0, %problem, "rows not kept");
                self.outbox.push(result, StoreEvent::Broken(problem.clone()));
                self.end(result, End::Broken(problem));
            }
        }
    }

    fn end(&mut self, result: ResultId, end: End) {
        let Some(stored) = self.results.get_mut(&result) else { return };
        if stored.end.is_none() {
            stored.end = Some(end);
            self.outbox.progress(result, stored.progress());
        }
    }

    /// Ends all open results after the row queue was closed.
    fn close(&mut self) {
        let open: Vec<_> = self.results.iter().filter(|(_, stored)| stored.end.is_none()).map(|(id, _)| *id).collect();
        for result in open {
            let problem =
                Problem::new(ProblemKind::Lost, "The result is not complete: the session ended before its last row")
                    .hint("reconnect and run the statement again");
            self.end(result, End::Broken(problem));
        }
    }

    fn handle_command(&mut self, command: StoreCmd) {
        match command {
            StoreCmd::Window { result, rows } => {
                let Some(stored) = self.results.get_mut(&result) else { return };
                match stored.window(rows) {
                    Ok(window) => self.outbox.push(result, StoreEvent::Window(Arc::new(window))),
                    Err(error) => self.report_unreadable(result, &error),
                }
            }
            StoreCmd::Value { result, row, column } => {
                let Some(stored) = self.results.get_mut(&result) else { return };
                let Some(number) = stored.number(row) else { return };
                match stored.store.value(number, column) {
                    Ok(value) => self.outbox.push(result, StoreEvent::Value { row, column, value }),
                    Err(StoreError::Missing { .. }) => {}
                    Err(error) => self.report_unreadable(result, &error),
                }
            }
            StoreCmd::Arrange { result, view, arrangement } => self.arrange(result, view, arrangement),
            StoreCmd::Find { result, pattern, columns } => {
                self.begin_job(result, StoreWork::Find, |stored| Ok(StoreJob::find(pattern, columns, stored.count())));
            }
            StoreCmd::Next { result, from, direction } => self.next_match(result, from, direction),
            StoreCmd::Profile { result, column } => self.begin_job(result, StoreWork::Profile, |stored| {
                StoreJob::profile(column, stored.store.columns(), stored.count())
                    .ok_or_else(|| Problem::new(ProblemKind::Settings, "The column no longer exists"))
            }),
            StoreCmd::Total { result, rows, columns } => self.begin_job(result, StoreWork::Total, |stored| {
                let rows = rows.start.min(stored.count())..rows.end.min(stored.count());
                Ok(StoreJob::total(rows, columns, stored.store.columns()))
            }),
            StoreCmd::Plot { result, plot } => {
                self.begin_job(result, StoreWork::Plot, |stored| {
                    StoreJob::plot(plot, stored.store.columns(), stored.count())
                });
            }
            StoreCmd::Copy { result, rows, columns, format } => self.begin_job(result, StoreWork::Copy, |stored| {
                let rows = rows.start.min(stored.count())..rows.end.min(stored.count());
                Ok(StoreJob::copy(rows, columns, format, stored.store.columns()))
            }),
            StoreCmd::CancelJobs(result) => self.jobs.retain(|(id, _)| *id != result),
            StoreCmd::Drop(result) => {
                let has_ended = self.results.remove(&result).is_some_and(|stored| stored.end.is_some());
                if !has_ended {
                    self.dropped.insert(result);
                }
                self.outbox.forget(result);
                self.jobs.retain(|(id, _)| *id != result);
                self.exports.retain(|export| export.result() != result);
            }
        }
    }

    fn arrange(&mut self, result: ResultId, view: ViewId, arrangement: Arrangement) {
        if !arrangement.is_plain() {
            return self.begin_job(result, StoreWork::Arrange, |stored| {
                Ok(StoreJob::arrange(view, arrangement, &stored.store))
            });
        }
        self.jobs.retain(|(id, job)| *id != result || job.work() != StoreWork::Arrange);
        let total = self.results.get(&result).map_or(0, |stored| stored.store.rows());
        self.switch_view(result, view, None, total);
    }

    /// Begins a job. It replaces an older one of its kind.
    fn begin_job(
        &mut self,
        result: ResultId,
        work: StoreWork,
        job: impl FnOnce(&StoredResult) -> Result<StoreJob, Problem>,
    ) {
        let Some(stored) = self.results.get(&result) else { return };
        match job(stored) {
            Ok(job) => {
                self.jobs.retain(|(id, other)| *id != result || other.work() != work);
                self.jobs.push_back((result, job));
            }
            Err(problem) => self.outbox.push(result, StoreEvent::Failed { work, problem }),
        }
    }

    /// Runs one step of the job that has waited longest.
    fn step_job(&mut self) {
        let Some(at) = self.jobs.iter().position(|(_, job)| !job.is_waiting()) else { return };
        let Some((result, mut job)) = self.jobs.remove(at) else { return };
        let Some(stored) = self.results.get_mut(&result) else { return };
        let work = job.work();
        let step = job.step(&mut stored.store, stored.rows.as_deref());
        if matches!(step, JobStep::More | JobStep::Waiting) {
            if self.last_reported.elapsed() >= FRAME {
                let (done, total) = job.progress();
                self.last_reported = Instant::now();
                self.outbox.push(result, StoreEvent::Working { work, done, of: total });
            }
            self.jobs.push_back((result, job));
        }
        self.handle_step(result, work, step);
    }

    fn handle_step(&mut self, result: ResultId, work: StoreWork, step: JobStep) {
        match step {
            JobStep::More | JobStep::Waiting => {}
            JobStep::Done(output) => self.finish_job(result, output),
            JobStep::Failed(problem) => self.outbox.push(result, StoreEvent::Failed { work, problem }),
            JobStep::Unreadable(error) => self.report_unreadable(result, &error),
        }
    }

    fn finish_job(&mut self, result: ResultId, output: JobOutput) {
        let event = match output {
            JobOutput::Arranged { view, rows, total } => return self.switch_view(result, view, Some(rows), total),
            JobOutput::Found { pattern, columns, marks, total } => {
                let Some(stored) = self.results.get_mut(&result) else { return };
                let event = StoreEvent::Found { cells: marks.cells, rows: marks.rows.len() as u64, of: total };
                stored.search = Some(SearchHits { pattern, columns, marks });
                event
            }
            JobOutput::Profiled { column, profile } => StoreEvent::Profiled { column, profile },
            JobOutput::Totalled { rows, columns, totals } => StoreEvent::Totalled { rows, columns, totals },
            JobOutput::Plotted(series) => StoreEvent::Plotted(Arc::new(series)),
            JobOutput::Copied(writer) => StoreEvent::Copied(Arc::new(writer.finish())),
        };
        self.outbox.push(result, event);
    }

    /// Switches a result to another view. Searches and jobs on the old view end, because their rows are no longer valid.
    fn switch_view(&mut self, result: ResultId, view: ViewId, rows: Option<RowView>, total: u64) {
        let Some(stored) = self.results.get_mut(&result) else { return };
        (stored.view, stored.rows, stored.search) = (view, rows.map(Arc::new), None);
        let count = stored.count();
        let ended: Vec<StoreWork> =
            self.jobs.iter().filter(|(id, _)| *id == result).map(|(_, job)| job.work()).collect();
        self.jobs.retain(|(id, _)| *id != result);
        for work in ended {
            let problem = Problem::new(ProblemKind::Interrupted, "The rows were sorted or filtered in the meantime")
                .hint("do it again");
            self.outbox.push(result, StoreEvent::Failed { work, problem });
        }
        self.outbox.push(result, StoreEvent::Arranged(ResultView { id: view, rows: count, of: total }));
    }

    fn next_match(&mut self, result: ResultId, from: CellPosition, direction: SearchDirection) {
        let Some(stored) = self.results.get_mut(&result) else { return };
        match stored.next(from, direction) {
            Ok(next) => self.outbox.push(result, StoreEvent::Next(next)),
            Err(error) => self.report_unreadable(result, &error),
        }
    }

    fn report_unreadable(&mut self, result: ResultId, error: &StoreError) {
        let problem = self.spill_problem("Older rows of the result could not be read back", error);
        self.outbox.push(result, StoreEvent::Broken(problem));
    }

    fn spill_problem(&self, what: &str, error: &StoreError) -> Problem {
        let problem = Problem::new(ProblemKind::Local, what).because(error.to_string());
        match &self.options.spill_directory {
            Some(directory) => problem.hint(format!(
                "the rows so far are kept, and use disk space until the result is closed; free space on the disk of {} and run the \
                 statement again, or select less",
                directory.display()
            )),
            None => problem.hint("run the statement again with a lower row limit"),
        }
    }
}

impl ResultStoreTask {
    /// Begins to send the current rows of a view to an export; later views do not change them. For an unknown result or an old
    /// view nothing is sent, and the export sees its queue close.
    fn begin_export(&mut self, feed: ExportFeed) {
        if let Some(stored) = self.results.get(&feed.result).filter(|stored| stored.view == feed.view) {
            self.exports.push_back(ActiveFeed::new(feed, stored.rows.clone(), stored.count()));
        }
    }

    /// Sends the next rows to the export at this index. Without a permit its queue is closed, and it is dropped.
    fn serve_export(&mut self, at: usize, permit: Option<mpsc::OwnedPermit<Rows>>) {
        let Some((mut feed, permit)) = self.exports.remove(at).zip(permit) else { return };
        let Some(stored) = self.results.get_mut(&feed.result()) else { return };
        match feed.next(&mut stored.store) {
            Ok(rows) => {
                let is_last = matches!(rows, Rows::End { .. });
                permit.send(rows);
                if !is_last {
                    self.exports.push_back(feed);
                }
            }
            Err(error) => {
                let problem = self.spill_problem("Older rows of the result could not be read back", &error);
                permit.send(Rows::End { result: feed.result(), end: End::Broken(problem) });
            }
        }
    }

    /// Serves one export whose queue has capacity, if there is one.
    fn serve_ready_export(&mut self) {
        let ready = self.exports.iter().enumerate().find_map(|(at, feed)| Some((at, feed.try_reserve()?)));
        if let Some((at, permit)) = ready {
            self.serve_export(at, Some(permit));
        }
    }
}

/// Waits for rows that are sorted on another thread, and removes their job.
async fn wait_for_sort(jobs: &mut VecDeque<(ResultId, StoreJob)>) -> (ResultId, JobStep) {
    let Some(at) = jobs.iter().position(|(_, job)| job.is_waiting()) else { return std::future::pending().await };
    let Some((result, job)) = jobs.get_mut(at) else { return std::future::pending().await };
    let (result, step) = (*result, job.sorted().await);
    jobs.remove(at);
    (result, step)
}
