//! The pure parts of SSH: the contents of `ssh_config` and `known_hosts`, host keys as users see them, and the hops of a route
//! with all their settings. This module opens no file and no connection.

pub mod host_key;
pub mod keepalive;
pub mod known_hosts;
pub mod pattern;
pub mod randomart;
pub mod resolved_hop;
pub mod ssh_config;
