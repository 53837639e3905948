//! A chunk: some rows of a result in one heap of bytes, with the end of each value.
//!
//! Values are stored row by row, as the server sends them and as windows read them: adding a row costs no more than copying its
//! bytes, and a window reads memory sequentially.

use super::Cell;
use crate::domain::limits::{CHUNK_BYTES, CHUNK_ROWS};

/// The bit of an end that marks NULL. A heap stays under 2 GiB: a chunk is full at [`CHUNK_BYTES`], and its last row is limited
/// by [`crate::domain::limits::MAX_ROW_BYTES`].
const NULL: u32 = 1 << 31;

/// A batch of rows: up to [`CHUNK_ROWS`] rows or [`CHUNK_BYTES`] bytes (plus one row), immutable once built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    columns: usize,
    rows: usize,
    heap: Vec<u8>,
    ends: Vec<u32>,
}

impl Chunk {
    fn with_capacity(columns: usize, ends: usize, heap: usize) -> Self {
        Self { columns, rows: 0, heap: Vec::with_capacity(heap), ends: Vec::with_capacity(ends) }
    }

    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    #[must_use]
    pub fn bytes(&self) -> usize {
        self.heap.len()
    }

    /// Bytes of memory in use, with overhead.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.heap.capacity() + self.ends.capacity() * size_of::<u32>() + size_of::<Self>()
    }

    /// Returns one value; `None` if there is no such row or column.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        if column >= self.columns {
            return None;
        }
        let at = row.checked_mul(self.columns)?.checked_add(column)?;
        self.cells_from(at, 1)?.next()
    }

    /// Returns the values of one row; `None` if there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<Cells<'_>> {
        if row >= self.rows {
            return None;
        }
        self.cells_from(row.checked_mul(self.columns)?, self.columns)
    }

    /// Returns all values, row by row.
    #[must_use]
    pub fn cells(&self) -> Cells<'_> {
        Cells { heap: &self.heap, ends: self.ends.iter(), start: 0 }
    }

    fn cells_from(&self, at: usize, count: usize) -> Option<Cells<'_>> {
        let ends = self.ends.get(at..at.checked_add(count)?)?.iter();
        let start = match at.checked_sub(1) {
            Some(before) => offset(*self.ends.get(before)?),
            None => 0,
        };
        Some(Cells { heap: &self.heap, ends, start })
    }

    /// Returns the rows with these columns only, in this order. A column that does not exist is NULL.
    #[must_use]
    pub fn select(&self, columns: &[usize]) -> Self {
        let mut chosen = ChunkBuilder::new(columns.len());
        for row in 0..self.rows {
            chosen.push(columns.iter().map(|column| self.cell(row, *column).unwrap_or(Cell::Null)));
        }
        chosen.take()
    }

    /// Whether another chunk can be appended within the limits of a chunk.
    #[must_use]
    pub(super) fn can_append(&self, other: &Self) -> bool {
        self.columns == other.columns
            && self.rows + other.rows <= CHUNK_ROWS
            && self.heap.len() + other.heap.len() <= CHUNK_BYTES
    }

    /// Appends the rows of another chunk with the same columns.
    pub(super) fn append(&mut self, other: &Self) {
        let base = end(self.heap.len());
        self.heap.extend_from_slice(&other.heap);
        self.ends.extend(other.ends.iter().map(|end| end + base));
        self.rows += other.rows;
    }

    /// Frees memory that was reserved for more rows.
    pub(super) fn shrink(&mut self) {
        if self.heap.capacity() > self.heap.len() + self.heap.len() / 2 {
            self.heap.shrink_to_fit();
        }
        if self.ends.capacity() > self.ends.len() + self.ends.len() / 2 {
            self.ends.shrink_to_fit();
        }
    }

    fn add(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Null => self.ends.push(end(self.heap.len()) | NULL),
            Cell::Bytes(bytes) => {
                self.heap.extend_from_slice(bytes);
                self.ends.push(end(self.heap.len()));
            }
        }
    }
}

fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX).min(NULL - 1)
}

fn offset(end: u32) -> usize {
    (end & !NULL) as usize
}

/// Iterates over values of a chunk.
#[derive(Debug, Clone)]
pub struct Cells<'a> {
    heap: &'a [u8],
    ends: std::slice::Iter<'a, u32>,
    start: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Cell<'a>;

    #[inline]
    fn next(&mut self) -> Option<Cell<'a>> {
        let end = *self.ends.next()?;
        if end & NULL != 0 {
            return Some(Cell::Null);
        }
        let bytes = self.heap.get(self.start..end as usize).unwrap_or_default();
        self.start = end as usize;
        Some(Cell::Bytes(bytes))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ends.size_hint()
    }
}

