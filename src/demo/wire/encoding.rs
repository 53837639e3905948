//! Writes and reads the numbers and strings of the protocol.

/// Appends a length-encoded number.
pub(super) fn put_length(out: &mut Vec<u8>, number: u64) {
    let bytes = number.to_le_bytes();
    match number {
        0..=250 => out.push(bytes[0]),
        251..=0xffff => {
            out.push(0xfc);
            out.extend_from_slice(&bytes[..2]);
        }
        0x1_0000..=0xff_ffff => {
            out.push(0xfd);
            out.extend_from_slice(&bytes[..3]);
        }
        _ => {
            out.push(0xfe);
            out.extend_from_slice(&bytes);
        }
    }
}

/// Appends length-encoded bytes.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads a packet from its start. Every method returns `None` if the packet is too short.
pub(super) struct PacketReader<'a>(&'a [u8]);

impl<'a> PacketReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes the remaining bytes.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Takes the next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// Reads a little-endian number of `size` bytes, at most eight.
    pub(super) fn number(&mut self, size: usize) -> Option<u64> {
        let taken = self.take(size.min(8))?;
        Some(taken.iter().rev().fold(0, |sum, &byte| (sum << 8) | u64::from(byte)))
    }

    /// Reads a length-encoded number.
    pub(super) fn length(&mut self) -> Option<u64> {
        match self.byte()? {
            0xfc => self.number(2),
            0xfd => self.number(3),
            0xfe => self.number(8),
            byte @ 0..=250 => Some(u64::from(byte)),
            251 | 255 => None,
        }
    }

    /// Reads length-encoded bytes.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.length()?).ok()?;
        self.take(length)
    }

    /// Reads bytes up to a zero byte, and skips the zero byte.
    pub(super) fn zero_ended(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|&byte| byte == 0)?;
        let taken = self.take(end)?;
        self.take(1)?;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_as_it_was_written() {
        for number in [0, 250, 251, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000, u64::MAX] {
            let mut bytes = Vec::new();
            put_length(&mut bytes, number);
            let mut reader = PacketReader::new(&bytes);
            assert_eq!(reader.length(), Some(number));
            assert!(reader.rest().is_empty());
        }
    }

    #[test]
    fn a_short_packet_reads_as_nothing() {
        assert_eq!(PacketReader::new(&[0xfd, 1]).length(), None);
        assert_eq!(PacketReader::new(&[5, 1, 2]).bytes(), None);
        assert_eq!(PacketReader::new(b"abc").zero_ended(), None);
    }
}
