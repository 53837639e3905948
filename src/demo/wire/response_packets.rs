//! Writes response packets: OK, EOF, ERR and column definitions.

use super::encoding::{put_bytes, put_length};
use crate::demo::translate::SqlError;
use crate::domain::results::Column;

/// The status flag "autocommit".
pub(super) const AUTOCOMMIT: u16 = 2;

/// The status flag "another result follows".
pub(super) const MORE_RESULTS: u16 = 8;

/// The state that OK and EOF packets report.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ResponseStatus {
    pub flags: u16,
    pub warnings: u16,
}

/// Writes an OK packet. The replica is read-only, so the number of affected rows is always 0.
pub(super) fn ok(status: ResponseStatus) -> Vec<u8> {
    let mut out = vec![0x00, 0, 0];
    out.extend_from_slice(&status.flags.to_le_bytes());
    out.extend_from_slice(&status.warnings.to_le_bytes());
    out
}

/// Writes the end of a result set for clients without EOF packets: an OK packet that starts with 0xfe.
pub(super) fn ok_after_rows(status: ResponseStatus) -> Vec<u8> {
    let mut out = ok(status);
    if let Some(first) = out.first_mut() {
        *first = 0xfe;
    }
    out
}

/// Writes an EOF packet.
pub(super) fn eof(status: ResponseStatus) -> Vec<u8> {
    let mut out = vec![0xfe];
    out.extend_from_slice(&status.warnings.to_le_bytes());
    out.extend_from_slice(&status.flags.to_le_bytes());
    out
}

/// Writes an ERR packet.
pub(super) fn err(error: &SqlError) -> Vec<u8> {
    let mut out = vec![0xff];
    out.extend_from_slice(&error.code.to_le_bytes());
    out.push(b'#');
    out.extend_from_slice(error.state.as_bytes());
    out.extend_from_slice(error.message.as_bytes());
    out
}

/// Writes a column definition of protocol 4.1.
pub(super) fn column_definition(column: &Column) -> Vec<u8> {
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
