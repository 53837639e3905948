//! The embedded replica: its protocol, its statements, its jump host.

mod jump_host;
mod server;
mod small_replica;
