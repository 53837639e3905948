//! Export of rows: text formats (CSV, TSV, JSON, Markdown, SQL, a plain table), typed formats (Parquet, XLSX), and text for the
//! clipboard. Writers work on any `io::Write`.

mod column_names;
mod columns_file;
mod copy;
mod csv;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod datetime;
mod error;
mod format;
mod json;
mod markdown;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
mod sql;
mod table;
mod text_format;
mod tsv;
mod typed_format;
mod typed_formats;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod unsupported;
mod writer;
#[cfg(feature = "xlsx")]
mod xlsx;

pub use columns_file::columns_json;
pub use copy::{CopiedText, CopyFormat, CopyWriter};
pub use error::WriteError;
pub use format::ExportFormat;
pub use options::{ByteOrderMark, ExportOptions, Formulas, LineEnd, SessionZone};
pub use text_format::TextFormat;
pub use writer::ExportWriter;
