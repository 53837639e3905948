//! A writer that counts and hashes what it writes, so that a record can name the content of a file.

use std::io::Write;

use ring::digest::{Context, SHA256};

/// A writer with the byte count and the SHA-256 of everything written through it.
pub struct ChecksumWriter<W> {
    inner: W,
    bytes: u64,
    hash: Context,
}

impl<W> std::fmt::Debug for ChecksumWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChecksumWriter").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<W: Write> ChecksumWriter<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, bytes: 0, hash: Context::new(&SHA256) }
    }

    /// Returns the number of bytes written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the inner writer and the SHA-256 in hexadecimal.
    #[must_use]
    pub fn into_parts(self) -> (W, String) {
        let sum = self.hash.finish();
        let digits: Vec<String> = sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        (self.inner, digits.concat())
    }
}

impl<W: Write> Write for ChecksumWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or(bytes));
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
