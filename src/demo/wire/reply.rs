//! Packets that answer: OK, EOF, ERR and the definition of a column.

use super::encode::{put_bytes, put_length};
use crate::demo::translate::SqlError;
use crate::domain::results::Column;

/// The status flag "autocommit".
pub(super) const AUTOCOMMIT: u16 = 2;

/// The status flag "another result comes after this one".
pub(super) const MORE_RESULTS: u16 = 8;

/// What an OK packet tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ending {
    /// Status flags.
    pub status: u16,
    /// How many warnings `SHOW WARNINGS` has.
    pub warnings: u16,
}

/// An OK packet. The replica changes nothing, so no row is ever affected.
pub(super) fn ok(ending: Ending) -> Vec<u8> {
    let mut out = vec![0x00, 0, 0];
    out.extend_from_slice(&ending.status.to_le_bytes());
    out.extend_from_slice(&ending.warnings.to_le_bytes());
    out
}

/// The end of a result set for a client that knows no EOF packets: an OK packet that begins with 0xfe.
pub(super) fn ok_at_end(ending: Ending) -> Vec<u8> {
    let mut out = ok(ending);
    if let Some(first) = out.first_mut() {
        *first = 0xfe;
    }
    out
}

/// An EOF packet.
pub(super) fn eof(ending: Ending) -> Vec<u8> {
    let mut out = vec![0xfe];
    out.extend_from_slice(&ending.warnings.to_le_bytes());
    out.extend_from_slice(&ending.status.to_le_bytes());
    out
}

/// An ERR packet.
pub(super) fn err(error: &SqlError) -> Vec<u8> {
    let mut out = vec![0xff];
    out.extend_from_slice(&error.code.to_le_bytes());
    out.push(b'#');
    out.extend_from_slice(error.state.as_bytes());
    out.extend_from_slice(error.message.as_bytes());
    out
}

/// A column definition as of 4.1.
pub(super) fn column(column: &Column) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    put_bytes(&mut out, b"def");
    put_bytes(&mut out, column.origin.schema.as_bytes());
    put_bytes(&mut out, column.table.as_bytes());
    put_bytes(&mut out, column.origin.table.as_bytes());
    put_bytes(&mut out, column.name.as_bytes());
    put_bytes(&mut out, column.origin.column.as_bytes());
    put_length(&mut out, 0x0c);
    out.extend_from_slice(&column.charset.to_le_bytes());
    out.extend_from_slice(&column.length.to_le_bytes());
    out.push(column.wire as u8);
    out.extend_from_slice(&column.flags.to_le_bytes());
    out.push(column.decimals);
    out.extend_from_slice(&[0, 0]);
    out
}
