//! Tells whether a loopback connection belongs to this very process. Knows nothing of what flows in it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;

/// Of each connection from one of `nears` to `far`, whether it is one of this process's own descriptors; `None` where the
/// system has no `/proc/net/tcp` to tell. Where that cannot be read just now (no descriptor is left), none is.
#[must_use]
pub fn is_own(nears: &[SocketAddrV4], far: SocketAddrV4) -> Option<Vec<bool>> {
    told(fs::read_to_string("/proc/net/tcp"), nears, far)
}

fn told(table: io::Result<String>, nears: &[SocketAddrV4], far: SocketAddrV4) -> Option<Vec<bool>> {
    let table = match table {
        Ok(table) => table,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some(vec![false; nears.len()]),
    };
    let inodes = inodes(&table, far);
    let own = own_descriptors();
    let is_own = |near: &SocketAddrV4| {
        inodes.get(&hex(*near)).is_some_and(|inode| own.contains(&PathBuf::from(format!("socket:[{inode}]"))))
    };
    Some(nears.iter().map(is_own).collect())
}

/// What the descriptors of this process lead to.
fn own_descriptors() -> HashSet<PathBuf> {
    fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .collect()
}

/// The inodes of the connections to `far`, by where they come from, out of rows
/// `sl: local remote st tx:rx tr:tm retr uid timeout inode …` with addresses in hex.
fn inodes(table: &str, far: SocketAddrV4) -> HashMap<String, u64> {
    let far = hex(far);
    let row = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (near, to) = (fields.next()?, fields.next()?);
        let inode = (to == far).then(|| fields.nth(6))??.parse().ok().filter(|inode| *inode != 0)?;
        Some((near.to_owned(), inode))
    };
    table.lines().filter_map(row).collect()
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
            let nobody = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
            assert_eq!(is_own(&[nobody, near], far), Some(vec![false, true]));
        }
    }

    #[test]
    fn a_table_that_cannot_be_read_just_now_makes_no_stranger_ours_and_one_that_is_not_there_tells_nothing() {
        let near = [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1); 2];
        let none_left = io::Error::from_raw_os_error(24);
        assert_eq!(told(Err(none_left), &near, near[0]), Some(vec![false, false]));
        assert_eq!(told(Err(io::ErrorKind::NotFound.into()), &near, near[0]), None);
    }
}
