//! Why rows could not be written: the place that they go to, or the form that has no place for them.

use std::io;

use crate::domain::problem::Problem;

/// Why a result is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] io::Error),
    /// The form cannot hold a value, or so much, or this build does not have it.
    #[error("{0}")]
    Form(Box<Problem>),
}

impl From<Problem> for WriteError {
    fn from(problem: Problem) -> Self {
        Self::Form(Box::new(problem))
    }
}
