//! What a running statement warns of: the functions inside SQLite tell it here, the session shows it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Lines that are kept of a statement (`max_error_count`); further ones are counted.
const KEPT: usize = 64;
/// Bytes of a value that a message quotes; of a longer one the end is dots.
const QUOTED: usize = 128;

/// A line of SHOW WARNINGS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `Error`, `Warning`, `Note`.
    pub level: &'static str,
    /// The number.
    pub code: u16,
    /// The words, as the server has them.
    pub message: String,
}

impl Warning {
    /// Whether it is the error that ended the statement.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == "Error"
    }

    fn new(level: &'static str, code: u16, message: String) -> Self {
        Self { level, code, message }
    }
}

/// The warnings of one connection's last statement: shared by its handle's functions and its session.
#[derive(Debug, Clone, Default)]
pub struct Warnings(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    count: usize,
    first: Vec<Warning>,
    tells_division: bool,
    joined_rows: usize,
}

impl Warnings {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A statement begins. A division by zero is told where `sql_mode` has `ERROR_FOR_DIVISION_BY_ZERO`.
    pub fn begin(&self, tells_division: bool) {
        *self.kept() = Kept { tells_division, ..Kept::default() };
    }

    /// One more.
    pub fn add(&self, warning: Warning) {
        let mut kept = self.kept();
        kept.count += 1;
        if kept.first.len() < KEPT {
            kept.first.push(warning);
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.kept().count
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.kept().first.iter().filter(|warning| warning.is_error()).count()
    }

    /// The first ones of them.
    pub fn first(&self) -> Vec<Warning> {
        self.kept().first.clone()
    }

    /// A number was divided by zero: the answer is NULL.
    pub(super) fn divided_by_zero(&self) {
        if self.kept().tells_division {
            self.add(Warning::new("Warning", 1365, "Division by 0".to_owned()));
        }
    }

    /// A text was read as a number of this type, so far as it is one. `digits` is where the number ended.
    pub(super) fn read_number(&self, text: &str, end: usize, target: &str) {
        let rest = text.get(end..).unwrap_or_default();
        let has_number = text.get(..end).is_some_and(|read| read.bytes().any(|byte| byte.is_ascii_digit()));
        if has_number && rest.is_empty() {
            return;
        }
        // Trailing blanks change nothing, so they are worth a note alone.
        let level = if has_number && rest.bytes().all(|byte| byte == b' ') { "Note" } else { "Warning" };
        self.truncated(level, text, target);
    }

    fn truncated(&self, level: &'static str, text: &str, target: &str) {
        self.add(Warning::new(level, 1292, format!("Truncated incorrect {target} value: '{}'", shown(text))));
    }

    /// A text was no date, time of a day, or moment: the answer is NULL.
    pub(super) fn not_temporal(&self, text: &str, target: &str) {
        self.add(Warning::new("Warning", 1292, format!("Incorrect {target} value: '{}'", shown(text))));
    }

    /// A text was cut to the length of its type.
    pub(super) fn cut(&self, text: &str, target: &str) {
        self.truncated("Warning", text, target);
    }

    /// The number of a row that `GROUP_CONCAT` takes: the server counts on from group to group.
    pub(super) fn joined_row(&self) -> usize {
        let mut kept = self.kept();
        kept.joined_rows += 1;
        kept.joined_rows
    }

    /// A group's text was cut in this row.
    pub(super) fn cut_group(&self, row: usize) {
        self.add(Warning::new("Warning", 1260, format!("Row {row} was cut by GROUP_CONCAT()")));
    }
}

fn shown(text: &str) -> String {
    if text.len() <= QUOTED {
        return text.to_owned();
    }
    let cut = text.floor_char_boundary(QUOTED - "...".len());
    format!("{}...", text.get(..cut).unwrap_or_default())
}
