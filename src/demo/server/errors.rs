//! The server's errors, with the numbers, states and messages of MariaDB 10.11.

use crate::demo::translate::SqlError;
pub(in crate::demo) use crate::demo::translate::errors::{UNSUPPORTED, error, unsupported};

/// Creates error 1064 with the text at which the syntax is wrong.
pub(super) fn syntax_error(near: &str) -> SqlError {
    crate::demo::translate::errors::syntax(near, 1)
}

pub(crate) fn invalid_utf8() -> SqlError {
    error(1300, "HY000", "Invalid utf8mb4 character string")
}

pub(super) fn unknown_database(name: &str) -> SqlError {
    error(1049, "42000", format!("Unknown database '{name}'"))
}

pub(super) fn no_database() -> SqlError {
    error(1046, "3D000", "No database selected")
}

pub(super) fn no_table(database: &str, table: &str) -> SqlError {
    error(1146, "42S02", format!("Table '{database}.{table}' doesn't exist"))
}

pub(super) fn denied_table(user: &str, database: &str, table: &str) -> SqlError {
    error(1142, "42000", format!("SELECT command denied to user '{user}'@'localhost' for table `{database}`.`{table}`"))
}

pub(crate) fn denied_user(user: &str, host: &str, has_password: bool) -> SqlError {
    let using = if has_password { "YES" } else { "NO" };
    error(1045, "28000", format!("Access denied for user '{user}'@'{host}' (using password: {using})"))
}

pub(super) fn unknown_variable(name: &str) -> SqlError {
    error(1193, "HY000", format!("Unknown system variable '{name}'"))
}

pub(super) fn wrong_value(name: &str, value: &str) -> SqlError {
    error(1231, "42000", format!("Variable '{name}' can't be set to the value of '{value}'"))
}

pub(super) fn wrong_type(name: &str) -> SqlError {
    error(1232, "42000", format!("Incorrect argument type to variable '{name}'"))
}

pub(super) fn read_only_server() -> SqlError {
    error(
        1290,
        "HY000",
        "The MariaDB server is running with the --read-only option so it cannot execute this statement",
    )
}

pub(super) fn read_only_transaction() -> SqlError {
    error(1792, "25006", "Cannot execute statement in a READ ONLY transaction")
}

pub(super) fn interrupted() -> SqlError {
    error(1317, "70100", "Query execution was interrupted")
}

pub(super) fn timed_out() -> SqlError {
    error(1969, "70100", "Query execution was interrupted (max_statement_time exceeded)")
}

/// Converts an unexpected error of SQLite to 1235: the translator does not support the statement well enough.
pub(super) fn from_sqlite(failure: &rusqlite::Error) -> SqlError {
    match failure {
        rusqlite::Error::SqliteFailure(_, Some(text)) => unsupported(text),
        other => unsupported(other),
    }
}
