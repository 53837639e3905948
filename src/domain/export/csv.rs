//! CSV after RFC 4180: a header line, lines end in CR LF, quotes only where they are needed, bytes as the server sent them.
//!
//! NULL is nothing, the empty text is `""`: a reader that looks at quotes tells them apart. A NULL in a result of one
//! column is therefore an empty line, which some readers skip. BIT is written as its number.

use super::visit::{any, bits, header_name, join, texts};
use super::{Formulas, Visitor};
use crate::domain::results::{Cell, Cells, Column};

#[derive(Debug, Default)]
pub(super) struct Csv {
    bits: Vec<bool>,
    /// Which columns are text: a number is no formula.
    texts: Vec<bool>,
    pub(super) formulas: Formulas,
}

impl Visitor for Csv {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) {
        self.bits = bits(columns);
        self.texts = texts(columns, self.formulas);
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            put(&header_name(&column.name, self.formulas), out);
        }
        out.extend_from_slice(b"\r\n");
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        join(cells, (&self.bits, &self.texts), b',', out, |cell, out| match cell {
            Cell::Null => {}
            Cell::Bytes(bytes) => put(bytes, out),
        });
        out.extend_from_slice(b"\r\n");
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
