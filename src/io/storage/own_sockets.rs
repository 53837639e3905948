//! Tells whether a loopback connection belongs to this very process. Knows nothing of what flows in it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Whether the connection from `near` to `far` is one of this process's own descriptors; `None` where the system has no
/// `/proc/net/tcp` to tell.
#[must_use]
pub fn is_own(near: SocketAddrV4, far: SocketAddrV4) -> Option<bool> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    let Some(inode) = inode_of(&table, near, far) else { return Some(false) };
    let wanted = format!("socket:[{inode}]");
    let own = fs::read_dir("/proc/self/fd")
        .ok()?
        .flatten()
        .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == wanted.as_str()));
    Some(own)
}

/// The inode in the row of a connection: `sl: local remote st tx:rx tr:tm retr uid timeout inode …`, addresses in hex.
fn inode_of(table: &str, near: SocketAddrV4, far: SocketAddrV4) -> Option<u64> {
    let (near, far) = (hex(near), hex(far));
    table.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let row = (fields.next()?, fields.next()?);
        if row != (near.as_str(), far.as_str()) {
            return None;
        }
        fields.nth(6)?.parse().ok().filter(|inode| *inode != 0)
    })
}

/// The kernel prints the address as one number in the machine's own byte order.
fn hex(address: SocketAddrV4) -> String {
    let ip: &Ipv4Addr = address.ip();
    format!("{:08X}:{:04X}", u32::from_ne_bytes(ip.octets()), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{SocketAddr, TcpListener, TcpStream};

    fn v4(address: SocketAddr) -> SocketAddrV4 {
        match address {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(_) => panic!("an IPv4 address"),
        }
    }

    #[test]
    fn a_connection_of_this_process_is_own_and_one_that_is_not_there_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let far = v4(listener.local_addr().unwrap());
        let stream = TcpStream::connect(far).unwrap();
        let near = v4(stream.local_addr().unwrap());
        if cfg!(target_os = "linux") {
            assert_eq!(is_own(near, far), Some(true));
            assert_eq!(is_own(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1), far), Some(false));
        }
    }
}
