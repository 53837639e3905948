//! One value and one row of the demo's data. Independent of any database engine.

use std::borrow::Cow;

/// A value as SQLite stores it (see [`crate::demo::schema`]).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum DemoValue {
    #[default]
    Null,
    /// An integer, a year or bits.
    Integer(i64),
    Real(f64),
    /// Text, a decimal, a date or a time.
    Text(Cow<'static, str>),
    Bytes(Cow<'static, [u8]>),
}

impl From<&'static str> for DemoValue {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for DemoValue {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for DemoValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for DemoValue {
    fn from(is_true: bool) -> Self {
        Self::Integer(i64::from(is_true))
    }
}

impl From<Vec<u8>> for DemoValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl<T: Into<Self>> From<Option<T>> for DemoValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Converts to a [`DemoValue`]. The name is short because lists of fields are full of it.
pub(super) fn v(value: impl Into<DemoValue>) -> DemoValue {
    value.into()
}

/// Prints tenths with one digit after the point: 367 is `36.7`.
pub(super) fn tenths_text(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{}", number.abs() / 10, number.abs() % 10)
}

/// A callback that receives each row: database, table, and the values in the table's column order.
pub type GeneratedRows<'a> = dyn FnMut(&str, &str, &[DemoValue]) + 'a;
