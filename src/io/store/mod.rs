//! The task that owns the rows of all results: takes batches from sessions, answers with windows and values. Knows no
//! server and no screen.
//!
//! It runs on a thread of tokio's blocking pool and waits for its two queues there (`Handle::block_on`): sealing and disk
//! never stop a thread that drives sockets, commands can still overtake rows, and the handle can be awaited like a task's.

mod outbox;
mod spill;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use self::outbox::Outbox;
use self::spill::Spill;
use crate::domain::limits::RESULT_MEMORY;
use crate::domain::port::{End, Limit, Progress, ResultId, Rows, StoreCmd, StoreNews};
use crate::domain::problem::{Kind, Problem};
use crate::domain::results::{BlockError, Chunk, Store, StoreError};

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
/// - Commands overtake rows; a listener that is slow delays neither: the newest window and progress of a result replace
///   those that were not taken. Progress is told at once, then at most once a frame; the end at once.
/// - When a result cannot be kept whole (spilling forbidden, disk full) the store says so ([`End::Limit`] with
///   [`Limit::Memory`], or [`StoreNews::Broken`] and [`End::Broken`]), keeps what it has, and swallows further batches, so
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
    news: mpsc::Sender<N>,
    options: Options,
) -> JoinHandle<()>
where
    N: From<(ResultId, StoreNews)> + Send + 'static,
{
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let keeper = Keeper { options, held: HashMap::new(), dropped: HashSet::new(), outbox: Outbox::new() };
        runtime.block_on(keeper.run(rows, commands, news));
    })
}

/// One result and how it ended.
#[derive(Debug)]
struct Held {
    store: Store<Spill>,
    end: Option<End>,
}

impl Held {
    fn progress(&self) -> Progress {
        Progress { rows: self.store.rows(), bytes: self.store.bytes(), end: self.end.clone() }
    }
}

#[derive(Debug)]
struct Keeper {
    options: Options,
    held: HashMap<ResultId, Held>,
    /// Dropped before their end came: what still comes for them is not kept.
    dropped: HashSet<ResultId>,
    outbox: Outbox,
}

impl Keeper {
    async fn run<N: From<(ResultId, StoreNews)>>(
        mut self,
        mut rows: mpsc::Receiver<Rows>,
        mut commands: mpsc::Receiver<StoreCmd>,
        news: mpsc::Sender<N>,
    ) {
        let (mut rows_open, mut commands_open) = (true, true);
        while rows_open || commands_open || !self.outbox.is_empty() {
            let (is_due, has_room, wakes_at) = (self.outbox.is_due(), self.outbox.has_room(), self.outbox.wakes_at());
            let frame = async {
                match wakes_at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                permit = news.reserve(), if is_due => match permit {
                    Ok(permit) => if let Some(said) = self.outbox.take() { permit.send(N::from(said)) },
                    Err(_) => return,
                },
                command = commands.recv(), if commands_open && has_room => match command {
                    Some(command) => self.obey(command),
                    None => commands_open = false,
                },
                () = frame, if !is_due && wakes_at.is_some() => {}
                batch = rows.recv(), if rows_open => {
                    rows_open = batch.is_some();
                    self.take_or_close(batch);
                }
                () = news.closed() => return,
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
                let spill = Spill::new(self.options.spill.clone());
                let store = Store::new(Arc::clone(&columns), self.options.memory, spill);
                self.held.insert(result, Held { store, end: None });
                self.outbox.say(result, StoreNews::Opened(columns));
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
                self.outbox.say(result, StoreNews::Broken(problem.clone()));
                self.end(result, End::Broken(problem));
            }
        }
    }

    fn end(&mut self, result: ResultId, end: End) {
        let Some(held) = self.held.get_mut(&result) else { return };
        if held.end.is_none() {
            held.end = Some(end);
            self.outbox.progress(result, held.progress());
        }
    }

    /// No rows come any more: what has no end by now was cut, and says so.
    fn close(&mut self) {
        let open: Vec<_> = self.held.iter().filter(|(_, held)| held.end.is_none()).map(|(id, _)| *id).collect();
        for result in open {
            let problem = Problem::new(Kind::Lost, "The result is not complete: the session ended in the middle of it")
                .hint("connect again and run the statement once more");
            self.end(result, End::Broken(problem));
        }
    }

    fn obey(&mut self, command: StoreCmd) {
        match command {
            StoreCmd::Window { result, rows } => {
                let Some(held) = self.held.get_mut(&result) else { return };
                match held.store.window(rows) {
                    Ok(window) => self.outbox.say(result, StoreNews::Window(Arc::new(window))),
                    Err(error) => self.unreadable(result, &error),
                }
            }
            StoreCmd::Value { result, row, column } => {
                let Some(held) = self.held.get_mut(&result) else { return };
                match held.store.value(row, column) {
                    Ok(value) => self.outbox.say(result, StoreNews::Value { row, column, value }),
                    Err(StoreError::Missing { .. }) => {}
                    Err(error) => self.unreadable(result, &error),
                }
            }
            StoreCmd::Drop(result) => {
                let has_ended = self.held.remove(&result).is_some_and(|held| held.end.is_some());
                if !has_ended {
                    self.dropped.insert(result);
                }
                self.outbox.forget(result);
            }
        }
    }

    fn unreadable(&mut self, result: ResultId, error: &StoreError) {
        let problem = self.problem("Older rows of the result could not be read back", error);
        self.outbox.say(result, StoreNews::Broken(problem));
    }

    fn problem(&self, what: &str, error: &StoreError) -> Problem {
        let problem = Problem::new(Kind::Local, what).because(error.to_string());
        match &self.options.spill {
            Some(folder) => problem.hint(format!(
                "look whether {} can be written and has room, then run the statement again",
                folder.display()
            )),
            None => problem.hint("run the statement again with a lower row limit"),
        }
    }
}
