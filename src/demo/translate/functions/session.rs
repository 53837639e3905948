//! Functions about the session: VERSION, DATABASE, USER.

#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have the same signature")]

use super::super::context::Variable;
use super::super::errors::{SqlError, unsupported};
use super::super::typed_sql::{TypedSql, quoted};
use super::super::value_types::Type;
use super::call::FunctionCall;

pub(super) fn version(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    match (c.context.variables)("version") {
        Some(Variable::Text(text)) => Ok(TypedSql { literal: None, ..TypedSql::text(&text) }),
        _ => Err(unsupported("VERSION()")),
    }
}

pub(super) fn database(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let sql = c.context.database.map_or_else(|| "NULL".to_owned(), quoted);
    Ok(TypedSql::new(sql, Type::text(64)))
}

pub(super) fn account(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let shown = match (c.name, c.context.account.split_once('@')) {
        ("CURRENT_USER", _) | (_, None) => c.context.account.to_owned(),
        (_, Some((user, _))) => format!("{user}@localhost"),
    };
    Ok(TypedSql::new(quoted(&shown), Type::text(128).nullable(c.name != "CURRENT_USER")))
}
