//! Converts cells to text for the clipboard: plain values, TSV, CSV, JSON, Markdown, INSERT, `IN (…)`, `WHERE …`. Values that are
//! not text are written in hexadecimal as in SQL: all values of a binary column, and bytes of a text that are not UTF-8.

use std::borrow::Cow;
use std::collections::HashSet;

use super::TextFormat;
use super::csv::Csv;
use super::json::Json;
use super::markdown::Markdown;
use super::sql::{Sql, put_literal};
use super::tsv::Tsv;
use crate::domain::results::{Cell, Chunk, ChunkBuilder, Column, TypeClass, bit_number};
use crate::domain::sql::quote::{binary_literal, quoted_identifier};

/// The format of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CopyFormat {
    /// The values only, separated by tabs and newlines.
    Value,
    /// With a header line.
    Tsv,
    /// With a header line.
    Csv,
    Json,
    Markdown,
    Insert,
    /// `IN (…)` with the distinct values of the first column.
    InList,
    /// `WHERE …` that selects each row by its key.
    Where {
        /// Indexes of the key's columns among the copied columns. If empty, all columns are used.
        key: Vec<usize>,
    },
}

/// Writes rows as one text.
#[derive(Debug)]
pub struct CopyWriter {
    state: CopyState,
    columns: Vec<Column>,
    out: Vec<u8>,
    rows: u64,
    cells: u64,
    as_hex: u64,
    nulls: u64,
    has_repeats: bool,
}

/// The text of a copy and what it contains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopiedText {
    pub text: String,
    /// Number of values in the text.
    pub cells: u64,
    /// Number of values that are written in hexadecimal, because they are not text.
    pub as_hex: u64,
    /// Whether the text is an `IN` list, which contains each value once and no NULL.
    pub is_list: bool,
    /// Whether a value of the list was repeated.
    pub has_repeats: bool,
    /// Number of NULLs that the list leaves out.
    pub nulls: u64,
}

