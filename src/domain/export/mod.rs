//! Export: rows to CSV, TSV, JSON, Markdown, SQL and a plain table, over one row visitor; to Parquet and XLSX, which have types
//! and may refuse a value; cells to the clipboard. Knows no file: it writes into any `io::Write`.

mod copy;
mod csv;
mod fault;
mod format;
mod json;
mod manner;
mod markdown;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod misfit;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod moment;
mod names;
#[cfg(feature = "parquet")]
mod parquet;
mod side;
mod sql;
mod table;
mod tsv;
mod typed;
mod visit;
mod writer;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use copy::{CopiedText, CopyFormat, CopyWriter};
pub use fault::WriteError;
pub use format::{Format, UnknownFormat};
pub use manner::{Formulas, Manner, SessionZone};
pub use side::side_file;
pub use visit::Visitor;
pub use writer::Writer;
