//! Writes results to files and pipes: one implementation for `rrx run` and for the exports of the TUI.

pub mod checksum;
pub mod open_error;
pub mod partial_file;
pub mod write_rows;
