//! What is said of a file for rows that cannot be made.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::domain::problem::{Problem, ProblemKind};

/// The problem, with what to do about it.
#[must_use]
pub(super) fn unmade(path: &Path, error: &Error) -> Problem {
    let hint = match error.kind() {
        ErrorKind::IsADirectory => "add the name that the file is to have",
        ErrorKind::NotFound => "make the folder first, or choose one that is there",
        ErrorKind::ResourceBusy => "wait until it has ended, or choose another name",
        ErrorKind::AlreadyExists => "take it away, or choose another name",
        ErrorKind::NotConnected => "start its reader first",
        ErrorKind::InvalidFilename => "choose a shorter name",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room there, or choose another disk",
        _ => "choose a folder that you may write to",
    };
    Problem::new(ProblemKind::Local, format!("The file {} cannot be made", path.display()))
        .because(error.to_string())
        .hint(hint)
}
