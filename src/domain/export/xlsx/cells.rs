//! Cells of a sheet. A value is a number or a date if a spreadsheet keeps it unchanged, otherwise text:
//!
//! - integers and decimals of at most 15 significant digits, which is what a spreadsheet shows, are numbers, with as many
//!   decimal places as the column has; longer ones and zero-filled ones are text;
//! - FLOAT and DOUBLE are numbers; BIT is the number of its bits;
//! - DATE, DATETIME and TIMESTAMP (in the session's zone) from March 1900 on are dates if they have no more than milliseconds;
//!   others, dates outside of the calendar, and TIME are text;
//! - binary values are text `0x…`.

use super::address::CellAddress;
use crate::domain::export::datetime::{DAY, date, date_time};
use crate::domain::export::json::is_number;
use crate::domain::export::text_format::put_hex;
use crate::domain::export::unsupported::UnsupportedValue;
use crate::domain::limits::SHEET_CELL;
use crate::domain::results::{Column, TypeClass, WireType, bit_number};

/// Index of the style of the header.
pub(super) const BOLD: usize = 1;
/// Index of the style of text: it stays text when the cell is edited.
pub(super) const TEXT: usize = 2;

/// Significant digits of a number in a spreadsheet.
const DIGITS: usize = 15;
/// Decimal places of a number format.
const PLACES: u8 = 30;
/// Day 0 of a spreadsheet's calendar, in days since 1970.
const ORIGIN: i64 = -25_569;
/// 1 March 1900. Before it a spreadsheet counts 29 February 1900, which did not exist.
const FIRST: i64 = 61;
/// Milliseconds of a day.
const DAY_MILLIS: i64 = DAY / 1000;

/// How values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// A number with this many decimal places.
    Number(u8),
    /// A number with its own decimal places.
    Float,
    /// A BIT as a number.
    Bit,
    Date,
    /// A date and a time, with or without milliseconds.
    DateTime {
        has_fraction: bool,
    },
    Text,
    Binary,
}

impl CellKind {
    pub(super) fn of(column: &Column) -> Self {
        match (column.class(), column.wire) {
            (TypeClass::Integer, _) => Self::Number(0),
            (TypeClass::Decimal, _) => Self::Number(column.decimals.min(PLACES)),
            (TypeClass::Float, _) => Self::Float,
            (TypeClass::Bit, _) => Self::Bit,
            (TypeClass::Temporal, WireType::Date | WireType::NewDate) => Self::Date,
            (TypeClass::Temporal, WireType::DateTime | WireType::Timestamp) => {
                Self::DateTime { has_fraction: column.decimals > 0 }
            }
            (TypeClass::Temporal | TypeClass::Text | TypeClass::Json | TypeClass::Null, _) => Self::Text,
            (TypeClass::Binary | TypeClass::Geometry, _) => Self::Binary,
        }
    }

    /// Returns the number format of the cells, if they need one.
    pub(super) fn number_format(self) -> Option<String> {
        Some(match self {
            Self::Number(0) | Self::Bit => "0".into(),
            Self::Number(places) => format!("0.{}", "0".repeat(usize::from(places))),
            Self::Float | Self::Text | Self::Binary => return None,
            Self::Date => "yyyy\\-mm\\-dd".into(),
            Self::DateTime { has_fraction: false } => "yyyy\\-mm\\-dd\\ hh:mm:ss".into(),
            Self::DateTime { has_fraction: true } => "yyyy\\-mm\\-dd\\ hh:mm:ss.000".into(),
        })
    }

    /// Returns the width of the column in characters, if the default width is too small.
    pub(super) fn width(self) -> Option<u32> {
        match self {
            Self::Date => Some(11),
            Self::DateTime { has_fraction: false } => Some(19),
            Self::DateTime { has_fraction: true } => Some(24),
            Self::Number(_) | Self::Float | Self::Bit | Self::Text | Self::Binary => None,
        }
    }

    /// Writes the cell of a printed value. The style of the address is used for numbers and dates.
    pub(super) fn put(self, printed: &[u8], at: CellAddress<'_>, out: &mut Vec<u8>) -> Result<(), UnsupportedValue> {
        let number = match self {
            Self::Number(_) => is_kept(printed).then(|| printed.to_vec()),
            Self::Float => is_number(printed).then(|| printed.to_vec()),
            Self::Bit => bit_number(printed).map(|bits| bits.to_string().into_bytes()).filter(|bits| is_kept(bits)),
            Self::Date => date(printed).and_then(|days| serial(days, 0)),
            Self::DateTime { .. } => date_time(printed).and_then(|(days, micros)| serial(days, micros)),
            Self::Text | Self::Binary => None,
        };
        if let Some(number) = number {
            out.extend_from_slice(format!("<c r=\"{}{}\" s=\"{}\"><v>", at.letters, at.row, at.style).as_bytes());
            out.extend_from_slice(&number);
            out.extend_from_slice(b"</v></c>");
            return Ok(());
        }
        let at = CellAddress { style: TEXT, ..at };
        match (self, bit_number(printed)) {
            (Self::Bit, Some(bits)) => put_text(&bits.to_string(), at, out),
            // Checked before the hexadecimal text is made.
            (Self::Binary | Self::Bit, _) if printed.len() > SHEET_CELL => {
                Err(UnsupportedValue::TooLong(2 + 2 * printed.len()))
            }
            (Self::Binary | Self::Bit, _) => {
                let mut hex = b"0x".to_vec();
                put_hex(printed, &mut hex);
                put_bytes(&hex, at, out)
            }
            _ => put_bytes(printed, at, out),
        }
    }
}

