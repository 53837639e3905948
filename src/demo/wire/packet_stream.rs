//! Reads and writes the packets of a connection: three bytes of length, one byte of sequence number, at most 16 MiB each.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest payload of one packet. A longer payload continues in the next packet.
const MAX_PACKET: usize = 0xff_ffff;
/// Bytes that are buffered before they are written.
const BUFFER_SIZE: usize = 32 << 10;
/// How long a write may wait for the client to read, as `net_write_timeout`.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);
/// The longest command that is accepted, as `max_allowed_packet`.
pub(super) const MAX_COMMAND: usize = 16 << 20;

pub(super) struct PacketStream<S> {
    stream: S,
    out: Vec<u8>,
    sequence: u8,
}

impl<S: AsyncRead + AsyncWrite + Unpin> PacketStream<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, out: Vec::with_capacity(BUFFER_SIZE), sequence: 0 }
    }

    /// Resets the sequence number for a new command.
    pub(super) fn begin_command(&mut self) {
        self.sequence = 0;
    }

    /// Reads one payload. Returns `None` at the end of the stream.
    ///
    /// # Errors
    /// Returns the stream's error; `InvalidData` if the sequence number is wrong or the payload is too long.
    pub(super) async fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut payload = Vec::new();
        loop {
            let mut head = [0; 4];
            match self.stream.read_exact(&mut head).await {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && payload.is_empty() => return Ok(None),
                Err(error) => return Err(error),
            }
            let [a, b, c, sequence] = head;
            if sequence != self.sequence {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "packets out of order"));
            }
            self.sequence = self.sequence.wrapping_add(1);
            let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
            let begin = payload.len();
            if begin + length > MAX_COMMAND {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "packet too large"));
            }
            payload.resize(begin + length, 0);
            if let Some(target) = payload.get_mut(begin..) {
                self.stream.read_exact(target).await?;
            }
            if length < MAX_PACKET {
                return Ok(Some(payload));
            }
        }
    }

    /// Buffers one payload, and writes the buffer when it is full. This waits for a client that does not read.
    ///
    /// # Errors
    /// Returns the stream's error; `TimedOut` if the client does not read.
    pub(super) async fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        let mut parts = payload.chunks_exact(MAX_PACKET);
        for part in parts.by_ref() {
            self.push(part);
        }
        self.push(parts.remainder());
        if self.out.len() >= BUFFER_SIZE { self.flush().await } else { Ok(()) }
    }

    fn push(&mut self, part: &[u8]) {
        let length = u32::try_from(part.len()).unwrap_or_default().to_le_bytes();
        self.out.extend_from_slice(&[length[0], length[1], length[2], self.sequence]);
        self.out.extend_from_slice(part);
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// Writes the buffer to the stream.
    ///
    /// # Errors
    /// Returns the stream's error; `TimedOut` if the client does not read.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        let written = tokio::time::timeout(WRITE_TIMEOUT, async {
            self.stream.write_all(&self.out).await?;
            self.stream.flush().await
        });
        let ended = written.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        self.out.clear();
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_payload_over_sixteen_mebibytes_is_split_and_ends_with_a_short_packet() {
        let (near, mut far) = tokio::io::duplex(1 << 20);
        let writer = tokio::spawn(async move {
            let mut packets = PacketStream::new(near);
            packets.write(&vec![7; MAX_PACKET]).await?;
            packets.flush().await
        });
        let mut all = Vec::new();
        far.read_to_end(&mut all).await.unwrap();
        writer.await.unwrap().unwrap();
        assert_eq!(all.len(), MAX_PACKET + 8);
        assert_eq!(all[..4], [0xff, 0xff, 0xff, 0]);
        assert_eq!(all[MAX_PACKET + 4..], [0, 0, 0, 1]);
    }
}
