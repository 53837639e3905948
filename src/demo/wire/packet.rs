//! Packets of a connection: three bytes of length, one of sequence, split at 16 MiB. Knows nothing of what is in them.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest payload of one packet; a longer one goes on in the next.
const LONGEST: usize = 0xff_ffff;
/// What is gathered before it is written.
const GATHERED: usize = 32 << 10;
/// How long a client may leave a write unread, as `net_write_timeout`.
const WRITE_TIME: Duration = Duration::from_mins(1);
/// The longest command that is read, as `max_allowed_packet`.
pub(super) const LONGEST_COMMAND: usize = 16 << 20;

/// Reads and writes packets.
pub(super) struct Packets<S> {
    stream: S,
    out: Vec<u8>,
    sequence: u8,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Packets<S> {
    /// Takes the stream over.
    pub(super) fn new(stream: S) -> Self {
        Self { stream, out: Vec::with_capacity(GATHERED), sequence: 0 }
    }

    /// A new command begins: sequence numbers count from nought.
    pub(super) fn begin(&mut self) {
        self.sequence = 0;
    }

    /// Reads one payload; `None` at the end of the stream.
    ///
    /// # Errors
    /// The stream's; `InvalidData` when the client's sequence is not ours or the payload is too long.
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
            if begin + length > LONGEST_COMMAND {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "packet too large"));
            }
            payload.resize(begin + length, 0);
            if let Some(room) = payload.get_mut(begin..) {
                self.stream.read_exact(room).await?;
            }
            if length < LONGEST {
                return Ok(Some(payload));
            }
        }
    }

    /// Gathers one payload, and writes when enough is gathered: a client that does not read stops us here.
    ///
    /// # Errors
    /// The stream's, and `TimedOut` when the client does not read.
    pub(super) async fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        let mut parts = payload.chunks_exact(LONGEST);
        for part in parts.by_ref() {
            self.push(part);
        }
        self.push(parts.remainder());
        if self.out.len() >= GATHERED { self.flush().await } else { Ok(()) }
    }

    fn push(&mut self, part: &[u8]) {
        let length = u32::try_from(part.len()).unwrap_or_default().to_le_bytes();
        self.out.extend_from_slice(&[length[0], length[1], length[2], self.sequence]);
        self.out.extend_from_slice(part);
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// Writes what is gathered.
    ///
    /// # Errors
    /// The stream's, and `TimedOut` when the client does not read.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        let written = tokio::time::timeout(WRITE_TIME, async {
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
            let mut packets = Packets::new(near);
            packets.write(&vec![7; LONGEST]).await?;
            packets.flush().await
        });
        let mut all = Vec::new();
        far.read_to_end(&mut all).await.unwrap();
        writer.await.unwrap().unwrap();
        assert_eq!(all.len(), LONGEST + 8);
        assert_eq!(all[..4], [0xff, 0xff, 0xff, 0]);
        assert_eq!(all[LONGEST + 4..], [0, 0, 0, 1]);
    }
}
