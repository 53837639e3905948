//! The error for an output file that cannot be created.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::domain::problem::{Problem, ProblemKind};

/// Returns the problem, with a hint that fits the error.
#[must_use]
pub fn open_error(path: &Path, error: &Error) -> Problem {
    let hint = match error.kind() {
        ErrorKind::IsADirectory => "add a file name to the path",
        ErrorKind::NotFound => "create the directory first, or choose an existing one",
        ErrorKind::ResourceBusy => "wait until the other rrx has ended, or choose another name",
        ErrorKind::AlreadyExists => "remove it, or choose another name",
        ErrorKind::NotConnected => "start the program that reads the pipe first",
        ErrorKind::InvalidFilename => "choose a shorter name",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space there, or choose another disk",
        _ => "choose a directory that you can write to",
    };
    Problem::new(ProblemKind::Local, format!("The file {} cannot be created", path.display()))
        .because(error.to_string())
        .hint(hint)
}
