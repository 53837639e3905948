//! A plain table for reading, drawn as in the mysql client: numbers aligned right, values as the screen shows them.
//!
//! The first rows (up to [`SAMPLE_ROWS`], or [`SAMPLE_BYTES`] of text) decide the widths. A wider value in a later row is not
//! cut but shifts the rest of its line. A binary value is shown as its size and first bytes.

use super::TextFormat;
use crate::domain::results::{Alignment, Cells, Column, GlyphSet, TextPiece, alignment, show_cell, show_text};

/// Number of rows that decide the widths.
const SAMPLE_ROWS: usize = 1000;
/// Bytes of text that decide the widths.
const SAMPLE_BYTES: usize = 1 << 20;

/// A drawn value: the end of its text in [`Table::pending`], and its width.
#[derive(Debug, Clone, Copy)]
struct DrawnCell {
    end: usize,
    cells: usize,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    glyphs: GlyphSet,
    columns: Vec<Column>,
    widths: Vec<usize>,
    /// The text of rows that are not written yet.
    pending: String,
    drawn: Vec<DrawnCell>,
    rows: usize,
    /// Whether the header is written and the widths are fixed.
    is_open: bool,
    has_rows: bool,
}

impl Table {
    pub(super) fn new(glyphs: GlyphSet) -> Self {
        Self { glyphs, ..Self::default() }
    }

    /// Fixes the widths and writes the header and the pending rows.
    fn open(&mut self, out: &mut Vec<u8>) {
        self.is_open = true;
        self.rule(out);
        let names: Vec<Vec<TextPiece>> =
            self.columns.iter().map(|column| show_text(&column.name, self.glyphs, usize::MAX)).collect();
        for (pieces, width) in names.iter().zip(&self.widths) {
            let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            put(&text, cells(pieces), *width, Alignment::Left, out);
        }
        out.extend_from_slice(b"|\n");
        self.rule(out);
        self.flush(out);
    }

    fn rule(&self, out: &mut Vec<u8>) {
        for width in &self.widths {
            out.push(b'+');
            out.resize(out.len() + width + 2, b'-');
        }
        out.extend_from_slice(b"+\n");
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        let mut start = 0;
        for row in self.drawn.chunks(self.columns.len().max(1)) {
            for ((drawn, column), width) in row.iter().zip(&self.columns).zip(&self.widths) {
                put(self.pending.get(start..drawn.end).unwrap_or(""), drawn.cells, *width, alignment(column), out);
                start = drawn.end;
            }
            out.extend_from_slice(b"|\n");
        }
        self.has_rows |= self.rows > 0;
        self.pending.clear();
        self.drawn.clear();
        self.rows = 0;
    }
}

impl TextFormat for Table {
    fn begin(&mut self, columns: &[Column], _out: &mut Vec<u8>) {
        let name_width = |column: &Column| cells(&show_text(&column.name, self.glyphs, usize::MAX));
        let widths = columns.iter().map(name_width).collect();
        *self = Self { columns: columns.to_vec(), widths, ..Self::new(self.glyphs) };
    }

    fn row(&mut self, row: Cells<'_>, out: &mut Vec<u8>) {
        for ((cell, column), width) in row.zip(&self.columns).zip(&mut self.widths) {
            let pieces = show_cell(cell, column, self.glyphs, usize::MAX);
            let cells = cells(&pieces);
            self.pending.extend(pieces.iter().map(|piece| piece.text.as_str()));
            self.drawn.push(DrawnCell { end: self.pending.len(), cells });
            if !self.is_open {
                *width = cells.max(*width);
            }
        }
        self.rows += 1;
        if self.is_open {
            self.flush(out);
        } else if self.rows >= SAMPLE_ROWS || self.pending.len() >= SAMPLE_BYTES {
            self.open(out);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if self.columns.is_empty() {
            return;
        }
        if !self.is_open {
            self.open(out);
        }
        if self.has_rows {
            self.rule(out);
        }
    }
}

fn cells(pieces: &[TextPiece]) -> usize {
    pieces.iter().map(TextPiece::width).sum()
}

fn put(text: &str, cells: usize, width: usize, alignment: Alignment, out: &mut Vec<u8>) {
    let spaces = width.saturating_sub(cells);
    let (before, after) = match alignment {
        Alignment::Left => (0, spaces),
        Alignment::Right => (spaces, 0),
    };
    out.extend_from_slice(b"| ");
    out.resize(out.len() + before, b' ');
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len() + after + 1, b' ');
}
