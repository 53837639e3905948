//! Writes the rows of `rrx run` on its own thread, so that Ctrl-C stops the statement even if the reader of the output stalls.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::output::{Outputs, ResultCount, RowSink, RunOutcome, Written, columns_problem};
use crate::commands::common::interrupts::Interrupts;
use crate::domain::export::{ExportFormat, ExportOptions, columns_json};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::Rows;
use crate::io::export::partial_file::PartialFile;
use crate::io::export::write_rows::write_rows;

/// How long an interrupted run waits for the reader of its output.
const READER_TIMEOUT: Duration = Duration::from_secs(1);

/// The thread that writes the rows.
pub(super) struct WriterThread<W> {
    format: ExportFormat,
    written: oneshot::Receiver<Written<W>>,
    /// True once rows were dropped.
    has_dropped_rows: Arc<AtomicBool>,
    rows_path: Option<PathBuf>,
    columns_path: Option<PathBuf>,
}

impl<W: Write + Send + 'static> WriterThread<W> {
    /// Starts the thread. Some time after `stop`, rows are dropped, so that the session ends even if the reader stalls.
    ///
    /// # Errors
    /// Returns a problem if the thread cannot be started.
    pub(super) fn start(
        rows: mpsc::Receiver<Rows>,
        options: ExportOptions,
        outputs: Outputs<W>,
        stop: CancellationToken,
    ) -> Result<Self, Problem> {
        let (sender, queue) = mpsc::channel(limits::BATCH_QUEUE);
        let (done, written) = oneshot::channel();
        let Outputs { sink, columns, rows_path, columns_path } = outputs;
        std::thread::Builder::new()
            .name("rows".into())
            .spawn(move || drop(done.send(write_results(queue, options, columns, sink))))
            .map_err(|error| Problem::new(ProblemKind::Local, "No thread can be started").because(error.to_string()))?;
        let has_dropped_rows = Arc::new(AtomicBool::new(false));
        tokio::spawn(forward(rows, sender, stop, Arc::clone(&has_dropped_rows)));
        Ok(Self { format: options.format, written, has_dropped_rows, rows_path, columns_path })
    }

    /// Waits until everything is written. After an interrupt, waits at most [`READER_TIMEOUT`].
    pub(super) async fn wait(mut self, interrupts: &mut Interrupts) -> RunOutcome<W> {
        let written = if interrupts.is_interrupted() {
            tokio::time::timeout(READER_TIMEOUT, &mut self.written).await.ok()
        } else {
            select! {
                written = &mut self.written => Some(written),
                () = interrupts.next() => tokio::time::timeout(READER_TIMEOUT, &mut self.written).await.ok(),
            }
        };
        let written = match written {
            Some(_) if self.has_dropped_rows.load(Ordering::SeqCst) => None,
            other => other,
        };
        RunOutcome { format: self.format, written, rows_path: self.rows_path, columns_path: self.columns_path }
    }
}

/// Forwards rows to the thread, and drops them once the reader has stalled for too long after an interrupt.
async fn forward(
    mut rows: mpsc::Receiver<Rows>,
    sender: mpsc::Sender<Rows>,
    stop: CancellationToken,
    has_dropped_rows: Arc<AtomicBool>,
) {
    let stalled = || async {
        stop.cancelled().await;
        tokio::time::sleep(READER_TIMEOUT).await;
    };
    while let Some(piece) = rows.recv().await {
        select! {
            biased;
            sent = sender.send(piece) => if sent.is_err() {
                // The thread has ended; dropping the receiver stops the statement.
                return;
            },
            () = stalled() => {
                has_dropped_rows.store(true, Ordering::SeqCst);
                break;
            }
        }
    }
    drop(sender);
    while rows.recv().await.is_some() {}
}

/// Writes result after result until the session ends. On an error, dropping the receiver stops the statement.
fn write_results<W: Write>(
    mut rows: mpsc::Receiver<Rows>,
    options: ExportOptions,
    mut columns_file: Option<PartialFile>,
    mut sink: RowSink<W>,
) -> Written<W> {
    let mut results = ResultCount::None;
    loop {
        let columns = match rows.blocking_recv() {
            None => return Ok((sink, columns_file, results)),
            Some(Rows::Open { columns, .. }) if !columns.is_empty() => columns,
            Some(_) => continue,
        };
        if results == ResultCount::Some {
            sink.write_all(options.format.separator())?;
        }
        if let Some(file) = columns_file.as_mut().filter(|_| results == ResultCount::None) {
            file.write_all(columns_json(&columns).as_bytes()).map_err(|error| columns_problem(&error))?;
        }
        results = ResultCount::Some;
        (sink, _) = write_rows(&mut rows, &columns, options, sink, |_, _| Ok(()))?;
    }
}
