//! JSON: an array with one object for each row, each on its own line. No value is lost or rounded:
//!
//! - numbers keep the server's digits (DECIMAL and BIGINT UNSIGNED never pass through a float); a number that JSON does not
//!   have (`nan`) is a string, and so are numbers of ZEROFILL columns, to keep their zeros; BIT and YEAR are numbers (`0000` is
//!   0);
//! - text, dates, times and JSON documents are strings with the server's text;
//! - binary values are strings `"0x…"` in hexadecimal, as SQL writes them;
//! - text that is not UTF-8 is an object `{"hex":"…"}`;
//! - repeated column names get a number: `name`, `name_2`, `name_3`.

use super::TextFormat;
use super::column_names::unique;
use super::text_format::{any, put_bit, put_hex};
use crate::domain::results::{Cell, Cells, Column, TypeClass, WireType, flag};

/// How values of a column are written.
#[derive(Debug, Clone, Copy)]
enum JsonEncoding {
    Number,
    Year,
    Bit,
    Text,
    Binary,
}

#[derive(Debug, Default)]
pub(super) struct Json {
    /// For each column the text before the value (`{"name":` or `,"name":`), and how the value is written.
    keys: Vec<(Vec<u8>, JsonEncoding)>,
    has_rows: bool,
    /// Whether each line is an object, without an array around them.
    is_lines: bool,
}

impl Json {
    /// Makes a writer of JSON lines (<https://jsonlines.org>).
    pub(super) fn lines() -> Self {
        Self { is_lines: true, ..Self::default() }
    }
}

impl TextFormat for Json {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) {
        self.has_rows = false;
        self.keys.clear();
        for (column, name) in columns.iter().zip(unique(columns)) {
            let mut key = vec![if self.keys.is_empty() { b'{' } else { b',' }];
            put_string(&name, &mut key);
            key.push(b':');
            self.keys.push((key, encoding(column)));
        }
        if !self.is_lines {
            out.push(b'[');
        }
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        if !self.is_lines {
            out.extend_from_slice(if self.has_rows { b",\n" } else { b"\n" });
        }
        self.has_rows = true;
        if self.keys.is_empty() {
            out.push(b'{');
        }
        for (cell, (key, encoding)) in cells.zip(&self.keys) {
            out.extend_from_slice(key);
            put(cell, *encoding, out);
        }
        out.push(b'}');
        if self.is_lines {
            out.push(b'\n');
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if self.is_lines {
            return;
        }
        out.extend_from_slice(if self.has_rows { b"\n]\n" } else { b"]\n" });
    }
}

fn encoding(column: &Column) -> JsonEncoding {
    // A YEAR has the flag of ZEROFILL too.
    if column.wire == WireType::Year {
        return JsonEncoding::Year;
    }
    if column.flags & flag::ZEROFILL != 0 {
        return JsonEncoding::Text;
    }
    match column.class() {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => JsonEncoding::Number,
        TypeClass::Bit => JsonEncoding::Bit,
        TypeClass::Binary | TypeClass::Geometry => JsonEncoding::Binary,
        TypeClass::Text | TypeClass::Temporal | TypeClass::Json | TypeClass::Null => JsonEncoding::Text,
    }
}

fn put(cell: Cell<'_>, encoding: JsonEncoding, out: &mut Vec<u8>) {
    let Cell::Bytes(bytes) = cell else { return out.extend_from_slice(b"null") };
    match encoding {
        JsonEncoding::Number if is_number(bytes) => out.extend_from_slice(bytes),
        JsonEncoding::Year if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) => {
            let zeros = bytes.iter().take(bytes.len() - 1).take_while(|byte| **byte == b'0').count();
            out.extend_from_slice(bytes.get(zeros..).unwrap_or_default());
        }
        JsonEncoding::Bit if put_bit(bytes, out) => {}
        JsonEncoding::Binary | JsonEncoding::Bit => {
            out.extend_from_slice(b"\"0x");
            put_hex(bytes, out);
            out.push(b'"');
        }
        JsonEncoding::Number | JsonEncoding::Year | JsonEncoding::Text => put_text(bytes, out),
    }
}

fn put_text(bytes: &[u8], out: &mut Vec<u8>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return put_string(text, out);
    }
    out.extend_from_slice(b"{\"hex\":\"");
    put_hex(bytes, out);
    out.extend_from_slice(b"\"}");
}

/// Whether the bytes are a number as JSON writes it: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
pub(super) fn is_number(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(&mut rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
        return false;
    }
    if let Some(after) = rest.strip_prefix(b".") {
        rest = after;
        if digits(&mut rest).is_empty() {
            return false;
        }
    }
    if let Some(after) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        rest = after.strip_prefix(b"-").or_else(|| after.strip_prefix(b"+")).unwrap_or(after);
        if digits(&mut rest).is_empty() {
            return false;
        }
    }
    rest.is_empty()
}

fn digits<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = rest.split_at(count);
    *rest = after;
    digits
}

fn put_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let needs_escape = any(text.as_bytes(), |byte| matches!(byte, 0..0x20 | b'"' | b'\\'));
    if needs_escape {
        for byte in text.bytes() {
            match byte {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\t' => out.extend_from_slice(b"\\t"),
                0..0x20 => {
                    out.extend_from_slice(b"\\u00");
                    put_hex(&[byte], out);
                }
                _ => out.push(byte),
            }
        }
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
}
