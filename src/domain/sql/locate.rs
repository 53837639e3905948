//! Finds the statement at the cursor.

use std::ops::Range;

use super::Dialect;
pub use super::errors::error_offset;
use super::split::{StatementRange, statements};

/// Returns the byte range of the statement at a cursor, without its `;`: the statement that the cursor is in. On the rest of a
/// line after a `;` it is the statement before, on empty lines between statements the next one, and after the last one the
/// last.
#[must_use]
pub fn statement_at(text: &str, offset: usize, dialect: Dialect) -> Option<Range<usize>> {
    statement_among(text, &statements(text, dialect), offset)
}

/// Does the same as [`statement_at`] for a text that has been split already.
#[must_use]
pub fn statement_among(text: &str, found: &[StatementRange], offset: usize) -> Option<Range<usize>> {
    let at = found.partition_point(|statement| statement.span.start <= offset);
    let before = at.checked_sub(1).and_then(|at| found.get(at));
    let after = found.get(at);
    let is_on_later_line =
        before.is_none_or(|before| text.get(before.span.end..offset).is_some_and(|between| between.contains('\n')));
    let chosen = if is_on_later_line { after.or(before) } else { before };
    chosen.map(|statement| statement.span.clone())
}
