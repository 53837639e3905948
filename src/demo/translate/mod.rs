//! From a MySQL statement to a SQLite one with typed output columns. Never guesses: what it does not know is 1235.

use super::schema::DemoSchema;
use crate::domain::results::Column;

/// An error as the server sends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ERROR {code} ({state}): {message}")]
pub struct SqlError {
    /// The error number.
    pub code: u16,
    /// SQLSTATE.
    pub state: &'static str,
    /// The words, as MySQL has them.
    pub message: String,
}

/// What a translation may look at.
pub struct Context<'a> {
    /// All databases, `information_schema` included.
    pub schema: &'a DemoSchema,
    /// The current database.
    pub database: Option<&'a str>,
    /// The session's time zone as an offset in seconds.
    pub zone_seconds: i32,
    /// The moment of the statement, in microseconds since 1970 (UTC): `NOW()` is one value for a statement.
    pub now: i64,
    /// `CONNECTION_ID()`.
    pub connection_id: u64,
    /// `CURRENT_USER()`, such as `RO_USER@%`.
    pub account: &'a str,
    /// System variables (lower-case name to value) for `@@name`.
    pub variables: &'a dyn Fn(&str) -> Option<Variable>,
    /// Values of `?` in order, as literals of MySQL; empty for a text statement.
    pub parameters: &'a [Parameter],
}

/// A system variable's value with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// A text variable.
    Text(String),
    /// A whole number.
    Integer(i64),
}

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating number.
    Double(f64),
    /// Text or bytes.
    Bytes(Vec<u8>),
}

/// A statement that SQLite can run, and what its columns are for the client.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// SQLite's text; parameters are already inlined.
    pub sql: String,
    /// The columns, as the client is told. SQLite gives one value for each, in the storage form of its type
    /// (see [`super::schema`]); NULL is NULL.
    pub columns: Vec<Column>,
}
