//! CSV by RFC 4180: a header line, quotes only where needed, bytes as the server sent them. Lines end in LF; the CR LF of the RFC
//! is an option, because most programs read both, and line tools take the CR for a part of the last value.
//!
//! NULL is nothing, the empty text is `""`. So a NULL in a result of one column is an empty line, which some readers skip. BIT is
//! written as a number.

use super::text_format::{CellStyle, any, cell_styles, header_name, join};
use super::{ByteOrderMark, Formulas, LineEnd, TextFormat};
use crate::domain::results::{Cell, Cells, Column};

#[derive(Debug, Default)]
pub(super) struct Csv {
    styles: Vec<CellStyle>,
    pub(super) formulas: Formulas,
    pub(super) line_end: LineEnd,
    pub(super) mark: ByteOrderMark,
}

impl TextFormat for Csv {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) {
        self.styles = cell_styles(columns, self.formulas);
        match self.mark {
            ByteOrderMark::Omitted => {}
            ByteOrderMark::Written => out.extend_from_slice("\u{feff}".as_bytes()),
        }
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            put(&header_name(&column.name, self.formulas), out);
        }
        out.extend_from_slice(self.line_end.bytes());
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        join(cells, &self.styles, b',', out, |cell, out| match cell {
            Cell::Null => {}
            Cell::Bytes(bytes) => put(bytes, out),
        });
        out.extend_from_slice(self.line_end.bytes());
    }

    fn finish(&mut self, _out: &mut Vec<u8>) {}
}

fn put(bytes: &[u8], out: &mut Vec<u8>) {
    let needs_quotes = any(bytes, |byte| matches!(byte, b'"' | b',' | b'\n' | b'\r'));
    if !needs_quotes && !bytes.is_empty() {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for (index, part) in bytes.split(|byte| *byte == b'"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part);
    }
    out.push(b'"');
}
