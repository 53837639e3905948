//! SHOW CREATE: the DDL that would make a database, table or view.

use std::fmt::Write as _;

use super::super::information_schema::{NAME, text as t};
use super::super::refuse;
use super::super::session::Session;
use super::super::table::{Table, text};
use super::super::tokens::Walk;
use super::super::types;
use super::{Named, known, named, qualified};
use crate::demo::schema::{Column, Database, SqlType, Table as BaseTable, View};
use crate::demo::translate::SqlError;

/// `SHOW CREATE …`, without these words.
pub(super) fn answer(session: &Session, walk: &mut Walk<'_>) -> Result<Table, SqlError> {
    if walk.any(&["DATABASE", "SCHEMA"]) {
        let name = walk.name().ok_or_else(|| refuse::syntax(walk.rest()))?;
        return Ok(database(known(session, &name)?));
    }
    let wants_view = walk.word("VIEW");
    if !wants_view && !walk.word("TABLE") {
        return Err(refuse::unsupported(format!("SHOW CREATE {}", walk.rest())));
    }
    let (database, name) = qualified(session, walk)?;
    match named(session, &database, &name)? {
        Named::View(found) => Ok(view(session, found)),
        Named::Table(_, _) if wants_view => {
            Err(refuse::error(1347, "HY000", format!("'{database}.{name}' is not of type 'VIEW'")))
        }
        Named::Table(database, found) => {
            let mut answer = Table::new(vec![text("Table", 64), text("Create Table", 1024)]);
            answer.rows.push(vec![t(&found.name), t(ddl(session, database, found))]);
            Ok(answer)
        }
    }
}

fn database(found: &Database) -> Table {
    let charset = if found.name == NAME { "utf8mb3" } else { "utf8mb4" };
    let words = format!(
        "CREATE DATABASE {} /*!40100 DEFAULT CHARACTER SET {charset} COLLATE {charset}_general_ci */",
        quote(&found.name)
    );
    let mut answer = Table::new(vec![text("Database", 64), text("Create Database", 1024)]);
    answer.rows.push(vec![t(&found.name), t(words)]);
    answer
}

fn view(session: &Session, found: &View) -> Table {
    let words = format!(
        "CREATE ALGORITHM=UNDEFINED DEFINER=`demo`@`localhost` SQL SECURITY DEFINER VIEW {} AS {}",
        quote(&found.name),
        found.statement
    );
    let mut answer = Table::new(vec![
        text("View", 64),
        text("Create View", 1024),
        text("character_set_client", 32),
        text("collation_connection", 64),
    ]);
    let shown = |name: &str| match session.variables.get(name) {
        Some(crate::demo::translate::Variable::Text(value)) => value,
        _ => String::new(),
    };
    answer.rows.push(vec![
        t(&found.name),
        t(words),
        t(shown("character_set_client")),
        t(shown("collation_connection")),
    ]);
    answer
}

fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn quoted_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n"))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(",")
}

fn ddl(session: &Session, database: &Database, table: &BaseTable) -> String {
    let is_own = database.name == NAME;
    let mut lines: Vec<String> = table.columns.iter().map(column).collect();
    for key in &table.keys {
        lines.push(match (key.name.as_str(), key.is_unique) {
            ("PRIMARY", _) => format!("PRIMARY KEY ({})", list(&key.columns)),
            (name, true) => format!("UNIQUE KEY {} ({})", quote(name), list(&key.columns)),
            (name, false) => format!("KEY {} ({})", quote(name), list(&key.columns)),
        });
    }
    for foreign in &table.foreign_keys {
        lines.push(format!(
            "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
            quote(&foreign.name),
            quote(&foreign.column),
            quote(&foreign.to_table),
            quote(&foreign.to_column)
        ));
    }
    let temporary = if is_own { "TEMPORARY " } else { "" };
    let mut text = format!("CREATE {temporary}TABLE {} (\n  {}\n)", quote(&table.name), lines.join(",\n  "));
    if is_own {
        text += " ENGINE=MEMORY DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci";
    } else {
        text += " ENGINE=InnoDB";
        // Writing to a string cannot fail; a table that was never written to has no next number.
        if let Some(next @ 2..) = session.server.image.extents.of(&database.name, &table.name).next {
            let _ = write!(text, " AUTO_INCREMENT={next}");
        }
        let _ = write!(text, " DEFAULT CHARSET=utf8mb4 COLLATE={}", types::COLLATION);
    }
    if !table.comment.is_empty() {
        text += " COMMENT=";
        text += &quoted_text(&table.comment);
    }
    text
}

fn column(column: &Column) -> String {
    let mut text = format!("{} {}", quote(&column.name), types::ddl(&column.ty));
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
    } else if let Some(default) = types::default(column) {
        text += " DEFAULT ";
        text += &default;
    }
    if !column.comment.is_empty() {
        text += " COMMENT ";
        text += &quoted_text(&column.comment);
    }
    if column.ty == SqlType::Json {
        let _ = write!(text, " CHECK (json_valid({}))", quote(&column.name));
    }
    text
}
