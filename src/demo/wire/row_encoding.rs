//! Writes rows for the client: each value as text, or in the binary format of its column's type.
//!
//! Values have the storage formats of `demo::schema`. A value that does not fit its column's type is written as text.

use rusqlite::types::ValueRef;

use super::encoding::put_bytes;
use crate::demo::translate::{NOT_FIXED, double_text, float_text};
use crate::domain::results::{Column, WireType};

/// The format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueEncoding {
    /// For a text statement.
    Text,
    /// For a prepared statement.
    Binary,
}

impl ValueEncoding {
    /// Appends one row.
    pub(crate) fn put<'v>(self, out: &mut Vec<u8>, columns: &[Column], values: impl Iterator<Item = ValueRef<'v>>) {
        match self {
            Self::Text => columns.iter().zip(values).for_each(|(column, value)| put_text(out, column, value)),
            Self::Binary => put_binary_row(out, columns, values),
        }
    }
}

fn put_text(out: &mut Vec<u8>, column: &Column, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => out.push(0xfb),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => put_bytes(out, bytes),
        ValueRef::Integer(number) => put_integer(out, column, number),
        ValueRef::Real(number) => put_bytes(out, real(column, number).as_bytes()),
    }
}

fn put_integer(out: &mut Vec<u8>, column: &Column, value: i64) {
    match column.wire {
        WireType::Bit => put_bits(out, column, value),
        #[expect(clippy::cast_precision_loss, reason = "the server sends this number as a double, too")]
        WireType::Float | WireType::Double => put_bytes(out, real(column, value as f64).as_bytes()),
        WireType::NewDecimal | WireType::Decimal if (1..NOT_FIXED).contains(&column.decimals) => {
            put_bytes(out, format!("{value}.{}", "0".repeat(column.decimals.into())).as_bytes());
        }
        WireType::Year if (0..10_000).contains(&value) => put_bytes(out, format!("{value:04}").as_bytes()),
        _ => put_bytes(out, value.to_string().as_bytes()),
    }
}

fn put_bits(out: &mut Vec<u8>, column: &Column, value: i64) {
    let bytes = value.to_be_bytes();
    let size = usize::try_from(column.length.div_ceil(8)).unwrap_or(8).clamp(1, 8);
    put_bytes(out, bytes.get(8 - size..).unwrap_or_default());
}

fn real(column: &Column, value: f64) -> String {
    match column.wire {
        WireType::Float if column.decimals >= NOT_FIXED => float_text(value),
        WireType::NewDecimal | WireType::Decimal if column.decimals < NOT_FIXED => {
            format!("{value:.*}", usize::from(column.decimals))
        }
        WireType::Float | WireType::Double => double_text(value, column.decimals),
        _ => double_text(value, NOT_FIXED),
    }
}

fn put_binary_row<'v>(out: &mut Vec<u8>, columns: &[Column], values: impl Iterator<Item = ValueRef<'v>>) {
    out.push(0);
    let nulls = out.len();
    out.resize(nulls + (columns.len() + 9) / 8, 0);
    for (index, (column, value)) in columns.iter().zip(values).enumerate() {
        if value == ValueRef::Null {
            let bit = index + 2;
            if let Some(byte) = out.get_mut(nulls + bit / 8) {
                *byte |= 1 << (bit % 8);
            }
        } else {
            put_binary(out, column, value);
        }
    }
}

fn put_binary(out: &mut Vec<u8>, column: &Column, value: ValueRef<'_>) {
    match column.wire {
        WireType::Tiny => out.extend_from_slice(&integer(value).to_le_bytes()[..1]),
        WireType::Short | WireType::Year => out.extend_from_slice(&integer(value).to_le_bytes()[..2]),
        WireType::Long | WireType::Int24 => out.extend_from_slice(&integer(value).to_le_bytes()[..4]),
        WireType::LongLong => out.extend_from_slice(&integer(value).to_le_bytes()),
        #[expect(clippy::cast_possible_truncation, reason = "a FLOAT is stored as a double")]
        WireType::Float => out.extend_from_slice(&(floating(value) as f32).to_le_bytes()),
        WireType::Double => out.extend_from_slice(&floating(value).to_le_bytes()),
        WireType::Date | WireType::DateTime | WireType::Timestamp | WireType::NewDate => put_datetime(out, value),
        WireType::Time => put_time(out, value),
        _ => put_text(out, column, value),
    }
}

/// Reads an integer. A number above the signed range is stored as text and keeps its bits.
fn integer(value: ValueRef<'_>) -> i64 {
    match value {
        ValueRef::Integer(number) => number,
        #[expect(clippy::cast_possible_truncation, reason = "an integer column has no fractions")]
        ValueRef::Real(number) => number as i64,
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            let text = std::str::from_utf8(text).unwrap_or_default();
            text.parse::<i64>().or_else(|_| text.parse::<u64>().map(u64::cast_signed)).unwrap_or_default()
        }
        ValueRef::Null => 0,
    }
}

fn floating(value: ValueRef<'_>) -> f64 {
    match value {
        ValueRef::Real(number) => number,
        ValueRef::Integer(number) => number as f64,
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
        }
        ValueRef::Null => 0.0,
    }
}

/// Returns the numbers in a text like `2024-01-31 08:05:00.250`, and the fraction as microseconds.
fn date_time_parts(value: ValueRef<'_>) -> (Vec<u32>, u32) {
    let text = match value {
        ValueRef::Text(text) | ValueRef::Blob(text) => std::str::from_utf8(text).unwrap_or_default(),
        _ => "",
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts = whole.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let micros = format!("{fraction:0<6}").get(..6).and_then(|digits| digits.parse().ok()).unwrap_or_default();
    (parts.map(|part| part.parse().unwrap_or_default()).collect(), micros)
}

fn low_byte(number: u32) -> u8 {
    number.to_le_bytes()[0]
}

fn put_datetime(out: &mut Vec<u8>, value: ValueRef<'_>) {
    let (parts, micros) = date_time_parts(value);
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    let clock = [low_byte(part(3)), low_byte(part(4)), low_byte(part(5))];
    let length = match (micros, clock) {
        (1.., _) => 11,
        (0, [0, 0, 0]) => 4,
        _ => 7,
    };
    out.push(length);
    out.extend_from_slice(&part(0).to_le_bytes()[..2]);
    out.extend_from_slice(&[low_byte(part(1)), low_byte(part(2))]);
    if length > 4 {
        out.extend_from_slice(&clock);
    }
    if length > 7 {
        out.extend_from_slice(&micros.to_le_bytes());
    }
}

fn put_time(out: &mut Vec<u8>, value: ValueRef<'_>) {
    let (parts, micros) = date_time_parts(value);
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    let is_negative = matches!(value, ValueRef::Text(text) if text.first() == Some(&b'-'));
    if part(0) == 0 && part(1) == 0 && part(2) == 0 && micros == 0 {
        out.push(0);
        return;
    }
    out.push(if micros == 0 { 8 } else { 12 });
    out.push(u8::from(is_negative));
    out.extend_from_slice(&(part(0) / 24).to_le_bytes());
    out.extend_from_slice(&[low_byte(part(0) % 24), low_byte(part(1)), low_byte(part(2))]);
    if micros != 0 {
        out.extend_from_slice(&micros.to_le_bytes());
    }
}
