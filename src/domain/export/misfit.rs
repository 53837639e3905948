//! A value that a typed form has no place for. It ends the export: a file with another value in its place would be wrong
//! without a word.

use super::{Format, WriteError};
use crate::domain::limits::SHEET_CELL;
use crate::domain::problem::{Problem, ProblemKind};

/// Why a form cannot hold a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(all(feature = "parquet", feature = "xlsx")),
    expect(dead_code, reason = "some misfits belong to one of the two formats")
)]
pub(super) enum Misfit {
    /// A date that no calendar has, such as `2024-00-10`.
    NoDate(String),
    /// More or something else than the type that the server names holds.
    NotOfType(String),
    /// A text that is no UTF-8.
    NotText,
    /// More characters than a cell takes.
    TooLong(usize),
}

impl Misfit {
    /// What the user is told of it, and can do.
    pub(super) fn at(self, format: Format, row: u64, column: &str) -> WriteError {
        let as_text = "CAST(… AS CHAR) in the statement makes it a text; CSV, JSON and SQL hold it as it is";
        let (why, hint) = match self {
            Self::NoDate(value) => (format!("{value} is no day of the calendar"), as_text),
            Self::NotOfType(value) => (format!("{value} is not of the type that the server names"), as_text),
            Self::NotText => (
                "its bytes are no text in UTF-8".to_owned(),
                "CAST(… AS BINARY) in the statement makes it bytes; CSV, JSON and SQL hold it as it is",
            ),
            Self::TooLong(length) => (
                format!("{length} characters are more than the {SHEET_CELL} of a cell"),
                "select a part of it, or leave the column out; parquet, csv and json have no such limit",
            ),
        };
        Problem::new(ProblemKind::Local, format!("The rows cannot be written as {format}"))
            .because(format!("row {row}, column {column:?}: {why}"))
            .hint(hint)
            .into()
    }
}

/// A value for a message: a short text without what a terminal obeys.
#[cfg(feature = "parquet")]
pub(super) fn quoted(value: &[u8]) -> String {
    const MOST: usize = 40;
    let head = value.get(..MOST).unwrap_or(value);
    format!("{}{}", head.escape_ascii(), if head.len() < value.len() { "…" } else { "" })
}
