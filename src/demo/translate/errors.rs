//! The server's errors for statements, with the messages of `MariaDB` 10.11.

/// An error as the server sends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ERROR {code} ({state}): {message}")]
pub struct SqlError {
    pub code: u16,
    /// The SQLSTATE.
    pub state: &'static str,
    pub message: String,
}

/// The prefix of errors that SQL functions raise. [`super::error_of`] decodes them.
pub(super) const ERROR_PREFIX: &str = "rrx-sql-error:";

pub(in crate::demo) fn error(code: u16, state: &'static str, message: impl Into<String>) -> SqlError {
    SqlError { code, state, message: message.into() }
}

/// The code of statements that the demo does not support.
pub(in crate::demo) const UNSUPPORTED: u16 = 1235;

/// Reports something that a real server supports and the demo does not.
pub(in crate::demo) fn unsupported(what: impl std::fmt::Display) -> SqlError {
    error(UNSUPPORTED, "42000", format!("the demo replica does not support {what}; run this on a real server"))
}

pub(in crate::demo) fn syntax(near: &str, line: u64) -> SqlError {
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

pub(super) fn unknown_column(name: &str, clause: &str) -> SqlError {
    error(1054, "42S22", format!("Unknown column '{name}' in '{clause}'"))
}

pub(super) fn ambiguous(name: &str, clause: &str) -> SqlError {
    error(1052, "23000", format!("Column '{name}' in {clause} is ambiguous"))
}

pub(super) fn no_table(database: &str, table: &str) -> SqlError {
    error(1146, "42S02", format!("Table '{database}.{table}' doesn't exist"))
}

/// The code for an unknown function. A real server reports a missing privilege to an account that may only read.
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
