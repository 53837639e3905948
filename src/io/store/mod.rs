//! The task that owns the rows of all results: takes batches from sessions, answers with windows and values. Knows no
//! server and no screen.
//!
//! It runs on a thread of tokio's blocking pool and waits for its two queues there (`Handle::block_on`): sealing and disk
//! never stop a thread that drives sockets, commands can still overtake rows, and the handle can be awaited like a task's.

mod feed;
mod held;
mod outbox;
mod spill;
mod work;

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use self::feed::Feed;
use self::feed::{Feeding, room};
use self::held::{Finding, Held};
use self::outbox::Outbox;
use self::spill::Spill;
use self::work::{Job, Outcome, Step};
use crate::domain::limits::{FRAME, RESULT_MEMORY};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{
    CellPosition, End, Limit, ResultId, ResultView, Rows, SearchDirection, StoreCmd, StoreEvent, StoreWork, ViewId,
};
use crate::domain::results::{Arrangement, BlockError, Chunk, RowView, Store, StoreError};

/// What bounds the store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of memory for the rows of each result.
    pub memory: usize,
    /// The folder of the spill files. `None` forbids them: a result that reaches the memory bound is cut there, and ends
    /// with [`Limit::Memory`].
    pub spill: Option<PathBuf>,
}

impl Options {
    /// The usual memory, with spill files in this folder.
    #[must_use]
    pub fn spilling_to(folder: PathBuf) -> Self {
        Self { memory: RESULT_MEMORY, spill: Some(folder) }
    }

    /// The usual memory and no more.
    #[must_use]
    pub fn memory_only() -> Self {
        Self { memory: RESULT_MEMORY, spill: None }
    }
}

/// Starts the store. The listener may take any type that is made of a result's news.
///
/// - A command waits for one batch at most, a batch for one command; a listener that is slow delays neither: the newest window and progress of a result replace
///   those that were not taken. Progress is told at once, then at most once a frame; the end at once.
/// - When a result cannot be kept whole (spilling forbidden, disk full) the store says so ([`End::Limit`] with
///   [`Limit::Memory`], or [`StoreEvent::Broken`] and [`End::Broken`]), keeps what it has, and swallows further batches, so
///   that the session never hangs. It does not stop the statement: whoever hears of the end tells the session to cancel.
///   The first end stands: a later one from the session does not make a cut result complete.
/// - When the row queue closes, a result without an end is broken. Commands for results that are unknown or dropped, and
///   for values that are not there, have no answer.
///
/// It ends when both queues are closed and everything is said, or when nobody listens.
///
/// # Panics
/// Outside a tokio runtime with its timer enabled.
pub fn spawn<N>(
    rows: mpsc::Receiver<Rows>,
    commands: mpsc::Receiver<StoreCmd>,
    event: mpsc::Sender<N>,
    options: Options,
) -> JoinHandle<()>
where
    N: From<(ResultId, StoreEvent)> + Send + 'static,
{
    let (_, nobody) = mpsc::channel(1);
    spawn_feeding(rows, commands, nobody, event, options)
}

/// As [`spawn`], with files that rows of results are fed to: [`Feed`].
///
/// # Panics
/// Outside a tokio runtime with its timer enabled.
pub fn spawn_feeding<N>(
    rows: mpsc::Receiver<Rows>,
    commands: mpsc::Receiver<StoreCmd>,
    feeds: mpsc::Receiver<Feed>,
    event: mpsc::Sender<N>,
    options: Options,
) -> JoinHandle<()>
where
    N: From<(ResultId, StoreEvent)> + Send + 'static,
{
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let keeper = Keeper {
            options,
            held: HashMap::new(),
            dropped: HashSet::new(),
            outbox: Outbox::new(),
            jobs: VecDeque::new(),
            feeding: VecDeque::new(),
            told: Instant::now(),
        };
        runtime.block_on(keeper.run(rows, commands, feeds, event));
    })
}

