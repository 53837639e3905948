//! Gets the wire to a hop, directly or through the hop before it, and the SSH settings used on it. Judges nothing.

use std::io;
use std::net::SocketAddr;

use russh::client::Config;
use russh::keys::Algorithm;
use russh::{AlgorithmKind, Preferred, cipher};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::forward;
use super::host_key::{Policy, type_of};
use super::link::Wire;
use super::problem::{Reached, TunnelError, ended, plain};
use super::route::Joint;
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::domain::ssh::ssh_config::AddressFamily;

/// Messages (64 KiB at most) that wait for a slow reader before the whole connection waits with it. A sign-in that cannot
/// be repeated, such as one with a one-time code, leaves one connection for both the rows and the KILL that stops them.
const CHANNEL_MESSAGES: usize = 256;

/// Bytes of a packet that a hop may send at most: the most that the library takes, twice its own choice.
const PACKET: u32 = 65_535;

/// How the wire to a hop is had.
pub(super) enum Way<'a> {
    Direct(Vec<SocketAddr>),
    Through { joint: &'a Joint, hop: String },
}

/// The addresses of the first hop's name.
pub(super) async fn resolve(station: &ResolvedHop) -> Result<(Vec<SocketAddr>, String), TunnelError> {
    let host = &station.host;
    let failed = |source| TunnelError::Resolve { host: host.clone(), source };
    let found = timeout(station.connect_timeout, lookup_host((host.as_str(), station.port))).await;
    let mut addresses: Vec<SocketAddr> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(source)) => return Err(failed(source)),
        Err(_) => {
            return Err(failed(io::Error::new(io::ErrorKind::TimedOut, "the name server does not answer")));
        }
    };
    let known = addresses.len();
    let (counts, family): (fn(&SocketAddr) -> bool, _) = match station.address_family {
        AddressFamily::Any => (|_| true, ""),
        AddressFamily::V4 => (SocketAddr::is_ipv4, "IPv4"),
        AddressFamily::V6 => (SocketAddr::is_ipv6, "IPv6"),
    };
    addresses.retain(counts);
    if addresses.len() < known && addresses.is_empty() {
        let words = format!("it has no {family} address, and AddressFamily in ssh_config allows no other");
        return Err(failed(io::Error::new(io::ErrorKind::NotFound, words)));
    }
    let Some(first) = addresses.first() else {
        return Err(failed(io::Error::new(io::ErrorKind::NotFound, "the name server knows no address of it")));
    };
    let mut words = station.alias().map_or_else(String::new, |alias| format!("{alias} = "));
    words.push_str(host);
    if first.ip().to_string() != *host {
        words = format!("{words} → {}", first.ip());
    }
    Ok((addresses, words))
}

/// Opens the wire to a hop; the words say where it leads.
pub(super) async fn reach(station: &ResolvedHop, way: &Way<'_>) -> Result<(Box<dyn Wire>, String), TunnelError> {
    match way {
        Way::Direct(addresses) => {
            let (stream, address) = connect(station, addresses).await?;
            Ok((Box::new(stream), format!("{} port {}", address.ip(), address.port())))
        }
        Way::Through { joint, hop: before } => {
            let ResolvedHop { host, port, .. } = station;
            let channel = forward::open(joint, before, (host, *port)).await?;
            Ok((Box::new(channel.into_stream()), format!("{host} port {port} through {before}")))
        }
    }
}

/// Tries the addresses in order. One that does not answer leaves the others their share of the time.
async fn connect(station: &ResolvedHop, addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), TunnelError> {
    let share = station.connect_timeout / u32::try_from(addresses.len().clamp(1, 4)).unwrap_or(4);
    let mut how = Reached::TimedOut;
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A refused option costs speed, not the connection.
                let _ = stream.set_nodelay(true);
                return Ok((stream, *address));
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => how = Reached::Refused,
            Ok(Err(error)) => how = Reached::Failed(error.to_string()),
            Err(_) => how = Reached::TimedOut,
        }
    }
    Err(TunnelError::Reach { host: station.host.clone(), port: station.port, how })
}

/// The SSH settings: AES-GCM first (measured: the one setting that pays), recorded key types first, keepalive on. Host
/// certificates are asked for only where an authority is known that could vouch for them.
pub(super) fn config(station: &ResolvedHop, policy: &Policy, refused: &[String]) -> Config {
    let recorded = policy.recorded_types();
    let is_in = |list: &[String], algorithm: &Algorithm| list.iter().any(|name| name == type_of(algorithm));
    let mut keys: Vec<Algorithm> =
        Preferred::DEFAULT.key.iter().filter(|key| !is_in(refused, key) && !is_weak(key)).cloned().collect();
    keys.sort_by_key(|algorithm| !is_in(&recorded, algorithm));
    let certificates = if policy.authority().is_some() { keys.clone() } else { Vec::new() };
    Config {
        nodelay: true,
        keepalive_interval: Some(station.keepalive.interval),
        channel_buffer_size: CHANNEL_MESSAGES,
        maximum_packet_size: PACKET,
        keepalive_max: usize::try_from(station.keepalive.misses).unwrap_or(usize::MAX),
        preferred: Preferred {
            key: keys.into(),
            host_key_certificates: certificates.into(),
            cipher: vec![
                cipher::AES_128_GCM,
                cipher::AES_256_GCM,
                cipher::CHACHA20_POLY1305,
                cipher::AES_256_CTR,
                cipher::AES_128_CTR,
            ]
            .into(),
            ..Preferred::DEFAULT
        },
        ..Config::default()
    }
}

/// An RSA key that signs with SHA-1, as OpenSSH refuses it since 8.8: such signatures can be forged.
fn is_weak(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Rsa { hash: None })
}

/// Why a handshake failed, in words.
pub(super) fn why(error: &russh::Error) -> String {
    match error {
        russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, theirs, .. } => {
            let offered = plain(&theirs.join(", "));
            format!("it offers no host key that can be trusted: {offered} (ssh-rsa alone signs with SHA-1)")
        }
        error => ended(error),
    }
}
