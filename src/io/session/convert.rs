//! Converts the driver's columns and rows to the domain's types. It changes no byte of a value.

use std::sync::Arc;

use mysql_async::{Row, Value};

use crate::domain::results::{BitColumn, Cell, Column, ColumnOrigin, WireType};
use crate::domain::sql::Dialect;
use crate::domain::sql::names::{OriginTable, names, origin_table};
use crate::domain::sql::select_item::aliased_expression;

/// Converts the column definitions of a result of this statement. The origin of a column is kept only if the statement names its
/// table.
pub(super) fn columns(definitions: &[mysql_async::Column], text: &str, dialect: Dialect) -> Arc<[Column]> {
    let names = names(text, dialect);
    let confirmed = |definition| {
        let mut column = column(definition);
        if !column.origin.table.is_empty() {
            column.origin = match origin_table(&names, &column.origin.table, &column.table) {
                Some(OriginTable { schema, table }) => {
                    ColumnOrigin { schema: schema.unwrap_or(column.origin.schema), table, ..column.origin }
                }
                None => ColumnOrigin::default(),
            };
        }
        column
    };
    definitions.iter().map(confirmed).collect()
}

/// Returns the columns of type BIT of a result of this statement, as the server describes them.
pub(super) fn bits(definitions: &[mysql_async::Column], text: &str, dialect: Dialect) -> Vec<(usize, BitColumn)> {
    let is_bit = |definition: &mysql_async::Column| definition.column_type() as u8 == WireType::Bit as u8;
    let columns = definitions.iter().enumerate().filter(|(_, definition)| is_bit(definition));
    let read = |(at, definition)| {
        let column = column(definition);
        let expression = aliased_expression(text, dialect, &column.name);
        Some((at, BitColumn::of(&column, expression)?))
    };
    columns.filter_map(read).collect()
}

/// Converts a column definition. An unknown type byte is read as text.
fn column(definition: &mysql_async::Column) -> Column {
    Column {
        name: definition.name_str().into_owned(),
        table: definition.table_str().into_owned(),
        origin: ColumnOrigin {
            schema: definition.schema_str().into_owned(),
            table: definition.org_table_str().into_owned(),
            column: definition.org_name_str().into_owned(),
        },
        wire: WireType::from_byte(definition.column_type() as u8).unwrap_or(WireType::VarString),
        flags: definition.flags().bits(),
        length: definition.column_length(),
        decimals: definition.decimals(),
        charset: definition.character_set(),
    }
}

/// Returns the cells of a row of the text protocol. They are borrowed, so that only the chunk copies them.
pub(super) fn cells(row: &Row, columns: usize) -> impl Iterator<Item = Cell<'_>> {
    (0..columns).map(|column| match row.as_ref(column) {
        Some(Value::Bytes(bytes)) => Cell::Bytes(bytes),
        // The text protocol has only bytes and NULL; other values belong to the binary protocol, which no result uses.
        _ => Cell::Null,
    })
}

/// Returns one value of an answer to an internal query as text. Bytes that are not UTF-8 are replaced.
pub(super) fn text(row: &Row, column: usize) -> Option<String> {
    match row.as_ref(column) {
        Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// Returns one value of an answer to an internal query as a number that may be negative.
pub(super) fn signed(row: &Row, column: usize) -> Option<i64> {
    text(row, column)?.parse().ok()
}

/// Returns one value of an answer to an internal query as a number.
pub(super) fn number(row: &Row, column: usize) -> Option<u64> {
    text(row, column)?.parse().ok()
}

/// Returns the names of schemas in alphabetical order: MySQL 8 returns them in the order in which they were created.
pub(super) fn sorted_names(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_in_alphabetical_order() {
        let created = ["mysql", "information_schema", "performance_schema", "sys", "zoo", "clinic"];
        let names = sorted_names(created.into_iter().map(str::to_owned));
        assert_eq!(names, ["clinic", "information_schema", "mysql", "performance_schema", "sys", "zoo"]);
    }
}
