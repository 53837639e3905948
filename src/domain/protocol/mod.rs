//! The port: commands to, and news from, the outside (session, store, export, storage, host), with their ids.
//! Both the TUI and the headless commands speak it; it knows neither.

mod export;
mod host;
mod lag;
mod run;
mod session;
mod storage;
mod store;

pub use self::export::*;
pub use self::host::*;
pub use self::lag::*;
pub use self::run::*;
pub use self::session::*;
pub use self::storage::*;
pub use self::store::*;
pub use crate::domain::ids::{ResultId, SessionId};
