//! The terminal: raw mode and its restoring, input events, frames. The only module that names crossterm.

mod basic_colours;
mod crash_watcher;
pub mod decoder;
mod frame_changes;
mod input;
pub mod job_control;
mod key_sequences;
mod mouse_sequences;
mod screen;

pub use basic_colours::{BasicColours, ColourCodes};
pub use input::{TerminalEvent, TerminalEvents};
pub use screen::{Screen, restore};
