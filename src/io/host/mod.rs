//! The machine around the program: clipboards, core dumps, the debug log. Knows no session and no files of ours.

pub mod clipboard;
pub mod core_dumps;
pub mod debug_log;
pub mod system;
