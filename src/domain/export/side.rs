//! A side file: what the columns of an export are, as JSON: name, MySQL type, nullability, where they come from.

use serde::Serialize;

use crate::domain::results::{Column, flag, type_text};

#[derive(Serialize)]
struct Side<'a> {
    columns: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
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

/// The text of the side file of these columns.
#[must_use]
pub fn side_file(columns: &[Column]) -> String {
    let one = |column| {
        let of: &Column = column;
        One {
            name: &of.name,
            type_text: type_text(of),
            nullable: of.flags & flag::NOT_NULL == 0,
            schema: &of.origin.schema,
            table: &of.origin.table,
            column: &of.origin.column,
        }
    };
    let side = Side { columns: columns.iter().map(one).collect() };
    serde_json::to_string_pretty(&side).unwrap_or_default() + "\n"
}
