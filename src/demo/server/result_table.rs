//! A small result that the server creates itself, for SHOW, DESCRIBE and EXPLAIN.

use rusqlite::types::Value;

use crate::domain::results::flag;
use crate::domain::results::{Column, ColumnOrigin, WireType};

/// The collation id of `utf8mb4_general_ci`.
const TEXT: u16 = 45;
/// The collation id `binary`, for bytes and numbers.
const BINARY: u16 = 63;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ResultTable {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Value>>,
}

impl ResultTable {
    /// Creates a table without rows.
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }
}

fn new_column(name: &str, wire: WireType, flags: u16, length: u32, charset: u16) -> Column {
    let origin = ColumnOrigin::default();
    Column { name: name.into(), table: String::new(), origin, wire, flags, length, decimals: 0, charset }
}

/// Text of at most `characters` characters.
pub(super) fn text_column(name: &str, characters: u32) -> Column {
    Column { decimals: 39, ..new_column(name, WireType::VarString, flag::NOT_NULL, characters * 4, TEXT) }
}

pub(super) fn nullable_text_column(name: &str, characters: u32) -> Column {
    Column { flags: 0, ..text_column(name, characters) }
}

/// Text of any length, or NULL.
pub(super) fn long_text_column(name: &str) -> Column {
    new_column(name, WireType::Blob, flag::BLOB, 589_815, TEXT)
}

/// An integer of at most `digits` digits.
pub(super) fn number_column(name: &str, digits: u32) -> Column {
    new_column(name, WireType::LongLong, flag::NOT_NULL | flag::BINARY | flag::NUM, digits, BINARY)
}

pub(super) fn nullable_number_column(name: &str, digits: u32) -> Column {
    Column { flags: flag::BINARY | flag::NUM, ..number_column(name, digits) }
}

/// A DATETIME, or NULL.
pub(super) fn datetime_column(name: &str) -> Column {
    new_column(name, WireType::DateTime, flag::BINARY, 19, BINARY)
}

/// A DOUBLE with three digits after the point.
pub(super) fn progress_column(name: &str) -> Column {
    Column { decimals: 3, ..new_column(name, WireType::Double, flag::NOT_NULL | flag::BINARY | flag::NUM, 7, BINARY) }
}
