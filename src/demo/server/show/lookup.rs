//! Parses the names of databases and tables in SHOW, and finds them.

use super::super::errors;
use super::super::information_schema::NAME;
use super::super::session::Session;
use super::super::tokens::TokenCursor;
use crate::demo::schema::{Database, Table, View};
use crate::demo::translate::SqlError;

/// A table or a view.
pub(super) enum SchemaObject<'a> {
    /// A base table, or a table of the information schema.
    Table(&'a Database, &'a Table),
    View(&'a View),
}

/// Parses `FROM d`, or returns the current database.
pub(super) fn parse_database(session: &Session, cursor: &mut TokenCursor<'_>) -> Result<String, SqlError> {
    let name = if cursor.accept_any(&["FROM", "IN"]) {
        cursor.accept_name().ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?
    } else {
        session.database.clone().ok_or_else(errors::no_database)?
    };
    find_database(session, &name).map(|database| database.name.clone())
}

/// Parses `FROM t [FROM d]`.
pub(super) fn parse_table(session: &Session, cursor: &mut TokenCursor<'_>) -> Result<(String, String), SqlError> {
    if !cursor.accept_any(&["FROM", "IN"]) {
        return Err(errors::syntax_error(cursor.remaining_text()));
    }
    let (mut database, table) = parse_qualified_name(session, cursor)?;
    if cursor.accept_any(&["FROM", "IN"]) {
        database = cursor.accept_name().ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
    }
    Ok((database, table))
}

/// Parses `t` or `d.t`. Without any database the first name is empty: `FROM d` may still follow.
pub(super) fn parse_qualified_name(
    session: &Session,
    cursor: &mut TokenCursor<'_>,
) -> Result<(String, String), SqlError> {
    let first = cursor.accept_name().ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
    if cursor.accept_sign('.') {
        let table = cursor.accept_name().ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
        return Ok((first, table));
    }
    Ok((session.database.clone().unwrap_or_default(), first))
}

/// Finds a database.
///
/// # Errors
/// 1046 if the name is empty, 1049 if there is no such database.
pub(super) fn find_database<'a>(session: &'a Session, name: &str) -> Result<&'a Database, SqlError> {
    if name.is_empty() {
        return Err(errors::no_database());
    }
    let name = if name.eq_ignore_ascii_case(NAME) { NAME } else { name };
    session.server.schema.database(name).ok_or_else(|| errors::unknown_database(name))
}

/// Finds a table or view.
///
/// # Errors
/// 1142 if the account has no privilege for it, 1146 if it does not exist.
pub(super) fn find_object<'a>(session: &'a Session, database: &str, name: &str) -> Result<SchemaObject<'a>, SqlError> {
    let database = find_database(session, database)?;
    let is_information_schema = database.name == NAME;
    let table = database
        .tables
        .iter()
        .find(|table| table.name == name || (is_information_schema && table.name.eq_ignore_ascii_case(name)));
    match (table, database.view(name)) {
        (Some(table), _) if table.is_forbidden => Err(errors::denied_table(&session.user, &database.name, name)),
        (Some(table), _) => Ok(SchemaObject::Table(database, table)),
        (None, Some(view)) => Ok(SchemaObject::View(view)),
        (None, None) => Err(errors::no_table(&database.name, name)),
    }
}
