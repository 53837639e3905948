//! Writes one result in any format to an `io::Write`.

use std::io::{self, Write};

use super::csv::Csv;
use super::json::Json;
use super::markdown::Markdown;
use super::sql::Sql;
use super::table::Table;
use super::tsv::Tsv;
use super::typed_format::TypedFormat;
use super::typed_formats::typed_format;
use super::{ByteOrderMark, ExportFormat, Formulas, LineEnd, SessionZone, TextFormat, WriteError};
use crate::domain::results::{Chunk, Column, GlyphSet};

/// Bytes that are buffered before they are written.
const BUFFERED: usize = 64 << 10;

/// Writes one result. Call [`ExportWriter::begin`], then [`ExportWriter::chunk`] for each chunk, then [`ExportWriter::finish`].
#[derive(Debug)]
pub struct ExportWriter<W> {
    format: FormatWriter,
    buffer: Vec<u8>,
    out: W,
}

#[derive(Debug)]
enum FormatWriter {
    Csv(Csv),
    Tsv(Tsv),
    Json(Json),
    Markdown(Markdown),
    Sql(Sql),
    Table(Box<Table>),
    Typed(Box<dyn TypedFormat + Send>),
}

impl FormatWriter {
    fn as_dyn(&mut self) -> DynFormat<'_> {
        DynFormat::Text(match self {
            Self::Csv(format) => format,
            Self::Tsv(format) => format,
            Self::Json(format) => format,
            Self::Markdown(format) => format,
            Self::Sql(format) => format,
            Self::Table(format) => format.as_mut(),
            Self::Typed(format) => return DynFormat::Typed(format.as_mut()),
        })
    }
}

/// A format by reference: text formats take every value, typed formats may refuse one.
enum DynFormat<'a> {
    Text(&'a mut dyn TextFormat),
    Typed(&'a mut dyn TypedFormat),
}

impl<W: Write> ExportWriter<W> {
    /// Makes a writer. The glyphs are used by [`ExportFormat::Table`] only.
    pub fn new(format: ExportFormat, glyphs: GlyphSet, out: W) -> Self {
        let format = match format {
            ExportFormat::Csv => FormatWriter::Csv(Csv::default()),
            ExportFormat::Tsv => FormatWriter::Tsv(Tsv::default()),
            ExportFormat::Json => FormatWriter::Json(Json::default()),
            ExportFormat::JsonLines => FormatWriter::Json(Json::lines()),
            ExportFormat::Markdown => FormatWriter::Markdown(Markdown::default()),
            ExportFormat::Sql => FormatWriter::Sql(Sql::default()),
            ExportFormat::Table => FormatWriter::Table(Box::new(Table::new(glyphs))),
            ExportFormat::Parquet | ExportFormat::Xlsx => FormatWriter::Typed(typed_format(format)),
        };
        Self { format, buffer: Vec::with_capacity(BUFFERED + BUFFERED / 4), out }
    }

    /// Sets the treatment of formulas.
    #[must_use]
    pub fn formulas(mut self, formulas: Formulas) -> Self {
        match &mut self.format {
            FormatWriter::Csv(format) => format.formulas = formulas,
            FormatWriter::Tsv(format) => format.formulas = formulas,
            FormatWriter::Json(_)
            | FormatWriter::Markdown(_)
            | FormatWriter::Sql(_)
            | FormatWriter::Table(_)
            | FormatWriter::Typed(_) => {}
        }
        self
    }

    /// Sets how the lines of CSV end, and whether it begins with a byte order mark. Other formats have no choice.
    #[must_use]
    pub fn csv(mut self, line_end: LineEnd, mark: ByteOrderMark) -> Self {
        if let FormatWriter::Csv(format) = &mut self.format {
            (format.line_end, format.mark) = (line_end, mark);
        }
        self
    }

    /// Sets the time zone of the session; the default is UTC.
    #[must_use]
    pub fn zone(mut self, zone: SessionZone) -> Self {
        if let FormatWriter::Typed(format) = &mut self.format {
            format.zone(zone);
        }
        self
    }

    /// Returns the output. Buffered bytes are not in it yet.
    #[must_use]
    pub fn out(&self) -> &W {
        &self.out
    }

    /// Writes the header.
    ///
    /// # Errors
    /// When the output cannot be written, or the format does not support these columns.
    pub fn begin(&mut self, columns: &[Column]) -> Result<(), WriteError> {
        match self.format.as_dyn() {
            DynFormat::Text(format) => format.begin(columns, &mut self.buffer),
            DynFormat::Typed(format) => format.begin(columns, &mut self.buffer)?,
        }
        Ok(self.write_buffer()?)
    }

    /// Writes the rows of a chunk.
    ///
    /// # Errors
    /// When the output cannot be written, or the format does not support a value.
    pub fn chunk(&mut self, chunk: &Chunk) -> Result<(), WriteError> {
        let written = match &mut self.format {
            FormatWriter::Csv(format) => rows(format, chunk, &mut self.buffer, &mut self.out),
            FormatWriter::Tsv(format) => rows(format, chunk, &mut self.buffer, &mut self.out),
            FormatWriter::Json(format) => rows(format, chunk, &mut self.buffer, &mut self.out),
            FormatWriter::Markdown(format) => rows(format, chunk, &mut self.buffer, &mut self.out),
            FormatWriter::Sql(format) => rows(format, chunk, &mut self.buffer, &mut self.out),
            FormatWriter::Table(format) => rows(format.as_mut(), chunk, &mut self.buffer, &mut self.out),
            FormatWriter::Typed(format) => return typed_rows(format.as_mut(), chunk, &mut self.buffer, &mut self.out),
        };
        Ok(written?)
    }

    /// Writes the buffer and flushes the output, so that the reader of a pipe sees it now.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_buffer()?;
        self.out.flush()
    }

    /// Writes the end, flushes, and returns the output.
    ///
    /// # Errors
    /// When the output cannot be written, or the file becomes too large for the format.
    pub fn finish(mut self) -> Result<W, WriteError> {
        match self.format.as_dyn() {
            DynFormat::Text(format) => format.finish(&mut self.buffer),
            DynFormat::Typed(format) => format.finish(&mut self.buffer)?,
        }
        self.flush()?;
        Ok(self.out)
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        write_out(&mut self.buffer, &mut self.out)
    }
}

fn rows(format: &mut impl TextFormat, chunk: &Chunk, buffer: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    for row in 0..chunk.rows() {
        if let Some(cells) = chunk.row(row) {
            format.row(cells, buffer);
        }
        if buffer.len() >= BUFFERED {
            write_out(buffer, out)?;
        }
    }
    Ok(())
}

fn typed_rows(
    format: &mut dyn TypedFormat,
    chunk: &Chunk,
    buffer: &mut Vec<u8>,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    for row in 0..chunk.rows() {
        if let Some(cells) = chunk.row(row) {
            format.row(cells, buffer)?;
        }
        if buffer.len() >= BUFFERED {
            write_out(buffer, out)?;
        }
    }
    Ok(())
}

fn write_out(buffer: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    let written = out.write_all(buffer);
    buffer.clear();
    buffer.shrink_to(4 * BUFFERED);
    written
}
