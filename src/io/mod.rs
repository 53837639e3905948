//! Layer 3: everything outside the process. Each task owns its resources and reports events; it makes no decisions.

pub mod env;
pub mod export;
pub mod host;
pub mod runtime;
pub mod session;
pub mod storage;
pub mod store;
pub mod terminal;
pub mod tunnel;
