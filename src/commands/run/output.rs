//! Where the rows of `rrx run` go: stdout, or a file that gets its name when it is whole.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tokio::sync::{mpsc, oneshot};

use super::RunArgs;
use crate::commands::pour::pour;
use crate::commands::print;
use crate::domain::export::{Format, Manner, WriteError, side_file};
use crate::domain::port::Rows;
use crate::domain::problem::{Kind, Problem};
use crate::io::storage::atomic;
use crate::io::storage::partial::Partial;

/// Where the rows go.
pub(super) enum Sink<W> {
    Stdout(W),
    File(Partial),
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

/// What became of the rows.
pub(super) type Poured<W> = Result<Written<W>, oneshot::error::RecvError>;

/// Where they went, and whether there were any.
type Written<W> = Result<(Sink<W>, Results), WriteError>;

/// Whether any statement had a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Results {
    None,
    Some,
}

/// Writes on a thread of its own: a reader that stalls must not keep Ctrl-C from stopping the statement.
pub(super) fn pour_on_a_thread<W: Write + Send + 'static>(
    rows: mpsc::Receiver<Rows>,
    manner: Manner,
    columns: Option<PathBuf>,
    sink: Sink<W>,
) -> Result<oneshot::Receiver<Written<W>>, Problem> {
    let (done, poured) = oneshot::channel();
    std::thread::Builder::new()
        .name("rows".into())
        .spawn(move || drop(done.send(pour_all(rows, manner, columns.as_deref(), sink))))
        .map_err(|error| Problem::new(Kind::Local, "No thread can be started").because(error.to_string()))?;
    Ok(poured)
}

/// Writes result after result until the session is gone. On an error the receiving end is dropped, which stops the statement.
fn pour_all<W: Write>(
    mut rows: mpsc::Receiver<Rows>,
    manner: Manner,
    mut side: Option<&Path>,
    mut sink: Sink<W>,
) -> Written<W> {
    let mut results = Results::None;
    loop {
        let columns = match rows.blocking_recv() {
            None => return Ok((sink, results)),
            Some(Rows::Open { columns, .. }) if !columns.is_empty() => columns,
            Some(_) => continue,
        };
        if results == Results::Some && manner.format.holds_one() {
            let what = format!("What is written as {} holds one result", manner.format);
            let problem = Problem::new(Kind::Settings, what).because("a second statement has one too");
            return Err(problem.hint("run them one by one, or choose tsv, jsonl, sql or markdown").into());
        }
        results = Results::Some;
        if let Some(path) = side.take() {
            atomic::replace(path, side_file(&columns).as_bytes()).map_err(|error| {
                let what = format!("The columns cannot be written to {}", path.display());
                let problem = Problem::new(Kind::Local, what).because(error.to_string());
                problem.hint("choose another file with --columns, and run it again; no rows were written")
            })?;
        }
        (sink, _) = pour(&mut rows, &columns, manner, sink, |_, _| Ok(()))?;
    }
}

/// Gives the file its name where all is well, and says what is not.
pub(super) fn finish<W: Write>(
    (args, format): (&RunArgs, Format),
    poured: Poured<W>,
    code: u8,
    failed: Option<Problem>,
    err: &mut dyn Write,
) -> Result<u8, Problem> {
    let unwritten = |error: &std::io::Error| {
        let Some(path) = &args.output else {
            return Problem::new(Kind::Local, "The rows cannot be written").because(error.to_string());
        };
        Problem::new(Kind::Local, format!("The rows cannot be written to {}", path.display()))
            .because(error.to_string())
            .hint(format!(
                "what came before is in {}.partial, which is not whole; make room there or choose another file with -o, and \
                 run it again",
                path.display()
            ))
    };
    match (poured, failed) {
        // `rrx run … | head`: the reader has what it wanted.
        (Ok(Err(WriteError::Output(error))), _) if error.kind() == ErrorKind::BrokenPipe && args.output.is_none() => {
            Ok(0)
        }
        (Ok(Err(_)), None) if code == Kind::Interrupted.exit_code() => Ok(code),
        (Ok(Err(WriteError::Output(error))), _) => Err(unwritten(&error)),
        (Ok(Err(WriteError::Form(problem))), _) => {
            // Without its end such a file cannot be read.
            args.output.iter().for_each(|path| Partial::forget(path));
            Err(*problem)
        }
        (_, Some(problem)) => Err(problem),
        (Err(_), None) => {
            Err(Problem::new(Kind::Local, "The rows cannot be written").because("the writing thread is gone"))
        }
        (Ok(Ok((Sink::File(file), Results::None))), None) if code == 0 && format.is_binary() => {
            file.discard();
            Err(Problem::new(Kind::Settings, format!("There is nothing to write as {format}"))
                .because("the statement has no result")
                .hint("leave -o away, or write the result of a SELECT"))
        }
        (Ok(Ok((Sink::File(file), _))), None) if code == 0 => {
            file.keep().map(|()| 0).map_err(|error| unwritten(&error))
        }
        (Ok(Ok((Sink::File(file), _))), None) => {
            print::text(err, &format!("rrx: what came is in {}\n", file.path().display()))?;
            Ok(code)
        }
        (Ok(Ok((Sink::Stdout(_), _))), None) => Ok(code),
    }
}
