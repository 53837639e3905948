//! Counts and hashes what is written through it, so that a record can name the file's content. Knows no file.

use std::io::Write;

use ring::digest::{Context, SHA256};

/// A writer with the count and the SHA-256 of what went through it.
pub struct Summed<W> {
    inner: W,
    bytes: u64,
    hash: Context,
}

impl<W> std::fmt::Debug for Summed<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Summed").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl<W: Write> Summed<W> {
    /// Nothing written yet.
    pub fn new(inner: W) -> Self {
        Self { inner, bytes: 0, hash: Context::new(&SHA256) }
    }

    /// Bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The writer, and the SHA-256 in hexadecimal.
    #[must_use]
    pub fn into_parts(self) -> (W, String) {
        let sum = self.hash.finish();
        let digits: Vec<String> = sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        (self.inner, digits.concat())
    }
}

impl<W: Write> Write for Summed<W> {
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
