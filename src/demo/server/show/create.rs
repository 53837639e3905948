//! SHOW CREATE: the DDL of a database, table or view.

use std::fmt::Write as _;

use super::super::column_types;
use super::super::errors;
use super::super::information_schema::NAME;
use super::super::information_schema::cells::text;
use super::super::result_table::{ResultTable, text_column};
use super::super::session::Session;
use super::super::tokens::TokenCursor;
use super::lookup::{SchemaObject, find_database, find_object, parse_qualified_name};
use crate::demo::schema::{Column, Database, SqlType, Table, View};
use crate::demo::translate::{SqlError, Variable};

/// Runs `SHOW CREATE …`. The cursor is after CREATE.
pub(super) fn run(session: &Session, cursor: &mut TokenCursor<'_>) -> Result<ResultTable, SqlError> {
    if cursor.accept_any(&["DATABASE", "SCHEMA"]) {
        let name = cursor.accept_name().ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
        return Ok(create_database(find_database(session, &name)?));
    }
    let is_view = cursor.accept_word("VIEW");
    if !is_view && !cursor.accept_word("TABLE") {
        return Err(errors::unsupported(format!("SHOW CREATE {}", cursor.remaining_text())));
    }
    let (database, name) = parse_qualified_name(session, cursor)?;
    match find_object(session, &database, &name)? {
        SchemaObject::View(found) => Ok(create_view(session, found)),
        SchemaObject::Table(_, _) if is_view => {
            Err(errors::error(1347, "HY000", format!("'{database}.{name}' is not of type 'VIEW'")))
        }
        SchemaObject::Table(database, found) => {
            let mut result = ResultTable::new(vec![text_column("Table", 64), text_column("Create Table", 1024)]);
            result.rows.push(vec![text(&found.name), text(create_table(session, database, found))]);
            Ok(result)
        }
    }
}

fn create_database(found: &Database) -> ResultTable {
    let charset = if found.name == NAME { "utf8mb3" } else { "utf8mb4" };
    let ddl = format!(
        "CREATE DATABASE {} /*!40100 DEFAULT CHARACTER SET {charset} COLLATE {charset}_general_ci */",
        quoted_name(&found.name)
    );
    let mut result = ResultTable::new(vec![text_column("Database", 64), text_column("Create Database", 1024)]);
    result.rows.push(vec![text(&found.name), text(ddl)]);
    result
}

fn create_view(session: &Session, found: &View) -> ResultTable {
    let ddl = format!(
        "CREATE ALGORITHM=UNDEFINED DEFINER=`demo`@`localhost` SQL SECURITY DEFINER VIEW {} AS {}",
        quoted_name(&found.name),
        found.statement
    );
    let mut result = ResultTable::new(vec![
        text_column("View", 64),
        text_column("Create View", 1024),
        text_column("character_set_client", 32),
        text_column("collation_connection", 64),
    ]);
    let variable = |name: &str| match session.variables.get(name) {
        Some(Variable::Text(value)) => value,
        _ => String::new(),
    };
    result.rows.push(vec![
        text(&found.name),
        text(ddl),
        text(variable("character_set_client")),
        text(variable("collation_connection")),
    ]);
    result
}

fn quoted_name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n"))
}

fn quoted_list(names: &[String]) -> String {
    names.iter().map(|name| quoted_name(name)).collect::<Vec<_>>().join(",")
}

fn create_table(session: &Session, database: &Database, table: &Table) -> String {
    let is_information_schema = database.name == NAME;
    let mut lines: Vec<String> = table.columns.iter().map(column_ddl).collect();
    for key in &table.keys {
        lines.push(match (key.name.as_str(), key.is_unique) {
            ("PRIMARY", _) => format!("PRIMARY KEY ({})", quoted_list(&key.columns)),
            (name, true) => format!("UNIQUE KEY {} ({})", quoted_name(name), quoted_list(&key.columns)),
            (name, false) => format!("KEY {} ({})", quoted_name(name), quoted_list(&key.columns)),
        });
    }
    for foreign in &table.foreign_keys {
        lines.push(format!(
            "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
            quoted_name(&foreign.name),
            quoted_name(&foreign.column),
            quoted_name(&foreign.to_table),
            quoted_name(&foreign.to_column)
        ));
    }
    let temporary = if is_information_schema { "TEMPORARY " } else { "" };
    let mut text = format!("CREATE {temporary}TABLE {} (\n  {}\n)", quoted_name(&table.name), lines.join(",\n  "));
    if is_information_schema {
        text += " ENGINE=MEMORY DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci";
    } else {
        text += " ENGINE=InnoDB";
        // An empty table has no AUTO_INCREMENT option. Writing to a String cannot fail.
        if let Some(next @ 2..) = session.server.image.sizes.of(&database.name, &table.name).next_auto_increment {
            let _ = write!(text, " AUTO_INCREMENT={next}");
        }
        let _ = write!(text, " DEFAULT CHARSET=utf8mb4 COLLATE={}", column_types::COLLATION);
    }
    if !table.comment.is_empty() {
        text += " COMMENT=";
        text += &quoted_text(&table.comment);
    }
    text
}

fn column_ddl(column: &Column) -> String {
    let mut text = format!("{} {}", quoted_name(&column.name), column_types::ddl(&column.ty));
    if column.ty == SqlType::Json {
        text += " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    }
    if !column.is_nullable {
        text += " NOT NULL";
    } else if matches!(column.ty, SqlType::Timestamp(_)) {
        text += " NULL";
    }
    if column.is_auto_increment {
        text += " AUTO_INCREMENT";
    } else if let Some(default) = column_types::ddl_default(column) {
        text += " DEFAULT ";
        text += &default;
    }
    if !column.comment.is_empty() {
        text += " COMMENT ";
        text += &quoted_text(&column.comment);
    }
    if column.ty == SqlType::Json {
        let _ = write!(text, " CHECK (json_valid({}))", quoted_name(&column.name));
    }
    text
}
