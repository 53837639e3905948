//! To be built.

pub mod known_hosts_file;
pub mod own_sockets;
