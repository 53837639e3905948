//! Parquet: columns with the server's types, packed with zstd. Rows are held back column by column until they make a row
//! group of [`PARQUET_GROUP_BYTES`], so that memory stays flat. The types are in [`kind`].
//!
//! Every column is OPTIONAL: NOT NULL of a table does not hold for its rows in an outer join, and the server's flags do not
//! tell which. A name that comes again gets a number: `name`, `name_2`. A value that has no place in its column's type
//! (`2024-00-10`, a text that is no UTF-8) ends the export with its row and column.

mod decimal;
mod kind;
mod lane;

use std::sync::Arc;

use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;

use self::kind::Kind;
use self::lane::Lane;
use super::names::unique;
use super::typed::Typed;
use super::{Format, SessionZone, WriteError};
use crate::domain::limits::PARQUET_GROUP_BYTES;
use crate::domain::problem::{Problem, ProblemKind as Trouble};
use crate::domain::results::{Cells, Column};

#[derive(Debug, Default)]
pub(super) struct Parquet {
    zone: Option<SessionZone>,
    open: Option<Open>,
}

/// A file whose schema stands.
#[derive(Debug)]
struct Open {
    /// Its sink is memory, which is emptied after each row group.
    file: SerializedFileWriter<Vec<u8>>,
    lanes: Vec<Lane>,
    names: Vec<String>,
    rows: u64,
    held: usize,
}

impl Typed for Parquet {
    fn zone(&mut self, zone: SessionZone) {
        self.zone = Some(zone);
    }

    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) -> Result<(), WriteError> {
        let zone = self.zone.unwrap_or(SessionZone::Utc);
        let names = unique(columns);
        let kinds: Vec<Kind> = columns.iter().map(|column| Kind::of(column, zone)).collect();
        let fields = names.iter().zip(&kinds).map(|(name, kind)| kind.field(name).map(Arc::new));
        let schema = Type::group_type_builder("schema").with_fields(fields.collect::<Result<_, _>>()?).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // Of each row group, not of each page: an index of all pages would grow with the file until its end.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
        let lanes = kinds.into_iter().map(Lane::new).collect();
        let open = self.open.insert(Open { file, lanes, names, rows: 0, held: 0 });
        open.hand_over(out)
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.rows += 1;
        for (at, (cell, lane)) in cells.zip(&mut open.lanes).enumerate() {
            let name = open.names.get(at).map_or("", String::as_str);
            open.held += lane.push(cell).map_err(|misfit| misfit.at(Format::Parquet, open.rows, name))?;
        }
        if open.held >= PARQUET_GROUP_BYTES { open.group(out) } else { Ok(()) }
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.held > 0 {
            open.group(out)?;
        }
        open.file.finish()?;
        open.hand_over(out)
    }
}

impl Open {
    /// Writes the rows that are held back as a row group.
    fn group(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.held = 0;
        let mut group = self.file.next_row_group()?;
        for lane in &mut self.lanes {
            if let Some(mut column) = group.next_column()? {
                lane.write(&mut column)?;
                column.close()?;
            }
        }
        group.close()?;
        self.hand_over(out)
    }

    /// Hands on what the file has written. It keeps count of its bytes itself.
    fn hand_over(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.file.flush()?;
        out.append(self.file.inner_mut());
        Ok(())
    }
}

impl From<ParquetError> for WriteError {
    /// The library could not write into memory what it was given: no value is to blame.
    fn from(error: ParquetError) -> Self {
        Problem::new(Trouble::Local, "The rows cannot be written as parquet")
            .because(error.to_string())
            .hint("choose another format")
            .into()
    }
}
