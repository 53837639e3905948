//! Forms with types of their own: what one must do, and which of them this build has.

use super::{Format, SessionZone, WriteError};
use crate::domain::results::{Cells, Column};

/// Writes one result in one form into a buffer, which someone else empties. Like a [`super::Visitor`], but it may refuse.
pub(super) trait Typed: std::fmt::Debug {
    /// The zone of the rows' session; called before the header, if at all.
    fn zone(&mut self, _zone: SessionZone) {}
    fn begin(&mut self, columns: &[Column], out: &mut Vec<u8>) -> Result<(), WriteError>;
    /// One row, in the order of the columns.
    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) -> Result<(), WriteError>;
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError>;
}

/// The form of this format.
pub(super) fn typed(format: Format) -> Box<dyn Typed + Send> {
    match format {
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(super::parquet::Parquet::default()),
        #[cfg(feature = "xlsx")]
        Format::Xlsx => Box::new(super::xlsx::Xlsx::default()),
        format => Box::new(Absent(format)),
    }
}

/// One that this build does not have.
#[derive(Debug)]
struct Absent(Format);

impl Absent {
    fn refuse(&self) -> Result<(), WriteError> {
        match self.0.absence() {
            Some(problem) => Err(problem.into()),
            None => Ok(()),
        }
    }
}

impl Typed for Absent {
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