impl ExactSizeIterator for Cells<'_> {}

/// Collects rows into a [`Chunk`].
#[derive(Debug)]
pub struct ChunkBuilder {
    chunk: Chunk,
}

impl ChunkBuilder {
    /// Makes a builder for rows of this many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { chunk: Chunk::with_capacity(columns, 0, 0) }
    }

    /// Adds one row. Extra cells are dropped, missing ones become NULL.
    #[inline]
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        let chunk = &mut self.chunk;
        let after = chunk.ends.len() + chunk.columns;
        for cell in cells.into_iter().take(chunk.columns) {
            chunk.add(cell);
        }
        if chunk.ends.len() < after {
            chunk.ends.resize(after, end(chunk.heap.len()) | NULL);
        }
        chunk.rows += 1;
    }

    /// Whether the chunk should be taken now.
    #[must_use]
    #[inline]
    pub fn is_full(&self) -> bool {
        self.chunk.rows >= CHUNK_ROWS || self.chunk.heap.len() >= CHUNK_BYTES
    }

    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.chunk.rows == 0
    }

    /// Takes the chunk and starts the next one, with memory reserved for as many rows.
    pub fn take(&mut self) -> Chunk {
        let chunk = &self.chunk;
        let heap = (chunk.heap.len() + chunk.heap.len() / 16).min(2 * CHUNK_BYTES);
        let next = Chunk::with_capacity(chunk.columns, chunk.ends.len(), heap);
        std::mem::replace(&mut self.chunk, next)
    }
}

/// Why bytes cannot be decoded as a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkDecodeError {
    #[error("a block of rows has the unknown version {0}")]
    UnknownVersion(u8),
    #[error("a block of rows ends too early")]
    TooShort,
    /// The block announces more than a chunk can contain, or has bytes after its end.
    #[error("a block of rows has a wrong length")]
    WrongLength,
}

/// The first byte of an encoded chunk.
const ENCODING_VERSION: u8 = 1;

impl Chunk {
    /// Appends the encoded chunk: version, columns, rows, for each value 0 for NULL or its length plus one, then the heap.
    /// Numbers are LEB128, since most values are shorter than 127 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(self.heap.len() + self.ends.len() * 2 + 16);
        out.push(ENCODING_VERSION);
        put_number(out, self.columns as u64);
        put_number(out, self.rows as u64);
        for cell in self.cells() {
            put_number(out, cell.bytes().map_or(0, |bytes| bytes.len() as u64 + 1));
        }
        out.extend_from_slice(&self.heap);
    }

    /// Decodes a chunk.
    ///
    /// # Errors
    /// When the bytes were not written by [`Chunk::encode`]. It reserves no memory for lengths that the bytes cannot have.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChunkDecodeError> {
        let (&version, mut rest) = bytes.split_first().ok_or(ChunkDecodeError::TooShort)?;
        if version != ENCODING_VERSION {
            return Err(ChunkDecodeError::UnknownVersion(version));
        }
        let columns = take_size(&mut rest)?;
        let rows = take_size(&mut rest)?;
        let count = columns.checked_mul(rows).ok_or(ChunkDecodeError::WrongLength)?;
        if count > rest.len() {
            return Err(ChunkDecodeError::TooShort);
        }
        let mut ends = Vec::with_capacity(count);
        let mut length = 0_u64;
        for _ in 0..count {
            let number = take_number(&mut rest)?;
            length = length.checked_add(number.saturating_sub(1)).ok_or(ChunkDecodeError::WrongLength)?;
            let end = u32::try_from(length).ok().filter(|end| end & NULL == 0).ok_or(ChunkDecodeError::WrongLength)?;
            ends.push(if number == 0 { end | NULL } else { end });
        }
        match (rest.len() as u64).cmp(&length) {
            std::cmp::Ordering::Less => Err(ChunkDecodeError::TooShort),
            std::cmp::Ordering::Greater => Err(ChunkDecodeError::WrongLength),
            std::cmp::Ordering::Equal => Ok(Self { columns, rows, heap: rest.to_vec(), ends }),
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

fn take_number(rest: &mut &[u8]) -> Result<u64, ChunkDecodeError> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(ChunkDecodeError::TooShort)?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(ChunkDecodeError::WrongLength)
}

fn take_size(rest: &mut &[u8]) -> Result<usize, ChunkDecodeError> {
    usize::try_from(take_number(rest)?).map_err(|_| ChunkDecodeError::WrongLength)
}
