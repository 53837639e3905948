//! The result store: a task that owns the rows of all results. It receives row batches from sessions, and serves
//! windows, values, longer jobs (sort, search, statistics, charts, copies) and exports.
//!
//! It runs on a thread of tokio's blocking pool and waits for its queues there (`Handle::block_on`), so that encryption and
//! disk access never block a thread that drives sockets, commands can overtake rows, and the handle can be awaited like a task.

mod export_feed;
mod jobs;
mod options;
mod outbox;
mod spill;
mod stored_result;
mod task;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub use self::export_feed::ExportFeed;
pub use self::options::StoreOptions;
use self::task::ResultStoreTask;
use crate::domain::protocol::{ResultId, Rows, StoreCmd, StoreEvent};

/// Starts the store. `events` may carry any type that can be made from a store event.
///
/// - A command waits for one batch at most, a batch for one command. A slow receiver of events delays neither: the
///   newest window and progress of a result replace those that were not taken. Progress is reported at once, then at
///   most once a frame; an end is reported at once.
/// - When a result cannot be kept whole (no spill file, disk full), the store reports it
///   ([`End::Limit`](crate::domain::protocol::End::Limit) with a memory limit, or [`StoreEvent::Broken`] and
///   [`End::Broken`](crate::domain::protocol::End::Broken)), keeps the rows so far, and discards further batches, so that the
///   session never hangs. It does not stop the statement: the receiver of the end must cancel it. The first end counts: a
///   later one from the session does not make a cut result complete.
/// - When the row queue closes, results without an end become broken. Commands for unknown or dropped results, and for values
///   that do not exist, get no answer.
///
/// The task ends when both queues are closed and all events are sent, or when `events` is closed.
///
/// # Panics
/// Panics outside of a tokio runtime with its timer enabled.
pub fn spawn<N>(
    rows: mpsc::Receiver<Rows>,
    commands: mpsc::Receiver<StoreCmd>,
    events: mpsc::Sender<N>,
    options: StoreOptions,
) -> JoinHandle<()>
where
    N: From<(ResultId, StoreEvent)> + Send + 'static,
{
    let (_, no_exports) = mpsc::channel(1);
    spawn_with_exports(rows, commands, no_exports, events, options)
}

/// Starts the store as [`spawn`] does, with a queue of exports that need rows.
///
/// # Panics
/// Panics outside of a tokio runtime with its timer enabled.
pub fn spawn_with_exports<N>(
    rows: mpsc::Receiver<Rows>,
    commands: mpsc::Receiver<StoreCmd>,
    exports: mpsc::Receiver<ExportFeed>,
    events: mpsc::Sender<N>,
    options: StoreOptions,
) -> JoinHandle<()>
where
    N: From<(ResultId, StoreEvent)> + Send + 'static,
{
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        runtime.block_on(ResultStoreTask::new(options).run(rows, commands, exports, events));
    })
}