#[derive(Debug)]
enum CopyState {
    Values,
    /// A text format, and how it treats bytes that are not text.
    Format(Box<dyn TextFormat + Send>, BinaryHandling),
    InList(HashSet<Vec<u8>>),
    Where(Vec<usize>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BinaryHandling {
    /// The format writes bytes unchanged: they must be converted to hexadecimal first.
    Raw,
    /// The format encodes them itself.
    Encoded,
}

impl CopyWriter {
    /// Makes a writer for rows of these columns.
    #[must_use]
    pub fn new(format: CopyFormat, columns: Vec<Column>) -> Self {
        let mut out = Vec::new();
        let mut state = match format {
            CopyFormat::Value => CopyState::Values,
            CopyFormat::Tsv => CopyState::Format(Box::new(Tsv::default()), BinaryHandling::Raw),
            CopyFormat::Csv => CopyState::Format(Box::new(Csv::default()), BinaryHandling::Raw),
            CopyFormat::Json => CopyState::Format(Box::new(Json::default()), BinaryHandling::Encoded),
            CopyFormat::Markdown => CopyState::Format(Box::new(Markdown::default()), BinaryHandling::Encoded),
            CopyFormat::Insert => CopyState::Format(Box::new(Sql::default()), BinaryHandling::Encoded),
            CopyFormat::InList => CopyState::InList(HashSet::new()),
            CopyFormat::Where { key } if key.is_empty() => CopyState::Where((0..columns.len()).collect()),
            CopyFormat::Where { key } => CopyState::Where(key),
        };
        if let CopyState::Format(format, _) = &mut state {
            format.begin(&columns, &mut out);
        }
        Self { state, columns, out, rows: 0, cells: 0, as_hex: 0, nulls: 0, has_repeats: false }
    }

    #[must_use]
    pub fn bytes(&self) -> usize {
        self.out.len()
    }

    /// Adds the rows of a chunk of these columns.
    pub fn chunk(&mut self, chunk: &Chunk) {
        for row in 0..chunk.rows() {
            let cells: Vec<Cell<'_>> = chunk.row(row).into_iter().flatten().collect();
            self.row(&cells);
        }
    }

    fn row(&mut self, cells: &[Cell<'_>]) {
        let is_first = self.rows == 0;
        self.rows += 1;
        self.cells += match &self.state {
            CopyState::Values | CopyState::Format(..) => cells.len() as u64,
            // Each value counts once.
            CopyState::InList(_) => 0,
            CopyState::Where(key) => key.len() as u64,
        };
        match &mut self.state {
            CopyState::Values => {
                if !is_first {
                    self.out.push(b'\n');
                }
                for (at, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
                    if at > 0 {
                        self.out.push(b'\t');
                    }
                    self.as_hex += u64::from(put_value(*cell, column.class(), &mut self.out));
                }
            }
            CopyState::Format(format, binary) => {
                let mut line = ChunkBuilder::new(self.columns.len());
                let as_hex = &mut self.as_hex;
                let texts: Vec<_> = match binary {
                    BinaryHandling::Encoded => cells.iter().map(|cell| cell.bytes().map(Cow::Borrowed)).collect(),
                    BinaryHandling::Raw => {
                        let typed = cells.iter().zip(&self.columns);
                        typed.map(|(cell, column)| textual(*cell, column.class(), as_hex)).collect()
                    }
                };
                line.push(texts.iter().map(|text| text.as_deref().map_or(Cell::Null, Cell::Bytes)));
                let line = line.take();
                if let Some(cells) = line.row(0) {
                    format.row(cells, &mut self.out);
                }
            }
            CopyState::InList(seen) => {
                let (Some(cell), Some(column)) = (cells.first(), self.columns.first()) else { return };
                // NULL is left out: `IN (NULL)` never matches.
                let Some(bytes) = cell.bytes() else {
                    self.nulls += 1;
                    return;
                };
                if !seen.insert(bytes.to_vec()) {
                    self.has_repeats = true;
                    return;
                }
                self.cells += 1;
                self.out.extend_from_slice(if self.out.is_empty() { b"IN (" } else { b", " });
                put_literal(Cell::Bytes(bytes), column.class(), &mut self.out);
            }
            CopyState::Where(key) => {
                self.out.extend_from_slice(if is_first { b"WHERE " } else { b"\n   OR " });
                let mut tests = Vec::new();
                for at in key.iter() {
                    let (Some(cell), Some(column)) = (cells.get(*at), self.columns.get(*at)) else { continue };
                    tests.push(equals(column, *cell));
                }
                let test = tests.join(&b" AND "[..]);
                let is_joined = key.len() > 1;
                self.out.extend_from_slice(if is_joined { b"(" } else { b"" });
                self.out.extend_from_slice(&test);
                self.out.extend_from_slice(if is_joined { b")" } else { b"" });
            }
        }
    }

    /// Returns the text. It is valid UTF-8, since other values were written in hexadecimal.
    #[must_use]
    pub fn finish(mut self) -> CopiedText {
        match &mut self.state {
            CopyState::Format(format, _) => format.finish(&mut self.out),
            CopyState::InList(_) if self.out.is_empty() => self.out.extend_from_slice(b"IN (NULL)"),
            CopyState::InList(_) => self.out.push(b')'),
            CopyState::Values | CopyState::Where(_) => {}
        }
        let is_list = matches!(self.state, CopyState::InList(_));
        let text = match String::from_utf8(self.out) {
            Ok(text) => text,
            Err(bytes) => String::from_utf8_lossy(bytes.as_bytes()).into_owned(),
        };
        let (cells, as_hex, nulls, has_repeats) = (self.cells, self.as_hex, self.nulls, self.has_repeats);
        CopiedText { text, cells, as_hex, is_list, has_repeats, nulls }
    }
}

fn equals(column: &Column, cell: Cell<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    if !column.table.is_empty() {
        out.extend_from_slice(quoted_identifier(&column.table).as_bytes());
        out.push(b'.');
    }
    let name = if column.origin.column.is_empty() { &column.name } else { &column.origin.column };
    out.extend_from_slice(quoted_identifier(name).as_bytes());
    match cell {
        Cell::Null => out.extend_from_slice(b" IS NULL"),
        Cell::Bytes(_) => {
            out.extend_from_slice(b" = ");
            put_literal(cell, column.class(), &mut out);
        }
    }
    out
}

/// Writes one value. Returns true if it was written in hexadecimal.
fn put_value(cell: Cell<'_>, class: TypeClass, out: &mut Vec<u8>) -> bool {
    let Cell::Bytes(bytes) = cell else {
        out.extend_from_slice(b"NULL");
        return false;
    };
    match class {
        TypeClass::Bit if bit_number(bytes).is_some() => {
            out.extend_from_slice(bit_number(bytes).unwrap_or_default().to_string().as_bytes());
            false
        }
        _ if is_text(bytes, class) => {
            out.extend_from_slice(bytes);
            false
        }
        _ => {
            out.extend_from_slice(binary_literal(bytes).as_bytes());
            true
        }
    }
}

/// Whether a value is text. The type of the column decides: a binary value is none, even if its bytes could be.
fn is_text(bytes: &[u8], class: TypeClass) -> bool {
    match class {
        TypeClass::Binary | TypeClass::Geometry => false,
        TypeClass::Integer
        | TypeClass::Decimal
        | TypeClass::Float
        | TypeClass::Text
        | TypeClass::Temporal
        | TypeClass::Bit
        | TypeClass::Json
        | TypeClass::Null => std::str::from_utf8(bytes).is_ok(),
    }
}

/// Returns the text of a value for a format that writes bytes unchanged. Every format writes a BIT as a number itself.
fn textual<'a>(cell: Cell<'a>, class: TypeClass, as_hex: &mut u64) -> Option<Cow<'a, [u8]>> {
    let bytes = cell.bytes()?;
    if class == TypeClass::Bit || is_text(bytes, class) {
        return Some(Cow::Borrowed(bytes));
    }
    *as_hex += 1;
    Some(Cow::Owned(binary_literal(bytes).into_bytes()))
}
