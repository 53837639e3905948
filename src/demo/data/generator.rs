//! Writes generated rows of one database: assigns ids, puts named fields in column order, and draws random numbers.

use std::collections::HashMap;

use super::random::Random;
use super::values::{DemoValue, GeneratedRows};
use crate::demo::schema::{Database, Table};

/// Writes the rows of one database to a sink.
pub(super) struct Generator<'a, 'b> {
    /// Draws the random numbers. Their order decides every value, so a draw must not move.
    pub(super) random: Random,
    database: &'a Database,
    last_ids: HashMap<&'static str, i64>,
    sink: &'a mut GeneratedRows<'b>,
}

impl<'a, 'b> Generator<'a, 'b> {
    pub(super) fn new(database: &'a Database, random: Random, sink: &'a mut GeneratedRows<'b>) -> Self {
        Self { random, database, last_ids: HashMap::new(), sink }
    }

    /// Returns the id that the table's next row will have.
    pub(super) fn next_id(&self, table: &'static str) -> i64 {
        self.last_ids.get(table).map_or(1, |last| last + 1)
    }

    /// Writes a row and returns its id. Fields that are not named become NULL, an `AUTO_INCREMENT` column gets the id.
    pub(super) fn add(
        &mut self,
        table: &'static str,
        fields: impl IntoIterator<Item = (&'static str, DemoValue)>,
    ) -> i64 {
        let Some(definition) = self.database.table(table) else {
            debug_assert!(false, "no table {table}");
            return 0;
        };
        let last = self.last_ids.entry(table).or_default();
        *last += 1;
        let id = *last;
        let values = in_column_order(definition, id, fields);
        (self.sink)(&self.database.name, table, &values);
        id
    }
}

fn in_column_order(
    table: &Table,
    id: i64,
    fields: impl IntoIterator<Item = (&'static str, DemoValue)>,
) -> Vec<DemoValue> {
    let mut values = vec![DemoValue::Null; table.columns.len()];
    if let (Some(first), Some(column)) = (values.first_mut(), table.columns.first())
        && column.is_auto_increment
    {
        *first = DemoValue::Integer(id);
    }
    for (name, value) in fields {
        let position = table.columns.iter().position(|column| column.name == name);
        debug_assert!(position.is_some(), "no column {name} in {}", table.name);
        if let Some(slot) = position.and_then(|position| values.get_mut(position)) {
            *slot = value;
        }
    }
    values
}
