//! The SQL functions and collations that translated statements call in SQLite. Their names begin with `my_`.

mod aggregates;
mod arguments;
mod dates;
mod numbers;
mod results;
mod table;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

pub(super) use self::aggregates::SEPARATOR;
use self::arguments::Arguments;
use self::results::FunctionResult;
use self::table::NULL_PROPAGATING;
use super::collation;
use super::decimal::compare_texts;
use super::errors::{ERROR_PREFIX, SqlError, error};
use super::warnings::Warnings;

/// Registers the functions and collations.
pub(super) fn install(connection: &Connection, warnings: &Warnings) -> Result<()> {
    connection.create_collation(collation::TEXT, collation::compare)?;
    connection.create_collation(collation::DECIMAL, compare_texts)?;
    for (name, count, body) in NULL_PROPAGATING {
        let body = *body;
        define(connection, warnings, name, *count, move |arguments| {
            let has_null = (0..arguments.len()).any(|at| arguments.raw(at) == ValueRef::Null);
            if has_null { Ok(None) } else { body(arguments) }
        })?;
    }
    define(connection, warnings, "my_concat_ws", -1, |it| {
        if it.raw(0) == ValueRef::Null {
            return Ok(None);
        }
        let parts: Vec<String> =
            (1..it.len()).filter(|at| it.raw(*at) != ValueRef::Null).map(|at| it.text(at)).collect();
        Ok(Some(Value::Text(parts.join(&it.text(0)))))
    })?;
    define(connection, warnings, "my_single", 2, |it| {
        if it.int(1) > 1 {
            return Err(error(1242, "21000", "Subquery returns more than 1 row"));
        }
        Ok(Some(owned(it.raw(0))))
    })?;
    // Not deterministic, so that SQLite does not cache the result.
    connection.create_scalar_function("my_nap", 1, FunctionFlags::SQLITE_UTF8, |context| {
        sleep_briefly();
        Ok(context.get::<i64>(0)? + 1)
    })?;
    aggregates::install(connection, warnings)
}

#[expect(
    clippy::disallowed_methods,
    reason = "SLEEP() waits in steps of ten milliseconds, so that it can be interrupted"
)]
fn sleep_briefly() {
    std::thread::sleep(std::time::Duration::from_millis(10));
}

fn define<F>(connection: &Connection, warnings: &Warnings, name: &str, count: i32, body: F) -> Result<()>
where
    F: Fn(&Arguments<'_, '_>) -> FunctionResult + Send + 'static,
{
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let warnings = warnings.clone();
    connection.create_scalar_function(name, count, flags, move |context| {
        let result = body(&Arguments { context, warnings: &warnings }).map_err(|error| encode_error(&error))?;
        Ok(result.unwrap_or(Value::Null))
    })
}

/// Encodes an error so that [`super::error_of`] can decode it from SQLite's error.
fn encode_error(error: &SqlError) -> Error {
    Error::UserFunctionError(format!("{ERROR_PREFIX}{}:{}:{}", error.code, error.state, error.message).into())
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(it) => Value::Integer(it),
        ValueRef::Real(it) => Value::Real(it),
        ValueRef::Text(it) => Value::Text(String::from_utf8_lossy(it).into_owned()),
        ValueRef::Blob(it) => Value::Blob(it.to_vec()),
    }
}
