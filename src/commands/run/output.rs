//! The destinations of the output of `rrx run`: stdout, a file that gets its name when it is complete, or a device or pipe.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tokio::sync::oneshot;

use super::RunArgs;
use super::arguments::is_stdout;
use crate::commands::common::print::{self, SafeWriter};
use crate::domain::export::{ExportFormat, WriteError};
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::export::checksum::ChecksumWriter;
use crate::io::export::open_error::open_error;
use crate::io::export::partial_file::{PartialFile, would_collide};

/// Where the rows go.
pub(super) enum RowSink<W> {
    Stdout(W),
    Terminal(SafeWriter<W>),
    File(Box<ChecksumWriter<PartialFile>>),
}

impl<W: Write> Write for RowSink<W> {
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

/// The outputs for rows and columns, opened before any statement is sent.
pub(super) struct Outputs<W> {
    pub(super) sink: RowSink<W>,
    pub(super) columns: Option<PartialFile>,
    /// The partial file of the rows; `None` for stdout and streams.
    pub(super) rows_path: Option<PathBuf>,
    /// The partial file of the columns; `None` for streams.
    pub(super) columns_path: Option<PathBuf>,
}

impl<W: Write> Outputs<W> {
    /// Creates the requested files. Without a file, the rows go to `stdout`.
    ///
    /// # Errors
    /// Returns a problem if a file cannot be created, or if the files would overwrite each other.
    pub(super) fn open(args: &RunArgs, stdout: RowSink<W>) -> Result<Self, Problem> {
        if let (Some(rows), Some(columns)) = (&args.output, &args.columns)
            && would_collide(rows, columns).is_ok_and(|collide| collide)
        {
            return Err(Problem::new(ProblemKind::Settings, "The rows and the columns cannot go to the same file")
                .because(format!(
                    "-o {} and --columns {} would overwrite each other",
                    rows.display(),
                    columns.display()
                ))
                .hint("choose another file with --columns"));
        }
        if args.columns.as_deref().is_some_and(is_stdout) {
            return Err(Problem::new(ProblemKind::Settings, "The columns cannot go to stdout")
                .because("stdout is for the rows")
                .hint("choose a file with --columns"));
        }
        let create = |path: &Path| {
            let file = PartialFile::create(path).map_err(|error| open_error(path, &error))?;
            if file.is_terminal() {
                return Err(Problem::new(ProblemKind::Settings, format!("{} is a terminal", path.display()))
                    .because("values can contain control characters, which a terminal executes")
                    .hint("omit -o to see the rows, or choose a file"));
            }
            Ok(file)
        };
        let rows = args.output.as_deref().map(create).transpose()?;
        let columns = match args.columns.as_deref().map(create).transpose() {
            Ok(columns) => columns,
            Err(problem) => {
                if let Some(rows) = rows {
                    rows.discard();
                }
                return Err(problem);
            }
        };
        let path = |file: &PartialFile| (!file.is_stream()).then(|| file.path().to_owned());
        let (rows_path, columns_path) = (rows.as_ref().and_then(path), columns.as_ref().and_then(path));
        let sink = rows.map_or(stdout, |file| RowSink::File(Box::new(ChecksumWriter::new(file))));
        Ok(Self { sink, columns, rows_path, columns_path })
    }
}

/// What the writing thread returns.
pub(super) type Written<W> = Result<(RowSink<W>, Option<PartialFile>, ResultCount), WriteError>;

/// Whether any statement had a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResultCount {
    None,
    Some,
}

/// The outcome of the writing.
pub(super) struct RunOutcome<W> {
    pub(super) format: ExportFormat,
    /// `None` if the reader did not take all rows in time after an interrupt.
    pub(super) written: Option<Result<Written<W>, oneshot::error::RecvError>>,
    pub(super) rows_path: Option<PathBuf>,
    pub(super) columns_path: Option<PathBuf>,
}

/// How the statements of a run ended.
pub(super) struct RunEnd {
    pub(super) code: u8,
    pub(super) failed: Option<Problem>,
}

/// A file that the run leaves, complete or not.
pub(super) struct WrittenFile {
    /// The absolute path.
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// In hexadecimal.
    pub(super) sha256: String,
}

impl WrittenFile {
    fn new(path: &Path, bytes: u64, sha256: String) -> Self {
        Self { path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()), bytes, sha256 }
    }
}

