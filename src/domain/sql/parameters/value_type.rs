//! The types of parameters, and the values that users type for them.

use super::value::{DecimalNumber, ParameterValue, ScalarValue};
use crate::domain::calendar::{day_of, days_of};

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ParameterType {
    #[default]
    Text,
    Integer,
    Decimal,
    Date,
    Time,
    DateTime,
    Boolean,
}

/// Whether a parameter has one value or a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ParameterShape {
    #[default]
    One,
    List,
}

impl ParameterType {
    /// Every type, in the order of the reference.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Integer, Self::Decimal, Self::Date, Self::Time, Self::DateTime, Self::Boolean];

    /// Returns the name in a header of a snippet.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "datetime",
            Self::Boolean => "boolean",
        }
    }

    /// Returns what a user types for a value of this type.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Text => "a text; NULL for no value, 'NULL' for the word",
            Self::Integer => "a whole number such as 42",
            Self::Decimal => "a number such as 12.5",
            Self::Date => "a date such as 2024-12-31",
            Self::Time => "a time such as 08:30 or 08:30:15",
            Self::DateTime => "a date and time such as 2024-12-31 08:30",
            Self::Boolean => "true or false, or a code such as 2",
        }
    }
}

/// A typed value that does not have the type of its parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ValueError {
    /// What is wrong and what is expected, in one sentence.
    pub what: String,
}

/// Reads what a user typed for a parameter.
///
/// `NULL` means no value for each type. A text may be in single quotes, with a quote inside doubled. The values of a list have commas
/// or line ends between them; without any value the list is empty.
///
/// # Errors
/// Returns a [`ValueError`] if the input is not a value of the type.
pub fn parse_value(
    input: &str,
    value_type: ParameterType,
    shape: ParameterShape,
) -> Result<ParameterValue, ValueError> {
    match shape {
        ParameterShape::One => scalar(input, value_type).map(ParameterValue::One),
        ParameterShape::List => {
            let values = list_items(input).into_iter().map(|item| scalar(item, value_type));
            values.collect::<Result<_, _>>().map(ParameterValue::List)
        }
    }
}

/// Splits a list at commas and line ends outside of quotes. Spaces around an item and empty items are left out.
fn list_items(input: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut start, mut is_quoted, mut is_begun, mut closed) = (0, false, false, None);
    for (at, c) in input.char_indices() {
        match c {
            '\'' if is_quoted => (is_quoted, closed) = (false, Some(at)),
            // A quote after a closing quote is a doubled one.
            '\'' if !is_begun || closed == at.checked_sub(1) => is_quoted = true,
            ',' | '\n' if !is_quoted => {
                items.push(input.get(start..at).unwrap_or_default());
                (start, is_begun, closed) = (at + 1, false, None);
                continue;
            }
            _ => {}
        }
        is_begun |= !c.is_whitespace();
    }
    items.push(input.get(start..).unwrap_or_default());
    items.into_iter().map(str::trim).filter(|item| !item.is_empty()).collect()
}

fn scalar(input: &str, value_type: ParameterType) -> Result<ScalarValue, ValueError> {
    let typed = input.trim();
    let is_null = if value_type == ParameterType::Text { typed == "NULL" } else { typed.eq_ignore_ascii_case("null") };
    if is_null {
        return Ok(ScalarValue::Null);
    }
    if value_type == ParameterType::Text {
        return Ok(ScalarValue::Text(unquoted(input)));
    }
    if typed.is_empty() {
        return Err(ValueError { what: format!("Enter {}, or NULL.", value_type.example()) });
    }
    let inner = unquoted(typed);
    let inner = inner.trim();
    let value = match value_type {
        ParameterType::Text => Some(ScalarValue::Text(inner.to_owned())),
        ParameterType::Integer => integer(inner),
        ParameterType::Decimal => DecimalNumber::parse(inner).map(ScalarValue::Decimal),
        ParameterType::Date => date(inner).map(ScalarValue::Date),
        ParameterType::Time => time(inner).map(ScalarValue::Time),
        ParameterType::DateTime => datetime(inner).map(ScalarValue::DateTime),
        ParameterType::Boolean => boolean(inner).or_else(|| tiny_integer(inner)),
    };
    value.ok_or_else(|| mismatch(inner, value_type))
}

