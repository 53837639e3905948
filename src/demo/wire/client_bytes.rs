//! Gives the fuzz targets the protocol's readers and its writer without a server.

use std::io;

use super::bound_values::read_bound_values;
use super::encoding::PacketReader;
use super::handshake;
use super::packet_stream::PacketStream;

/// Reads all packets of one command from a client's bytes.
///
/// # Errors
/// Returns the error of the server's own reader.
pub async fn read_packets(bytes: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut packets = PacketStream::new(tokio::io::join(bytes, tokio::io::sink()));
    let mut all = Vec::new();
    while let Some(packet) = packets.read().await? {
        all.push(packet);
    }
    Ok(all)
}

/// Writes packets as the server does, and returns the bytes.
///
/// # Errors
/// Returns none: writing to memory does not fail.
pub async fn write_packets(payloads: &[Vec<u8>]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut packets = PacketStream::new(tokio::io::join(tokio::io::empty(), &mut bytes));
    for payload in payloads {
        packets.write(payload).await?;
    }
    packets.flush().await?;
    drop(packets);
    Ok(bytes)
}

/// Parses a sign-in packet into the account and the database.
#[must_use]
pub fn parse_sign_in(packet: &[u8]) -> Option<(String, Option<String>)> {
    handshake::read_response(packet).map(|sign_in| (sign_in.user, sign_in.database))
}

/// Counts the values that a packet binds to a statement with `count` parameters. Returns `None` if the packet is
/// malformed.
#[must_use]
pub fn count_bound_values(packet: &[u8], count: usize) -> Option<usize> {
    read_bound_values(&mut PacketReader::new(packet), count, &mut Vec::new(), &[]).map(|values| values.len())
}
