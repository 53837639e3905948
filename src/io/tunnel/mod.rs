//! To be built.

pub mod known_hosts;
