//! The arguments of a SQL function.

use rusqlite::functions::Context;
use rusqlite::types::ValueRef;

use super::super::decimal::Decimal;
use super::super::errors::SqlError;
use super::super::floats;
use super::super::temporal::{DateTime, parse_time};
use super::super::warnings::Warnings;
use super::results::{FunctionResult, decimal_too_large, optional_double};

/// The arguments of a call, and the list for its warnings.
pub(super) struct Arguments<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) warnings: &'a Warnings,
}

impl Arguments<'_, '_> {
    pub(super) fn len(&self) -> usize {
        self.context.len()
    }

    pub(super) fn raw(&self, at: usize) -> ValueRef<'_> {
        if at < self.context.len() { self.context.get_raw(at) } else { ValueRef::Null }
    }

    pub(super) fn text(&self, at: usize) -> String {
        match self.raw(at) {
            ValueRef::Null => String::new(),
            ValueRef::Integer(it) => it.to_string(),
            ValueRef::Real(it) => floats::double_text(it, 31),
            ValueRef::Text(it) | ValueRef::Blob(it) => String::from_utf8_lossy(it).into_owned(),
        }
    }

    pub(super) fn raw_length(&self, at: usize) -> usize {
        match self.raw(at) {
            ValueRef::Text(it) | ValueRef::Blob(it) => it.len(),
            _ => 0,
        }
    }

    pub(super) fn int(&self, at: usize) -> i64 {
        match self.raw(at) {
            ValueRef::Integer(it) => it,
            _ => self.decimal(at).ok().and_then(|it| it.scaled(0)).unwrap_or(0),
        }
    }

    pub(super) fn double(&self, at: usize) -> f64 {
        match self.raw(at) {
            #[expect(clippy::cast_precision_loss, reason = "the server converts it in the same way")]
            ValueRef::Integer(it) => it as f64,
            ValueRef::Real(it) => it,
            _ => floats::parse_double(&self.text(at)),
        }
    }

    pub(super) fn decimal(&self, at: usize) -> std::result::Result<Decimal, SqlError> {
        match self.raw(at) {
            ValueRef::Integer(it) => Ok(Decimal::from_integer(it)),
            ValueRef::Text(it) => std::str::from_utf8(it).ok().and_then(Decimal::parse).ok_or_else(decimal_too_large),
            _ => Decimal::parse(&self.text(at)).ok_or_else(decimal_too_large),
        }
    }

    /// Parses a date-time, and adds a warning if it is not one.
    pub(super) fn date_time(&self, at: usize) -> Option<DateTime> {
        let date_time = match self.raw(at) {
            ValueRef::Text(it) => std::str::from_utf8(it).ok().and_then(DateTime::parse),
            _ => DateTime::parse(&self.text(at)),
        };
        if date_time.is_none() {
            self.warnings.invalid_date_time(&self.text(at), "datetime");
        }
        date_time
    }

    /// Parses a time in microseconds, and adds a warning if it is not one.
    pub(super) fn time(&self, at: usize) -> Option<i64> {
        let text = self.text(at);
        let time = parse_time(&text);
        if time.is_none() {
            self.warnings.invalid_date_time(&text, "time");
        }
        time
    }

    /// Returns the quotient, or NULL with a warning if the divisor is zero.
    pub(super) fn divided(&self, is_zero: bool, quotient: impl FnOnce() -> FunctionResult) -> FunctionResult {
        if is_zero {
            self.warnings.divided_by_zero();
            return Ok(None);
        }
        quotient()
    }

    /// Returns a logarithm, or NULL with a warning if a value is not positive.
    pub(super) fn logarithm(&self, values: &[f64], result: f64) -> FunctionResult {
        self.divided(values.iter().any(|value| *value <= 0.0) || !result.is_finite(), || optional_double(result))
    }

    /// Parses a floating-point number. A warning calls it a `target`.
    pub(super) fn parsed_double(&self, target: &str) -> f64 {
        let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = self.raw(0) else { return self.double(0) };
        let text = String::from_utf8_lossy(bytes);
        let (value, end) = floats::parse_double_prefix(&text);
        self.warnings.incomplete_number(&text, end, target);
        value
    }

    /// Adds a warning if there is more text after a number of type `target`. `end` finds where the number ends.
    pub(super) fn warn_incomplete_number(&self, end: fn(&str) -> usize, target: &str) {
        if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = self.raw(0) {
            let text = String::from_utf8_lossy(bytes);
            self.warnings.incomplete_number(&text, end(&text), target);
        }
    }

    /// Returns a small number such as a scale or a precision.
    pub(super) fn digits(&self, at: usize) -> u8 {
        u8::try_from(self.int(at)).unwrap_or(0)
    }
}
