//! Layer 5: one file or directory for each command. What several commands share is in [`common`].

pub mod common;
pub mod completions;
#[cfg(feature = "demo")]
pub mod demo;
pub mod doctor;
pub mod keys;
pub mod log;
pub mod man;
pub mod profiles;
pub mod run;
pub mod secret;
pub mod snippets;
pub mod ssh_key;
pub mod tui;
pub mod tunnel;
