//! A table of Markdown (GitHub Flavored Markdown, section 4.10), for reading: numbers right, NULL in italics, lines of a value
//! as `<br>`, controls as visible marks, binary values in hexadecimal as SQL writes them.

use super::Visitor;
use super::visit::put_hex;
use crate::domain::results::{Alignment, Cell, Cells, Column, GlyphSet, TypeClass, alignment, show_cell, show_text};

#[derive(Debug, Default)]
pub(super) struct Markdown {
    columns: Vec<Column>,
}

impl Visitor for Markdown {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) {
        self.columns = columns.to_vec();
        for column in columns {
            out.extend_from_slice(b"| ");
            put(&column.name, out);
            out.push(b' ');
        }
        out.extend_from_slice(b"|\n");
        for column in columns {
            out.extend_from_slice(match alignment(column) {
                Alignment::Left => b"| --- ",
                Alignment::Right => b"| ---:",
            });
        }
        out.extend_from_slice(b"|\n");
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        for (cell, column) in cells.zip(&self.columns) {
            out.extend_from_slice(b"| ");
            match (cell, column.class()) {
                (Cell::Null, _) => out.extend_from_slice(b"*NULL*"),
                (Cell::Bytes(bytes), TypeClass::Text | TypeClass::Json | TypeClass::Temporal) => {
                    put(&String::from_utf8_lossy(bytes), out);
                }
                (Cell::Bytes(b""), _) => {}
                (Cell::Bytes(bytes), TypeClass::Binary | TypeClass::Geometry) => {
                    out.extend_from_slice(b"0x");
                    put_hex(bytes, out);
                }
                (cell, _) => {
                    for piece in show_cell(cell, column, GlyphSet::Unicode, usize::MAX / 2) {
                        put(&piece.text, out);
                    }
                }
            }
            out.push(b' ');
        }
        out.extend_from_slice(b"|\n");
    }

    fn finish(&mut self, _out: &mut Vec<u8>) {}
}

/// Text in a cell: nothing in it ends the cell or begins a mark of its own.
fn put(text: &str, out: &mut Vec<u8>) {
    let text = text.replace("\r\n", "\n");
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.extend_from_slice(b"<br>");
        }
        for piece in show_text(line, GlyphSet::Unicode, usize::MAX / 2) {
            for character in piece.text.chars() {
                if matches!(character, '|' | '\\' | '`' | '*' | '_' | '<' | '[' | ']') {
                    out.push(b'\\');
                }
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}
