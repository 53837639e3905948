//! Where the rows of `rrx run` go: stdout, a file that gets its name when it is whole, or a device or pipe.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{RunArgs, is_stdout};
use crate::commands::headless::Interrupts;
use crate::commands::pour::pour;
use crate::commands::print::{self, Shown};
use crate::commands::unmade::unmade;
use crate::domain::export::{Format, Manner, WriteError, side_file};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::Rows;
use crate::io::storage::partial::{Partial, are_in_each_others_way};

/// How long a stopped run waits for whoever takes its rows.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where the rows go.
pub(super) enum Sink<W> {
    Stdout(W),
    Terminal(Shown<W>),
    File(Partial),
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Terminal(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Terminal(out) => out.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

/// Where rows and columns go, before any statement is sent.
pub(super) struct Places<W> {
    sink: Sink<W>,
    columns: Option<Partial>,
    /// Where the rows lie until they are whole, where they go to a file.
    rows_at: Option<PathBuf>,
    /// The same of the columns.
    columns_at: Option<PathBuf>,
}

impl<W: Write> Places<W> {
    /// Makes the files that are asked for; without one for the rows they go to `stdout`.
    ///
    /// # Errors
    /// Where one of them cannot be made, or one would spoil the other.
    pub(super) fn open(args: &RunArgs, stdout: Sink<W>) -> Result<Self, Problem> {
        if let (Some(rows), Some(columns)) = (&args.output, &args.columns)
            && are_in_each_others_way(rows, columns).is_ok_and(|they_are| they_are)
        {
            return Err(Problem::new(ProblemKind::Settings, "The rows and the columns cannot go to one file")
                .because(format!("-o {} and --columns {} are in each other's way", rows.display(), columns.display()))
                .hint("choose another file with --columns"));
        }
        if args.columns.as_deref().is_some_and(is_stdout) {
            return Err(Problem::new(ProblemKind::Settings, "The columns cannot go to stdout")
                .because("it is the place of the rows")
                .hint("choose a file with --columns"));
        }
        let made = |path: &Path| {
            let made = Partial::create(path).map_err(|error| unmade(path, &error))?;
            if made.is_terminal() {
                return Err(Problem::new(ProblemKind::Settings, format!("{} is a terminal", path.display()))
                    .because("bytes that a terminal obeys may be in the values")
                    .hint("leave -o away to see the rows, or choose a file"));
            }
            Ok(made)
        };
        let rows = args.output.as_deref().map(made).transpose()?;
        let columns = match args.columns.as_deref().map(made).transpose() {
            Ok(columns) => columns,
            Err(problem) => {
                if let Some(rows) = rows {
                    rows.discard();
                }
                return Err(problem);
            }
        };
        let place = |partial: &Partial| (!partial.is_stream()).then(|| partial.path().to_owned());
        let (rows_at, columns_at) = (rows.as_ref().and_then(place), columns.as_ref().and_then(place));
        Ok(Self { sink: rows.map_or(stdout, Sink::File), columns, rows_at, columns_at })
    }
}

/// What comes back from the thread that writes.
type Written<W> = Result<(Sink<W>, Option<Partial>, Results), WriteError>;

/// Whether any statement had a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Results {
    None,
    Some,
}

/// Rows that are being written on a thread of their own: a reader that stalls must not keep Ctrl-C from stopping the statement.
pub(super) struct Pouring<W> {
    written: oneshot::Receiver<Written<W>>,
    /// Set where rows were let fall.
    are_lost: Arc<AtomicBool>,
    rows_at: Option<PathBuf>,
    columns_at: Option<PathBuf>,
}

impl<W: Write + Send + 'static> Pouring<W> {
    /// Begins. Some time after `stop` rows are taken and let fall, so that the session ends whatever their reader does.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(super) fn start(
        rows: mpsc::Receiver<Rows>,
        manner: Manner,
        places: Places<W>,
        stop: CancellationToken,
    ) -> Result<Self, Problem> {
        let (hand, taken) = mpsc::channel(limits::BATCH_QUEUE);
        let (done, written) = oneshot::channel();
        let Places { sink, columns, rows_at, columns_at } = places;
        std::thread::Builder::new()
            .name("rows".into())
            .spawn(move || drop(done.send(pour_all(taken, manner, columns, sink))))
            .map_err(|error| Problem::new(ProblemKind::Local, "No thread can be started").because(error.to_string()))?;
        let are_lost = Arc::new(AtomicBool::new(false));
        tokio::spawn(hand_over(rows, hand, stop, Arc::clone(&are_lost)));
        Ok(Self { written, are_lost, rows_at, columns_at })
    }

    /// Waits until all is written; once it is stopped, for some time only.
    pub(super) async fn wait(mut self, stop: &mut Interrupts) -> Poured<W> {
        let written = if stop.came() {
            tokio::time::timeout(PATIENCE, &mut self.written).await.ok()
        } else {
            select! {
                written = &mut self.written => Some(written),
                () = stop.next() => tokio::time::timeout(PATIENCE, &mut self.written).await.ok(),
            }
        };
        let written = match written {
            Some(_) if self.are_lost.load(Ordering::SeqCst) => None,
            other => other,
        };
        Poured { written, rows_at: self.rows_at, columns_at: self.columns_at }
    }
}

