//! The interface of text formats, and what several of them share.

use std::borrow::Cow;
use std::io::Write as _;

use super::Formulas;
use crate::domain::results::{Cell, Cells, Column, TypeClass, bit_number};

/// Writes one result as text into a buffer that the caller empties. It takes every value, so it cannot fail.
pub trait TextFormat: std::fmt::Debug {
    /// Writes the header.
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>);
    /// Writes one row, in the order of the columns.
    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>);
    /// Writes the end of the file.
    fn finish(&mut self, out: &mut Vec<u8>);
}

/// How the values of a column are written in CSV and TSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellStyle {
    /// As the server sent it.
    Plain,
    /// The bytes of a BIT as a number.
    Bit,
    /// As text, with formulas escaped.
    EscapedText,
}

/// Returns the style of each column.
pub(super) fn cell_styles(columns: &[Column], formulas: Formulas) -> Vec<CellStyle> {
    let style = |column: &Column| match column.class() {
        TypeClass::Bit => CellStyle::Bit,
        // A number is never a formula.
        TypeClass::Text | TypeClass::Binary | TypeClass::Json if formulas == Formulas::Escaped => {
            CellStyle::EscapedText
        }
        _ => CellStyle::Plain,
    };
    columns.iter().map(style).collect()
}

/// Writes the number of a BIT. Returns false if the bytes are not a BIT.
pub(super) fn put_bit(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(number) = bit_number(bytes) else { return false };
    // Writing to memory cannot fail.
    write!(out, "{number}").is_ok()
}

/// Whether a spreadsheet would run the text (OWASP, "CSV Injection"): the text begins like a formula, possibly with a full-width
/// sign, or after invisible characters or quotes, which a reader may remove.
pub(super) fn is_formula(bytes: &[u8]) -> bool {
    // The first character decides, and only few characters can be before it.
    let head = bytes.get(..64).unwrap_or(bytes).utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let first = head.trim_start_matches(['"', '\u{feff}', '\u{200b}', '\u{2060}']).chars().next();
    matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'))
}

/// Returns a column name for the header, with formulas escaped if the options require it.
pub(super) fn header_name(name: &str, formulas: Formulas) -> Cow<'_, [u8]> {
    if formulas == Formulas::Escaped && is_formula(name.as_bytes()) {
        return Cow::Owned(format!("'{name}").into_bytes());
    }
    Cow::Borrowed(name.as_bytes())
}

/// Writes the cells of a row with a separator between them. BITs are written as numbers, and formulas are escaped.
pub(super) fn join(
    cells: Cells<'_>,
    styles: &[CellStyle],
    separator: u8,
    out: &mut Vec<u8>,
    mut put: impl FnMut(Cell<'_>, &mut Vec<u8>),
) {
    for (index, (cell, style)) in cells.zip(styles).enumerate() {
        if index > 0 {
            out.push(separator);
        }
        match cell {
            Cell::Bytes(bytes) if *style == CellStyle::Bit && put_bit(bytes, out) => {}
            Cell::Bytes(bytes) if *style == CellStyle::EscapedText && is_formula(bytes) => {
                let quoted = [&b"'"[..], bytes].concat();
                put(Cell::Bytes(&quoted), out);
            }
            cell => put(cell, out),
        }
    }
}

/// Whether any byte satisfies a condition. It reads all bytes without an early return, so that the compiler vectorizes it; most
/// values contain no such byte.
#[inline]
pub(super) fn any(bytes: &[u8], is_one: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |found, byte| found | u8::from(is_one(*byte))) != 0
}

/// Writes bytes in hexadecimal.
pub(super) fn put_hex(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }
}
