//! One value and one row of the demo, and the writer that puts named fields in the table's order. Knows no engine.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::demo::schema::{Database, SqlType, Table};

/// A value in the form in which SQLite keeps it (see [`crate::demo::schema`]).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// NULL.
    #[default]
    Null,
    /// A whole number, a year or bits.
    Integer(i64),
    /// A floating number.
    Real(f64),
    /// Text, a decimal, a date or a time.
    Text(Cow<'static, str>),
    /// Bytes.
    Bytes(Cow<'static, [u8]>),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Integer(i64::from(is))
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Shortens [`Value::from`] in lists of fields.
pub(super) fn v(value: impl Into<Value>) -> Value {
    value.into()
}

/// What takes the rows: database, table and the values in the table's order.
pub type Sink<'a> = dyn FnMut(&str, &str, &[Value]) + 'a;

/// Gives rows of one database to a sink and counts the ids.
pub(super) struct Writer<'a, 'b> {
    database: &'a Database,
    ids: HashMap<&'static str, i64>,
    sink: &'a mut Sink<'b>,
}

impl<'a, 'b> Writer<'a, 'b> {
    pub(super) fn new(database: &'a Database, sink: &'a mut Sink<'b>) -> Self {
        Self { database, ids: HashMap::new(), sink }
    }

    /// The id that the table's next row will have.
    pub(super) fn next_id(&self, table: &'static str) -> i64 {
        self.ids.get(table).map_or(1, |last| last + 1)
    }

    /// Writes a row and answers its id; fields not named are NULL. A table that counts gets the next id.
    pub(super) fn add(&mut self, table: &'static str, fields: impl IntoIterator<Item = (&'static str, Value)>) -> i64 {
        let Some(known) = self.database.table(table) else {
            debug_assert!(false, "no table {table}");
            return 0;
        };
        let last = self.ids.entry(table).or_default();
        *last += 1;
        let id = *last;
        let values = in_order(known, id, fields);
        (self.sink)(&self.database.name, table, &values);
        id
    }
}

fn in_order(table: &Table, id: i64, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Vec<Value> {
    let mut values = vec![Value::Null; table.columns.len()];
    if let (Some(first), Some(column)) = (values.first_mut(), table.columns.first())
        && column.is_auto_increment
    {
        *first = Value::Integer(id);
    }
    for (name, value) in fields {
        let place = table.columns.iter().position(|column| column.name == name);
        debug_assert!(place.is_some(), "no column {name} in {}", table.name);
        if let Some(slot) = place.and_then(|place| values.get_mut(place)) {
            *slot = value;
        }
    }
    values
}

/// Whether values of a type are text that is compared by the database's collation.
pub(super) fn is_collated(ty: &SqlType) -> bool {
    matches!(
        ty,
        SqlType::Char(_)
            | SqlType::VarChar(_)
            | SqlType::Text
            | SqlType::MediumText
            | SqlType::LongText
            | SqlType::Enum(_)
            | SqlType::Set(_)
    )
}
