//! Cells of a sheet. A number or a date where a spreadsheet keeps it as it is, else a text:
//!
//! - whole numbers and decimals of at most 15 significant digits, which is what a spreadsheet shows, are numbers, with as many
//!   places behind the point as the column has; longer ones and zero-filled ones are texts;
//! - FLOAT and DOUBLE are numbers; BIT is the number of its bits;
//! - DATE, DATETIME and TIMESTAMP (in the session's zone) from March 1900 on are dates, as long as they have no more than
//!   milliseconds; others, dates that no calendar has, and TIME are texts;
//! - binary values are texts `0x…`.

use super::parts::TEXT;
use crate::domain::export::json::is_number;
use crate::domain::export::misfit::Misfit;
use crate::domain::export::moment::{DAY, date, moment};
use crate::domain::export::visit::put_hex;
use crate::domain::limits::SHEET_CELL;
use crate::domain::results::{Column, TypeClass, WireType, bit_number};

/// Digits of a number that a spreadsheet shows.
const DIGITS: usize = 15;
/// Places behind the point that a number format can show.
const PLACES: u8 = 30;
/// The day before the first one of a spreadsheet's calendar, in days since 1970.
const ORIGIN: i64 = -25_569;
/// The first of March 1900: before it a spreadsheet counts a day that never was.
const FIRST: i64 = 61;
/// Milliseconds of a day.
const DAY_MILLIS: i64 = DAY / 1000;

/// How values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number with so many places behind the point.
    Number(u8),
    /// A number with as many places as it has.
    Float,
    /// The number of a BIT.
    Bit,
    Date,
    /// A day and its time; with milliseconds or without.
    Moment {
        has_fraction: bool,
    },
    Text,
    Binary,
}

impl Kind {
    pub(super) fn of(column: &Column) -> Self {
        match (column.class(), column.wire) {
            (TypeClass::Integer, _) => Self::Number(0),
            (TypeClass::Decimal, _) => Self::Number(column.decimals.min(PLACES)),
            (TypeClass::Float, _) => Self::Float,
            (TypeClass::Bit, _) => Self::Bit,
            (TypeClass::Temporal, WireType::Date | WireType::NewDate) => Self::Date,
            (TypeClass::Temporal, WireType::DateTime | WireType::Timestamp) => {
                Self::Moment { has_fraction: column.decimals > 0 }
            }
            (TypeClass::Temporal | TypeClass::Text | TypeClass::Json | TypeClass::Null, _) => Self::Text,
            (TypeClass::Binary | TypeClass::Geometry, _) => Self::Binary,
        }
    }

    /// The number format of its numbers, where they have one of their own.
    pub(super) fn number_format(self) -> Option<String> {
        Some(match self {
            Self::Number(0) | Self::Bit => "0".into(),
            Self::Number(places) => format!("0.{}", "0".repeat(usize::from(places))),
            Self::Float | Self::Text | Self::Binary => return None,
            Self::Date => "yyyy\\-mm\\-dd".into(),
            Self::Moment { has_fraction: false } => "yyyy\\-mm\\-dd\\ hh:mm:ss".into(),
            Self::Moment { has_fraction: true } => "yyyy\\-mm\\-dd\\ hh:mm:ss.000".into(),
        })
    }

    /// How many characters wide its column is, where the usual width would not show a value.
    pub(super) fn width(self) -> Option<u32> {
        match self {
            Self::Date => Some(11),
            Self::Moment { has_fraction: false } => Some(19),
            Self::Moment { has_fraction: true } => Some(24),
            Self::Number(_) | Self::Float | Self::Bit | Self::Text | Self::Binary => None,
        }
    }

