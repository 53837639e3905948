//! Finds the user of this machine at the other end of a loopback connection.

use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use super::proc_net::{hex, mapped_hex, tcp_rows};
use super::user::own_uid;

/// Returns, for each connection from one of `clients` to `server`, the user whose socket is at the client's end; `None`
/// if the system does not know, or if the socket is closed.
#[must_use]
pub fn uids_of(clients: &[SocketAddrV4], server: SocketAddrV4) -> Vec<Option<u32>> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let table = read("/proc/net/tcp");
    let v4 = uids(&table, &hex(server));
    let mut found: Vec<_> = clients.iter().map(|client| v4.get(hex(*client).as_str()).copied()).collect();
    if found.contains(&None) {
        // Programs that speak both protocols (Java's do) are in the second table, under mapped addresses.
        let table = read("/proc/net/tcp6");
        let v6 = uids(&table, &mapped_hex(server));
        for (found, client) in found.iter_mut().zip(clients).filter(|(found, _)| found.is_none()) {
            *found = v6.get(mapped_hex(*client).as_str()).copied();
        }
    }
    found
}

/// Returns whether this system can identify the users of connections. It checks this by connecting to itself.
#[must_use]
pub fn can_identify_users() -> bool {
    let own_connection = || {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        let stream = std::net::TcpStream::connect(listener.local_addr().ok()?).ok()?;
        match (stream.local_addr().ok()?, stream.peer_addr().ok()?) {
            (SocketAddr::V4(client), SocketAddr::V4(server)) => uids_of(&[client], server).pop().flatten(),
            _ => None,
        }
    };
    own_connection() == Some(own_uid())
}

/// Returns the users of the connections to `server`, by client address.
fn uids<'a>(table: &'a str, server: &str) -> HashMap<&'a str, u32> {
    let rows = tcp_rows(table).filter(|row| row.remote == server && row.inode != 0);
    rows.map(|row| (row.local, row.uid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn finds_the_user_of_a_connection_in_both_protocols() {
        if !cfg!(target_os = "linux") {
            return;
        }
        assert!(can_identify_users());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let SocketAddr::V4(server) = listener.local_addr().unwrap() else { panic!() };
        for ip in ["127.0.0.1", "::ffff:127.0.0.1"] {
            let stream = TcpStream::connect((ip, server.port())).unwrap();
            let (_accepted, client) = listener.accept().unwrap();
            let SocketAddr::V4(client) = client else { panic!("{client}") };
            let unknown = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
            assert_eq!(uids_of(&[client, unknown], server), [Some(own_uid()), None], "{ip}");
            drop(stream);
        }
    }

    #[test]
    fn reads_the_user_from_its_column_and_skips_closed_sockets() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:A2B4 0100007F:0CEA 01 00000000:00000000 00:00000000 00000000   999        0 4711 1 0000\n   \
            1: 0100007F:A2B5 0100007F:0CEA 04 00000000:00000000 00:00000000 00000000     0        0 0 1 0000\n";
        assert_eq!(uids(table, "0100007F:0CEA"), HashMap::from([("0100007F:A2B4", 999)]));
    }
}
