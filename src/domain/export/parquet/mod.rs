//! Parquet with the server's types, compressed with zstd. Rows are buffered column by column until they make a row group of
//! [`PARQUET_GROUP_BYTES`], so that memory use stays constant. The types are in [`types`].
//!
//! Every column is OPTIONAL: a NOT NULL column can be NULL in an outer join, and the server's flags do not show that. Repeated
//! names get a number: `name`, `name_2`. A value that does not fit its column's type (`2024-00-10`, text that is not UTF-8) ends
//! the export with an error that names row and column.

mod column_buffer;
mod decimal;
mod types;
mod value;

use std::sync::Arc;

use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;

use self::column_buffer::ColumnBuffer;
use self::types::ParquetType;
use super::column_names::unique;
use super::typed_format::TypedFormat;
use super::{ExportFormat, SessionZone, WriteError};
use crate::domain::limits::PARQUET_GROUP_BYTES;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::results::{Cells, Column};

/// Writes a Parquet file.
#[derive(Debug, Default)]
pub(super) struct Parquet {
    zone: Option<SessionZone>,
    open: Option<OpenFile>,
}

/// A file whose schema is fixed.
#[derive(Debug)]
struct OpenFile {
    /// Writes to memory, which is emptied after each row group.
    file: SerializedFileWriter<Vec<u8>>,
    columns: Vec<ColumnBuffer>,
    names: Vec<String>,
    rows: u64,
    /// Bytes of memory of the buffered values.
    buffered: usize,
}

impl TypedFormat for Parquet {
    fn zone(&mut self, zone: SessionZone) {
        self.zone = Some(zone);
    }

    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) -> Result<(), WriteError> {
        let zone = self.zone.unwrap_or(SessionZone::Utc);
        let names = unique(columns);
        let kinds: Vec<ParquetType> = columns.iter().map(|column| ParquetType::of(column, zone)).collect();
        let fields = names.iter().zip(&kinds).map(|(name, kind)| kind.field(name).map(Arc::new));
        let schema = Type::group_type_builder("schema").with_fields(fields.collect::<Result<_, _>>()?).build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // Statistics of row groups only: an index of all pages would grow with the file until its end.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
        let columns = kinds.into_iter().map(ColumnBuffer::new).collect();
        let open = self.open.insert(OpenFile { file, columns, names, rows: 0, buffered: 0 });
        open.move_bytes(out)
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.rows += 1;
        for (at, (cell, column)) in cells.zip(&mut open.columns).enumerate() {
            let name = open.names.get(at).map_or("", String::as_str);
            open.buffered +=
                column.push(cell).map_err(|value_error| value_error.at(ExportFormat::Parquet, open.rows, name))?;
        }
        if open.buffered >= PARQUET_GROUP_BYTES { open.write_group(out) } else { Ok(()) }
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.buffered > 0 {
            open.write_group(out)?;
        }
        open.file.finish()?;
        open.move_bytes(out)
    }
}

impl OpenFile {
    /// Writes the buffered rows as a row group.
    fn write_group(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.buffered = 0;
        let mut group = self.file.next_row_group()?;
        for column in &mut self.columns {
            if let Some(mut writer) = group.next_column()? {
                column.write(&mut writer)?;
                writer.close()?;
            }
        }
        group.close()?;
        self.move_bytes(out)
    }

    /// Moves the bytes that the file has written to the output. The file counts its bytes itself.
    fn move_bytes(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.file.flush()?;
        out.append(self.file.inner_mut());
        Ok(())
    }
}

impl From<ParquetError> for WriteError {
    /// An error of the library, not of a value.
    fn from(error: ParquetError) -> Self {
        Problem::new(ProblemKind::Local, "The rows cannot be written as parquet")
            .because(error.to_string())
            .hint("choose another format")
            .into()
    }
}
