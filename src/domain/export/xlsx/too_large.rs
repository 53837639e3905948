//! The error for a result that is too large for a workbook.

use crate::domain::export::WriteError;
use crate::domain::problem::{Problem, ProblemKind};

/// Makes the error for a result that is too large for a workbook.
pub(super) fn too_large(what: &str, why: String) -> WriteError {
    Problem::new(ProblemKind::Local, format!("{what} for a workbook"))
        .because(why)
        .hint("select less, or export as parquet, csv or json")
        .into()
}
