//! Formats with column types (Parquet, XLSX), which may refuse a value.

use super::{ExportFormat, SessionZone, WriteError};
use crate::domain::results::{Cells, Column};

/// Writes one result into a buffer that the caller empties. Unlike a [`super::TextFormat`] it can fail.
pub(super) trait TypedFormat: std::fmt::Debug {
    /// Sets the time zone of the session; called before the header, if at all.
    fn zone(&mut self, _zone: SessionZone) {}
    /// Writes the header.
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) -> Result<(), WriteError>;
    /// Writes one row, in the order of the columns.
    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) -> Result<(), WriteError>;
    /// Writes the end of the file.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError>;
}

/// Makes the writer of a typed format; one that always fails if this build does not have the format.
pub(super) fn typed_format(format: ExportFormat) -> Box<dyn TypedFormat + Send> {
    match format {
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => Box::new(super::parquet::Parquet::default()),
        #[cfg(feature = "xlsx")]
        ExportFormat::Xlsx => Box::new(super::xlsx::Xlsx::default()),
        format => Box::new(MissingFormat(format)),
    }
}

/// A format that this build does not have.
#[derive(Debug)]
struct MissingFormat(ExportFormat);

impl MissingFormat {
    fn refuse(&self) -> Result<(), WriteError> {
        match self.0.missing_feature() {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}

impl TypedFormat for MissingFormat {
    fn begin(&mut self, _columns: &[Column], _out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.refuse()
    }

    fn row(&mut self, _cells: Cells<'_>, _out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.refuse()
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.refuse()
    }
}
