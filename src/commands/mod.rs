//! Floor 4: one file for each command.

pub mod completions;
pub mod entry;
pub mod headless;
pub mod keys;
pub mod log;
pub mod man;
pub mod outside;
pub mod print;
pub mod profiles;
pub mod run;
pub mod snippets;
pub mod tui;
