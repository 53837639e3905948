//! SHOW and DESCRIBE, with the columns that MariaDB gives them.

mod create;
mod filter;
mod objects;
mod state;

pub(super) use self::state::{status_values, uptime};
use super::refuse;
use super::session::Session;
use super::table::{Table, moment, text, text_or_null};
use super::tokens::{Kind, Walk};
use crate::demo::schema::{Database, Table as BaseTable, View};
use crate::demo::translate::SqlError;

/// A table or a view by its name.
enum Named<'a> {
    /// A base table, or one of the information schema.
    Table(&'a Database, &'a BaseTable),
    /// A view.
    View(&'a View),
}

/// `SHOW …`, without its first word.
pub(super) fn answer(session: &Session, mut walk: Walk<'_>) -> Result<Table, SqlError> {
    let near = walk.rest();
    let table = own(session, &mut walk, near)?;
    filter::apply(table, &mut walk)
}

fn own(session: &Session, walk: &mut Walk<'_>, near: &str) -> Result<Table, SqlError> {
    if walk.any(&["DATABASES", "SCHEMAS"]) {
        return Ok(objects::databases(session));
    }
    if walk.word("CREATE") {
        return create::answer(session, walk);
    }
    if walk.words(&["TABLE", "STATUS"]) {
        let database = database(session, walk)?;
        return objects::table_status(session, &database);
    }
    if walk.words(&["COUNT"]) {
        return state::count(session, walk);
    }
    if walk.any(&["INDEX", "INDEXES", "KEYS"]) {
        let (database, table) = table_after_from(session, walk)?;
        return objects::keys(session, &database, &table);
    }
    if walk.any(&["VARIABLES"]) || walk.words(&["SESSION", "VARIABLES"]) || walk.words(&["GLOBAL", "VARIABLES"]) {
        return Ok(state::variables(session));
    }
    if walk.word("STATUS") || walk.words(&["SESSION", "STATUS"]) || walk.words(&["GLOBAL", "STATUS"]) {
        return Ok(state::status(session));
    }
    let is_full = walk.word("FULL");
    if walk.word("TABLES") {
        let database = database(session, walk)?;
        return objects::tables(session, &database, is_full);
    }
    if walk.any(&["COLUMNS", "FIELDS"]) {
        let (database, table) = table_after_from(session, walk)?;
        return objects::columns(session, &database, &table, is_full);
    }
    if walk.word("PROCESSLIST") {
        return Ok(state::processes(session, is_full));
    }
    if is_full {
        return Err(refuse::syntax(near));
    }
    empty(session, walk)?.map_or_else(|| state::answer(session, walk, near), Ok)
}

/// What this server has none of.
fn empty(session: &Session, walk: &mut Walk<'_>) -> Result<Option<Table>, SqlError> {
    let columns = if walk.word("TRIGGERS") {
        database(session, walk)?;
        let names = ["Trigger", "Event", "Table", "Statement", "Timing"];
        let mut columns: Vec<_> = names.iter().map(|name| text(name, 64)).collect();
        columns.push(moment("Created"));
        let names = ["sql_mode", "Definer", "character_set_client", "collation_connection", "Database Collation"];
        columns.extend(names.iter().map(|name| text(name, 64)));
        columns
    } else if walk.word("EVENTS") {
        database(session, walk)?;
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
        names.iter().map(|name| text_or_null(name, 64)).collect()
    } else if walk.words(&["PROCEDURE", "STATUS"]) || walk.words(&["FUNCTION", "STATUS"]) {
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
        names.iter().map(|name| text(name, 64)).collect()
    } else if walk.word("PLUGINS") {
        ["Name", "Status", "Type", "Library", "License"].iter().map(|name| text_or_null(name, 64)).collect()
    } else if walk.words(&["OPEN", "TABLES"]) {
        ["Database", "Table", "In_use", "Name_locked"].iter().map(|name| text(name, 64)).collect()
    } else {
        return Ok(None);
    };
    Ok(Some(Table::new(columns)))
}

/// `DESCRIBE table [column | 'pattern']`, without its first word.
pub(super) fn describe(session: &Session, mut walk: Walk<'_>) -> Result<Table, SqlError> {
    let (database, table) = qualified(session, &mut walk)?;
    let mut described = objects::columns(session, &database, &table, false)?;
    if let Some(token) = walk.next() {
        if !matches!(token.kind, Kind::Word | Kind::Name | Kind::String) {
            return Err(refuse::syntax(&token.text));
        }
        described.rows.retain(
            |row| matches!(row.first(), Some(rusqlite::types::Value::Text(name)) if filter::is_like(name, &token.text)),
        );
    }
    if walk.is_done() { Ok(described) } else { Err(refuse::syntax(walk.rest())) }
}

/// `FROM d` or the current database.
fn database(session: &Session, walk: &mut Walk<'_>) -> Result<String, SqlError> {
    let name = if walk.any(&["FROM", "IN"]) {
        walk.name().ok_or_else(|| refuse::syntax(walk.rest()))?
    } else {
        session.database.clone().ok_or_else(refuse::no_database)?
    };
    known(session, &name).map(|database| database.name.clone())
}

/// `FROM t [FROM d]`.
fn table_after_from(session: &Session, walk: &mut Walk<'_>) -> Result<(String, String), SqlError> {
    if !walk.any(&["FROM", "IN"]) {
        return Err(refuse::syntax(walk.rest()));
    }
    let (mut database, table) = qualified(session, walk)?;
    if walk.any(&["FROM", "IN"]) {
        database = walk.name().ok_or_else(|| refuse::syntax(walk.rest()))?;
    }
    Ok((database, table))
}

/// `t` or `d.t`; 1046 is for later, since `FROM d` may follow.
fn qualified(session: &Session, walk: &mut Walk<'_>) -> Result<(String, String), SqlError> {
    let first = walk.name().ok_or_else(|| refuse::syntax(walk.rest()))?;
    if walk.sign('.') {
        let table = walk.name().ok_or_else(|| refuse::syntax(walk.rest()))?;
        return Ok((first, table));
    }
    Ok((session.database.clone().unwrap_or_default(), first))
}

/// The database of this name.
fn known<'a>(session: &'a Session, name: &str) -> Result<&'a Database, SqlError> {
    if name.is_empty() {
        return Err(refuse::no_database());
    }
    let is_own = name.eq_ignore_ascii_case("information_schema");
    let name = if is_own { "information_schema" } else { name };
    session.server.schema.database(name).ok_or_else(|| refuse::unknown_database(name))
}

/// The table or view of this name, if the account may see it.
fn named<'a>(session: &'a Session, database: &str, name: &str) -> Result<Named<'a>, SqlError> {
    let database = known(session, database)?;
    let is_own = database.name == "information_schema";
    let table =
        database.tables.iter().find(|table| table.name == name || (is_own && table.name.eq_ignore_ascii_case(name)));
    match (table, database.view(name)) {
        (Some(table), _) if table.is_forbidden => Err(refuse::denied_table(&session.user, &database.name, name)),
        (Some(table), _) => Ok(Named::Table(database, table)),
        (None, Some(view)) => Ok(Named::View(view)),
        (None, None) => Err(refuse::no_table(&database.name, name)),
    }
}
