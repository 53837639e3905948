//! The reading half of the server's protocol without a server, for the fuzz targets: bytes of a client in, packets and
//! values out.

use std::io;

use super::bound_values::read_bound_values;
use super::encoding::PacketReader;
use super::handshake;
use super::packet_stream::PacketStream;

/// The packets in the bytes of one command, until they end or break the protocol; `Err` says which of its rules was broken.
///
/// # Errors
/// As the server's own connection has them.
pub async fn packets(bytes: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut packets = PacketStream::new(tokio::io::join(bytes, tokio::io::sink()));
    let mut all = Vec::new();
    while let Some(packet) = packets.read().await? {
        all.push(packet);
    }
    Ok(all)
}

/// The bytes of these packets, as the server writes them.
///
/// # Errors
/// None: the bytes go into memory.
pub async fn written(payloads: &[Vec<u8>]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut packets = PacketStream::new(tokio::io::join(tokio::io::empty(), &mut bytes));
    for payload in payloads {
        packets.write(payload).await?;
    }
    packets.flush().await?;
    drop(packets);
    Ok(bytes)
}

/// The account and the database of a sign-in packet.
#[must_use]
pub fn sign_in(packet: &[u8]) -> Option<(String, Option<String>)> {
    handshake::read_response(packet).map(|sign_in| (sign_in.user, sign_in.database))
}

/// How many values a packet binds to a statement with `count` parameters; `None` when the packet is broken.
#[must_use]
pub fn bound_values(packet: &[u8], count: usize) -> Option<usize> {
    read_bound_values(&mut PacketReader::new(packet), count, &mut Vec::new(), &[]).map(|values| values.len())
}
