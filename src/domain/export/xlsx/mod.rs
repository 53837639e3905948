//! XLSX (Office Open XML, ECMA-376): a workbook with one sheet, its names in a bold row that stays in view. It is written and
//! packed row by row, straight to its place: a library that gathers sheets first would put the rows in clear into a passing
//! file, and pack them after the last one, when nobody can stop it any more.
//!
//! A spreadsheet holds numbers as floats and shows 15 digits of them. What goes through that unchanged is a number or a date,
//! all else is a text with every character of the server's ([`cells`]). NULL is a cell that is not there. A text is never a
//! formula. Rows that a sheet does not hold go on in a next one, `Rows 2`, under the same names. A text of more than
//! [`SHEET_CELL`](crate::domain::limits::SHEET_CELL) characters, or one that is no UTF-8, ends the export with its place.
//!
//! The same rows make the same file, byte for byte: it holds no time and no author.

mod cells;
mod parts;
mod zip;

use self::cells::{Kind, place, put_text};
use self::parts::Styles;
use self::zip::Zip;
use super::misfit::Misfit;
use super::names::unique;
use super::typed::Typed;
use super::{Format, WriteError};
use crate::domain::limits::{SHEET_BYTES, SHEET_COLUMNS, SHEET_ROWS};
use crate::domain::problem::{Problem, ProblemKind as Trouble};
use crate::domain::results::{Cell, Cells, Column};

#[derive(Debug, Default)]
pub(super) struct Xlsx {
    zip: Zip,
    columns: Vec<One>,
    /// What stands in front of each sheet's rows, its names included.
    head: Vec<u8>,
    /// Sheets begun, rows and bytes of the last one.
    sheets: u32,
    rows: u32,
    bytes: u64,
    count: u64,
    line: Vec<u8>,
}

/// A column: its place in letters, how its values are written, the number of its style.
#[derive(Debug)]
struct One {
    name: String,
    letters: String,
    kind: Kind,
    style: usize,
}

impl Typed for Xlsx {
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) -> Result<(), WriteError> {
        if columns.len() > SHEET_COLUMNS {
            let more = format!("there are {}, and a sheet holds {SHEET_COLUMNS}", columns.len());
            return Err(refused("It has too many columns", more));
        }
        let mut styles = Styles::default();
        let with_name = |(at, (column, name)): (usize, (&Column, String))| {
            let kind = Kind::of(column);
            One { name, letters: place(at), kind, style: styles.of(kind.number_format()) }
        };
        self.columns = columns.iter().zip(unique(columns)).enumerate().map(with_name).collect();
        let kinds: Vec<Kind> = self.columns.iter().map(|one| one.kind).collect();
        self.head = parts::sheet_head(&kinds);
        self.head.extend_from_slice(b"<row r=\"1\">");
        for one in &self.columns {
            put_text(&one.name, &one.letters, 1, parts::BOLD, &mut self.head)
                .map_err(|misfit| misfit.at(Format::Xlsx, 0, &one.name))?;
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
        for (cell, one) in cells.zip(&self.columns) {
            let Cell::Bytes(printed) = cell else { continue };
            let put = one.kind.put(printed, &one.letters, self.rows, one.style, line);
            put.map_err(|misfit: Misfit| misfit.at(Format::Xlsx, self.count, &one.name))?;
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

/// No value is to blame: there is too much of all.
fn refused(what: &str, why: String) -> WriteError {
    Problem::new(Trouble::Local, format!("{what} for a workbook"))
        .because(why)
        .hint("select less, or choose another format: parquet, csv and json have no such limit")
        .into()
}
