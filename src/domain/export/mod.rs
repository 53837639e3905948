//! Export: rows to CSV, TSV, JSON and a plain table, over one row visitor. Knows no file: it writes into any `io::Write`.

mod copy;
mod csv;
mod json;
mod markdown;
mod sql;
mod table;
mod tsv;
mod visit;
mod writer;

pub use copy::{CopiedText, CopyForm, CopyWriter};
pub use visit::Visitor;
pub use writer::{Format, UnknownFormat, Writer};
