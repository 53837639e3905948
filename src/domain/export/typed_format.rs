//! Formats with column types (Parquet, XLSX), which may refuse a value.

use super::{SessionZone, WriteError};
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
