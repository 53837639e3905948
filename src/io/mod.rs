//! Floor 3: the outside. Tasks that own what they touch, and tell what happened; no decisions.

pub mod host;
pub mod runtime;
pub mod session;
pub mod storage;
pub mod store;
pub mod terminal;
pub mod tunnel;
