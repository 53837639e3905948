//! The machine around the program: its clipboards, core dumps. Knows no session and no files of ours.

pub mod clipboard;
pub mod core_dumps;
pub mod system;
