//! The information schema: its tables' definitions, as MariaDB 10.11 has them, and their rows, drawn from the demo's schema.

mod rows;

use std::collections::HashMap;

use rusqlite::types::Value;

pub(super) use self::rows::{CHARACTER_SETS, COLLATIONS, ENGINES, rows};
use crate::demo::schema::{Column, Database, SqlType, Table};

/// The name of the database.
pub(super) const NAME: &str = "information_schema";
/// One line for each table: its name, then its columns.
const TABLES: &str = include_str!("tables.txt");

/// How much a table holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Rows.
    pub rows: i64,
    /// The next number of the column that counts by itself.
    pub next: Option<i64>,
}

/// How much each table holds, by database and table.
#[derive(Debug, Default)]
pub(super) struct Extents(pub HashMap<(String, String), Extent>);

impl Extents {
    /// How much a table holds.
    pub(super) fn of(&self, database: &str, table: &str) -> Extent {
        self.0.get(&(database.to_owned(), table.to_owned())).copied().unwrap_or_default()
    }
}

/// A row of a table.
pub(super) type Row = Vec<Value>;

/// The database's definition.
pub(super) fn definition() -> Database {
    let tables = TABLES.lines().filter_map(|line| {
        let (name, columns) = line.split_once(": ")?;
        let columns = columns.split(", ").filter_map(column).collect();
        Some(Table { name: name.into(), columns, ..Table::default() })
    });
    Database { name: NAME.into(), tables: tables.collect(), views: Vec::new() }
}

fn column(text: &str) -> Option<Column> {
    let (text, is_nullable) = match text.strip_suffix(" NOT NULL") {
        Some(rest) => (rest, false),
        None => (text.strip_suffix(" NULL")?, true),
    };
    let (name, ty) = text.split_once(' ')?;
    let is_unsigned = ty.ends_with(" unsigned");
    let (word, rest) = ty.split_once('(').unwrap_or((ty, ""));
    let sizes: Vec<u16> = rest.split([',', ')']).filter_map(|size| size.parse().ok()).collect();
    let size = |at: usize| sizes.get(at).copied().unwrap_or_default();
    let ty = match word {
        "varchar" => SqlType::VarChar(size(0)),
        "tinyint" => SqlType::TinyInt { is_unsigned },
        "int" => SqlType::Int { is_unsigned },
        "bigint" => SqlType::BigInt { is_unsigned },
        "decimal" => SqlType::Decimal { precision: u8::try_from(size(0)).ok()?, scale: u8::try_from(size(1)).ok()? },
        "datetime" => SqlType::DateTime(u8::try_from(size(0)).ok()?),
        "blob" => SqlType::Blob,
        _ => SqlType::LongText,
    };
    let name = name.into();
    Some(Column { name, ty, is_nullable, default: None, is_auto_increment: false, comment: String::new() })
}

/// Text as a value.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// Text that may be missing.
pub(super) fn maybe(value: Option<impl Into<String>>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.into()))
}

/// A number as a value.
pub(super) fn number(number: i64) -> Value {
    Value::Integer(number)
}

fn maybe_number(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Integer)
}

fn place(index: usize) -> Value {
    Value::Integer(i64::try_from(index + 1).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::schema::DemoSchema;

    #[test]
    fn every_row_has_the_columns_of_its_table() {
        let table = Table {
            name: "t".into(),
            columns: vec![column("id bigint(20) NOT NULL").unwrap(), column("j longtext NULL").unwrap()],
            keys: vec![crate::demo::schema::Key {
                name: "PRIMARY".into(),
                is_unique: true,
                columns: vec!["id".into()],
            }],
            foreign_keys: vec![crate::demo::schema::ForeignKey {
                name: "f".into(),
                column: "id".into(),
                to_table: "t".into(),
                to_column: "id".into(),
            }],
            ..Table::default()
        };
        let view = crate::demo::schema::View { name: "v".into(), ..Default::default() };
        let own = Database { name: "d".into(), tables: vec![table], views: vec![view] };
        let schema = DemoSchema { databases: vec![own, definition()] };
        for (name, rows) in rows(&schema, &Extents::default()) {
            let width = schema.database(NAME).unwrap().table(name).unwrap().columns.len();
            assert!(!rows.is_empty(), "{name} has rows");
            assert!(rows.iter().all(|row| row.len() == width), "{name}: {width} columns");
        }
    }

    #[test]
    fn types_are_read_from_their_ddl() {
        let is = |text: &str, ty: SqlType| assert_eq!(column(text).unwrap().ty, ty);
        is("ID bigint(21) unsigned NULL", SqlType::BigInt { is_unsigned: true });
        is("ID decimal(22,3) NOT NULL", SqlType::Decimal { precision: 22, scale: 3 });
        is("ID datetime NULL", SqlType::DateTime(0));
        is("ID varchar(64) NOT NULL", SqlType::VarChar(64));
    }
}