    /// Writes the cell of a value that the server printed; the style is that of a number.
    pub(super) fn put(
        self,
        printed: &[u8],
        letters: &str,
        row: u32,
        style: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Misfit> {
        let number = match self {
            Self::Number(_) => is_kept(printed).then(|| printed.to_vec()),
            Self::Float => is_number(printed).then(|| printed.to_vec()),
            Self::Bit => bit_number(printed).map(|bits| bits.to_string().into_bytes()).filter(|bits| is_kept(bits)),
            Self::Date => date(printed).and_then(|days| serial(days, 0)),
            Self::Moment { .. } => moment(printed).and_then(|(days, micros)| serial(days, micros)),
            Self::Text | Self::Binary => None,
        };
        if let Some(number) = number {
            out.extend_from_slice(format!("<c r=\"{letters}{row}\" s=\"{style}\"><v>").as_bytes());
            out.extend_from_slice(&number);
            out.extend_from_slice(b"</v></c>");
            return Ok(());
        }
        match (self, bit_number(printed)) {
            (Self::Bit, Some(bits)) => put_text(&bits.to_string(), letters, row, TEXT, out),
            // What is too long is told by its length, not made first.
            (Self::Binary | Self::Bit, _) if printed.len() > SHEET_CELL => Err(Misfit::TooLong(2 + 2 * printed.len())),
            (Self::Binary | Self::Bit, _) => {
                let mut hex = b"0x".to_vec();
                put_hex(printed, &mut hex);
                put_bytes(&hex, letters, row, out)
            }
            _ => put_bytes(printed, letters, row, out),
        }
    }
}

fn put_bytes(text: &[u8], letters: &str, row: u32, out: &mut Vec<u8>) -> Result<(), Misfit> {
    put_text(std::str::from_utf8(text).map_err(|_| Misfit::NotText)?, letters, row, TEXT, out)
}

/// Whether a spreadsheet keeps every digit of a number: it is one as XML writes it, and has no more than 15 that count.
fn is_kept(printed: &[u8]) -> bool {
    let digits = || printed.iter().filter(|byte| byte.is_ascii_digit());
    let zeros = |digit: &&u8| **digit == b'0';
    let leading = digits().take_while(zeros).count();
    let all = digits().count();
    let trailing = digits().rev().take_while(zeros).count();
    is_number(printed) && all.saturating_sub(leading + trailing) <= DIGITS
}

/// The number of a day and time in a spreadsheet's calendar; `None` where it has none.
fn serial(days: i64, micros: i64) -> Option<Vec<u8>> {
    let day = days - ORIGIN;
    let millis = micros / 1000;
    if day < FIRST || micros % 1000 != 0 {
        return None;
    }
    if millis == 0 {
        return Some(day.to_string().into_bytes());
    }
    // Days are under three millions: a float of 53 bits holds them to the twentieth part of a millisecond.
    let value = day as f64 + millis as f64 / DAY_MILLIS as f64;
    Some(value.to_string().into_bytes())
}

/// Writes a cell of text.
pub(super) fn put_text(text: &str, letters: &str, row: u32, style: usize, out: &mut Vec<u8>) -> Result<(), Misfit> {
    if text.len() > SHEET_CELL {
        let length = text.encode_utf16().count();
        if length > SHEET_CELL {
            return Err(Misfit::TooLong(length));
        }
    }
    let open = format!("<c r=\"{letters}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    out.extend_from_slice(open.as_bytes());
    put_escaped(text, out);
    out.extend_from_slice(b"</t></is></c>");
    Ok(())
}

/// XML holds no control characters, and makes a line feed of a carriage return: they stand as `_x000D_` (ECMA-376 part 1,
/// 22.4.2.4), and so does the `_` of a text that reads like the beginning of one: the escape of what follows would close it.
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

/// The letters of a column: A to Z, AA to ZZ, and so on.
pub(super) fn place(at: usize) -> String {
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
        let places = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        assert!(places.iter().all(|(at, letters)| place(*at) == *letters));
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
    fn what_xml_cannot_hold_is_escaped_and_so_is_what_reads_like_it() {
        let mut out = Vec::new();
        put_escaped("a\0\r\n<&>_x000D_ _x12_ \u{ffff}_x0041\r", &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a_x0000__x000D_\n&lt;&amp;&gt;_x005F_x000D_ _x12_ _xFFFF__x005F_x0041_x000D_"
        );
    }
}
