//! The embedded replica behind its embedded jump host: a MySQL wire server over SQLite, reached as a real one is.

pub mod data;
pub mod schema;
pub mod server;
pub mod translate;
mod wire;
