//! The server's own words for what is wrong with a statement. Source: `MariaDB` 10.11, asked.

use super::SqlError;

/// How an error of a function inside SQLite begins; [`super::error_of`] reads it back.
pub(super) const MARK: &str = "rrx-sql-error:";

pub(super) fn error(code: u16, state: &'static str, message: impl Into<String>) -> SqlError {
    SqlError { code, state, message: message.into() }
}

/// What the demo does not know.
pub(super) fn unsupported(what: impl std::fmt::Display) -> SqlError {
    error(1235, "42000", format!("not supported by the demo replica: {what}"))
}

pub(super) fn syntax(near: &str, line: u64) -> SqlError {
    let near: String = near.chars().take(80).collect();
    error(
        1064,
        "42000",
        format!(
            "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version \
             for the right syntax to use near '{near}' at line {line}"
        ),
    )
}

pub(super) fn unknown_column(name: &str, place: &str) -> SqlError {
    error(1054, "42S22", format!("Unknown column '{name}' in '{place}'"))
}

pub(super) fn ambiguous(name: &str, place: &str) -> SqlError {
    error(1052, "23000", format!("Column '{name}' in {place} is ambiguous"))
}

pub(super) fn no_table(database: &str, table: &str) -> SqlError {
    error(1146, "42S02", format!("Table '{database}.{table}' doesn't exist"))
}

/// What an account that may only read is told of a function that does not exist: it may execute none.
pub(super) const NO_ROUTINE: u16 = 1370;

pub(super) fn unknown_function(account: &str, database: Option<&str>, name: &str) -> SqlError {
    let (user, host) = account.split_once('@').unwrap_or((account, "%"));
    match database {
        Some(database) => error(
            NO_ROUTINE,
            "42000",
            format!("execute command denied to user '{user}'@'{host}' for routine '{database}.{name}'"),
        ),
        None => error(1046, "3D000", "No database selected"),
    }
}

pub(super) fn wrong_count(name: &str) -> SqlError {
    error(1582, "42000", format!("Incorrect parameter count in the call to native function '{name}'"))
}

pub(super) fn group_function() -> SqlError {
    error(1111, "HY000", "Invalid use of group function")
}

pub(super) fn operand_columns(count: usize) -> SqlError {
    error(1241, "21000", format!("Operand should contain {count} column(s)"))
}