fn mismatch(typed: &str, value_type: ParameterType) -> ValueError {
    let shown: String =
        if typed.chars().count() > 40 { typed.chars().take(40).chain(['…']).collect() } else { typed.to_owned() };
    let is_digits = typed.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    let what = match value_type {
        ParameterType::Integer if is_digits && !typed.contains('.') => {
            format!("{shown} is outside of the range of a whole number.")
        }
        ParameterType::Decimal if is_digits => format!(
            "{shown} has too many digits: a number has at most {} digits, {} of them after the point.",
            DecimalNumber::MAX_DIGITS,
            DecimalNumber::MAX_FRACTION_DIGITS
        ),
        ParameterType::Decimal if typed.contains(',') => {
            format!("{shown} is not a number: write a point, and no separator for thousands.")
        }
        ParameterType::Text
        | ParameterType::Integer
        | ParameterType::Decimal
        | ParameterType::Date
        | ParameterType::Time
        | ParameterType::DateTime
        | ParameterType::Boolean => format!("{shown} is not {}.", value_type.example()),
    };
    ValueError { what }
}

/// Returns the text without single quotes around it, if there are two.
fn unquoted(text: &str) -> String {
    let inner = text.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.map_or_else(|| text.to_owned(), |inner| inner.replace("''", "'"))
}

fn integer(text: &str) -> Option<ScalarValue> {
    let signed = text.parse().ok().map(ScalarValue::Integer);
    signed.or_else(|| text.parse().ok().map(ScalarValue::Unsigned))
}

/// Reads a number of a TINYINT, with or without a sign: a column of `tinyint(1)` may have codes other than 0 and 1.
fn tiny_integer(text: &str) -> Option<ScalarValue> {
    let number = text.parse().ok().filter(|number| (-128..=255).contains(number));
    number.map(ScalarValue::Integer)
}

fn boolean(text: &str) -> Option<ScalarValue> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(ScalarValue::Boolean(true)),
        "false" | "no" | "off" | "0" => Some(ScalarValue::Boolean(false)),
        _ => None,
    }
}

/// Reads digits: at least `least` and at most `most` of them.
fn digits(text: &str, least: usize, most: usize) -> Option<i64> {
    let is_number = (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Reads `2024-12-31`, and the zero date.
fn date(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = (digits(year, 4, 4)?, digits(month, 1, 2)?, digits(day, 1, 2)?);
    let is_zero = (year, month, day) == (0, 0, 0);
    let is_date = (1..=12).contains(&month) && day_of(days_of(year, month, day)) == (year, month, day);
    (is_zero || is_date).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// Reads `[-]8:30[:15[.123456]]`, up to 838 hours.
fn time(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    clock(rest, 838).map(|clock| format!("{sign}{clock}"))
}

/// Reads a date and, after a space or `T`, a time of day.
fn datetime(text: &str) -> Option<String> {
    match text.split_once([' ', 'T']) {
        None => date(text),
        Some((day, time)) => Some(format!("{} {}", date(day)?, clock(time.trim(), 23)?)),
    }
}

/// Reads hours, minutes, and seconds if there are any.
fn clock(text: &str, most_hours: i64) -> Option<String> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] if fraction.is_none() => (digits(hours, 1, 3)?, digits(minutes, 2, 2)?, 0),
        [hours, minutes, seconds] => (digits(hours, 1, 3)?, digits(minutes, 2, 2)?, digits(seconds, 2, 2)?),
        _ => return None,
    };
    if hours > most_hours || minutes > 59 || seconds > 59 {
        return None;
    }
    let clock = format!("{hours:02}:{minutes:02}:{seconds:02}");
    match fraction {
        None => Some(clock),
        Some(fraction) => digits(fraction, 1, 6).map(|_| format!("{clock}.{fraction}")),
    }
}
