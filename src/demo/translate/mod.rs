//! Translates a MySQL SELECT statement to a SQLite statement with typed columns. What it does not support is error 1235, so
//! that it never returns a wrong result.

mod aggregates;
mod arithmetic;
mod casts;
mod collation;
mod comparison;
mod compound_expr;
mod context;
mod decimal;
pub(in crate::demo) mod errors;
mod expr;
mod floats;
mod from;
mod function_calls;
mod functions;
mod literals;
mod order_limit;
mod output;
mod query;
mod relation;
mod scope;
mod select;
mod sqlite_functions;
mod statement_text;
mod strings;
mod temporal;
mod translator;
mod typed_sql;
mod value_types;
mod warnings;
mod window_functions;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::domain::results::Column;

pub use context::{Context, Parameter, Variable};
pub use errors::SqlError;
pub(super) use floats::NOT_FIXED;
pub use floats::{double_text, float_text};
pub use warnings::{DivisionByZero, Warning, Warnings};

/// A translated statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// The SQLite statement. Bound values are part of its text.
    pub sql: String,
    /// The columns for the client. SQLite returns one value for each, in the storage format of its type (see
    /// [`super::schema`]).
    pub columns: Vec<Column>,
    /// For each column, whether it is a BIT whose values are sent as digits. The server does so if an expression computed
    /// the values.
    pub sends_digits: Vec<bool>,
}

/// Translates one SELECT statement.
///
/// # Errors
/// Returns the server's errors (1064 syntax, 1054 unknown column, …), or 1235 for what the demo does not support.
pub fn translate(text: &str, context: &Context<'_>) -> Result<Translated, SqlError> {
    let (source, query) = statement_text::StatementText::parse(text)?;
    let mut translator = translator::StatementTranslator::new(context, Rc::new(source));
    let select = translator.query(&query, None)?;
    let is_bit = |column: &output::OutputColumn| matches!(column.ty.kind, value_types::ValueKind::Bit(_));
    if select.columns.iter().any(|it| is_bit(it) && it.bits == value_types::BitEncoding::Unknown) {
        return Err(errors::unsupported("a BIT in this place"));
    }
    let sends_digits =
        select.columns.iter().map(|it| is_bit(it) && it.bits == value_types::BitEncoding::Digits).collect();
    let columns = select.columns.iter().map(output::OutputColumn::column).collect();
    Ok(Translated { sql: select.sql, columns, sends_digits })
}

/// Registers the SQL functions and collations that translated statements use. The functions add their warnings to `warnings`.
///
/// # Errors
/// Returns SQLite's error.
pub fn install(connection: &rusqlite::Connection, warnings: &Warnings) -> rusqlite::Result<()> {
    sqlite_functions::install(connection, warnings)
}

/// Converts an error of SQLite to the error for the client: the error that a SQL function raised while the statement ran
/// (1242, 1690, …), or 1317 for an interrupt. Returns `None` for anything else, which is a fault of the translator.
pub fn error_of(failure: &rusqlite::Error) -> Option<SqlError> {
    if failure.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
        return Some(errors::error(1317, "70100", "Query execution was interrupted"));
    }
    let text = failure.to_string();
    if text.contains("integer overflow") {
        // On a real server the sum of integers is a decimal and does not overflow.
        return Some(errors::unsupported("sums beyond the range of BIGINT"));
    }
    let encoded = text.get(text.find(errors::ERROR_PREFIX)? + errors::ERROR_PREFIX.len()..)?;
    let mut parts = encoded.splitn(3, ':');
    let code = parts.next()?.parse().ok()?;
    let state = match parts.next()? {
        "21000" => "21000",
        "22003" => "22003",
        "42000" => "42000",
        _ => "HY000",
    };
    Some(errors::error(code, state, parts.next()?))
}
