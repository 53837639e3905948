//! The warnings of a running statement. SQL functions add them, the session shows them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Warnings that are kept for a statement (`max_error_count`). More are only counted.
const MAX_KEPT: usize = 64;
/// Bytes of a value that a message quotes. A longer value ends with dots.
const MAX_QUOTED: usize = 128;

/// A line of SHOW WARNINGS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `Error`, `Warning`, `Note`.
    pub level: &'static str,
    pub code: u16,
    pub message: String,
}

impl Warning {
    /// Returns whether it is the error that ended the statement.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == "Error"
    }

    fn new(level: &'static str, code: u16, message: String) -> Self {
        Self { level, code, message }
    }
}

/// Whether a division by zero is a warning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DivisionByZero {
    #[default]
    Silent,
    /// `sql_mode` contains `ERROR_FOR_DIVISION_BY_ZERO`.
    Warns,
}

/// The warnings of the last statement of a connection. The SQL functions and the session share them.
#[derive(Debug, Clone, Default)]
pub struct Warnings(Arc<Mutex<WarningState>>);

#[derive(Debug, Default)]
struct WarningState {
    count: usize,
    first: Vec<Warning>,
    division_by_zero: DivisionByZero,
    /// Rows that `GROUP_CONCAT` has read.
    concat_rows: usize,
}

impl Warnings {
    fn lock(&self) -> MutexGuard<'_, WarningState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clears the warnings for a new statement.
    pub fn begin(&self, division_by_zero: DivisionByZero) {
        *self.lock() = WarningState { division_by_zero, ..WarningState::default() };
    }

    pub fn add(&self, warning: Warning) {
        let mut state = self.lock();
        state.count += 1;
        if state.first.len() < MAX_KEPT {
            state.first.push(warning);
        }
    }

    /// Returns the number of warnings.
    pub fn count(&self) -> usize {
        self.lock().count
    }

    /// Returns how many of them are errors.
    pub fn errors(&self) -> usize {
        self.lock().first.iter().filter(|warning| warning.is_error()).count()
    }

    /// Returns the warnings that are kept.
    pub fn first(&self) -> Vec<Warning> {
        self.lock().first.clone()
    }

    /// Adds the warning of a division by zero, whose result is NULL.
    pub(super) fn divided_by_zero(&self) {
        if self.lock().division_by_zero == DivisionByZero::Warns {
            self.add(Warning::new("Warning", 1365, "Division by 0".to_owned()));
        }
    }

    /// Adds the warning for a text that is not entirely a number of type `target`. `end` is where the number ends.
    pub(super) fn incomplete_number(&self, text: &str, end: usize, target: &str) {
        let rest = text.get(end..).unwrap_or_default();
        let has_number = text.get(..end).is_some_and(|read| read.bytes().any(|byte| byte.is_ascii_digit()));
        if has_number && rest.is_empty() {
            return;
        }
        // Trailing spaces are only a note.
        let level = if has_number && rest.bytes().all(|byte| byte == b' ') { "Note" } else { "Warning" };
        self.truncated(level, text, target);
    }

    fn truncated(&self, level: &'static str, text: &str, target: &str) {
        self.add(Warning::new(level, 1292, format!("Truncated incorrect {target} value: '{}'", quoted_value(text))));
    }

    /// Adds the warning for a text that is not a date or time. The result is NULL.
    pub(super) fn invalid_date_time(&self, text: &str, target: &str) {
        self.add(Warning::new("Warning", 1292, format!("Incorrect {target} value: '{}'", quoted_value(text))));
    }

    /// Adds the warning for a text that was truncated to the length of its type.
    pub(super) fn truncated_to_length(&self, text: &str, target: &str) {
        self.truncated("Warning", text, target);
    }

    /// Counts the rows that `GROUP_CONCAT` reads. As on the server, the count continues from group to group.
    pub(super) fn next_concat_row(&self) -> usize {
        let mut state = self.lock();
        state.concat_rows += 1;
        state.concat_rows
    }

    /// Adds the warning that the text of a group was truncated at a row.
    pub(super) fn group_concat_cut(&self, row: usize) {
        self.add(Warning::new("Warning", 1260, format!("Row {row} was cut by GROUP_CONCAT()")));
    }
}

fn quoted_value(text: &str) -> String {
    if text.len() <= MAX_QUOTED {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MAX_QUOTED - "...".len());
    format!("{}...", text.get(..end).unwrap_or_default())
}
