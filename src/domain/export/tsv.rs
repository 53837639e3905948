//! TSV as `mysql --batch` and `mariadb --batch` write it, so that existing scripts can read it: a header line, tabs between
//! values, lines end in LF; tab, newline, NUL and backslash are `\t`, `\n`, `\0`, `\\`; NULL is `NULL`.
//!
//! NULL and the text `NULL` look the same; CSV and JSON distinguish them. Two differences from the client: BIT is written as a
//! number (the client writes raw bytes), and names in the header are escaped like values.

use super::text_format::{CellStyle, any, cell_styles, header_name, join};
use super::{Formulas, TextFormat};
use crate::domain::results::{Cell, Cells, Column};

#[derive(Debug, Default)]
pub(super) struct Tsv {
    styles: Vec<CellStyle>,
    pub(super) formulas: Formulas,
}

impl TextFormat for Tsv {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) {
        self.styles = cell_styles(columns, self.formulas);
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b'\t');
            }
            put(&header_name(&column.name, self.formulas), out);
        }
        out.push(b'\n');
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        join(cells, &self.styles, b'\t', out, |cell, out| match cell {
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
