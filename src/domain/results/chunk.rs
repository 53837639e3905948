//! A chunk: some rows of a result, column by column: one heap of bytes, ends, and which values are NULL.

use super::Cell;
use crate::domain::limits::{CHUNK_BYTES, CHUNK_ROWS};

/// The values of one column of a chunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lane {
    heap: Vec<u8>,
    ends: Vec<u32>,
    nulls: Vec<u64>,
}

impl Lane {
    fn push(&mut self, cell: Cell<'_>) {
        let row = self.ends.len();
        if row.is_multiple_of(64) {
            self.nulls.push(0);
        }
        match cell {
            Cell::Null => {
                if let Some(word) = self.nulls.last_mut() {
                    *word |= 1 << (row % 64);
                }
            }
            Cell::Bytes(bytes) => self.heap.extend_from_slice(bytes),
        }
        // A chunk is closed at CHUNK_BYTES plus one row, and the protocol's largest row is under 4 GiB.
        self.ends.push(u32::try_from(self.heap.len()).unwrap_or(u32::MAX));
    }

    fn get(&self, row: usize) -> Option<Cell<'_>> {
        let end = *self.ends.get(row)? as usize;
        if self.nulls.get(row / 64).is_some_and(|word| word & (1 << (row % 64)) != 0) {
            return Some(Cell::Null);
        }
        let start = match row.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.heap.get(start..end).map(Cell::Bytes)
    }
}

/// Up to [`CHUNK_ROWS`] rows or [`CHUNK_BYTES`] bytes (plus one row), immutable once built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    lanes: Vec<Lane>,
    rows: usize,
    bytes: usize,
}

impl Chunk {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.lanes.len()
    }

    /// Bytes of all values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// One value; `None` when there is no such row or column.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        self.lanes.get(column)?.get(row)
    }
}

/// Collects rows into a [`Chunk`].
#[derive(Debug)]
pub struct ChunkBuilder {
    chunk: Chunk,
}

impl ChunkBuilder {
    /// An empty chunk of this many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { chunk: Chunk { lanes: vec![Lane::default(); columns], rows: 0, bytes: 0 } }
    }

    /// Adds one row. Cells past the columns are dropped, missing ones are NULL.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        let mut cells = cells.into_iter();
        for lane in &mut self.chunk.lanes {
            let cell = cells.next().unwrap_or(Cell::Null);
            self.chunk.bytes += cell.bytes().map_or(0, <[u8]>::len);
            lane.push(cell);
        }
        self.chunk.rows += 1;
    }

    /// Whether it should go on now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.chunk.rows >= CHUNK_ROWS || self.chunk.bytes >= CHUNK_BYTES
    }

    /// Whether it holds no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunk.rows == 0
    }

    /// Takes what is there and starts anew.
    pub fn take(&mut self) -> Chunk {
        let columns = self.chunk.lanes.len();
        std::mem::replace(&mut self.chunk, Self::new(columns).chunk)
    }
}
