//! Layer 3: everything outside the process. Tasks own what they touch and report what happened; they decide nothing.

pub mod env;
pub mod export;
pub mod host;
pub mod runtime;
pub mod session;
pub mod storage;
pub mod store;
pub mod terminal;
pub mod tunnel;
