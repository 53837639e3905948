//! The columns file of an export: JSON with the name, MySQL type, nullability and origin of each column.

use serde::Serialize;

use crate::domain::results::{Column, flag, type_text};

#[derive(Serialize)]
struct ColumnsFile<'a> {
    columns: Vec<ColumnDescription<'a>>,
}

#[derive(Serialize)]
struct ColumnDescription<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_text: String,
    nullable: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    schema: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    table: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    column: &'a str,
}

/// Returns the text of the columns file.
#[must_use]
pub fn columns_json(columns: &[Column]) -> String {
    let describe = |column| {
        let column: &Column = column;
        ColumnDescription {
            name: &column.name,
            type_text: type_text(column),
            nullable: column.flags & flag::NOT_NULL == 0,
            schema: &column.origin.schema,
            table: &column.origin.table,
            column: &column.origin.column,
        }
    };
    let file = ColumnsFile { columns: columns.iter().map(describe).collect() };
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}
