//! Units of time in microseconds.

/// Microseconds of a second.
pub(in crate::demo::translate) const SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(in crate::demo::translate) const DAY: i64 = 86_400 * SECOND;
