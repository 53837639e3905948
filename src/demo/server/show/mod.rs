//! SHOW and DESCRIBE, with the columns of MariaDB.

mod create;
mod filter;
mod lookup;
mod objects;
mod state;

use self::lookup::{parse_database, parse_qualified_name, parse_table};
use super::errors;
use super::result_table::{ResultTable, datetime_column, nullable_text_column, text_column};
use super::session::Session;
use super::tokens::{TokenCursor, TokenKind};
use crate::demo::translate::SqlError;

/// Runs `SHOW …`. The cursor is after SHOW.
pub(super) fn run(session: &Session, mut cursor: TokenCursor<'_>) -> Result<ResultTable, SqlError> {
    let near = cursor.remaining_text();
    let table = unfiltered(session, &mut cursor, near)?;
    filter::apply(table, &mut cursor)
}

/// Runs SHOW without its LIKE or WHERE clause.
fn unfiltered(session: &Session, cursor: &mut TokenCursor<'_>, near: &str) -> Result<ResultTable, SqlError> {
    if cursor.accept_any(&["DATABASES", "SCHEMAS"]) {
        return Ok(objects::databases(session));
    }
    if cursor.accept_word("CREATE") {
        return create::run(session, cursor);
    }
    if cursor.accept_words(&["TABLE", "STATUS"]) {
        let database = parse_database(session, cursor)?;
        return objects::table_status(session, &database);
    }
    if cursor.accept_words(&["COUNT"]) {
        return state::count(session, cursor);
    }
    if cursor.accept_any(&["INDEX", "INDEXES", "KEYS"]) {
        let (database, table) = parse_table(session, cursor)?;
        return objects::keys(session, &database, &table);
    }
    if cursor.accept_any(&["VARIABLES"])
        || cursor.accept_words(&["SESSION", "VARIABLES"])
        || cursor.accept_words(&["GLOBAL", "VARIABLES"])
    {
        return Ok(state::variables(session));
    }
    if cursor.accept_word("STATUS")
        || cursor.accept_words(&["SESSION", "STATUS"])
        || cursor.accept_words(&["GLOBAL", "STATUS"])
    {
        return Ok(state::status(session));
    }
    let is_full = cursor.accept_word("FULL");
    if cursor.accept_word("TABLES") {
        let database = parse_database(session, cursor)?;
        return objects::tables(session, &database, is_full);
    }
    if cursor.accept_any(&["COLUMNS", "FIELDS"]) {
        let (database, table) = parse_table(session, cursor)?;
        return objects::columns(session, &database, &table, is_full);
    }
    if cursor.accept_word("PROCESSLIST") {
        return Ok(state::processes(session, is_full));
    }
    if is_full {
        return Err(errors::syntax_error(near));
    }
    always_empty(session, cursor)?.map_or_else(|| state::run(session, cursor, near), Ok)
}

/// Returns an empty table for objects that this server does not have, such as triggers.
fn always_empty(session: &Session, cursor: &mut TokenCursor<'_>) -> Result<Option<ResultTable>, SqlError> {
    let columns = if cursor.accept_word("TRIGGERS") {
        parse_database(session, cursor)?;
        let names = ["Trigger", "Event", "Table", "Statement", "Timing"];
        let mut columns: Vec<_> = names.iter().map(|name| text_column(name, 64)).collect();
        columns.push(datetime_column("Created"));
        let names = ["sql_mode", "Definer", "character_set_client", "collation_connection", "Database Collation"];
        columns.extend(names.iter().map(|name| text_column(name, 64)));
        columns
    } else if cursor.accept_word("EVENTS") {
        parse_database(session, cursor)?;
        let names = [
            "Db",
            "Name",
            "Definer",
            "Time zone",
            "Type",
            "Execute at",
            "Interval value",
            "Interval field",
            "Starts",
            "Ends",
            "Status",
            "Originator",
            "character_set_client",
            "collation_connection",
            "Database Collation",
        ];
        names.iter().map(|name| nullable_text_column(name, 64)).collect()
    } else if cursor.accept_words(&["PROCEDURE", "STATUS"]) || cursor.accept_words(&["FUNCTION", "STATUS"]) {
        let names = [
            "Db",
            "Name",
            "Type",
            "Definer",
            "Modified",
            "Created",
            "Security_type",
            "Comment",
            "character_set_client",
            "collation_connection",
            "Database Collation",
        ];
        names.iter().map(|name| text_column(name, 64)).collect()
    } else if cursor.accept_word("PLUGINS") {
        ["Name", "Status", "Type", "Library", "License"].iter().map(|name| nullable_text_column(name, 64)).collect()
    } else if cursor.accept_words(&["OPEN", "TABLES"]) {
        ["Database", "Table", "In_use", "Name_locked"].iter().map(|name| text_column(name, 64)).collect()
    } else {
        return Ok(None);
    };
    Ok(Some(ResultTable::new(columns)))
}

/// Runs `DESCRIBE table [column | 'pattern']`. The cursor is after DESCRIBE.
pub(super) fn describe(session: &Session, mut cursor: TokenCursor<'_>) -> Result<ResultTable, SqlError> {
    let (database, table) = parse_qualified_name(session, &mut cursor)?;
    let mut described = objects::columns(session, &database, &table, false)?;
    if let Some(token) = cursor.next() {
        if !matches!(token.kind, TokenKind::Word | TokenKind::Name | TokenKind::String) {
            return Err(errors::syntax_error(&token.text));
        }
        described.rows.retain(
            |row| matches!(row.first(), Some(rusqlite::types::Value::Text(name)) if filter::is_like(name, &token.text)),
        );
    }
    if cursor.is_at_end() { Ok(described) } else { Err(errors::syntax_error(cursor.remaining_text())) }
}
