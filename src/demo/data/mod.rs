//! What the demo replica holds: its tables, its rows, its pages and its snippets. All of it is synthetic.
//!
//! Knows nothing of the wire, the translator or the program's screens. The tables are written down once, as MySQL text
//! in `ddl/`; everything else (the [`DemoSchema`], the SQLite tables, the text for a real server) is drawn from it.
//!
//! [`DemoSchema`]: super::schema::DemoSchema

mod chance;
mod design;
mod docs;
mod dump;
mod edges;
mod fill;
mod generate;
mod labs;
mod moment;
mod parse;
mod questions;
mod render;
mod rows;
mod schema;
mod snippets;
mod subjects;
mod tokens;
mod values;

pub use docs::pack_files;
pub use dump::dump;
pub use fill::{COLLATION, fill};
pub use generate::{SUBJECTS, TEST_SUBJECTS, rows};
pub use render::{ddl, identifier, literal, table_ddl, type_text};
pub use rows::{Sink, Value};
pub use schema::schema;
pub use snippets::{first_worksheet, snippets};

/// The study database: the forty tables.
pub const MAIN: &str = "clinspark_demo";
/// Its small twin, with the same tables and other rows.
pub const TEST: &str = "clinspark_demo_test";
/// Views over the study database, and tables that are awkward on purpose.
pub const REPORTING: &str = "reporting";
