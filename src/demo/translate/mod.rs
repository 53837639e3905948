//! From a MySQL statement to a SQLite one with typed output columns. Never guesses: what it does not know is 1235.

mod aggregate;
mod arithmetic;
mod calls;
mod casts;
mod collation;
mod compare;
mod decimal;
mod errors;
mod expr;
mod forms;
mod from;
mod functions;
mod inside;
mod literals;
mod number;
mod parse;
mod pass;
mod scope;
mod select;
mod temporal;
mod text;
mod types;
mod value;
mod warnings;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::schema::DemoSchema;
use crate::domain::results::Column;

pub use number::{double_text, float_text};
pub use warnings::{Warning, Warnings};

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
    /// For each column whether its values are sent as digits though it is a BIT: the server does so where an expression
    /// made them.
    pub spelled: Vec<bool>,
}

/// Translates one statement that selects.
///
/// # Errors
/// The server's own errors (1064 syntax, 1054 unknown column, …), or 1235 for what the demo does not know.
pub fn translate(text: &str, context: &Context<'_>) -> Result<Translated, SqlError> {
    let (source, query) = parse::Source::read(text)?;
    let mut pass = pass::Pass::new(context, Rc::new(source));
    let rows = pass.query(&query, None)?;
    let is_bit = |it: &pass::Shown| matches!(it.ty.kind, types::Kind::Bit(_));
    if rows.columns.iter().any(|it| is_bit(it) && it.bits == pass::Bits::Unknown) {
        return Err(errors::unsupported("a BIT in this place"));
    }
    let spelled = rows.columns.iter().map(|it| is_bit(it) && it.bits == pass::Bits::Digits).collect();
    Ok(Translated { columns: rows.columns.iter().map(pass::Shown::column).collect(), spelled, sql: rows.sql })
}

/// Teaches a connection the functions and collations that translated statements call, which tell here what they warn of.
///
/// # Errors
/// SQLite's own, when it refuses a definition.
pub fn install(connection: &rusqlite::Connection, warnings: &Warnings) -> rusqlite::Result<()> {
    inside::install(connection, warnings)
}

/// What an error of SQLite is to the client: the server's error that one of our functions raised while the statement
/// ran (1242, 1690, …), 1317 for an interrupt; `None` for anything else, which is a fault of ours.
pub fn error_of(failure: &rusqlite::Error) -> Option<SqlError> {
    if failure.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
        return Some(errors::error(1317, "70100", "Query execution was interrupted"));
    }
    let text = failure.to_string();
    if text.contains("integer overflow") {
        // A sum of whole numbers is a decimal on the server, and has room.
        return Some(errors::unsupported("sums over the range of BIGINT"));
    }
    let told = text.get(text.find(errors::MARK)? + errors::MARK.len()..)?;
    let mut parts = told.splitn(3, ':');
    let code = parts.next()?.parse().ok()?;
    let state = match parts.next()? {
        "21000" => "21000",
        "22003" => "22003",
        "42000" => "42000",
        _ => "HY000",
    };
    Some(errors::error(code, state, parts.next()?))
}
