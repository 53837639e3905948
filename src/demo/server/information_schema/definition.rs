//! The tables of the information schema and their columns, as in MariaDB 10.11.

use crate::demo::schema::{Column, Database, SqlType, Table};

/// The name of the database.
pub(in crate::demo::server) const NAME: &str = "information_schema";
/// One line for each table: its name and its columns.
const TABLES: &str = include_str!("tables.txt");

/// Returns the definition of the database.
pub(in crate::demo::server) fn definition() -> Database {
    let tables = TABLES.lines().filter_map(|line| {
        let (name, columns) = line.split_once(": ")?;
        let columns = columns.split(", ").filter_map(parse_column).collect();
        Some(Table { name: name.into(), columns, ..Table::default() })
    });
    Database { name: NAME.into(), tables: tables.collect(), views: Vec::new() }
}

/// Parses `NAME type NULL` or `NAME type NOT NULL`.
fn parse_column(text: &str) -> Option<Column> {
    let (text, is_nullable) = match text.strip_suffix(" NOT NULL") {
        Some(rest) => (rest, false),
        None => (text.strip_suffix(" NULL")?, true),
    };
    let (name, ty) = text.split_once(' ')?;
    let is_unsigned = ty.ends_with(" unsigned");
    let (type_name, rest) = ty.split_once('(').unwrap_or((ty, ""));
    let sizes: Vec<u16> = rest.split([',', ')']).filter_map(|size| size.parse().ok()).collect();
    let size = |at: usize| sizes.get(at).copied().unwrap_or_default();
    let ty = match type_name {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_from_their_ddl() {
        let is = |text: &str, ty: SqlType| assert_eq!(parse_column(text).unwrap().ty, ty);
        is("ID bigint(21) unsigned NULL", SqlType::BigInt { is_unsigned: true });
        is("ID decimal(22,3) NOT NULL", SqlType::Decimal { precision: 22, scale: 3 });
        is("ID datetime NULL", SqlType::DateTime(0));
        is("ID varchar(64) NOT NULL", SqlType::VarChar(64));
    }
}
