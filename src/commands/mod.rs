//! Floor 4: one file for each command.

pub mod log;
pub mod run;
pub mod tui;
