//! SHOW of databases, tables, columns and keys.

use rusqlite::types::Value;

use super::super::information_schema::{self, maybe, number as n, text as t};
use super::super::session::Session;
use super::super::table::{Table, long_text, moment, number, number_or_null, text, text_or_null};
use super::super::types;
use super::{Named, known, named};
use crate::demo::schema::Column;
use crate::demo::translate::SqlError;

/// SHOW DATABASES.
pub(super) fn databases(session: &Session) -> Table {
    let mut table = Table::new(vec![text("Database", 64)]);
    table.rows = session.server.schema.databases.iter().map(|database| vec![t(&database.name)]).collect();
    table
}

/// SHOW TABLES.
pub(super) fn tables(session: &Session, database: &str, is_full: bool) -> Result<Table, SqlError> {
    let database = known(session, database)?;
    let mut table = Table::new(vec![text(&format!("Tables_in_{}", database.name), 64)]);
    let kind = if database.name == information_schema::NAME { "SYSTEM VIEW" } else { "BASE TABLE" };
    let visible = database.tables.iter().filter(|table| !table.is_forbidden).map(|table| (&table.name, kind));
    let mut names: Vec<_> = visible.chain(database.views.iter().map(|view| (&view.name, "VIEW"))).collect();
    names.sort();
    table.rows = names.into_iter().map(|(name, kind)| vec![t(name), t(kind)]).collect();
    if is_full {
        table.columns.push(text("Table_type", 64));
    } else {
        table.rows.iter_mut().for_each(|row| row.truncate(1));
    }
    Ok(table)
}

/// SHOW TABLE STATUS.
pub(super) fn table_status(session: &Session, database: &str) -> Result<Table, SqlError> {
    let database = known(session, database)?;
    let mut status = Table::new(vec![
        text("Name", 64),
        text_or_null("Engine", 64),
        number_or_null("Version", 21),
        text_or_null("Row_format", 10),
        number_or_null("Rows", 21),
        number_or_null("Avg_row_length", 21),
        number_or_null("Data_length", 21),
        number_or_null("Max_data_length", 21),
        number_or_null("Index_length", 21),
        number_or_null("Data_free", 21),
        number_or_null("Auto_increment", 21),
        moment("Create_time"),
        moment("Update_time"),
        moment("Check_time"),
        text_or_null("Collation", 64),
        number_or_null("Checksum", 21),
        text_or_null("Create_options", 2048),
        text("Comment", 2048),
        number_or_null("Max_index_length", 21),
        text_or_null("Temporary", 1),
    ]);
    let all = information_schema::rows(&session.server.schema, &session.server.image.extents);
    let tables = all.into_iter().find(|(name, _)| *name == "TABLES").map(|(_, rows)| rows).unwrap_or_default();
    for mut row in tables {
        // Catalog and type are left out; the rest is in this order.
        if row.get(1) == Some(&t(&database.name)) {
            row.remove(3);
            row.drain(..2);
            status.rows.push(row);
        }
    }
    status.rows.sort_by_key(|row| match row.first() {
        Some(Value::Text(name)) => name.clone(),
        _ => String::new(),
    });
    Ok(status)
}

/// SHOW COLUMNS, and DESCRIBE.
pub(super) fn columns(session: &Session, database: &str, table: &str, is_full: bool) -> Result<Table, SqlError> {
    let mut shown = vec![text("Field", 64), long_text("Type")];
    if is_full {
        shown.push(text_or_null("Collation", 64));
    }
    shown.extend([text("Null", 3), text("Key", 3), long_text("Default"), text("Extra", 80)]);
    if is_full {
        shown.extend([text("Privileges", 80), text("Comment", 1024)]);
    }
    let row = |column: &Column, key: &str| {
        let mut row = vec![t(&column.name), t(types::ddl(&column.ty))];
        if is_full {
            row.push(maybe(types::collation(&column.ty)));
        }
        row.push(t(if column.is_nullable { "YES" } else { "NO" }));
        row.extend([t(key), maybe(types::shown_default(column)), t(types::extra(column))]);
        if is_full {
            row.extend([t("select"), t(&column.comment)]);
        }
        row
    };
    let mut answer = Table::new(shown);
    answer.rows = match named(session, database, table)? {
        Named::Table(_, table) => {
            table.columns.iter().map(|column| row(column, types::key_word(table, column))).collect()
        }
        Named::View(view) => view.columns.iter().map(|column| row(column, "")).collect(),
    };
    Ok(answer)
}

/// SHOW INDEX.
pub(super) fn keys(session: &Session, database: &str, table: &str) -> Result<Table, SqlError> {
    let mut answer = Table::new(vec![
        text("Table", 64),
        number("Non_unique", 1),
        text("Key_name", 64),
        number("Seq_in_index", 2),
        text("Column_name", 64),
        text_or_null("Collation", 1),
        number_or_null("Cardinality", 21),
        number_or_null("Sub_part", 3),
        text_or_null("Packed", 10),
        text("Null", 3),
        text("Index_type", 16),
        text_or_null("Comment", 16),
        text("Index_comment", 1024),
        text("Ignored", 3),
    ]);
    let Named::Table(database, table) = named(session, database, table)? else { return Ok(answer) };
    let rows = session.server.image.extents.of(&database.name, &table.name).rows;
    for key in &table.keys {
        for (at, name) in key.columns.iter().enumerate() {
            let is_nullable = table.columns.iter().any(|column| &column.name == name && column.is_nullable);
            let is_whole = key.is_unique && at + 1 == key.columns.len();
            answer.rows.push(vec![
                t(&table.name),
                n(i64::from(!key.is_unique)),
                t(&key.name),
                n(i64::try_from(at + 1).unwrap_or(i64::MAX)),
                t(name),
                t("A"),
                n(if is_whole || rows == 0 { rows } else { (rows / 4).max(1) }),
                Value::Null,
                Value::Null,
                t(if is_nullable { "YES" } else { "" }),
                t("BTREE"),
                t(""),
                t(""),
                t("NO"),
            ]);
        }
    }
    Ok(answer)
}