fn put_bytes(text: &[u8], at: CellAddress<'_>, out: &mut Vec<u8>) -> Result<(), UnsupportedValue> {
    put_text(std::str::from_utf8(text).map_err(|_| UnsupportedValue::NotUtf8)?, at, out)
}

/// Whether a spreadsheet keeps every digit of a number: it is a number in XML, and has at most 15 significant digits.
fn is_kept(printed: &[u8]) -> bool {
    let digits = || printed.iter().filter(|byte| byte.is_ascii_digit());
    let zeros = |digit: &&u8| **digit == b'0';
    let leading = digits().take_while(zeros).count();
    let all = digits().count();
    let trailing = digits().rev().take_while(zeros).count();
    is_number(printed) && all.saturating_sub(leading + trailing) <= DIGITS
}

/// Returns the serial number of a date and time in a spreadsheet; `None` if it cannot be represented.
fn serial(days: i64, micros: i64) -> Option<Vec<u8>> {
    let day = days - ORIGIN;
    let millis = micros / 1000;
    if day < FIRST || micros % 1000 != 0 {
        return None;
    }
    if millis == 0 {
        return Some(day.to_string().into_bytes());
    }
    // There are fewer than three million days: a 64-bit float is precise to a twentieth of a millisecond.
    let value = day as f64 + millis as f64 / DAY_MILLIS as f64;
    Some(value.to_string().into_bytes())
}

/// Writes a cell of text.
pub(super) fn put_text(text: &str, at: CellAddress<'_>, out: &mut Vec<u8>) -> Result<(), UnsupportedValue> {
    if text.len() > SHEET_CELL {
        let length = text.encode_utf16().count();
        if length > SHEET_CELL {
            return Err(UnsupportedValue::TooLong(length));
        }
    }
    let CellAddress { letters, row, style } = at;
    let open = format!("<c r=\"{letters}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    out.extend_from_slice(open.as_bytes());
    put_escaped(text, out);
    out.extend_from_slice(b"</t></is></c>");
    Ok(())
}

/// Writes text with XML escapes. XML has no control characters and reads a carriage return as a line feed: they are written as
/// `_x000D_` (ECMA-376 part 1, 22.4.2.4). The `_` of text that looks like the start of such an escape is escaped too.
fn put_escaped(text: &str, out: &mut Vec<u8>) {
    for (at, character) in text.char_indices() {
        match character {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '\t' | '\n' => out.push(if character == '\t' { b'\t' } else { b'\n' }),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => {
                out.extend_from_slice(format!("_x{:04X}_", u32::from(character)).as_bytes());
            }
            '_' if text.as_bytes().get(at..at + 6).is_some_and(begins_an_escape) => out.extend_from_slice(b"_x005F_"),
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

fn begins_an_escape(six: &[u8]) -> bool {
    matches!(six, [b'_', b'x' | b'X', digits @ ..] if digits.iter().all(u8::is_ascii_hexdigit))
}

/// Returns the letters of a column: A to Z, AA to ZZ, and so on.
pub(super) fn column_letters(at: usize) -> String {
    let mut letters = String::new();
    let mut rest = at + 1;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let columns = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        assert!(columns.iter().all(|(at, letters)| column_letters(*at) == *letters));
    }

    #[test]
    fn numbers_of_more_digits_than_a_spreadsheet_shows_are_texts() {
        for kept in
            ["0", "-1", "999999999999999", "0.000000000000001", "10000000000000000000", "1.500000000000000000000"]
        {
            assert!(is_kept(kept.as_bytes()), "{kept}");
        }
        for text in ["9007199254740993", "1234567890.123456", "00042", "", "-", "1 "] {
            assert!(!is_kept(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_escaped_and_so_is_text_like_an_escape() {
        let mut out = Vec::new();
        put_escaped("a\0\r\n<&>_x000D_ _x12_ \u{ffff}_x0041\r", &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a_x0000__x000D_\n&lt;&amp;&gt;_x005F_x000D_ _x12_ _xFFFF__x005F_x0041_x000D_"
        );
    }
}
