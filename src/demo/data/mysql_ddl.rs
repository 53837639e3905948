//! Writes the demo's tables as MySQL DDL for a real server.

use std::fmt::Write as _;

use crate::demo::schema::{Column, DemoSchema, SqlType, Table};

/// Writes every database, table and view as MySQL DDL that a real server can load.
///
/// Statements end with `;` and a line break. Views come last, because they refer to other databases.
pub fn ddl(schema: &DemoSchema) -> String {
    let mut text = String::from("SET SESSION sql_mode = '', FOREIGN_KEY_CHECKS = 0;\n");
    for database in &schema.databases {
        let name = identifier(&database.name);
        let _ = writeln!(text, "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;");
        let _ = writeln!(text, "USE {name};");
        for table in &database.tables {
            let _ = writeln!(text, "{};", table_ddl(table));
        }
    }
    text.push_str("SET SESSION FOREIGN_KEY_CHECKS = 1;\n");
    for database in &schema.databases {
        for view in &database.views {
            let (owner, name) = (identifier(&database.name), identifier(&view.name));
            let _ = writeln!(text, "CREATE VIEW {owner}.{name} AS {};", view.statement);
        }
    }
    text
}

/// Writes one table as SHOW CREATE TABLE would, without the engine.
pub fn table_ddl(table: &Table) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(column_ddl).collect();
    for key in &table.keys {
        let columns = key.columns.iter().map(|column| identifier(column)).collect::<Vec<_>>().join(",");
        lines.push(match (key.name.as_str(), key.is_unique) {
            ("PRIMARY", _) => format!("PRIMARY KEY ({columns})"),
            (name, true) => format!("UNIQUE KEY {} ({columns})", identifier(name)),
            (name, false) => format!("KEY {} ({columns})", identifier(name)),
        });
    }
    for key in &table.foreign_keys {
        let (name, column) = (identifier(&key.name), identifier(&key.column));
        let (table, to) = (identifier(&key.to_table), identifier(&key.to_column));
        lines.push(format!("CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {table} ({to})"));
    }
    let (name, body, comment) = (identifier(&table.name), lines.join(",\n  "), literal(&table.comment));
    format!("CREATE TABLE {name} (\n  {body}\n) COMMENT={comment}")
}

fn column_ddl(column: &Column) -> String {
    let mut text = format!("{} {}", identifier(&column.name), type_text(&column.ty));
    // Without an explicit NULL, servers with the old defaults make a TIMESTAMP column NOT NULL.
    text.push_str(if column.is_nullable { " NULL" } else { " NOT NULL" });
    if let Some(default) = &column.default {
        let _ = write!(text, " DEFAULT {default}");
    }
    if column.is_auto_increment {
        text.push_str(" AUTO_INCREMENT");
    }
    if !column.comment.is_empty() {
        let _ = write!(text, " COMMENT {}", literal(&column.comment));
    }
    text
}

/// Writes a type as in DDL, such as `decimal(12,4)` or `enum('a','b')`.
///
/// Integers have no display width, as in MySQL 8. `MariaDB` adds one.
pub fn type_text(ty: &SqlType) -> String {
    let unsigned = |name: &str, is_unsigned: bool| format!("{name}{}", if is_unsigned { " unsigned" } else { "" });
    let fraction = |name: &str, digits: u8| if digits == 0 { name.to_owned() } else { format!("{name}({digits})") };
    let members = |name: &str, members: &[String]| {
        format!("{name}({})", members.iter().map(|member| literal(member)).collect::<Vec<_>>().join(","))
    };
    match ty {
        SqlType::TinyInt { is_unsigned } => unsigned("tinyint", *is_unsigned),
        SqlType::SmallInt { is_unsigned } => unsigned("smallint", *is_unsigned),
        SqlType::Int { is_unsigned } => unsigned("int", *is_unsigned),
        SqlType::BigInt { is_unsigned } => unsigned("bigint", *is_unsigned),
        SqlType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        SqlType::Float => "float".to_owned(),
        SqlType::Double => "double".to_owned(),
        SqlType::Bit(bits) => format!("bit({bits})"),
        SqlType::Year => "year".to_owned(),
        SqlType::Date => "date".to_owned(),
        SqlType::Time(digits) => fraction("time", *digits),
        SqlType::DateTime(digits) => fraction("datetime", *digits),
        SqlType::Timestamp(digits) => fraction("timestamp", *digits),
        SqlType::Char(size) => format!("char({size})"),
        SqlType::VarChar(size) => format!("varchar({size})"),
        SqlType::Text => "text".to_owned(),
        SqlType::MediumText => "mediumtext".to_owned(),
        SqlType::LongText => "longtext".to_owned(),
        SqlType::Binary(size) => format!("binary({size})"),
        SqlType::VarBinary(size) => format!("varbinary({size})"),
        SqlType::Blob => "blob".to_owned(),
        SqlType::LongBlob => "longblob".to_owned(),
        SqlType::Enum(names) => members("enum", names),
        SqlType::Set(names) => members("set", names),
        SqlType::Json => "json".to_owned(),
    }
}

/// Quotes a name in backticks.
pub fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Writes a string literal that has the same meaning in every `sql_mode` except `NO_BACKSLASH_ESCAPES`.
pub fn literal(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for c in text.chars() {
        match c {
            '\'' => quoted.push_str("''"),
            '\\' => quoted.push_str("\\\\"),
            '\0' => quoted.push_str("\\0"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\u{1a}' => quoted.push_str("\\Z"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}
