//! Capability flags of the handshake that this server offers or reads.

/// "Long password" of old clients. MariaDB sets it when it uses MySQL's handshake.
pub(super) const LONG_PASSWORD: u32 = 1;
/// The affected rows of an UPDATE are the rows found.
pub(super) const FOUND_ROWS: u32 = 1 << 1;
/// Column definitions have all flags.
pub(super) const LONG_FLAG: u32 = 1 << 2;
/// The response names a database.
pub(super) const CONNECT_WITH_DB: u32 = 1 << 3;
/// The client may ignore spaces before `(`.
pub(super) const IGNORE_SPACE: u32 = 1 << 8;
/// Packets of protocol 4.1.
pub(super) const PROTOCOL_41: u32 = 1 << 9;
/// The client is interactive.
pub(super) const INTERACTIVE: u32 = 1 << 10;
/// The client wants TLS. Never offered.
pub(super) const SSL: u32 = 1 << 11;
/// Status flags include the transaction state.
pub(super) const TRANSACTIONS: u32 = 1 << 13;
/// Authentication with a 20-byte scramble.
pub(super) const SECURE_CONNECTION: u32 = 1 << 15;
/// Several statements in one command.
pub(super) const MULTI_STATEMENTS: u32 = 1 << 16;
/// Several results for one command.
pub(super) const MULTI_RESULTS: u32 = 1 << 17;
/// Several results for one prepared statement. Accepted, never used.
pub(super) const PS_MULTI_RESULTS: u32 = 1 << 18;
/// The response names an authentication plugin.
pub(super) const PLUGIN_AUTH: u32 = 1 << 19;
/// The response has connection attributes.
pub(super) const CONNECT_ATTRS: u32 = 1 << 20;
/// The length of the scramble is length-encoded.
pub(super) const PLUGIN_AUTH_LENENC: u32 = 1 << 21;
/// Result sets end with an OK packet instead of EOF.
pub(super) const DEPRECATE_EOF: u32 = 1 << 24;

/// The flags that the server offers.
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
