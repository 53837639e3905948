//! The writer: one result in one form into one `io::Write`. Knows which forms there are, not what they look like.

use std::io::{self, Write};

use super::csv::Csv;
use super::json::Json;
use super::markdown::Markdown;
use super::sql::Sql;
use super::table::Table;
use super::tsv::Tsv;
use super::typed::{Typed, typed};
use super::{Format, Formulas, SessionZone, Visitor, WriteError};
use crate::domain::results::{Chunk, Column, GlyphSet};

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
    Typed(Box<dyn Typed + Send>),
}

impl Form {
    /// What it is: a text, which takes every value, or a typed form, which may refuse one.
    fn part(&mut self) -> Part<'_> {
        Part::Text(match self {
            Self::Csv(form) => form,
            Self::Tsv(form) => form,
            Self::Json(form) => form,
            Self::Markdown(form) => form,
            Self::Sql(form) => form,
            Self::Table(form) => form.as_mut(),
            Self::Typed(form) => return Part::Typed(form.as_mut()),
        })
    }
}

enum Part<'a> {
    Text(&'a mut dyn Visitor),
    Typed(&'a mut dyn Typed),
}

impl<W: Write> Writer<W> {
    /// A writer that has written nothing yet. The glyphs are for [`Format::Table`].
    pub fn new(format: Format, glyphs: GlyphSet, out: W) -> Self {
        let form = match format {
            Format::Csv => Form::Csv(Csv::default()),
            Format::Tsv => Form::Tsv(Tsv::default()),
            Format::Json => Form::Json(Json::default()),
            Format::JsonLines => Form::Json(Json::lines()),
            Format::Markdown => Form::Markdown(Markdown::default()),
            Format::Sql => Form::Sql(Sql::default()),
            Format::Table => Form::Table(Box::new(Table::new(glyphs))),
            Format::Parquet | Format::Xlsx => Form::Typed(typed(format)),
        };
        Self { form, gathered: Vec::with_capacity(GATHERED + GATHERED / 4), out }
    }

    /// The same, but with formulas as told.
    #[must_use]
    pub fn formulas(mut self, formulas: Formulas) -> Self {
        match &mut self.form {
            Form::Csv(form) => form.formulas = formulas,
            Form::Tsv(form) => form.formulas = formulas,
            Form::Json(_) | Form::Markdown(_) | Form::Sql(_) | Form::Table(_) | Form::Typed(_) => {}
        }
        self
    }

    /// The same, but of a session in this zone; UTC without it.
    #[must_use]
    pub fn zone(mut self, zone: SessionZone) -> Self {
        if let Form::Typed(form) = &mut self.form {
            form.zone(zone);
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
    /// When the output cannot be written, or the form does not take these columns.
    pub fn begin(&mut self, columns: &[Column]) -> Result<(), WriteError> {
        match self.form.part() {
            Part::Text(form) => form.begin(columns, &mut self.gathered),
            Part::Typed(form) => form.begin(columns, &mut self.gathered)?,
        }
        Ok(self.pour()?)
    }

    /// Writes the rows of a chunk.
    ///
    /// # Errors
    /// When the output cannot be written, or the form has no place for a value.
    pub fn chunk(&mut self, chunk: &Chunk) -> Result<(), WriteError> {
        let written = match &mut self.form {
            Form::Csv(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Tsv(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Json(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Markdown(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Sql(form) => rows(form, chunk, &mut self.gathered, &mut self.out),
            Form::Table(form) => rows(form.as_mut(), chunk, &mut self.gathered, &mut self.out),
            Form::Typed(form) => return typed_rows(form.as_mut(), chunk, &mut self.gathered, &mut self.out),
        };
        Ok(written?)
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
    /// When the output cannot be written, or the form becomes too large.
    pub fn finish(mut self) -> Result<W, WriteError> {
        match self.form.part() {
            Part::Text(form) => form.finish(&mut self.gathered),
            Part::Typed(form) => form.finish(&mut self.gathered)?,
        }
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

fn typed_rows(
    form: &mut dyn Typed,
    chunk: &Chunk,
    gathered: &mut Vec<u8>,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    for row in 0..chunk.rows() {
        if let Some(cells) = chunk.row(row) {
            form.row(cells, gathered)?;
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
