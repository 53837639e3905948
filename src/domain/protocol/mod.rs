//! Commands to and events from the tasks that do I/O: session, result store, export, storage, host. The TUI and the headless
//! commands use the same ones.

mod editor;
mod export;
mod hop;
mod host;
mod lag;
mod left_statement;
mod panel_sizes;
mod run;
mod session;
mod sql_file;
mod storage;
mod store;

pub use self::editor::*;
pub use self::export::*;
pub use self::hop::*;
pub use self::host::*;
pub use self::lag::*;
pub use self::left_statement::*;
pub use self::panel_sizes::*;
pub use self::run::*;
pub use self::session::*;
pub use self::sql_file::*;
pub use self::storage::*;
pub use self::store::*;
pub use crate::domain::ids::{ResultId, SessionId};
