//! Why rows could not be written: an I/O error, or a value or size that the format does not support.

use std::io;

use crate::domain::problem::Problem;

/// Why a result could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Output(#[from] io::Error),
    /// The format does not support a value or so many rows, or this build does not have the format.
    #[error("{0}")]
    Unsupported(Box<Problem>),
}

impl From<Problem> for WriteError {
    fn from(problem: Problem) -> Self {
        Self::Unsupported(Box::new(problem))
    }
}
