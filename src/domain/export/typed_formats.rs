//! Chooses the writer of a typed format, if this build has the format.

use super::typed_format::TypedFormat;
use super::{ExportFormat, WriteError};
use crate::domain::results::{Cells, Column};

/// Makes the writer of a typed format. If this build does not have the format, the writer always fails.
pub(super) fn typed_format(format: ExportFormat) -> Box<dyn TypedFormat + Send> {
    match format {
        #[cfg(feature = "parquet")]
        ExportFormat::Parquet => Box::new(super::parquet::Parquet::default()),
        #[cfg(feature = "xlsx")]
        ExportFormat::Xlsx => Box::new(super::xlsx::Xlsx::default()),
        format => Box::new(MissingFormat(format)),
    }
}

/// The writer of a format that this build does not have. It always fails.
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
