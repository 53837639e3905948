//! Editing of text: positions, changes, and the commands that make them. Nothing here holds a text: a command reads lines and returns
//! changes as data.
//!
//! Lines have no line end inside. Lines and columns count from 0, and a column counts characters (`char`).

mod change;
mod position;

pub use change::{EditResult, TextChange, apply};
pub use position::TextPosition;
