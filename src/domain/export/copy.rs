//! Cells as one text for the clipboard: values alone, TSV, CSV, JSON, Markdown, INSERT, `IN (…)`, `WHERE …`. A clipboard holds
//! text: a value that is none stands there in hexadecimal, as SQL writes it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Visitor;
use super::csv::Csv;
use super::json::Json;
use super::markdown::Markdown;
use super::sql::{Sql, put_literal};
use super::tsv::Tsv;
use crate::domain::results::{Cell, Chunk, ChunkBuilder, Column, TypeClass, bit_number};
use crate::domain::sql::quote::{binary_literal, quoted_identifier};

/// A form of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CopyFormat {
    /// Values alone: one as it is, several with tabs and lines between.
    Value,
    /// TSV with a header line.
    Tsv,
    /// CSV with a header line.
    Csv,
    Json,
    Markdown,
    Insert,
    /// `IN (…)` of the different values of the first column.
    InList,
    /// `WHERE …` that names each row by these columns; by all columns where there are none.
    Where {
        /// Places of the key's columns among those that are copied.
        key: Vec<usize>,
    },
}

/// Writes rows as one text.
#[derive(Debug)]
pub struct CopyWriter {
    writing: Writing,
    columns: Vec<Column>,
    out: Vec<u8>,
    rows: u64,
    cells: u64,
    as_hex: u64,
    nulls: u64,
    has_repeats: bool,
}

/// What became of the cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopiedText {
    pub text: String,
    /// How many values are in it.
    pub cells: u64,
    /// How many of them stand there in hexadecimal, since they are no text.
    pub as_hex: u64,
    /// Whether it is a list, which has each value once and no NULL.
    pub is_list: bool,
    /// Whether a value was there more than once.
    pub has_repeats: bool,
    /// NULLs that the list leaves out.
    pub nulls: u64,
}

#[derive(Debug)]
enum Writing {
    Values,
    /// A form, and whether it writes the bytes of a value as they are.
    Form(Box<dyn Visitor + Send>, Bytes),
    InList(HashSet<Vec<u8>>),
    Where(Vec<usize>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bytes {
    AsTheyAre,
    Coded,
}

impl CopyWriter {
    /// For rows of these columns.
    #[must_use]
    pub fn new(form: CopyFormat, columns: Vec<Column>) -> Self {
        let mut out = Vec::new();
        let mut writing = match form {
            CopyFormat::Value => Writing::Values,
            CopyFormat::Tsv => Writing::Form(Box::new(Tsv::default()), Bytes::AsTheyAre),
            CopyFormat::Csv => Writing::Form(Box::new(Csv::default()), Bytes::AsTheyAre),
            CopyFormat::Json => Writing::Form(Box::new(Json::default()), Bytes::Coded),
            CopyFormat::Markdown => Writing::Form(Box::new(Markdown::default()), Bytes::Coded),
            CopyFormat::Insert => Writing::Form(Box::new(Sql::default()), Bytes::Coded),
            CopyFormat::InList => Writing::InList(HashSet::new()),
            CopyFormat::Where { key } if key.is_empty() => Writing::Where((0..columns.len()).collect()),
            CopyFormat::Where { key } => Writing::Where(key),
        };
        if let Writing::Form(visitor, _) = &mut writing {
            visitor.begin(&columns, &mut out);
        }
        Self { writing, columns, out, rows: 0, cells: 0, as_hex: 0, nulls: 0, has_repeats: false }
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
        self.cells += match &self.writing {
            Writing::Values | Writing::Form(..) => cells.len() as u64,
            // Each value counts once.
            Writing::InList(_) => 0,
            Writing::Where(key) => key.len() as u64,
        };
        match &mut self.writing {
            Writing::Values => {
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
            Writing::Form(visitor, bytes) => {
                let mut line = ChunkBuilder::new(self.columns.len());
                let as_hex = &mut self.as_hex;
                let texts: Vec<_> = match bytes {
                    Bytes::Coded => cells.iter().map(|cell| cell.bytes().map(Cow::Borrowed)).collect(),
                    Bytes::AsTheyAre => {
                        let typed = cells.iter().zip(&self.columns);
                        typed.map(|(cell, column)| textual(*cell, column.class(), as_hex)).collect()
                    }
                };
                line.push(texts.iter().map(|text| text.as_deref().map_or(Cell::Null, Cell::Bytes)));
                let line = line.take();
                if let Some(cells) = line.row(0) {
                    visitor.row(cells, &mut self.out);
                }
            }
            Writing::InList(seen) => {
                let (Some(cell), Some(column)) = (cells.first(), self.columns.first()) else { return };
                // NULL is in no list: `IN (NULL)` finds nothing.
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
            Writing::Where(key) => {
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

    /// The text. A value that is no text was written in hexadecimal, so all of it is text.
    #[must_use]
    pub fn finish(mut self) -> CopiedText {
        match &mut self.writing {
            Writing::Form(visitor, _) => visitor.finish(&mut self.out),
            Writing::InList(_) if self.out.is_empty() => self.out.extend_from_slice(b"IN (NULL)"),
            Writing::InList(_) => self.out.push(b')'),
            Writing::Values | Writing::Where(_) => {}
        }
        let is_list = matches!(self.writing, Writing::InList(_));
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

/// A value alone; says whether it stands there in hexadecimal.
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
        _ if std::str::from_utf8(bytes).is_ok() => {
            out.extend_from_slice(bytes);
            false
        }
        _ => {
            out.extend_from_slice(binary_literal(bytes).as_bytes());
            true
        }
    }
}

/// The bytes of a value for a form that writes them as they are: what is no text in hexadecimal. BIT is a number to every form.
fn textual<'a>(cell: Cell<'a>, class: TypeClass, as_hex: &mut u64) -> Option<Cow<'a, [u8]>> {
    let bytes = cell.bytes()?;
    if class == TypeClass::Bit || std::str::from_utf8(bytes).is_ok() {
        return Some(Cow::Borrowed(bytes));
    }
    *as_hex += 1;
    Some(Cow::Owned(binary_literal(bytes).into_bytes()))
}