#[derive(Debug)]
struct Keeper {
    options: Options,
    held: HashMap<ResultId, Held>,
    /// Dropped before their end came: what still comes for them is not kept.
    dropped: HashSet<ResultId>,
    outbox: Outbox,
    /// Longer work, the next portion first.
    jobs: VecDeque<(ResultId, Job)>,
    /// Files that rows go to, the next one first.
    feeding: VecDeque<Feeding>,
    /// When it was last told how far work is.
    told: Instant,
}

impl Keeper {
    async fn run<N: From<(ResultId, StoreEvent)>>(
        mut self,
        mut rows: mpsc::Receiver<Rows>,
        mut commands: mpsc::Receiver<StoreCmd>,
        mut feeds: mpsc::Receiver<Feed>,
        event: mpsc::Sender<N>,
    ) {
        let (mut rows_open, mut commands_open, mut feeds_open) = (true, true, true);
        // After a command it is the rows' turn: whoever asks without a pause must not hold up the session.
        let mut rows_next = false;
        // After a batch it is the work's.
        let mut work_next = false;
        while rows_open || commands_open || !self.outbox.is_empty() {
            let (is_due, has_room, wakes_at) = (self.outbox.is_due(), self.outbox.has_room(), self.outbox.wakes_at());
            if rows_next && !is_due {
                rows_next = false;
                if let Ok(batch) = rows.try_recv() {
                    self.take(batch);
                    continue;
                }
            }
            if work_next && !is_due {
                work_next = false;
                self.step();
                self.feed_where_there_is_room();
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
                permit = event.reserve(), if is_due => match permit {
                    Ok(permit) => if let Some(said) = self.outbox.take() { permit.send(N::from(said)) },
                    Err(_) => return,
                },
                command = commands.recv(), if commands_open && has_room => match command {
                    Some(command) => {
                        self.obey(command);
                        rows_next = true;
                    }
                    None => commands_open = false,
                },
                feed = feeds.recv(), if feeds_open => match feed {
                    Some(feed) => self.begin_feeding(feed),
                    None => feeds_open = false,
                },
                () = frame, if !is_due && wakes_at.is_some() => {}
                batch = rows.recv(), if rows_open => {
                    rows_open = batch.is_some();
                    work_next = has_work || !self.feeding.is_empty();
                    self.take_or_close(batch);
                }
                (result, step) = sorted(&mut self.jobs) => self.stepped(result, StoreWork::Arrange, step),
                (at, permit) = room(&self.feeding) => {
                    self.feed(at, permit);
                    if has_room {
                        self.step();
                    }
                }
                () = std::future::ready(()), if has_work && has_room => self.step(),
                () = event.closed() => return,
            }
        }
    }

    fn take_or_close(&mut self, batch: Option<Rows>) {
        match batch {
            Some(rows) => self.take(rows),
            None => self.close(),
        }
    }

    fn take(&mut self, rows: Rows) {
        match rows {
            Rows::Open { result, columns } => {
                if self.dropped.contains(&result) {
                    return;
                }
                tracing::debug!(result = result.0, columns = columns.len(), "result opened");
                let spill = Spill::new(self.options.spill.clone());
                let store = Store::new(Arc::clone(&columns), self.options.memory, spill);
                self.held.insert(result, Held::new(store));
                self.outbox.say(result, StoreEvent::Opened(columns));
            }
            Rows::Batch { result, chunk } => self.keep(result, chunk),
            Rows::End { result, end } => {
                self.dropped.remove(&result);
                self.end(result, end);
            }
        }
    }

    fn keep(&mut self, result: ResultId, chunk: Chunk) {
        let Some(held) = self.held.get_mut(&result) else { return };
        if held.end.is_some() {
            return;
        }
        match held.store.push(chunk) {
            Ok(()) => self.outbox.progress(result, held.progress()),
            Err(StoreError::Blocks(BlockError::Forbidden)) => {
                self.end(result, End::Limit(Limit::Memory(self.options.memory as u64)));
            }
            Err(error) => {
                let problem = self.problem("The rows could not all be kept", &error);
                tracing::error!(result = result.0, %problem, "rows not kept");
                self.outbox.say(result, StoreEvent::Broken(problem.clone()));
                self.end(result, End::Broken(problem));
            }
        }
    }