impl<W: Write> RunOutcome<W> {
    /// Gives the files their names if everything succeeded. Returns the exit code or the problem of the run, and the file with
    /// rows that is there now.
    pub(super) fn finish(
        self,
        args: &RunArgs,
        end: RunEnd,
        err: &mut dyn Write,
    ) -> (Result<u8, Problem>, Option<WrittenFile>) {
        let mut left = None;
        let ended = self.finish_files(args, end, &mut left, err);
        (ended, left)
    }

    fn finish_files(
        self,
        args: &RunArgs,
        end: RunEnd,
        left: &mut Option<WrittenFile>,
        err: &mut dyn Write,
    ) -> Result<u8, Problem> {
        let RunEnd { code, failed } = end;
        let (partial, format) = (self.rows_path, self.format);
        let Some(written) = self.written else {
            delete(self.columns_path.as_deref());
            let problem = Problem::new(ProblemKind::Interrupted, "Interrupted before all rows were written")
                .because("the program that reads the output did not take them in time");
            return Err(match &partial {
                Some(path) => problem.hint(format!("the incomplete result is in {}", path.display())),
                None => problem,
            });
        };
        let (sink, columns, results) = match written {
            Ok(Ok(written)) => written,
            Ok(Err(error)) => {
                // A description of columns is useless without the rows.
                delete(self.columns_path.as_deref());
                return write_failed(args, partial.as_deref(), error, RunEnd { code, failed });
            }
            Err(_) => {
                return Err(failed.unwrap_or_else(|| {
                    Problem::new(ProblemKind::Local, "The rows cannot be written")
                        .because("the writing thread ended unexpectedly")
                }));
            }
        };
        let is_complete = failed.is_none() && code == 0;
        if let RowSink::File(file) = sink {
            let bytes = file.bytes();
            let (file, sha256) = file.into_parts();
            if results == ResultCount::None {
                // Keep the existing file.
                file.discard();
                if is_complete {
                    if let Some(columns) = columns {
                        columns.discard();
                    }
                    return Err(Problem::new(
                        ProblemKind::Settings,
                        format!("There is no result to write in the format {format}"),
                    )
                    .because("none of the statements has a result")
                    .hint("omit -o, or run a SELECT"));
                }
            } else if is_complete {
                let target = file.target().to_owned();
                if let Err(error) = file.keep() {
                    delete(self.columns_path.as_deref());
                    return Err(rows_problem(args, partial.as_deref(), &error));
                }
                *left = Some(WrittenFile::new(&target, bytes, sha256));
            } else {
                *left = Some(WrittenFile::new(file.path(), bytes, sha256));
                if !file.is_stream() {
                    print::text(err, &format!("rrx: the incomplete result is in {}\n", file.path().display()))?;
                }
            }
        }
        let has_rows = results == ResultCount::Some && (is_complete || partial.is_none());
        match columns {
            Some(columns) if has_rows => columns.keep().map_err(|error| columns_problem(&error))?,
            Some(columns) => columns.discard(),
            None => {}
        }
        failed.map_or(Ok(code), Err)
    }
}

/// Returns the exit code or the problem if the rows could not be written.
fn write_failed(args: &RunArgs, partial: Option<&Path>, error: WriteError, end: RunEnd) -> Result<u8, Problem> {
    let RunEnd { code, failed } = end;
    match error {
        // `rrx run … | head`: the reader has enough rows.
        WriteError::Output(error) if error.kind() == ErrorKind::BrokenPipe && partial.is_none() => {
            failed.map_or(Ok(0), Err)
        }
        _ if failed.is_none() && code == ProblemKind::Interrupted.exit_code() => Ok(code),
        WriteError::Output(error) => Err(rows_problem(args, partial, &error)),
        WriteError::Unsupported(problem) => {
            // A file in such a format cannot be read without its end.
            delete(partial);
            Err(*problem)
        }
    }
}

fn delete(path: Option<&Path>) {
    if let Some(path) = path {
        // It may be deleted already.
        let _ = std::fs::remove_file(path);
    }
}

pub(super) fn columns_problem(error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, "The columns cannot be written")
        .because(error.to_string())
        .hint("free some space there or choose another file with --columns, and run the command again")
}

fn rows_problem(args: &RunArgs, partial: Option<&Path>, error: &std::io::Error) -> Problem {
    let Some(path) = &args.output else {
        return Problem::new(ProblemKind::Local, "The rows cannot be written").because(error.to_string());
    };
    let problem = Problem::new(ProblemKind::Local, format!("The rows cannot be written to {}", path.display()));
    let hint = "free some space there or choose another file with -o, and run the command again";
    problem.because(error.to_string()).hint(match partial {
        Some(partial) => format!("the incomplete result is in {}; {hint}", partial.display()),
        None => hint.to_owned(),
    })
}
