//! From the driver's words to the domain's: columns, cells, texts of our own statements. Changes no byte of a value.

use mysql_async::{Row, Value};

use crate::domain::results::{Cell, Column, ColumnOrigin, WireType};

/// A column definition as the domain sees it. A type byte that no server of today sends is read as text.
pub(super) fn column(of: &mysql_async::Column) -> Column {
    Column {
        name: of.name_str().into_owned(),
        table: of.table_str().into_owned(),
        origin: ColumnOrigin {
            schema: of.schema_str().into_owned(),
            table: of.org_table_str().into_owned(),
            column: of.org_name_str().into_owned(),
        },
        wire: WireType::from_byte(of.column_type() as u8).unwrap_or(WireType::VarString),
        flags: of.flags().bits(),
        length: of.column_length(),
        decimals: of.decimals(),
        charset: of.character_set(),
    }
}

/// The cells of a row of the text protocol, borrowed from it: the chunk's heap is the only place they are copied to.
pub(super) fn cells(row: &Row, columns: usize) -> impl Iterator<Item = Cell<'_>> {
    (0..columns).map(|column| match row.as_ref(column) {
        Some(Value::Bytes(bytes)) => Cell::Bytes(bytes),
        // The text protocol has only these two; a typed value would mean that a prepared statement came this way.
        _ => Cell::Null,
    })
}

/// One value of an answer to a statement of ours, as text. Bytes that are not UTF-8 are replaced, for names only.
pub(super) fn text(row: &Row, column: usize) -> Option<String> {
    match row.as_ref(column) {
        Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// The same for a number that may be negative.
pub(super) fn signed(row: &Row, column: usize) -> Option<i64> {
    text(row, column)?.parse().ok()
}

/// The same for a number.
pub(super) fn number(row: &Row, column: usize) -> Option<u64> {
    text(row, column)?.parse().ok()
}
