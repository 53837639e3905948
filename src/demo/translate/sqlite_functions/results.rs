//! Builds the results of SQL functions.

use rusqlite::types::Value;

use super::super::decimal::Decimal;
use super::super::errors::{SqlError, error, unsupported};

pub(super) type FunctionResult = std::result::Result<Option<Value>, SqlError>;

/// The error for decimals of more than 38 digits. A real server has 65.
pub(super) fn decimal_too_large() -> SqlError {
    unsupported("decimals of more than 38 digits")
}

#[expect(clippy::unnecessary_wraps, reason = "all functions have the same signature")]
pub(super) fn new_text(text: impl Into<String>) -> FunctionResult {
    Ok(Some(Value::Text(text.into())))
}

pub(super) fn new_dec(value: Option<Decimal>) -> FunctionResult {
    new_text(value.ok_or_else(decimal_too_large)?.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "all functions have the same signature")]
pub(super) fn optional_int(value: Option<i64>) -> FunctionResult {
    Ok(value.map(Value::Integer))
}

pub(super) fn new_int(value: i128) -> FunctionResult {
    let value = i64::try_from(value).map_err(|_| error(1690, "22003", "BIGINT value is out of range"))?;
    Ok(Some(Value::Integer(value)))
}

/// Returns an unsigned integer. The demo supports them up to the signed maximum.
pub(super) fn new_unsigned(value: i128) -> FunctionResult {
    match i64::try_from(value) {
        Ok(value @ 0..) => Ok(Some(Value::Integer(value))),
        Err(_) if (0..=i128::from(u64::MAX)).contains(&value) => {
            Err(unsupported("unsigned numbers above the signed range"))
        }
        _ => Err(error(1690, "22003", "BIGINT UNSIGNED value is out of range")),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "all functions have the same signature")]
pub(super) fn optional_double(value: f64) -> FunctionResult {
    Ok(value.is_finite().then_some(Value::Real(value)))
}

#[expect(clippy::unnecessary_wraps, reason = "all functions have the same signature")]
pub(super) fn optional_text(value: Option<String>) -> FunctionResult {
    Ok(value.map(Value::Text))
}

#[expect(clippy::option_option, reason = "too large and divided by zero are two cases")]
pub(super) fn optional_dec(value: Option<Option<Decimal>>) -> FunctionResult {
    Ok(value.ok_or_else(decimal_too_large)?.map(|it| Value::Text(it.to_string())))
}

pub(super) fn new_dec_int(value: Option<Decimal>) -> FunctionResult {
    // A real server clamps such a number to the range, with a warning.
    let value = value.and_then(|it| it.scaled(0)).ok_or_else(|| unsupported("numbers beyond the range of BIGINT"))?;
    Ok(Some(Value::Integer(value)))
}
