//! What the demo replica holds: its tables, its rows, its pages and its snippets. All of it is synthetic.
//!
//! Knows nothing of the wire, the translator or the program's screens. The tables are written down once, as MySQL text
//! in `ddl/`; everything else (the [`DemoSchema`], the SQLite tables, the text for a real server) is drawn from it.
//!
//! [`DemoSchema`]: super::schema::DemoSchema

mod parse;
mod render;
mod schema;
mod tokens;

pub use render::{ddl, identifier, literal, table_ddl, type_text};
pub use schema::schema;

/// The study database: the forty tables.
pub const MAIN: &str = "clinspark_demo";
/// Its small twin, with the same tables and other rows.
pub const TEST: &str = "clinspark_demo_test";
/// Views over the study database, and tables that are awkward on purpose.
pub const REPORTING: &str = "reporting";
