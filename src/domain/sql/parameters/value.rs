//! The values of parameters, as bound values and as literals.

use std::fmt;

use crate::domain::sql::quote::literal;
use crate::domain::sql::{Dialect, Param};

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    One(ScalarValue),
    /// The values of `IN (:name)`, or of arguments of a function.
    List(Vec<ScalarValue>),
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalarValue {
    Null,
    Text(String),
    Integer(i64),
    /// A whole number above the range of `Integer`.
    Unsigned(u64),
    Decimal(DecimalNumber),
    /// `2024-12-31`.
    Date(String),
    /// `-838:59:59.123456`.
    Time(String),
    /// `2024-12-31 23:59:59.123456`.
    DateTime(String),
    Boolean(bool),
}

/// A number with digits after the point, in the range of the server's DECIMAL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecimalNumber {
    text: String,
    digits: usize,
    fraction_digits: usize,
}

impl DecimalNumber {
    /// The largest DECIMAL that every server has.
    pub const MAX_DIGITS: usize = 65;
    pub const MAX_FRACTION_DIGITS: usize = 30;

    /// Reads `12`, `-12.50`, `.5`. Returns `None` if it is something else, or has too many digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, number) = match text.strip_prefix('-') {
            Some(number) => ("-", number),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        let (fraction_digits, digits) = (fraction.len(), whole.len() + fraction.len());
        if digits > Self::MAX_DIGITS || fraction_digits > Self::MAX_FRACTION_DIGITS {
            return None;
        }
        let text = if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
        Some(Self { text, digits, fraction_digits })
    }
}

impl fmt::Display for DecimalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ScalarValue {
    /// Returns the value to bind.
    #[must_use]
    pub fn param(&self) -> Param {
        match self {
            Self::Null => Param::Null,
            Self::Integer(number) => Param::Integer(*number),
            Self::Unsigned(number) => Param::Unsigned(*number),
            Self::Boolean(is_true) => Param::Integer(i64::from(*is_true)),
            Self::Decimal(number) => Param::Text(number.to_string()),
            Self::Text(text) | Self::Date(text) | Self::Time(text) | Self::DateTime(text) => Param::Text(text.clone()),
        }
    }

    /// Returns the expression that stands for the bound value. A decimal number is bound as text, which the server would compare as
    /// a floating-point number; the cast keeps it exact.
    #[must_use]
    pub(super) fn placeholder(&self) -> String {
        match self {
            Self::Decimal(number) => format!("CAST(? AS DECIMAL({}, {}))", number.digits, number.fraction_digits),
            Self::Null
            | Self::Text(_)
            | Self::Integer(_)
            | Self::Unsigned(_)
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::Boolean(_) => "?".to_owned(),
        }
    }

    /// Returns the value as a literal.
    #[must_use]
    pub fn literal(&self, dialect: Dialect) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Unsigned(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
            Self::Boolean(true) => "TRUE".to_owned(),
            Self::Boolean(false) => "FALSE".to_owned(),
            Self::Text(text) | Self::Date(text) | Self::Time(text) | Self::DateTime(text) => literal(text, dialect),
        }
    }
}
