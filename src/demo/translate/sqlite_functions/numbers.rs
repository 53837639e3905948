//! Numbers and bytes as SQL functions compute them.

use rusqlite::types::ValueRef;

use super::super::decimal::Decimal;
use super::super::errors::error;
use super::results::{FunctionResult, decimal_too_large, optional_int};

/// Converts a floating-point number to a decimal of a type. A number that is too large becomes the largest of the type.
pub(super) fn fit_double(value: f64, precision: u8, scale: u8) -> Option<Decimal> {
    let end = Decimal::largest(precision, scale)?;
    let fitted = Decimal::from_double(value).and_then(|it| it.fit(precision, scale));
    Some(fitted.unwrap_or(if value < 0.0 { end.negate() } else { end }))
}

pub(super) fn integer_quotient(dividend: Decimal, divisor: Decimal) -> FunctionResult {
    let quotient = dividend.divide(divisor).ok_or_else(decimal_too_large)?;
    let whole = quotient.and_then(|it| it.truncate(0)).and_then(|it| it.scaled(0));
    optional_int(Some(whole.ok_or_else(|| error(1690, "22003", "BIGINT value is out of range"))?))
}

pub(super) fn clamp_digits(digits: i64) -> i32 {
    i32::try_from(digits.clamp(-60, 60)).unwrap_or(0)
}

/// Returns where the integer at the start of a text ends.
pub(super) fn integer_length(text: &str) -> usize {
    let rest = text.trim_start();
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    text.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len()
}

/// Parses the integer at the start of a text. Returns `None` if it is too large.
pub(super) fn integer_prefix(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    let value = if digits.is_empty() { 0 } else { digits.parse::<i128>().ok()? };
    i64::try_from(sign * value).ok()
}

/// Rounds to `digits` digits with the function `cut`.
pub(super) fn round_double(value: f64, digits: i64, cut: fn(f64) -> f64) -> f64 {
    let digits = clamp_digits(digits);
    let factor = 10_f64.powi(digits.abs());
    if digits >= 0 {
        let scaled = value * factor;
        if scaled.is_finite() { cut(scaled) / factor } else { value }
    } else {
        cut(value / factor) * factor
    }
}

/// Returns the bytes of a BIT value.
pub(super) fn bit_bytes(value: i64, bits: i64) -> Vec<u8> {
    let bytes = usize::try_from((bits + 7) / 8).unwrap_or(1).clamp(1, 8);
    value.to_be_bytes().into_iter().skip(8 - bytes).collect()
}

/// Pads or truncates bytes to a length.
pub(super) fn fixed_bytes(value: &ValueRef<'_>, length: i64) -> Vec<u8> {
    let mut bytes = match value {
        ValueRef::Blob(it) | ValueRef::Text(it) => it.to_vec(),
        _ => Vec::new(),
    };
    bytes.resize(usize::try_from(length).unwrap_or(0).min(16_777_216), 0);
    bytes
}
