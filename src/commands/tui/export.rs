//! Exports of the screen: rows that the store feeds, written to a file on a thread of its own. One at a time.

use std::ffi::OsString;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::debug_messages;
use super::taps::Taps;
use crate::commands::pour::pour;
use crate::commands::unmade::unmade;
use crate::domain::export::{Manner, WriteError, side_file};
use crate::domain::limits::{BATCH_QUEUE, FRAME};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{End, ExportCmd, ExportEvent, ExportId, ExportOrder, Replace, ResultId, Rows, Written};
use crate::domain::results::Column;
use crate::io::storage::atomic;
use crate::io::storage::partial::Partial;
use crate::io::storage::summed::Summed;
use crate::io::store::Feed;

/// Writes exports, one at a time.
#[derive(Debug)]
pub struct Exports {
    from: Sources,
    home: PathBuf,
    under_way: Option<UnderWay>,
}

/// Where rows come from.
#[derive(Debug, Clone)]
struct Sources {
    feeds: mpsc::Sender<Feed>,
    taps: Taps,
}

#[derive(Debug)]
struct UnderWay {
    id: ExportId,
    again: Option<ResultId>,
    flags: Arc<Flags>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Flags {
    is_given_up: Arc<AtomicBool>,
    /// Set before its last news: whoever hears that may begin the next one.
    is_over: AtomicBool,
}

impl UnderWay {
    /// Wakes it too, where it waits for a statement that may never be sent.
    fn give_up(&self, taps: &Taps) {
        self.flags.is_given_up.store(true, Ordering::SeqCst);
        if let Some(again) = self.again {
            taps.close(again);
        }
    }

    fn lasts(&self) -> bool {
        !self.flags.is_over.load(Ordering::Acquire) && !self.task.is_finished()
    }
}

impl Exports {
    /// None yet. The store takes the feeds, sessions pass the taps; `~/` is this home folder.
    #[must_use]
    pub fn new(feeds: mpsc::Sender<Feed>, taps: Taps, home: PathBuf) -> Self {
        Self { from: Sources { feeds, taps }, home, under_way: None }
    }

    /// Does as told; answers with the command where another export is under way.
    pub fn run<N>(&mut self, command: ExportCmd, event: &mpsc::Sender<N>) -> Option<ExportCmd>
    where
        N: From<(ExportId, ExportEvent)> + Send + 'static,
    {
        match command {
            ExportCmd::Write(_) if self.under_way.as_ref().is_some_and(UnderWay::lasts) => {
                return Some(command);
            }
            ExportCmd::Write(order) => {
                let (id, again, flags) = (order.id, order.again, Arc::new(Flags::default()));
                tracing::debug!(export = id.0, path = order.path, format = ?order.form.format, "export starts");
                let (from, home) = (self.from.clone(), self.home.clone());
                let (context, told) = (Arc::clone(&flags), event.clone());
                let task = tokio::task::spawn_blocking(move || {
                    let tell = |event| match event {
                        ExportEvent::Progress { .. } => drop(told.try_send(N::from((id, event)))),
                        event => drop(told.blocking_send(N::from((id, event)))),
                    };
                    let last =
                        write(&order, &from, &home, &context.is_given_up, tell).unwrap_or_else(ExportEvent::Failed);
                    if let Some(again) = again {
                        from.taps.close(again);
                    }
                    tracing::debug!(export = id.0, outcome = debug_messages::of_export(&last), "export ended");
                    context.is_over.store(true, Ordering::Release);
                    // The loop may be gone by now; the file is as it should be.
                    let _ = told.blocking_send(N::from((id, last)));
                });
                self.under_way = Some(UnderWay { id, again, flags, task });
            }
            ExportCmd::Cancel(id) => {
                if let Some(one) = self.under_way.as_ref().filter(|one| one.id == id) {
                    one.give_up(&self.from.taps);
                }
            }
        }
        None
    }

