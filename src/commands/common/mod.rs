//! What several commands share: their context, output, sessions without a screen, interrupts. Nothing here depends on one
//! command.

pub mod answer;
pub mod built_in;
pub mod context;
#[cfg(feature = "demo")]
pub mod demo_profile;
pub mod headless;
pub mod hop_messages;
pub mod host_key;
pub mod interrupts;
pub mod keymap;
pub mod look;
pub mod print;
pub mod runtime;
