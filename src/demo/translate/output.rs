//! The result of a translated SELECT: its SQLite text and its columns, also as a table in FROM.

use std::rc::Rc;

use super::errors::{SqlError, error};
use super::relation::{Field, Relation};
use super::value_types::{BitEncoding, Type};
use crate::domain::results::{Column, ColumnOrigin, flag};

/// A column of a translated SELECT.
#[derive(Debug, Clone)]
pub(super) struct OutputColumn {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) table: String,
    pub(super) origin: ColumnOrigin,
    /// The flags of a table's column; `None` for an expression.
    pub(super) flags: Option<u16>,
    /// How the server sends the values if the column is a BIT.
    pub(super) bits: BitEncoding,
}

/// A translated SELECT. Its columns are named `$1`, `$2`, …
#[derive(Debug, Clone)]
pub(super) struct TranslatedSelect {
    pub(super) sql: String,
    pub(super) columns: Vec<OutputColumn>,
    /// Whether it returns at most one row.
    pub(super) is_single: bool,
    /// Whether the server would merge it into the outer statement instead of materializing its rows.
    pub(super) is_merged: bool,
}

impl OutputColumn {
    /// Returns the column definition for the client.
    pub(super) fn column(&self) -> Column {
        let column = self.ty.column(self.name.clone());
        match self.flags {
            None => column,
            Some(flags) => {
                let own_flags = if self.ty.is_number() { column.flags & !flag::BINARY } else { column.flags };
                Column { table: self.table.clone(), origin: self.origin.clone(), flags: own_flags | flags, ..column }
            }
        }
    }
}

/// Returns a subquery as a relation in FROM. The server reports the origin of its columns in two ways: for a merged
/// subquery the alias, for a materialized one the underlying table.
pub(super) fn relation(
    columns: &[OutputColumn],
    is_merged: bool,
    alias: &str,
    table: &str,
    database: Option<&str>,
) -> Relation {
    let mut result = Vec::new();
    for mut field in fields(columns, table, alias) {
        if is_merged {
            field.origin = ColumnOrigin {
                schema: database.unwrap_or("").to_owned(),
                table: alias.to_owned(),
                column: field.name.clone(),
            };
        } else {
            field.origin.schema = String::new();
            field.origin.column.clone_from(&field.name);
            field.flags &= !(flag::PRIMARY_KEY | flag::UNIQUE_KEY | flag::MULTIPLE_KEY | flag::AUTO_INCREMENT);
        }
        result.push(Rc::new(field));
    }
    Relation { alias: alias.to_owned(), database: None, fields: result }
}

/// Returns the columns as fields of a table alias.
pub(super) fn fields(columns: &[OutputColumn], table: &str, alias: &str) -> Vec<Field> {
    let field = |(at, column): (usize, &OutputColumn)| Field {
        name: column.name.clone(),
        sql: format!("{table}.\"${}\"", at + 1),
        ty: column.ty.clone(),
        table: alias.to_owned(),
        origin: column.origin.clone(),
        flags: column.flags.unwrap_or(0),
    };
    columns.iter().enumerate().map(field).collect()
}

/// Checks that no two columns have the same name.
pub(super) fn check_distinct_names(columns: &[OutputColumn]) -> Result<(), SqlError> {
    for (at, column) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|it| it.name.eq_ignore_ascii_case(&column.name)) {
            return Err(error(1060, "42S21", format!("Duplicate column name '{}'", column.name)));
        }
    }
    Ok(())
}
