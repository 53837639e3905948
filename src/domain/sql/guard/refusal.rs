//! Why the guard refused a statement.

use std::ops::Range;

/// A refusal with its reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// What is refused, in one sentence.
    pub what: String,
    /// Byte range in the statement.
    pub at: Range<usize>,
    /// What to do instead.
    pub hint: String,
}

impl Refusal {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), at, hint: hint.into() }
    }
}