    fn end(&mut self, result: ResultId, end: End) {
        let Some(held) = self.held.get_mut(&result) else { return };
        if held.end.is_none() {
            tracing::debug!(result = result.0, rows = held.count(), "result ended");
            held.end = Some(end);
            self.outbox.progress(result, held.progress());
        }
    }

    /// No rows come any more: what has no end by now was cut, and says so.
    fn close(&mut self) {
        let open: Vec<_> = self.held.iter().filter(|(_, held)| held.end.is_none()).map(|(id, _)| *id).collect();
        for result in open {
            let problem =
                Problem::new(ProblemKind::Lost, "The result is not complete: the session ended in the middle of it")
                    .hint("connect again and run the statement once more");
            self.end(result, End::Broken(problem));
        }
    }

    fn obey(&mut self, command: StoreCmd) {
        match command {
            StoreCmd::Window { result, rows } => {
                let Some(held) = self.held.get_mut(&result) else { return };
                match held.window(rows) {
                    Ok(window) => self.outbox.say(result, StoreEvent::Window(Arc::new(window))),
                    Err(error) => self.unreadable(result, &error),
                }
            }
            StoreCmd::Value { result, row, column } => {
                let Some(held) = self.held.get_mut(&result) else { return };
                let Some(number) = held.number(row) else { return };
                match held.store.value(number, column) {
                    Ok(value) => self.outbox.say(result, StoreEvent::Value { row, column, value }),
                    Err(StoreError::Missing { .. }) => {}
                    Err(error) => self.unreadable(result, &error),
                }
            }
            StoreCmd::Arrange { result, view, arrangement } => self.arrange(result, view, arrangement),
            StoreCmd::Find { result, pattern, columns } => {
                self.begin(result, StoreWork::Find, |held| Ok(Job::find(pattern, columns, held.count())));
            }
            StoreCmd::Next { result, from, way } => self.next(result, from, way),
            StoreCmd::Profile { result, column } => self.begin(result, StoreWork::Profile, |held| {
                Job::profile(column, held.store.columns(), held.count())
                    .ok_or_else(|| Problem::new(ProblemKind::Settings, "The column is not there any more"))
            }),
            StoreCmd::Plot { result, plot } => {
                self.begin(result, StoreWork::Plot, |held| Job::plot(plot, held.store.columns(), held.count()));
            }
            StoreCmd::Copy { result, rows, columns, form } => self.begin(result, StoreWork::Copy, |held| {
                let rows = rows.start.min(held.count())..rows.end.min(held.count());
                Ok(Job::copy(rows, columns, form, held.store.columns()))
            }),
            StoreCmd::GiveUp(result) => self.jobs.retain(|(of, _)| *of != result),
            StoreCmd::Drop(result) => {
                let has_ended = self.held.remove(&result).is_some_and(|held| held.end.is_some());
                if !has_ended {
                    self.dropped.insert(result);
                }
                self.outbox.forget(result);
                self.jobs.retain(|(of, _)| *of != result);
                self.feeding.retain(|feed| feed.result() != result);
            }
        }
    }

    fn arrange(&mut self, result: ResultId, view: ViewId, arrangement: Arrangement) {
        if !arrangement.is_plain() {
            return self.begin(result, StoreWork::Arrange, |held| Ok(Job::arrange(view, arrangement, &held.store)));
        }
        self.jobs.retain(|(of, job)| *of != result || job.work() != StoreWork::Arrange);
        let of = self.held.get(&result).map_or(0, |held| held.store.rows());
        self.show(result, view, None, of);
    }

    /// Begins work in the place of older work of its kind.
    fn begin(&mut self, result: ResultId, work: StoreWork, job: impl FnOnce(&Held) -> Result<Job, Problem>) {
        let Some(held) = self.held.get(&result) else { return };
        match job(held) {
            Ok(job) => {
                self.jobs.retain(|(of, other)| *of != result || other.work() != work);
                self.jobs.push_back((result, job));
            }
            Err(problem) => self.outbox.say(result, StoreEvent::Failed { work, problem }),
        }
    }

