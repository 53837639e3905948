//! The server side of the MySQL protocol over any stream: packets, sign-in, commands, responses.
//!
//! This module encodes and decodes. What a statement means is decided in [`server`](super::server).
//! Source: the MariaDB and MySQL protocol documentation (handshake v10, `COM_*`, text and binary result sets).

mod bound_values;
mod capability;
mod client_connection;
mod commands;
mod encoding;
mod handshake;
mod packet_stream;
mod prepared_statements;
mod response_packets;
mod results;
pub(crate) mod row_encoding;
mod sign_in;

pub use commands::serve_client;
