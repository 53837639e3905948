//! Exports from the TUI: writes the rows of a result to a file, on a separate thread. Only one export runs at a time.

use std::ffi::OsString;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::debug_messages;
use super::row_router::RowRouter;
use super::watched::watched;
use crate::domain::export::{ExportOptions, WriteError, columns_json};
use crate::domain::limits::{BATCH_QUEUE, FRAME};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{
    End, ExportCmd, ExportEvent, ExportId, ExportJob, ExportedFile, FormatChoice, IfExists, Limit, ResultId, Rows,
};
use crate::domain::results::Column;
use crate::io::export::checksum::ChecksumWriter;
use crate::io::export::open_error::open_error;
use crate::io::export::partial_file::PartialFile;
use crate::io::export::write_rows::write_rows;
use crate::io::storage::atomic;
use crate::io::store::ExportFeed;

/// Runs exports, one at a time.
#[derive(Debug)]
pub struct Exports {
    sources: RowSources,
    home: PathBuf,
    running: Option<ExportTask>,
}

/// Where the rows of an export come from: the result store, or a statement that runs again.
#[derive(Debug, Clone)]
struct RowSources {
    feeds: mpsc::Sender<ExportFeed>,
    router: RowRouter,
}

#[derive(Debug)]
struct ExportTask {
    id: ExportId,
    /// The result of the statement that runs again for this export.
    rerun: Option<ResultId>,
    flags: Arc<ExportFlags>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct ExportFlags {
    is_cancelled: Arc<AtomicBool>,
    /// Set before the last event is sent, so that its receiver can start the next export.
    is_finished: AtomicBool,
}

impl ExportTask {
    /// Cancels the export, also while it waits for a statement that may never be sent.
    fn cancel(&self, router: &RowRouter) {
        self.flags.is_cancelled.store(true, Ordering::SeqCst);
        if let Some(result) = self.rerun {
            router.release(result);
        }
    }

    fn is_running(&self) -> bool {
        !self.flags.is_finished.load(Ordering::Acquire) && !self.task.is_finished()
    }
}

impl Exports {
    /// `feeds` is a queue of the result store, `router` that of the sessions, and `home` replaces `~` in paths.
    #[must_use]
    pub fn new(feeds: mpsc::Sender<ExportFeed>, router: RowRouter, home: PathBuf) -> Self {
        Self { sources: RowSources { feeds, router }, home, running: None }
    }

    /// Reads the rows of the next exports from another result store.
    pub fn read_from(&mut self, feeds: mpsc::Sender<ExportFeed>) {
        self.sources.feeds = feeds;
    }

    /// Starts or cancels an export. Returns the command if another export is running.
    pub fn run<N>(&mut self, command: ExportCmd, events: &mpsc::Sender<N>) -> Option<ExportCmd>
    where
        N: From<(ExportId, ExportEvent)> + Send + 'static,
    {
        match command {
            ExportCmd::Write(_) if self.running.as_ref().is_some_and(ExportTask::is_running) => {
                return Some(command);
            }
            ExportCmd::Write(job) => self.running = Some(self.start(job, events.clone())),
            ExportCmd::Cancel(id) => {
                if let Some(export) = self.running.as_ref().filter(|export| export.id == id) {
                    export.cancel(&self.sources.router);
                }
            }
        }
        None
    }

    fn start<N>(&self, job: ExportJob, events: mpsc::Sender<N>) -> ExportTask
    where
        N: From<(ExportId, ExportEvent)> + Send + 'static,
    {
        let (id, rerun) = (job.id, job.rerun_as);
        let flags = Arc::new(ExportFlags::default());
        tracing::debug!(export = id.0, path = job.path, format = ?job.choice.format, "export starts");
        let (sources, home, task_flags) = (self.sources.clone(), self.home.clone(), Arc::clone(&flags));
        let (lost_events, lost_flags, router) = (events.clone(), Arc::clone(&flags), self.sources.router.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let send_event = |event| match event {
                ExportEvent::Progress { .. } => drop(events.try_send(N::from((id, event)))),
                event => drop(events.blocking_send(N::from((id, event)))),
            };
            let is_cancelled = &task_flags.is_cancelled;
            let last = write(&job, &sources, &home, is_cancelled, send_event).unwrap_or_else(ExportEvent::Failed);
            if let Some(result) = rerun {
                sources.router.release(result);
            }
            tracing::debug!(export = id.0, outcome = debug_messages::export_name(&last), "export ended");
            task_flags.is_finished.store(true, Ordering::Release);
            // The event loop may have ended already. The file is complete or removed anyway.
            let _ = events.blocking_send(N::from((id, last)));
        });
        let task = watched(writing, &lost_events, move |why| {
            if let Some(result) = rerun {
                router.release(result);
            }
            lost_flags.is_finished.store(true, Ordering::Release);
            let problem = Problem::new(ProblemKind::Local, "The export ended because of a defect of rrx")
                .because(why)
                .hint("export again, or choose another format");
            N::from((id, ExportEvent::Failed(problem)))
        });
        ExportTask { id, rerun, flags, task }
    }

    /// Cancels the running export and waits until its partial file is removed.
    pub async fn finish(self) {
        if let Some(export) = self.running {
            export.cancel(&self.sources.router);
            let _ = export.task.await;
        }
    }
}

