//! Export: rows to CSV, TSV, JSON, Markdown, SQL and a plain table, over one row visitor; cells to the clipboard. Knows no file: it writes into any `io::Write`.

mod copy;
mod csv;
mod json;
mod markdown;
mod side;
mod sql;
mod table;
mod tsv;
mod visit;
mod writer;

pub use copy::{CopiedText, CopyForm, CopyWriter};
pub use side::side_file;
pub use visit::Visitor;
pub use writer::{Format, Formulas, UnknownFormat, Writer};
