//! Runs the async part of a command.

use std::time::Duration;

use tokio::runtime::Builder;

use crate::domain::problem::{Problem, ProblemKind};

/// How long a blocked thread may delay the end of the program.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(200);

/// Runs a task to its end. Abandons threads that still block then, for example on a name server that does not
/// answer.
///
/// # Errors
/// Returns the error of the task, or a problem if the runtime cannot start.
pub fn block_on<T>(work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    run(&mut Builder::new_multi_thread(), work)
}

/// Does the same as [`block_on`], with one worker thread.
///
/// # Errors
/// Returns the errors of [`block_on`].
pub fn block_on_one_thread<T>(work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    run(Builder::new_multi_thread().worker_threads(1), work)
}

fn run<T>(threads: &mut Builder, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let runtime = threads
        .enable_all()
        .build()
        .map_err(|error| Problem::new(ProblemKind::Local, "rrx cannot start its tasks").because(error.to_string()))?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    outcome
}
