//! The embedded replica behind its embedded jump host: a MySQL wire server over SQLite, reached as a real one is.

pub mod data;
mod jump_host;
mod keys;
pub mod schema;
pub mod server;
mod start;
pub mod translate;
pub mod wire;

pub use start::{DemoError, Options, PROFILE, Running, outline, start, start_with};
