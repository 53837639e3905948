//! The writer: one result in one form into one `io::Write`. Knows which forms there are, not what they look like.

use std::io::{self, Write};
use std::str::FromStr;

use super::Visitor;
use super::csv::Csv;
use super::json::Json;
use super::markdown::Markdown;
use super::sql::Sql;
use super::table::Table;
use super::tsv::Tsv;
use crate::domain::results::{Chunk, Column, Glyphs};

/// A form of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4180: NULL is nothing, the empty text is `""`.
    Csv,
    /// The form of `mysql --batch`.
    Tsv,
    /// An array of objects.
    Json,
    /// One object a line.
    JsonLines,
    /// A table for a ticket or a page.
    Markdown,
    /// INSERT statements.
    Sql,
    /// A box for the eye.
    Table,
}

impl Format {
    /// All forms, in the order in which they are listed.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Tsv, Self::Json, Self::JsonLines, Self::Markdown, Self::Sql, Self::Table];

    /// The ending that its files have.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Table => "txt",
            Self::Csv | Self::Tsv | Self::Json | Self::JsonLines | Self::Sql => self.word(),
        }
    }

    /// The form of files with this name, by its ending.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        Self::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(ending))
    }

    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Markdown => "markdown",
            Self::Sql => "sql",
            Self::Table => "table",
        }
    }
}

/// The word names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format {0:?}: choose csv, tsv, json, jsonl, markdown, sql or table")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.word() == word);
        found.ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// Bytes that are gathered before they are written.
const GATHERED: usize = 64 << 10;

/// Writes one result. Call [`Writer::begin`], then [`Writer::chunk`] for each chunk, then [`Writer::finish`].
#[derive(Debug)]
pub struct Writer<W> {
    form: Form,
    gathered: Vec<u8>,
    out: W,
}

#[derive(Debug)]
enum Form {
    Csv(Csv),
    Tsv(Tsv),
    Json(Json),
    Markdown(Markdown),
    Sql(Sql),
    Table(Box<Table>),
}

/// Whether text that a spreadsheet would run as a formula (`=1+2`, `@x`) stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Formulas {
    /// Every byte as the server sent it.
    #[default]
    Kept,
    /// A single quote stands before it, in CSV and TSV.
    Defused,
}

impl Form {
    fn visitor(&mut self) -> &mut dyn Visitor {
        match self {
            Self::Csv(form) => form,
            Self::Tsv(form) => form,
            Self::Json(form) => form,
            Self::Markdown(form) => form,
            Self::Sql(form) => form,
            Self::Table(form) => form.as_mut(),
        }
    }
}

impl<W: Write> Writer<W> {
    /// A writer that has written nothing yet. The glyphs are for [`Format::Table`].
    pub fn new(format: Format, glyphs: Glyphs, out: W) -> Self {
        let form = match format {
            Format::Csv => Form::Csv(Csv::default()),
            Format::Tsv => Form::Tsv(Tsv::default()),
            Format::Json => Form::Json(Json::default()),
            Format::JsonLines => Form::Json(Json::lines()),
            Format::Markdown => Form::Markdown(Markdown::default()),
            Format::Sql => Form::Sql(Sql::default()),
            Format::Table => Form::Table(Box::new(Table::new(glyphs))),
        };
        Self { form, gathered: Vec::with_capacity(GATHERED + GATHERED / 4), out }
    }

    /// The same, but with formulas as told.
    #[must_use]
    pub fn formulas(mut self, formulas: Formulas) -> Self {
        match &mut self.form {
            Form::Csv(form) => form.formulas = formulas,
            Form::Tsv(form) => form.formulas = formulas,
            Form::Json(_) | Form::Markdown(_) | Form::Sql(_) | Form::Table(_) => {}
        }
        self
    }

    /// Where it writes; what was gathered last may not be there yet.
    #[must_use]
    pub fn out(&self) -> &W {
        &self.out
    }

    /// Writes the header.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn begin(&mut self, columns: &[Column]) -> io::Result<()> {
        self.form.visitor().begin(columns, &mut self.gathered);
        self.pour()
    }

    /// Writes the rows of a chunk.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn chunk(&mut self, chunk: &Chunk) -> io::Result<()> {
        match &mut self.form {
            Form::Csv(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Tsv(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Json(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Markdown(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Sql(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Table(form) => rows(form.as_mut(), chunk, &mut self.gathered, &mut self.out),
        }
    }

    /// Writes what was gathered so far and flushes: what a reader at the other end of a pipe should see now.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.pour()?;
        self.out.flush()
    }

    /// Writes the end and gives the output back, flushed.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.form.visitor().finish(&mut self.gathered);
        self.flush()?;
        Ok(self.out)
    }

    fn pour(&mut self) -> io::Result<()> {
        pour(&mut self.gathered, &mut self.out)
    }
}

fn rows(visitor: &mut impl Visitor, chunk: &Chunk, gathered: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    for row in 0..chunk.rows() {
        if let Some(cells) = chunk.row(row) {
            visitor.row(cells, gathered);
        }
        if gathered.len() >= GATHERED {
            pour(gathered, out)?;
        }
    }
    Ok(())
}

fn pour(gathered: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    let written = out.write_all(gathered);
    gathered.clear();
    gathered.shrink_to(4 * GATHERED);
    written
}
