//! Tells which user of this machine is at the other end of a loopback connection. Knows nothing of what flows in it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};

use nix::unistd::getuid;

/// The number of this user.
#[must_use]
pub fn own_uid() -> u32 {
    getuid().as_raw()
}

/// Of each connection from one of `nears` to `far` the user whose socket is at its near end; `None` where the system does not
/// tell, or the socket belongs to nobody any more.
#[must_use]
pub fn uids_of(nears: &[SocketAddrV4], far: SocketAddrV4) -> Vec<Option<u32>> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let table = read("/proc/net/tcp");
    let v4 = uids(&table, &hex(far));
    let mut found: Vec<_> = nears.iter().map(|near| v4.get(hex(*near).as_str()).copied()).collect();
    if found.contains(&None) {
        // Programs that speak both protocols (Java's do) stand in the second table, under mapped addresses.
        let table = read("/proc/net/tcp6");
        let v6 = uids(&table, &mapped(far));
        for (found, near) in found.iter_mut().zip(nears).filter(|(found, _)| found.is_none()) {
            *found = v6.get(mapped(*near).as_str()).copied();
        }
    }
    found
}

/// Whether this system tells at all: a connection to ourselves must be ours.
#[must_use]
pub fn can_tell() -> bool {
    let told = || {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let stream = std::net::TcpStream::connect(listener.local_addr().ok()?).ok()?;
        match (stream.local_addr().ok()?, stream.peer_addr().ok()?) {
            (SocketAddr::V4(near), SocketAddr::V4(far)) => uids_of(&[near], far).pop().flatten(),
            _ => None,
        }
    };
    told() == Some(own_uid())
}

/// The users of the connections to `far`, by where they come from, out of rows
/// `sl: local remote st tx:rx tr:tm retr uid timeout inode …`. A row without an inode is a socket that its process has
/// closed: whose it was is not told any more.
fn uids<'a>(table: &'a str, far: &str) -> HashMap<&'a str, u32> {
    let row = |line: &'a str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (near, to) = (fields.next()?, fields.next()?);
        let uid = (to == far).then(|| fields.nth(4))??.parse().ok()?;
        let inode: u64 = fields.nth(1)?.parse().ok()?;
        (inode != 0).then_some((near, uid))
    };
    table.lines().filter_map(row).collect()
}

/// The kernel prints an address as numbers in the machine's own byte order.
fn hex(address: SocketAddrV4) -> String {
    format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
}

fn mapped(address: SocketAddrV4) -> String {
    let ip: Ipv6Addr = address.ip().to_ipv6_mapped();
    let mut text = String::new();
    for four in ip.octets().chunks_exact(4) {
        if let Ok(four) = <[u8; 4]>::try_from(four) {
            let _ = write!(text, "{:08X}", u32::from_ne_bytes(four));
        }
    }
    format!("{text}:{:04X}", address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_of_ours_is_ours_in_both_protocols_and_one_that_is_not_there_is_nobodys() {
        if !cfg!(target_os = "linux") {
            return;
        }
        assert!(can_tell());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let SocketAddr::V4(far) = listener.local_addr().unwrap() else { panic!() };
        for ip in ["127.0.0.1", "::ffff:127.0.0.1"] {
            let stream = TcpStream::connect((ip, far.port())).unwrap();
            let (_accepted, near) = listener.accept().unwrap();
            let SocketAddr::V4(near) = near else { panic!("{near}") };
            let nobody = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
            assert_eq!(uids_of(&[near, nobody], far), [Some(own_uid()), None], "{ip}");
            drop(stream);
        }
    }

    #[test]
    fn the_user_is_read_from_its_column_and_a_closed_socket_is_nobodys() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:A2B4 0100007F:0CEA 01 00000000:00000000 00:00000000 00000000   999        0 4711 1 0000\n   \
            1: 0100007F:A2B5 0100007F:0CEA 04 00000000:00000000 00:00000000 00000000     0        0 0 1 0000\n";
        assert_eq!(uids(table, "0100007F:0CEA"), HashMap::from([("0100007F:A2B4", 999)]));
    }
}
