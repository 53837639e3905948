//! XLSX (Office Open XML, ECMA-376): a workbook with one sheet and a bold, frozen header row. It is written and compressed row by
//! row: a library that collects sheets first would write the rows unencrypted to a temporary file, and compress them at the
//! end, when the export cannot be stopped.
//!
//! A spreadsheet stores numbers as floats and shows 15 digits. Values that survive this are numbers or dates; all others are text
//! with every character of the server ([`cells`]). NULL is a missing cell. Text is never a formula. When a sheet is
//! full, the rows continue in another sheet, `Rows 2`, with the same header. A text of more than
//! [`SHEET_CELL`](crate::domain::limits::SHEET_CELL) characters, or one that is not UTF-8, ends the export with an error.
//!
//! The same rows make the same file, byte for byte: it contains no time and no author.

mod address;
mod cells;
mod parts;
mod too_large;
mod zip;

use self::address::CellAddress;
use self::cells::{CellKind, column_letters, put_text};
use self::parts::Styles;
use self::too_large::too_large;
use self::zip::Zip;
use super::column_names::unique;
use super::typed_format::TypedFormat;
use super::unsupported::UnsupportedValue;
use super::{ExportFormat, WriteError};
use crate::domain::limits::{SHEET_BYTES, SHEET_COLUMNS, SHEET_ROWS};
use crate::domain::results::{Cell, Cells, Column};

/// Writes a workbook.
#[derive(Debug, Default)]
pub(super) struct Xlsx {
    zip: Zip,
    columns: Vec<SheetColumn>,
    /// The beginning of each sheet with its header row.
    head: Vec<u8>,
    sheets: u32,
    /// Rows and bytes of the last sheet.
    rows: u32,
    bytes: u64,
    /// Rows of the result so far.
    count: u64,
    line: Vec<u8>,
}

/// A column of the sheets.
#[derive(Debug)]
struct SheetColumn {
    name: String,
    /// `A`, `B` …
    letters: String,
    kind: CellKind,
    /// Index of the style of its numbers.
    style: usize,
}

impl TypedFormat for Xlsx {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) -> Result<(), WriteError> {
        if columns.len() > SHEET_COLUMNS {
            let why = format!("it has {} columns, and a sheet can have {SHEET_COLUMNS}", columns.len());
            return Err(too_large("The result has too many columns", why));
        }
        let mut styles = Styles::default();
        let with_name = |(at, (column, name)): (usize, (&Column, String))| {
            let kind = CellKind::of(column);
            SheetColumn { name, letters: column_letters(at), kind, style: styles.of(kind.number_format()) }
        };
        self.columns = columns.iter().zip(unique(columns)).enumerate().map(with_name).collect();
        let kinds: Vec<CellKind> = self.columns.iter().map(|column| column.kind).collect();
        self.head = parts::sheet_head(&kinds);
        self.head.extend_from_slice(b"<row r=\"1\">");
        for column in &self.columns {
            let at = CellAddress { letters: &column.letters, row: 1, style: cells::BOLD };
            put_text(&column.name, at, &mut self.head)
                .map_err(|error| error.at(ExportFormat::Xlsx, 0, &column.name))?;
        }
        self.head.extend_from_slice(b"</row>");
        self.zip.whole("_rels/.rels", parts::ROOT.as_bytes(), out)?;
        self.zip.whole("xl/styles.xml", styles.part().as_bytes(), out)?;
        self.open_sheet(out)
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.rows >= SHEET_ROWS || self.bytes >= SHEET_BYTES {
            self.close_sheet(out)?;
            self.open_sheet(out)?;
        }
        self.rows += 1;
        self.count += 1;
        let line = &mut self.line;
        line.extend_from_slice(format!("<row r=\"{}\">", self.rows).as_bytes());
        for (cell, column) in cells.zip(&self.columns) {
            let Cell::Bytes(printed) = cell else { continue };
            let at = CellAddress { letters: &column.letters, row: self.rows, style: column.style };
            let put = column.kind.put(printed, at, line);
            put.map_err(|error: UnsupportedValue| error.at(ExportFormat::Xlsx, self.count, &column.name))?;
        }
        line.extend_from_slice(b"</row>");
        self.write_line(out)
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.close_sheet(out)?;
        self.zip.whole("xl/workbook.xml", parts::workbook(self.sheets).as_bytes(), out)?;
        self.zip.whole("xl/_rels/workbook.xml.rels", parts::relations(self.sheets).as_bytes(), out)?;
        self.zip.whole("[Content_Types].xml", parts::content_types(self.sheets).as_bytes(), out)?;
        self.zip.finish(out)
    }
}

impl Xlsx {
    fn open_sheet(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.sheets += 1;
        (self.rows, self.bytes) = (1, 0);
        self.zip.begin(&parts::sheet_path(self.sheets), out)?;
        self.line.extend_from_slice(&self.head);
        self.write_line(out)
    }

    fn close_sheet(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.line.extend_from_slice(parts::SHEET_END.as_bytes());
        self.write_line(out)?;
        self.zip.end(out)
    }

    fn write_line(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.bytes += self.line.len() as u64;
        let written = self.zip.write(&self.line, out);
        self.line.clear();
        written
    }
}
