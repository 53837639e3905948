//! Values that a typed format does not support. They end the export, because another value in its place
//! would be wrong without a message.

use super::{ExportFormat, WriteError};
use crate::domain::limits::SHEET_CELL;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::quantity::{counted, grouped};

/// Why a format does not support a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnsupportedValue {
    /// A date outside of the calendar, such as `2024-00-10`.
    InvalidDate(String),
    /// A value that its declared type does not allow.
    WrongType(String),
    NotUtf8,
    /// A text with more characters than a cell can have.
    TooLong(usize),
}

impl UnsupportedValue {
    /// Makes the error for the user, with row and column.
    pub(super) fn at(self, format: ExportFormat, row: u64, column: &str) -> WriteError {
        let as_text = "use CAST(… AS CHAR) in the statement to make it text, or export as csv, json or sql";
        let (why, hint) = match self {
            Self::InvalidDate(value) => (format!("{value} is not a date of the calendar"), as_text),
            Self::WrongType(value) => (format!("{value} does not match the type that the server reports"), as_text),
            Self::NotUtf8 => (
                "the text is not valid UTF-8".to_owned(),
                "use CAST(… AS BINARY) in the statement to make it binary, or export as csv, json or sql",
            ),
            Self::TooLong(length) => (
                format!(
                    "the value has {}, and a cell can have at most {}",
                    counted(length as u64, "character"),
                    grouped(SHEET_CELL as u64)
                ),
                "select a part of it, leave the column out, or export as parquet, csv or json",
            ),
        };
        Problem::new(ProblemKind::Local, format!("The rows cannot be written as {format}"))
            .because(format!("row {}, column {column:?}: {why}", grouped(row)))
            .hint(hint)
            .into()
    }
}

/// Returns the beginning of a value, escaped, for a message.
pub(super) fn excerpt(value: &[u8]) -> String {
    const MAX_BYTES: usize = 40;
    let head = value.get(..MAX_BYTES).unwrap_or(value);
    format!("{}{}", head.escape_ascii(), if head.len() < value.len() { "…" } else { "" })
}
