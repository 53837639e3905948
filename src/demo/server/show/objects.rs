//! SHOW of databases, tables, columns and keys.

use rusqlite::types::Value;

use super::super::column_types;
use super::super::information_schema::cells::{number, optional_text, text};
use super::super::information_schema::{self, NAME};
use super::super::result_table::{
    ResultTable, datetime_column, long_text_column, nullable_number_column, nullable_text_column, number_column,
    text_column,
};
use super::super::session::Session;
use super::lookup::{SchemaObject, find_database, find_object};
use crate::demo::schema::Column;
use crate::demo::translate::SqlError;

/// Returns the result of SHOW DATABASES.
pub(super) fn databases(session: &Session) -> ResultTable {
    let mut table = ResultTable::new(vec![text_column("Database", 64)]);
    table.rows = session.server.schema.databases.iter().map(|database| vec![text(&database.name)]).collect();
    table
}

/// Returns the result of SHOW TABLES.
pub(super) fn tables(session: &Session, database: &str, is_full: bool) -> Result<ResultTable, SqlError> {
    let database = find_database(session, database)?;
    let mut table = ResultTable::new(vec![text_column(&format!("Tables_in_{}", database.name), 64)]);
    let kind = if database.name == NAME { "SYSTEM VIEW" } else { "BASE TABLE" };
    let visible = database.tables.iter().filter(|table| !table.is_forbidden).map(|table| (&table.name, kind));
    let mut names: Vec<_> = visible.chain(database.views.iter().map(|view| (&view.name, "VIEW"))).collect();
    names.sort();
    table.rows = names.into_iter().map(|(name, kind)| vec![text(name), text(kind)]).collect();
    if is_full {
        table.columns.push(text_column("Table_type", 64));
    } else {
        table.rows.iter_mut().for_each(|row| row.truncate(1));
    }
    Ok(table)
}

/// Returns the result of SHOW TABLE STATUS.
pub(super) fn table_status(session: &Session, database: &str) -> Result<ResultTable, SqlError> {
    let database = find_database(session, database)?;
    let mut status = ResultTable::new(vec![
        text_column("Name", 64),
        nullable_text_column("Engine", 64),
        nullable_number_column("Version", 21),
        nullable_text_column("Row_format", 10),
        nullable_number_column("Rows", 21),
        nullable_number_column("Avg_row_length", 21),
        nullable_number_column("Data_length", 21),
        nullable_number_column("Max_data_length", 21),
        nullable_number_column("Index_length", 21),
        nullable_number_column("Data_free", 21),
        nullable_number_column("Auto_increment", 21),
        datetime_column("Create_time"),
        datetime_column("Update_time"),
        datetime_column("Check_time"),
        nullable_text_column("Collation", 64),
        nullable_number_column("Checksum", 21),
        nullable_text_column("Create_options", 2048),
        text_column("Comment", 2048),
        nullable_number_column("Max_index_length", 21),
        nullable_text_column("Temporary", 1),
    ]);
    let all = information_schema::constant_rows(&session.server.schema, &session.server.image.sizes);
    let tables = all.into_iter().find(|(name, _)| *name == "TABLES").map(|(_, rows)| rows).unwrap_or_default();
    for mut row in tables {
        // The columns of TABLES without catalog, schema and type have the order of SHOW TABLE STATUS.
        if row.get(1) == Some(&text(&database.name)) {
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

/// Returns the result of SHOW COLUMNS and of DESCRIBE.
pub(super) fn columns(session: &Session, database: &str, table: &str, is_full: bool) -> Result<ResultTable, SqlError> {
    let mut shown = vec![text_column("Field", 64), long_text_column("Type")];
    if is_full {
        shown.push(nullable_text_column("Collation", 64));
    }
    shown.extend([
        text_column("Null", 3),
        text_column("Key", 3),
        long_text_column("Default"),
        text_column("Extra", 80),
    ]);
    if is_full {
        shown.extend([text_column("Privileges", 80), text_column("Comment", 1024)]);
    }
    let row = |column: &Column, key: &str| {
        let mut row = vec![text(&column.name), text(column_types::ddl(&column.ty))];
        if is_full {
            row.push(optional_text(column_types::collation(&column.ty)));
        }
        row.push(text(if column.is_nullable { "YES" } else { "NO" }));
        row.extend([text(key), optional_text(column_types::shown_default(column)), text(column_types::extra(column))]);
        if is_full {
            row.extend([text("select"), text(&column.comment)]);
        }
        row
    };
    let mut result = ResultTable::new(shown);
    result.rows = match find_object(session, database, table)? {
        SchemaObject::Table(_, table) => {
            table.columns.iter().map(|column| row(column, column_types::key_indicator(table, column))).collect()
        }
        SchemaObject::View(view) => view.columns.iter().map(|column| row(column, "")).collect(),
    };
    Ok(result)
}

/// Returns the result of SHOW INDEX.
pub(super) fn keys(session: &Session, database: &str, table: &str) -> Result<ResultTable, SqlError> {
    let mut result = ResultTable::new(vec![
        text_column("Table", 64),
        number_column("Non_unique", 1),
        text_column("Key_name", 64),
        number_column("Seq_in_index", 2),
        text_column("Column_name", 64),
        nullable_text_column("Collation", 1),
        nullable_number_column("Cardinality", 21),
        nullable_number_column("Sub_part", 3),
        nullable_text_column("Packed", 10),
        text_column("Null", 3),
        text_column("Index_type", 16),
        nullable_text_column("Comment", 16),
        text_column("Index_comment", 1024),
        text_column("Ignored", 3),
    ]);
    let SchemaObject::Table(database, table) = find_object(session, database, table)? else { return Ok(result) };
    let rows = session.server.image.sizes.of(&database.name, &table.name).rows;
    for key in &table.keys {
        for (at, name) in key.columns.iter().enumerate() {
            let is_nullable = table.columns.iter().any(|column| &column.name == name && column.is_nullable);
            let is_whole = key.is_unique && at + 1 == key.columns.len();
            result.rows.push(vec![
                text(&table.name),
                number(i64::from(!key.is_unique)),
                text(&key.name),
                number(i64::try_from(at + 1).unwrap_or(i64::MAX)),
                text(name),
                text("A"),
                number(if is_whole || rows == 0 { rows } else { (rows / 4).max(1) }),
                Value::Null,
                Value::Null,
                text(if is_nullable { "YES" } else { "" }),
                text("BTREE"),
                text(""),
                text(""),
                text("NO"),
            ]);
        }
    }
    Ok(result)
}
