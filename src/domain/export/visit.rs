//! The row visitor: what a form of export must say about a header, a row and the end. Knows no form.

use std::borrow::Cow;
use std::io::Write as _;

use super::Formulas;
use crate::domain::results::{Cell, Cells, Column, TypeClass, bit_number};

/// Writes one result in one form into a buffer, which someone else empties. It cannot fail: only the place that the buffer
/// goes to can.
pub trait Visitor: std::fmt::Debug {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>);
    /// One row, in the order of the columns.
    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>);
    fn finish(&mut self, out: &mut Vec<u8>);
}

/// Which columns are BIT: their bytes are a number, and every form prints it as one.
pub(super) fn bits(columns: &[Column]) -> Vec<bool> {
    columns.iter().map(|column| column.class() == TypeClass::Bit).collect()
}

/// Writes the number of a BIT; says whether it was one.
pub(super) fn put_bit(bytes: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(number) = bit_number(bytes) else { return false };
    // Writing into memory does not fail.
    write!(out, "{number}").is_ok()
}

/// Which columns may hold what a spreadsheet takes for a formula, where it is to be defused; none otherwise.
pub(super) fn texts(columns: &[Column], formulas: Formulas) -> Vec<bool> {
    let is_text = |column: &Column| matches!(column.class(), TypeClass::Text | TypeClass::Binary | TypeClass::Json);
    columns.iter().map(|column| formulas == Formulas::Defused && is_text(column)).collect()
}

/// Whether a spreadsheet would run it (OWASP, "CSV Injection"): it begins like a formula, also in full width, behind what
/// cannot be seen, or behind quotes, which a reader may take away.
pub(super) fn is_formula(bytes: &[u8]) -> bool {
    // The first character decides, and little stands before it.
    let head = bytes.get(..64).unwrap_or(bytes).utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let first = head.trim_start_matches(['"', '\u{feff}', '\u{200b}', '\u{2060}']).chars().next();
    matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'))
}

/// A name of the header, with a quote before a formula where it is to be defused.
pub(super) fn header_name(name: &str, formulas: Formulas) -> Cow<'_, [u8]> {
    if formulas == Formulas::Defused && is_formula(name.as_bytes()) {
        return Cow::Owned(format!("'{name}").into_bytes());
    }
    Cow::Borrowed(name.as_bytes())
}

/// Joins the cells of a row. Of a BIT the number is written, before a formula in a text a quote.
pub(super) fn join(
    cells: Cells<'_>,
    (bits, texts): (&[bool], &[bool]),
    separator: u8,
    out: &mut Vec<u8>,
    mut put: impl FnMut(Cell<'_>, &mut Vec<u8>),
) {
    for (index, (cell, (is_bit, is_text))) in cells.zip(bits.iter().zip(texts)).enumerate() {
        if index > 0 {
            out.push(separator);
        }
        match cell {
            Cell::Bytes(bytes) if *is_bit && put_bit(bytes, out) => {}
            Cell::Bytes(bytes) if *is_text && is_formula(bytes) => {
                let quoted = [&b"'"[..], bytes].concat();
                put(Cell::Bytes(&quoted), out);
            }
            cell => put(cell, out),
        }
    }
}

/// Whether any byte is one of a kind. It looks at all of them without an early return, so that it becomes a few wide
/// comparisons; most values hold none.
#[inline]
pub(super) fn any(bytes: &[u8], is_one: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |found, byte| found | u8::from(is_one(*byte))) != 0
}

pub(super) fn put_hex(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }
}