    /// Gives up what is under way and waits until its half file is gone.
    pub async fn finish(self) {
        if let Some(one) = self.under_way {
            one.give_up(&self.from.taps);
            let _ = one.task.await;
        }
    }
}

fn write(
    order: &ExportOrder,
    from: &Sources,
    home: &Path,
    is_given_up: &Arc<AtomicBool>,
    mut tell: impl FnMut(ExportEvent),
) -> Result<ExportEvent, Problem> {
    let path = full_path(&order.path, home)?;
    let side = order.form.has_side_file.then(|| beside(&path));
    if order.replace == Replace::Forbidden {
        // A pipe or a device stays what it is.
        let there = std::iter::once(&path).chain(&side).find(|path| path.is_file());
        if let Some(there) = there {
            return Ok(ExportEvent::Exists(there.clone()));
        }
    }
    let partial = Partial::create(&path).map_err(|error| unmade(&path, &error))?.until(Arc::clone(is_given_up));
    let mut file = Summed::new(partial);
    let mut rows = 0;
    let written = fetch(order, from, is_given_up, &mut tell).and_then(|(columns, mut queue)| {
        let mut told_at: Option<Instant> = None;
        let manner = Manner { format: order.form.format, formulas: order.form.formulas, zone: order.zone };
        let poured = pour(&mut queue, &columns, manner, &mut file, |count, file| {
            rows = count;
            if is_given_up.load(Ordering::SeqCst) {
                return Err(Error::other("given up").into());
            }
            if told_at.is_none_or(|at| at.elapsed() >= FRAME) {
                told_at = Some(Instant::now());
                tell(ExportEvent::Progress { rows, bytes: file.bytes() });
            }
            Ok(())
        });
        match poured {
            Ok((_, Some(End::Complete))) => Ok((columns, None)),
            Ok((_, Some(End::Limit(limit)))) => Ok((columns, Some(limit))),
            Ok((_, Some(End::Broken(problem)))) => Err(problem),
            Ok((_, Some(End::Cancelled))) => {
                is_given_up.store(true, Ordering::SeqCst);
                Err(gone())
            }
            Ok((_, None)) => Err(gone()),
            Err(WriteError::Output(error)) => Err(unwritten(&path, &error)),
            Err(WriteError::Form(problem)) => Err(*problem),
        }
    });
    let bytes = file.bytes();
    let (partial, sha256) = file.into_parts();
    let (columns, cut) = match written {
        Ok(written) if !is_given_up.load(Ordering::SeqCst) => written,
        other => {
            partial.discard();
            return if is_given_up.load(Ordering::SeqCst) {
                Ok(ExportEvent::Cancelled)
            } else {
                Err(other.err().unwrap_or_else(gone))
            };
        }
    };
    if let Some(limit) = cut {
        let path = partial.path().to_owned();
        return Ok(ExportEvent::Cut(Written { path, side: None, rows, bytes, sha256 }, limit));
    }
    if let Some(side) = &side
        && let Err(error) = atomic::replace(side, side_file(&columns).as_bytes())
    {
        partial.discard();
        return Err(unwritten(side, &error));
    }
    partial.keep().map_err(|error| unwritten(&path, &error))?;
    Ok(ExportEvent::Written(Written { path, side, rows, bytes, sha256 }))
}

/// Asks for the rows; answers with their header and the queue of the rest.
fn fetch(
    order: &ExportOrder,
    from: &Sources,
    is_given_up: &AtomicBool,
    tell: &mut impl FnMut(ExportEvent),
) -> Result<(Arc<[Column]>, mpsc::Receiver<Rows>), Problem> {
    let mut queue = if let Some(again) = order.again {
        let queue = from.taps.open(again);
        // Given up before it was open: nobody would close it.
        if is_given_up.load(Ordering::SeqCst) {
            return Err(gone());
        }
        tell(ExportEvent::Ready);
        queue
    } else {
        let (rows, queue) = mpsc::channel(BATCH_QUEUE);
        let feed = Feed { result: order.result, view: order.view, columns: order.columns.clone(), rows };
        from.feeds.blocking_send(feed).map_err(|_| gone())?;
        queue
    };
    match queue.blocking_recv() {
        Some(Rows::Open { columns, .. }) => Ok((columns, queue)),
        Some(Rows::End { end: End::Broken(problem), .. }) => Err(problem),
        Some(Rows::End { end: End::Cancelled, .. }) => {
            is_given_up.store(true, Ordering::SeqCst);
            Err(gone())
        }
        Some(Rows::End { end: End::Limit(limit), .. }) => {
            Err(Problem::new(ProblemKind::TimeLimit, "No row came from the server")
                .because(format!("the {limit} ended it")))
        }
        Some(Rows::Batch { .. } | Rows::End { end: End::Complete, .. }) | None => Err(gone()),
    }
}

/// The file from the root on.
fn full_path(typed: &str, home: &Path) -> Result<PathBuf, Problem> {
    let path = match typed.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None if typed == "~" => home.to_owned(),
        None => PathBuf::from(typed),
    };
    if typed.ends_with('/') || path.is_dir() {
        return Err(unmade(&path, &Error::new(ErrorKind::IsADirectory, "it is a folder")));
    }
    std::path::absolute(&path).map_err(|error| unmade(&path, &error))
}

/// The file that says what the columns of this one are.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".columns.json");
    path.with_file_name(name)
}

fn unwritten(path: &Path, error: &Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("The rows cannot be written to {}", path.display()))
        .because(error.to_string())
        .hint("make room there or choose another place, and export again; the rows are still here")
}

fn gone() -> Problem {
    Problem::new(ProblemKind::Interrupted, "The result was closed or arranged anew before its rows were written")
        .hint("export again what shows now; without a result run the statement again")
}
