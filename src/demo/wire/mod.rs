//! The MySQL protocol, the server's side of it, over any stream: packets, sign-in, commands, replies.
//!
//! It knows how things are said on the wire and nothing of what a statement means: that is the server's room.
//! Source: the MariaDB and MySQL protocol pages (handshake v10, `COM_*`, text and binary result sets).

pub(crate) mod bound;
pub mod client_bytes;
mod connection;
mod encode;
mod handshake;
mod number;
mod packet;
mod reply;
mod row;

pub(crate) use connection::serve;
pub(crate) use row::RowForm;

/// Capability flags of the handshake that this server offers or looks at.
mod capability {
    /// Old clients' "long password"; a MariaDB server that speaks MySQL's dialect of the handshake sets it.
    pub(super) const LONG_PASSWORD: u32 = 1;
    /// Affected rows are found rows.
    pub(super) const FOUND_ROWS: u32 = 1 << 1;
    /// All flags of a column in its definition.
    pub(super) const LONG_FLAG: u32 = 1 << 2;
    /// The response names a database.
    pub(super) const CONNECT_WITH_DB: u32 = 1 << 3;
    /// The client may ignore spaces before `(`.
    pub(super) const IGNORE_SPACE: u32 = 1 << 8;
    /// Packets as of 4.1.
    pub(super) const PROTOCOL_41: u32 = 1 << 9;
    /// An interactive client.
    pub(super) const INTERACTIVE: u32 = 1 << 10;
    /// TLS after a short first packet; never offered.
    pub(super) const SSL: u32 = 1 << 11;
    /// Status flags tell of transactions.
    pub(super) const TRANSACTIONS: u32 = 1 << 13;
    /// Sign-in by a 20-byte scramble.
    pub(super) const SECURE_CONNECTION: u32 = 1 << 15;
    /// Several statements in one command.
    pub(super) const MULTI_STATEMENTS: u32 = 1 << 16;
    /// Several results to one command.
    pub(super) const MULTI_RESULTS: u32 = 1 << 17;
    /// Several results to one prepared statement: accepted, never used.
    pub(super) const PS_MULTI_RESULTS: u32 = 1 << 18;
    /// The sign-in method has a name.
    pub(super) const PLUGIN_AUTH: u32 = 1 << 19;
    /// The client tells its attributes.
    pub(super) const CONNECT_ATTRS: u32 = 1 << 20;
    /// The scramble's length is a length-encoded number.
    pub(super) const PLUGIN_AUTH_LENENC: u32 = 1 << 21;
    /// Result sets end with an OK packet.
    pub(super) const DEPRECATE_EOF: u32 = 1 << 24;

    /// What the server offers.
    pub(super) const OFFERED: u32 = LONG_PASSWORD
        | FOUND_ROWS
        | LONG_FLAG
        | CONNECT_WITH_DB
        | IGNORE_SPACE
        | PROTOCOL_41
        | INTERACTIVE
        | TRANSACTIONS
        | SECURE_CONNECTION
        | MULTI_STATEMENTS
        | MULTI_RESULTS
        | PS_MULTI_RESULTS
        | PLUGIN_AUTH
        | CONNECT_ATTRS
        | PLUGIN_AUTH_LENENC
        | DEPRECATE_EOF;
}
