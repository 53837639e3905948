//! A small result that the server makes itself: SHOW, DESCRIBE, EXPLAIN.

use rusqlite::types::Value;

use crate::domain::results::flag;
use crate::domain::results::{Column, ColumnOrigin, WireType};

/// The collation number of `utf8mb4_general_ci`.
const CHARSET: u16 = 45;
/// The collation number of bytes and numbers.
const BINARY: u16 = 63;

/// Columns and rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }
}

fn column(name: &str, wire: WireType, flags: u16, length: u32, charset: u16) -> Column {
    let origin = ColumnOrigin::default();
    Column { name: name.into(), table: String::new(), origin, wire, flags, length, decimals: 0, charset }
}

/// Text of at most so many characters.
pub(super) fn text(name: &str, characters: u32) -> Column {
    Column { decimals: 39, ..column(name, WireType::VarString, flag::NOT_NULL, characters * 4, CHARSET) }
}

/// The same, or NULL.
pub(super) fn text_or_null(name: &str, characters: u32) -> Column {
    Column { flags: 0, ..text(name, characters) }
}

/// Text of any length.
pub(super) fn long_text(name: &str) -> Column {
    column(name, WireType::Blob, flag::BLOB, 589_815, CHARSET)
}

/// A whole number of so many digits.
pub(super) fn number(name: &str, digits: u32) -> Column {
    column(name, WireType::LongLong, flag::NOT_NULL | flag::BINARY | flag::NUM, digits, BINARY)
}

/// The same, or NULL.
pub(super) fn number_or_null(name: &str, digits: u32) -> Column {
    Column { flags: flag::BINARY | flag::NUM, ..number(name, digits) }
}

/// A moment, or NULL.
pub(super) fn moment(name: &str) -> Column {
    column(name, WireType::DateTime, flag::BINARY, 19, BINARY)
}

/// A DOUBLE with three digits.
pub(super) fn progress(name: &str) -> Column {
    Column { decimals: 3, ..column(name, WireType::Double, flag::NOT_NULL | flag::BINARY | flag::NUM, 7, BINARY) }
}
