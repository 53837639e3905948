//! Finds out whether loopback connections belong to this process.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::SocketAddrV4;
use std::path::PathBuf;

use super::proc_net::{hex, tcp_rows};

/// Returns, for each connection from one of `clients` to `server`, whether this process has a descriptor for it.
///
/// Returns `None` if the system has no `/proc/net/tcp`. If the table cannot be read at the moment (no descriptor is left), none
/// of the connections counts as own.
#[must_use]
pub fn is_own(clients: &[SocketAddrV4], server: SocketAddrV4) -> Option<Vec<bool>> {
    is_own_by_table(fs::read_to_string("/proc/net/tcp"), clients, server)
}

fn is_own_by_table(table: io::Result<String>, clients: &[SocketAddrV4], server: SocketAddrV4) -> Option<Vec<bool>> {
    let table = match table {
        Ok(table) => table,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some(vec![false; clients.len()]),
    };
    let inodes = inodes(&table, server);
    let descriptors = own_descriptors();
    let is_own = |client: &SocketAddrV4| {
        inodes
            .get(hex(*client).as_str())
            .is_some_and(|inode| descriptors.contains(&PathBuf::from(format!("socket:[{inode}]"))))
    };
    Some(clients.iter().map(is_own).collect())
}

/// Returns the targets of this process's descriptors.
fn own_descriptors() -> HashSet<PathBuf> {
    fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .collect()
}

/// Returns the inodes of the open connections to `server`, by client address.
fn inodes(table: &str, server: SocketAddrV4) -> HashMap<&str, u64> {
    let server = hex(server);
    let rows = tcp_rows(table).filter(|row| row.remote == server && row.inode != 0);
    rows.map(|row| (row.local, row.inode)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

    fn v4(address: SocketAddr) -> SocketAddrV4 {
        match address {
            SocketAddr::V4(address) => address,
            SocketAddr::V6(_) => panic!("an IPv4 address"),
        }
    }

    #[test]
    fn a_connection_of_this_process_is_own_and_an_unknown_one_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = v4(listener.local_addr().unwrap());
        let stream = TcpStream::connect(server).unwrap();
        let client = v4(stream.local_addr().unwrap());
        if cfg!(target_os = "linux") {
            let unknown = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
            assert_eq!(is_own(&[unknown, client], server), Some(vec![false, true]));
        }
    }

    #[test]
    fn with_an_unreadable_table_no_connection_is_own_and_without_a_table_it_is_unknown() {
        let client = [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1); 2];
        let no_descriptor_left = io::Error::from_raw_os_error(24);
        assert_eq!(is_own_by_table(Err(no_descriptor_left), &client, client[0]), Some(vec![false, false]));
        assert_eq!(is_own_by_table(Err(io::ErrorKind::NotFound.into()), &client, client[0]), None);
    }
}