async fn hand_over(
    mut rows: mpsc::Receiver<Rows>,
    hand: mpsc::Sender<Rows>,
    stop: CancellationToken,
    are_lost: Arc<AtomicBool>,
) {
    let out_of_patience = || async {
        stop.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    while let Some(piece) = rows.recv().await {
        select! {
            biased;
            sent = hand.send(piece) => if sent.is_err() {
                // Nobody writes any more: dropping the receiving end stops the statement.
                return;
            },
            () = out_of_patience() => {
                are_lost.store(true, Ordering::SeqCst);
                break;
            }
        }
    }
    drop(hand);
    while rows.recv().await.is_some() {}
}

/// Writes result after result until the session is gone. On an error the receiving end is dropped, which stops the statement.
fn pour_all<W: Write>(
    mut rows: mpsc::Receiver<Rows>,
    manner: Manner,
    mut side: Option<Partial>,
    mut sink: Sink<W>,
) -> Written<W> {
    let mut results = Results::None;
    loop {
        let columns = match rows.blocking_recv() {
            None => return Ok((sink, side, results)),
            Some(Rows::Open { columns, .. }) if !columns.is_empty() => columns,
            Some(_) => continue,
        };
        if results == Results::Some {
            sink.write_all(manner.format.between_results())?;
        }
        if let Some(side) = side.as_mut().filter(|_| results == Results::None) {
            side.write_all(side_file(&columns).as_bytes()).map_err(|error| columns_unwritten(&error))?;
        }
        results = Results::Some;
        (sink, _) = pour(&mut rows, &columns, manner, sink, |_, _| Ok(()))?;
    }
}

/// What became of the rows.
pub(super) struct Poured<W> {
    /// `None` where their reader did not take all of them in time after a stop.
    written: Option<Result<Written<W>, oneshot::error::RecvError>>,
    rows_at: Option<PathBuf>,
    columns_at: Option<PathBuf>,
}

impl<W: Write> Poured<W> {
    /// Gives the files their names where all is well, and says what is not.
    pub(super) fn finish(
        self,
        (args, format): (&RunArgs, Format),
        code: u8,
        failed: Option<Problem>,
        err: &mut dyn Write,
    ) -> Result<u8, Problem> {
        let left = self.rows_at;
        let Some(written) = self.written else {
            forget(self.columns_at.as_deref());
            let problem = Problem::new(ProblemKind::Interrupted, "Interrupted before all rows were written");
            let problem = problem.because("whoever takes them did not take them in time");
            return Err(match &left {
                Some(left) => problem.hint(format!("what came is in {}, which is not whole", left.display())),
                None => problem,
            });
        };
        let (sink, columns, results) = match written {
            Ok(Ok(written)) => written,
            Ok(Err(error)) => {
                // What the columns are is worth nothing without the rows.
                forget(self.columns_at.as_deref());
                return broken(args, left.as_deref(), error, code, failed);
            }
            Err(_) => {
                let gone = || Problem::new(ProblemKind::Local, "The rows cannot be written");
                return Err(failed.unwrap_or_else(|| gone().because("the writing thread is gone")));
            }
        };
        let is_whole = failed.is_none() && code == 0;
        match sink {
            Sink::File(file) if results == Results::None => {
                // What lies under its name is better than nothing.
                file.discard();
                if is_whole {
                    if let Some(columns) = columns {
                        columns.discard();
                    }
                    return Err(Problem::new(ProblemKind::Settings, format!("There is nothing to write as {format}"))
                        .because("no statement has a result")
                        .hint("leave -o away, or write the result of a SELECT"));
                }
            }
            Sink::File(file) if is_whole => {
                if let Err(error) = file.keep() {
                    forget(self.columns_at.as_deref());
                    return Err(unwritten(args, left.as_deref(), &error));
                }
            }
            Sink::File(file) if !file.is_stream() => {
                print::text(err, &format!("rrx: what came is in {}\n", file.path().display()))?;
            }
            Sink::File(_) | Sink::Stdout(_) | Sink::Terminal(_) => {}
        }
        let has_rows = results == Results::Some && (is_whole || left.is_none());
        match columns {
            Some(columns) if has_rows => columns.keep().map_err(|error| columns_unwritten(&error))?,
            Some(columns) => columns.discard(),
            None => {}
        }
        failed.map_or(Ok(code), Err)
    }
}

/// What is said where the rows could not be written.
fn broken(
    args: &RunArgs,
    left: Option<&Path>,
    error: WriteError,
    code: u8,
    failed: Option<Problem>,
) -> Result<u8, Problem> {
    match error {
        // `rrx run … | head`: the reader has what it wanted.
        WriteError::Output(error) if error.kind() == ErrorKind::BrokenPipe && left.is_none() => {
            failed.map_or(Ok(0), Err)
        }
        _ if failed.is_none() && code == ProblemKind::Interrupted.exit_code() => Ok(code),
        WriteError::Output(error) => Err(unwritten(args, left, &error)),
        WriteError::Form(problem) => {
            // Without its end such a file cannot be read.
            forget(left);
            Err(*problem)
        }
    }
}

fn forget(partial: Option<&Path>) {
    if let Some(path) = partial {
        // One that is gone already is gone.
        let _ = std::fs::remove_file(path);
    }
}

fn columns_unwritten(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, "The columns cannot be written")
        .because(error.to_string())
        .hint("make room there or choose another file with --columns, and run it again")
}

fn unwritten(args: &RunArgs, left: Option<&Path>, error: &std::io::Error) -> Problem {
    let Some(path) = &args.output else {
        return Problem::new(ProblemKind::Local, "The rows cannot be written").because(error.to_string());
    };
    let problem = Problem::new(ProblemKind::Local, format!("The rows cannot be written to {}", path.display()));
    let what_next = "make room there or choose another file with -o, and run it again";
    problem.because(error.to_string()).hint(match left {
        Some(left) => format!("what came before is in {}, which is not whole; {what_next}", left.display()),
        None => what_next.to_owned(),
    })
}
