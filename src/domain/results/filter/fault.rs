//! Why the text of a filter cannot be used.

use std::ops::Range;

/// A fault in the text of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterFault {
    /// The byte offset in the text.
    pub at: Range<usize>,
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

impl FilterFault {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { at, what: what.into(), hint: hint.into() }
    }
}
