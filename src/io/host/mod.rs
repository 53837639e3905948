//! The machine around the program: the clipboard. Knows no session and no files of ours.

pub mod clipboard;