fn write(
    job: &ExportJob,
    sources: &RowSources,
    home: &Path,
    is_cancelled: &Arc<AtomicBool>,
    mut send_event: impl FnMut(ExportEvent),
) -> Result<ExportEvent, Problem> {
    let path = absolute_path(&job.path, home)?;
    let columns_file = job.choice.has_columns_file.then(|| columns_path(&path));
    if job.if_exists == IfExists::Fail {
        // Only regular files count, because writing does not replace a pipe or a device.
        let existing = std::iter::once(&path).chain(&columns_file).find(|path| path.is_file());
        if let Some(existing) = existing {
            return Ok(ExportEvent::Exists(existing.clone()));
        }
    }
    let partial =
        PartialFile::create(&path).map_err(|error| open_error(&path, &error))?.cancelled_by(Arc::clone(is_cancelled));
    let mut file = ChecksumWriter::new(partial);
    let mut rows = 0;
    let written = fetch(job, sources, is_cancelled, &mut send_event).and_then(|(columns, mut queue)| {
        let mut last_progress: Option<Instant> = None;
        let FormatChoice { format, formulas, mark, .. } = job.choice;
        let options = ExportOptions { formulas, mark, zone: job.zone, ..ExportOptions::plain(format) };
        let outcome = write_rows(&mut queue, &columns, options, &mut file, |count, file| {
            rows = count;
            if is_cancelled.load(Ordering::SeqCst) {
                return Err(Error::other("cancelled").into());
            }
            if last_progress.is_none_or(|at| at.elapsed() >= FRAME) {
                last_progress = Some(Instant::now());
                send_event(ExportEvent::Progress { rows, bytes: file.bytes() });
            }
            Ok(())
        });
        match outcome {
            Ok((_, Some(end))) => judge_end(end, is_cancelled).map(|limit| (columns, limit)),
            Ok((_, None)) => Err(result_closed()),
            Err(WriteError::Output(error)) => Err(write_problem(&path, &error)),
            Err(WriteError::Unsupported(problem)) => Err(*problem),
        }
    });
    let bytes = file.bytes();
    let (partial, sha256) = file.into_parts();
    let (columns, limit) = match written {
        Ok(written) if !is_cancelled.load(Ordering::SeqCst) => written,
        other => {
            partial.discard();
            return if is_cancelled.load(Ordering::SeqCst) {
                Ok(ExportEvent::Cancelled)
            } else {
                Err(other.err().unwrap_or_else(result_closed))
            };
        }
    };
    if let Some(limit) = limit {
        let path = partial.path().to_owned();
        return Ok(ExportEvent::Cut(ExportedFile { path, columns_file: None, rows, bytes, sha256 }, limit));
    }
    if let Some(columns_file) = &columns_file
        && let Err(error) = atomic::replace(columns_file, columns_json(&columns).as_bytes())
    {
        partial.discard();
        return Err(write_problem(columns_file, &error));
    }
    partial.keep().map_err(|error| write_problem(&path, &error))?;
    Ok(ExportEvent::Written(ExportedFile { path, columns_file, rows, bytes, sha256 }))
}

/// Returns the limit that cut the result, if any, or why the result is not complete. A cancelled statement cancels the export.
fn judge_end(end: End, is_cancelled: &AtomicBool) -> Result<Option<Limit>, Problem> {
    match end {
        End::Complete => Ok(None),
        End::Limit(limit) => Ok(Some(limit)),
        End::Broken(problem) => Err(problem),
        End::Cancelled => {
            is_cancelled.store(true, Ordering::SeqCst);
            Err(result_closed())
        }
    }
}

/// Asks for the rows. Returns the columns, and the queue of the rows.
fn fetch(
    job: &ExportJob,
    sources: &RowSources,
    is_cancelled: &AtomicBool,
    send_event: &mut impl FnMut(ExportEvent),
) -> Result<(Arc<[Column]>, mpsc::Receiver<Rows>), Problem> {
    let mut queue = if let Some(result) = job.rerun_as {
        let queue = sources.router.claim(result);
        // If the export was cancelled before the claim, nothing would release the claim.
        if is_cancelled.load(Ordering::SeqCst) {
            return Err(result_closed());
        }
        send_event(ExportEvent::Ready);
        queue
    } else {
        let (rows, queue) = mpsc::channel(BATCH_QUEUE);
        let feed = ExportFeed { result: job.result, view: job.view, columns: job.columns.clone(), rows };
        sources.feeds.blocking_send(feed).map_err(|_| result_closed())?;
        queue
    };
    match queue.blocking_recv() {
        Some(Rows::Open { columns, .. }) => Ok((columns, queue)),
        Some(Rows::End { end: End::Limit(limit), .. }) => {
            Err(Problem::new(ProblemKind::TimeLimit, "The server sent no row")
                .because(format!("the {limit} ended the statement")))
        }
        Some(Rows::End { end, .. }) => Err(judge_end(end, is_cancelled).err().unwrap_or_else(result_closed)),
        Some(Rows::Batch { .. }) | None => Err(result_closed()),
    }
}

/// Resolves the path that the user typed.
fn absolute_path(typed: &str, home: &Path) -> Result<PathBuf, Problem> {
    let path = match typed.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None if typed == "~" => home.to_owned(),
        None => PathBuf::from(typed),
    };
    if typed.ends_with('/') || path.is_dir() {
        return Err(open_error(&path, &Error::new(ErrorKind::IsADirectory, "it is a directory")));
    }
    std::path::absolute(&path).map_err(|error| open_error(&path, &error))
}

/// Returns the path of the file that describes the columns.
fn columns_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".columns.json");
    path.with_file_name(name)
}

fn write_problem(path: &Path, error: &Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("The rows cannot be written to {}", path.display()))
        .because(error.to_string())
        .hint("free some space there or choose another file, and export again; the rows are still loaded")
}

fn result_closed() -> Problem {
    Problem::new(ProblemKind::Interrupted, "The result was closed or changed before its rows were written")
        .hint("export again; if the result is closed, run the statement again")
}
