//! The terminal: raw mode and its restoring, events as words of ours, frames. The only room that names crossterm.

mod input;
mod screen;
mod sixteen;

pub use input::{Event, Events};
pub use screen::{Screen, restore};
pub use sixteen::{Codes, Sixteen};
