//! TSV in the form of `mysql --batch` and `mariadb --batch`, so that scripts made for those read it: a header line, tabs
//! between values, lines end in LF; tab, newline, NUL and backslash are `\t`, `\n`, `\0`, `\\`; NULL is `NULL`.
//!
//! That form does not tell NULL from the text `NULL`: CSV and JSON do. It differs from the client in two things: BIT is
//! written as its number (the client writes raw bytes), and names in the header are escaped as values are.

use super::visit::{any, bits, header_name, join, texts};
use super::{Formulas, Visitor};
use crate::domain::results::{Cell, Cells, Column};

#[derive(Debug, Default)]
pub(super) struct Tsv {
    bits: Vec<bool>,
    /// Which columns are text: a number is no formula.
    texts: Vec<bool>,
    pub(super) formulas: Formulas,
}

impl Visitor for Tsv {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) {
        self.bits = bits(columns);
        self.texts = texts(columns, self.formulas);
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b'\t');
            }
            put(&header_name(&column.name, self.formulas), out);
        }
        out.push(b'\n');
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        join(cells, (&self.bits, &self.texts), b'\t', out, |cell, out| match cell {
            Cell::Null => out.extend_from_slice(b"NULL"),
            Cell::Bytes(bytes) => put(bytes, out),
        });
        out.push(b'\n');
    }

    fn finish(&mut self, _out: &mut Vec<u8>) {}
}

fn put(bytes: &[u8], out: &mut Vec<u8>) {
    let needs_escape = any(bytes, |byte| matches!(byte, b'\t' | b'\n' | 0 | b'\\'));
    if !needs_escape {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        match byte {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0 => out.extend_from_slice(b"\\0"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            _ => out.push(*byte),
        }
    }
}
