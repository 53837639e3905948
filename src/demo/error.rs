//! The reasons why the demo cannot start.

use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the demo cannot use {path}: {why}")]
    Directory { path: PathBuf, why: String },
    #[error("the demo cannot create its data: {0}")]
    Data(#[from] rusqlite::Error),
    #[error("the demo cannot listen on {at}: {why}")]
    Listen { at: SocketAddr, why: std::io::Error },
    /// The thread that creates the data panicked.
    #[error("the demo could not create its data")]
    Lost,
}
