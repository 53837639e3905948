//! The bodies of the fuzz targets. `tests/fuzz` runs them for a bounded time on every toolchain, `fuzz/fuzz_targets` under
//! libFuzzer.
//!
//! A target panics where a property does not hold. It returns a number for what the input did, so that a runner without
//! coverage can see that an input did something new.

mod guard;
mod known_hosts;
mod lexer;
mod snippet_header;
mod ssh_config;
mod wire;

use std::hash::{DefaultHasher, Hash, Hasher as _};

pub use guard::guard;
pub use known_hosts::known_hosts;
pub use lexer::lexer;
pub use snippet_header::snippet_header;
pub use ssh_config::ssh_config;
pub use wire::wire;

use rrx::domain::sql::{Dialect, ServerFamily, SqlMode};

/// The number for what an input did.
fn number(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Servers and modes that read one text differently.
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
