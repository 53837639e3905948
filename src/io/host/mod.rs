//! The machine around the program: its clipboards. Knows no session and no files of ours.

pub mod clipboard;
pub mod system;
