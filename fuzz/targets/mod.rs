//! The fuzz targets. `tests/fuzz` runs them for a limited time on every toolchain, `fuzz/fuzz_targets` runs them under
//! libFuzzer.
//!
//! A target panics if a property is violated. It returns a fingerprint of its results, so that a runner without coverage can
//! see that an input had a new effect.

mod guard;
mod known_hosts;
mod lexer;
mod server_bytes;
mod snippet_header;
mod ssh_config;
mod terminal_input;
mod wire;
mod writing;

use std::hash::{DefaultHasher, Hash, Hasher as _};

pub use guard::guard;
pub use known_hosts::known_hosts;
pub use lexer::lexer;
pub use server_bytes::server_bytes;
pub use snippet_header::snippet_header;
pub use ssh_config::ssh_config;
pub use terminal_input::terminal_input;
pub use wire::wire;
pub use writing::writing;

use rrx::domain::sql::{Dialect, ServerFamily, SqlMode};

/// Returns the fingerprint of a target's results.
fn fingerprint(results: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    results.hash(&mut hasher);
    hasher.finish()
}

/// Returns the servers and SQL modes that read the same text differently.
fn dialects() -> impl Iterator<Item = Dialect> {
    let servers =
        [(ServerFamily::MySql, (8, 0, 36)), (ServerFamily::MariaDb, (10, 11, 6)), (ServerFamily::Other, (8, 0, 36))];
    servers.into_iter().flat_map(|(server, version)| {
        ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"].map(|mode| Dialect {
            server,
            version,
            sql_mode: SqlMode::parse(mode),
        })
    })
}
