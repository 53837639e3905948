//! Floor 4: one file for each command.

pub mod completions;
#[cfg(feature = "demo")]
pub mod demo;
pub mod doctor;
pub mod entry;
pub mod headless;
pub mod host_key;
pub mod keymap;
pub mod keys;
pub mod log;
pub mod look;
pub mod man;
pub mod outside;
pub mod pour;
pub mod print;
pub mod profiles;
pub mod run;
pub mod secret;
pub mod snippets;
pub mod ssh_key;
pub mod tui;
pub mod tunnel;
mod unmade;
