//! Builds the cells of rows that the server creates itself.

use rusqlite::types::Value;

/// A row of a table.
pub(in crate::demo::server) type Row = Vec<Value>;

pub(in crate::demo::server) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

pub(in crate::demo::server) fn optional_text(value: Option<impl Into<String>>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.into()))
}

pub(in crate::demo::server) fn number(number: i64) -> Value {
    Value::Integer(number)
}

pub(in crate::demo::server) fn optional_number(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Integer)
}

/// Returns a position counted from 1.
pub(in crate::demo::server) fn ordinal(index: usize) -> Value {
    Value::Integer(i64::try_from(index + 1).unwrap_or(i64::MAX))
}
