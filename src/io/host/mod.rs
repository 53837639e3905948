//! The operating system around rrx: core dumps, debug log, user, secrets and prompts, clipboards, sockets and their
//! owners. Knows nothing about sessions and rrx's files.

pub mod bounded_file;
pub mod clipboard;
pub mod core_dumps;
pub mod debug_log;
pub mod editor;
pub mod keyring;
pub mod listener;
pub mod nohup;
pub mod own_file;
pub mod own_sockets;
pub mod peers;
mod proc_net;
pub mod prompts;
pub mod secrets;
pub mod shell_command;
pub mod system_clipboard;
pub mod user;
