//! Measures results of millions of rows × 12 columns from a real MariaDB over TLS. Each figure is compared with another
//! client in the same run, or with a limit.
//!
//! `cargo bench --bench results [-- [PART]... [--rows N]]` (needs `mariadb-server` and `openssh-server`); the parts are
//! - `stream`: rows to a pipe by `rrx run`, compared with `mariadb --quick --batch` and, if it is installed, with mycli;
//! - `export`: rows to a file, compared with `mariadb --quick --batch > FILE`;
//! - `screen`: `rrx` in a pseudo-terminal of 200×60: first row, keys while rows arrive, jumps, and peak memory with 1 M,
//!   5 M and 20 M rows, compared with harlequin if it is installed.
//!
//! The bench asserts nothing about time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a bench is not a library, and shares its harness with the terminal tests"
)]

#[path = "../../tests/pty/harness.rs"]
mod harness;
#[path = "../../tests/rig/mod.rs"]
mod rig;

mod cost;
mod export;
mod screen;
mod stream;
mod table;

use rig::Rig;
use table::Table;

/// Rows of `stream` and `export` without `--rows`.
const ROWS: u64 = 5_000_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let rows = arguments.iter().position(|word| word == "--rows").and_then(|at| arguments.get(at + 1));
    let given: Option<u64> = rows.map(|rows| rows.parse().expect("--rows takes a number"));
    let parts: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| PARTS.contains(word)).collect();
    let wants = |part: &str| parts.is_empty() || parts.contains(&part);
    let rows = given.unwrap_or(ROWS);
    let sizes = given.map_or_else(|| screen::SIZES.to_vec(), |rows| vec![rows]);
    let most = if wants("screen") { sizes.iter().copied().max().unwrap_or(rows).max(rows) } else { rows };
    let table = Table::fill(Rig::start(), most);
    if wants("stream") {
        stream::compare(&table, rows);
    }
    if wants("export") {
        export::compare(&table, rows);
    }
    if wants("screen") {
        screen::measure(&table, &sizes);
    }
}

const PARTS: [&str; 3] = ["stream", "export", "screen"];
