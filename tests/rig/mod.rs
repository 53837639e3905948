//! To be built: starts the real servers.
