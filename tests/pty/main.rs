//! Tests of the program in a pseudo-terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests are not a library")]

#[path = "../rig/mod.rs"]
mod rig;

mod analyst;
mod completion;
mod copies_and_exports;
mod failing_disk;
mod first_day;
mod harness;
mod hop_commands;
mod keymaps;
mod monkey;
mod panels;
mod picture;
mod scripts;
mod stories;
mod terminal_input;
mod terminal_state;
mod worksheet_files;
