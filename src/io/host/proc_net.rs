//! The format of `/proc/net/tcp` and `/proc/net/tcp6` (proc(5)).

use std::fmt::Write as _;
use std::net::SocketAddrV4;

/// One row of the table, as far as rrx reads it:
/// `sl: local remote st tx:rx tr:tm retr uid timeout inode …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TcpRow<'a> {
    pub(super) local: &'a str,
    pub(super) remote: &'a str,
    pub(super) uid: u32,
    /// 0 for a socket that its process has closed; its owner is unknown then.
    pub(super) inode: u64,
}

/// Reads the rows of a table; the heading and damaged rows are skipped.
pub(super) fn tcp_rows(table: &str) -> impl Iterator<Item = TcpRow<'_>> {
    table.lines().filter_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (fields.next()?, fields.next()?);
        let uid = fields.nth(4)?.parse().ok()?;
        let inode = fields.nth(1)?.parse().ok()?;
        Some(TcpRow { local, remote, uid, inode })
    })
}

/// Formats an address as the kernel prints it: the IP as one number in the machine's byte order.
pub(super) fn hex(address: SocketAddrV4) -> String {
    format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
}

/// Formats an IPv4 address as `tcp6` prints it, mapped to IPv6: four numbers in the machine's byte order.
pub(super) fn mapped_hex(address: SocketAddrV4) -> String {
    let mut text = String::new();
    for group in address.ip().to_ipv6_mapped().octets().chunks_exact(4) {
        if let Ok(group) = <[u8; 4]>::try_from(group) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{:08X}", u32::from_ne_bytes(group));
        }
    }
    format!("{text}:{:04X}", address.port())
}
