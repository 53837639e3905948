//! Export: rows to CSV, TSV, JSON and a plain table, over one row visitor. Knows no file: it writes into any `io::Write`.

mod csv;
mod json;
mod table;
mod tsv;
mod visit;
mod writer;

pub use visit::Visitor;
pub use writer::{Format, UnknownFormat, Writer};
