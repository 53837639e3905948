//! Gets the wire to a hop, directly or through the hop before it, and the SSH settings used on it. Judges nothing.

use std::io;
use std::net::SocketAddr;

use russh::client::Config;
use russh::keys::Algorithm;
use russh::{Preferred, cipher};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::forward;
use super::host_key::type_of;
use super::link::Wire;
use super::problem::{Reached, TunnelError};
use super::route::Joint;
use crate::domain::limits;
use crate::domain::profile::Hop;

/// How the wire to a hop is had.
pub(super) enum Way<'a> {
    Direct(Vec<SocketAddr>),
    Through { joint: &'a Joint, hop: String },
}

/// The hop as the user names it, with its port where it is not 22.
pub(super) fn shown(hop: &Hop) -> String {
    match hop.port {
        None | Some(Hop::PORT) => hop.host.clone(),
        Some(port) => format!("{}:{port}", hop.host),
    }
}

/// The addresses of the first hop's name.
pub(super) async fn resolve(hop: &Hop) -> Result<(Vec<SocketAddr>, String), TunnelError> {
    let failed = |source| TunnelError::Resolve { host: hop.host.clone(), source };
    let found = timeout(limits::REACH, lookup_host((hop.host.as_str(), hop.port.unwrap_or(Hop::PORT)))).await;
    let addresses: Vec<SocketAddr> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(source)) => return Err(failed(source)),
        Err(_) => {
            return Err(failed(io::Error::new(io::ErrorKind::TimedOut, "the name server does not answer")));
        }
    };
    match addresses.first() {
        Some(first) if first.ip().to_string() == hop.host => Ok((addresses, hop.host.clone())),
        Some(first) => {
            let words = format!("{} → {}", hop.host, first.ip());
            Ok((addresses, words))
        }
        None => Err(failed(io::Error::new(io::ErrorKind::NotFound, "the name server knows no address of it"))),
    }
}

/// Opens the wire to a hop; the words say where it leads.
pub(super) async fn reach(hop: &Hop, way: &Way<'_>) -> Result<(Box<dyn Wire>, String), TunnelError> {
    match way {
        Way::Direct(addresses) => {
            let (stream, address) = connect(hop, addresses).await?;
            Ok((Box::new(stream), format!("{} port {}", address.ip(), address.port())))
        }
        Way::Through { joint, hop: before } => {
            let channel = forward::open(joint, before, (&hop.host, hop.port.unwrap_or(Hop::PORT))).await?;
            Ok((
                Box::new(channel.into_stream()),
                format!("{} port {} through {before}", hop.host, hop.port.unwrap_or(Hop::PORT)),
            ))
        }
    }
}

/// Tries the addresses in order. One that does not answer leaves the others their share of the time.
async fn connect(hop: &Hop, addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), TunnelError> {
    let share = limits::REACH / u32::try_from(addresses.len().clamp(1, 4)).unwrap_or(4);
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
    Err(TunnelError::Reach { host: hop.host.clone(), port: hop.port.unwrap_or(Hop::PORT), how })
}

/// The SSH settings: AES-GCM first (measured: the one setting that pays), recorded key types first, keepalive on.
pub(super) fn config(recorded: &[String], refused: &[String]) -> Config {
    let is_in = |list: &[String], algorithm: &Algorithm| list.iter().any(|name| name == type_of(algorithm));
    let mut keys: Vec<Algorithm> =
        Preferred::DEFAULT.key.iter().filter(|algorithm| !is_in(refused, algorithm)).cloned().collect();
    keys.sort_by_key(|algorithm| !is_in(recorded, algorithm));
    Config {
        nodelay: true,
        keepalive_interval: Some(limits::KEEPALIVE),
        keepalive_max: limits::KEEPALIVE_MISSES,
        preferred: Preferred {
            key: keys.into(),
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
