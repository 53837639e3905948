//! The demo replica's content: tables, rows, doc pages and snippets. All of it is synthetic.
//!
//! This module does not depend on the wire protocol, the translator or the program's screens. The tables are written
//! once, as MySQL text in `ddl/`. The [`DemoSchema`], the SQLite tables and the text for a real server are made from it.
//!
//! [`DemoSchema`]: super::schema::DemoSchema

mod answers;
mod audit;
mod clarification;
mod databases;
mod ddl_parser;
mod ddl_tokens;
mod demo_schema;
mod demo_time;
mod doc_pack;
mod dump;
mod entities;
mod forms;
mod generate;
mod generator;
mod lab_orders;
mod mysql_ddl;
mod organisation;
mod random;
mod reporting_rows;
mod samples;
mod snippets;
mod sqlite_tables;
mod study_design;
mod study_forms;
mod subjects;
mod values;
mod volunteers;

pub use databases::{MAIN, REPORTING, TEST};
pub use demo_schema::schema;
pub use doc_pack::pack_files;
pub use dump::dump;
pub use generate::{SUBJECTS, TEST_SUBJECTS, generate_rows};
pub use mysql_ddl::{ddl, identifier, literal, table_ddl, type_text};
pub use snippets::{first_worksheet, snippets};
pub use sqlite_tables::{COLLATION, load_into_sqlite};
pub use values::{DemoValue, GeneratedRows};
