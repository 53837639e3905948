//! The demo: an embedded replica behind an embedded jump host. The replica speaks the MySQL protocol and stores its data
//! in SQLite. The program reaches it like a real one, through SSH.

mod credentials;
pub mod data;
mod error;
mod jump_host;
pub mod schema;
pub mod server;
mod start;
pub mod translate;
mod wire;

pub use error::DemoError;
pub use start::{Options, PROFILE, Running, outline, start, start_with};
pub use wire::serve_client;
