//! Opens the byte stream to a hop: by TCP or a command to the first one, through a channel of the previous hop to the others.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::channel::open_channel;
use super::error::{ReachFailure, TunnelError};
use super::hop_connection::HopConnection;
use super::proxy_command::ProxyPath;
use super::stream_relay::ByteStream;
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::domain::ssh::ssh_config::AddressFamily;

/// How a hop is reached.
pub(super) enum HopPath<'a> {
    Direct(Vec<SocketAddr>),
    Through(PreviousHop<'a>),
    Command(ProxyPath<'a>),
}

/// The hop before another one.
#[derive(Clone, Copy)]
pub(super) struct PreviousHop<'a> {
    pub(super) connection: &'a HopConnection,
    /// The name of the hop, as the user writes it.
    pub(super) name: &'a str,
}

/// Looks up the addresses of the first hop's name. Returns them with a text for the user.
pub(super) async fn look_up_addresses(hop: &ResolvedHop) -> Result<(Vec<SocketAddr>, String), TunnelError> {
    let host = &hop.host;
    let failed = |source| TunnelError::Resolve { host: host.clone(), source };
    let found = timeout(hop.connect_timeout, lookup_host((host.as_str(), hop.port))).await;
    let mut addresses: Vec<SocketAddr> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(source)) => return Err(failed(source)),
        Err(_) => {
            return Err(failed(io::Error::new(io::ErrorKind::TimedOut, "the name server does not answer")));
        }
    };
    let all = addresses.len();
    let (is_allowed, family): (fn(&SocketAddr) -> bool, _) = match hop.address_family {
        AddressFamily::Any => (|_| true, ""),
        AddressFamily::V4 => (SocketAddr::is_ipv4, "IPv4"),
        AddressFamily::V6 => (SocketAddr::is_ipv6, "IPv6"),
    };
    addresses.retain(is_allowed);
    if addresses.len() < all && addresses.is_empty() {
        let text = format!("it has no {family} address, and AddressFamily in ssh_config allows no other");
        return Err(failed(io::Error::new(io::ErrorKind::NotFound, text)));
    }
    let Some(first) = addresses.first() else {
        return Err(failed(io::Error::new(io::ErrorKind::NotFound, "the name server knows no address for it")));
    };
    let mut text = hop.alias().map_or_else(String::new, |alias| format!("{alias} = "));
    text.push_str(host);
    if first.ip().to_string() != *host {
        text = format!("{text} → {}", first.ip());
    }
    Ok((addresses, text))
}

/// Opens the stream to a hop. Returns it with a text that names its target.
pub(super) async fn open_stream(
    hop: &ResolvedHop,
    path: &HopPath<'_>,
) -> Result<(Box<dyn ByteStream>, String), TunnelError> {
    match path {
        HopPath::Direct(addresses) => {
            let (stream, address) = connect_tcp(hop, addresses).await?;
            Ok((Box::new(stream), format!("{} port {}", address.ip(), address.port())))
        }
        HopPath::Command(path) => path.open(hop),
        HopPath::Through(PreviousHop { connection, name }) => {
            let ResolvedHop { host, port, .. } = hop;
            let channel = open_channel(connection, name, (host, *port)).await?;
            Ok((Box::new(channel.into_stream()), format!("{host} port {port} through {name}")))
        }
    }
}

/// Tries the addresses in order. Each has a share of the time, so that one that does not answer leaves time for the
/// others.
async fn connect_tcp(hop: &ResolvedHop, addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), TunnelError> {
    let share = hop.connect_timeout / u32::try_from(addresses.len().clamp(1, 4)).unwrap_or(4);
    let mut failure = ReachFailure::TimedOut;
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A refused option costs speed, not the connection.
                let _ = stream.set_nodelay(true);
                return Ok((stream, *address));
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => failure = ReachFailure::Refused,
            Ok(Err(error)) => failure = ReachFailure::Failed(error.to_string()),
            Err(_) => failure = ReachFailure::TimedOut,
        }
    }
    Err(TunnelError::Reach { host: hop.host.clone(), port: hop.port, failure })
}
