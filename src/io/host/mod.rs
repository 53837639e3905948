//! The operating system around rrx: user, secrets and prompts, clipboards, sockets and their owners. Knows no session and none
//! of rrx's own files.

pub mod bounded_file;
pub mod clipboard;
pub mod keyring;
pub mod listener;
pub mod nohup;
pub mod own_sockets;
pub mod peers;
mod proc_net;
pub mod prompts;
pub mod secrets;
pub mod system_clipboard;
pub mod user;
