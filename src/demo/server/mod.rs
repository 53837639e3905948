//! The demo replica: one account, and connections that read its databases. It answers like MariaDB 10.11. What it cannot
//! answer in the same way, it refuses with error 1235.

mod column_types;
mod connections;
mod dispatch;
mod dynamic_tables;
pub(crate) mod errors;
mod explain;
mod image;
mod information_schema;
mod kill;
mod named_statements;
mod replica;
mod result_table;
mod select_task;
mod session;
mod set;
mod show;
mod sleep;
mod statement;
mod status;
mod tokens;
pub(crate) mod variables;

pub(crate) use dispatch::Reply;
pub use replica::{Account, Server, Translator};
pub(crate) use result_table::ResultTable;
pub(crate) use select_task::SelectEvent;
pub(crate) use session::{ClientIdentity, Session};