    /// Does a portion of the work that has waited longest.
    fn step(&mut self) {
        let Some(at) = self.jobs.iter().position(|(_, job)| !job.is_waiting()) else { return };
        let Some((result, mut job)) = self.jobs.remove(at) else { return };
        let Some(held) = self.held.get_mut(&result) else { return };
        let work = job.work();
        let step = job.step(&mut held.store, held.rows.as_deref());
        if matches!(step, Step::More | Step::Waiting) {
            if self.told.elapsed() >= FRAME {
                let (done, of) = job.progress();
                self.told = Instant::now();
                self.outbox.say(result, StoreEvent::Working { work, done, of });
            }
            self.jobs.push_back((result, job));
        }
        self.stepped(result, work, step);
    }

    fn stepped(&mut self, result: ResultId, work: StoreWork, step: Step) {
        match step {
            Step::More | Step::Waiting => {}
            Step::Done(outcome) => self.done(result, outcome),
            Step::Failed(problem) => self.outbox.say(result, StoreEvent::Failed { work, problem }),
            Step::Unreadable(error) => self.unreadable(result, &error),
        }
    }

    fn done(&mut self, result: ResultId, outcome: Outcome) {
        let event = match outcome {
            Outcome::Arranged { view, rows, of } => return self.show(result, view, Some(rows), of),
            Outcome::Found { pattern, columns, marks, of } => {
                let Some(held) = self.held.get_mut(&result) else { return };
                let event = StoreEvent::Found { cells: marks.cells, rows: marks.rows.len() as u64, of };
                held.found = Some(Finding { pattern, columns, marks });
                event
            }
            Outcome::Profiled { column, profile } => StoreEvent::Profiled { column, profile: Arc::new(profile) },
            Outcome::Plotted(series) => StoreEvent::Plotted(Arc::new(series)),
            Outcome::Copied(writer) => StoreEvent::Copied(Arc::new(writer.finish())),
        };
        self.outbox.say(result, event);
    }

    /// Looks at a result by other rows from now on. What was searched or described in the old ones is no longer true.
    fn show(&mut self, result: ResultId, view: ViewId, rows: Option<RowView>, of: u64) {
        let Some(held) = self.held.get_mut(&result) else { return };
        (held.view, held.rows, held.found) = (view, rows.map(Arc::new), None);
        let count = held.count();
        let over: Vec<StoreWork> =
            self.jobs.iter().filter(|(id, _)| *id == result).map(|(_, job)| job.work()).collect();
        self.jobs.retain(|(id, _)| *id != result);
        for work in over {
            let problem =
                Problem::new(ProblemKind::Interrupted, "The rows were arranged anew meanwhile").hint("do it again");
            self.outbox.say(result, StoreEvent::Failed { work, problem });
        }
        self.outbox.say(result, StoreEvent::Arranged(ResultView { id: view, rows: count, of }));
    }

    fn next(&mut self, result: ResultId, from: CellPosition, way: SearchDirection) {
        let Some(held) = self.held.get_mut(&result) else { return };
        match held.next(from, way) {
            Ok(next) => self.outbox.say(result, StoreEvent::Next(next)),
            Err(error) => self.unreadable(result, &error),
        }
    }

    fn unreadable(&mut self, result: ResultId, error: &StoreError) {
        let problem = self.problem("Older rows of the result could not be read back", error);
        self.outbox.say(result, StoreEvent::Broken(problem));
    }

    fn problem(&self, what: &str, error: &StoreError) -> Problem {
        let problem = Problem::new(ProblemKind::Local, what).because(error.to_string());
        match &self.options.spill {
            Some(folder) => problem.hint(format!(
                "the rows so far stay, and so does the room that they take until the result is closed; make room on the disk of {} and \
                 run the statement again, or select less",
                folder.display()
            )),
            None => problem.hint("run the statement again with a lower row limit"),
        }
    }
}

/// Waits for rows that are sorted elsewhere; their work is over then.
async fn sorted(jobs: &mut VecDeque<(ResultId, Job)>) -> (ResultId, Step) {
    let Some(at) = jobs.iter().position(|(_, job)| job.is_waiting()) else { return std::future::pending().await };
    let Some((result, job)) = jobs.get_mut(at) else { return std::future::pending().await };
    let (result, step) = (*result, job.sorted().await);
    jobs.remove(at);
    (result, step)
}
