//! The rows of one result: the newest chunks stay in memory, older ones go to [`Blocks`].

use std::ops::Range;
use std::sync::Arc;

use super::blocks::{BlockError, BlockRef, Blocks};
use super::cell::Cell;
use super::chunk::{Chunk, ChunkBuilder, ChunkDecodeError};
use super::column::{Column, TypeClass};
use super::window::{CellPreview, Window};
use crate::domain::limits::{CHUNK_BYTES, WINDOW_BYTES, WINDOW_CELL_BYTES, WINDOW_CELL_LEAST, WINDOW_ROWS};

/// Why rows could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Blocks(#[from] BlockError),
    #[error(transparent)]
    Decode(#[from] ChunkDecodeError),
    #[error("rows of {found} columns were received for a result of {expected} columns")]
    ColumnCount { expected: usize, found: usize },
    #[error("the result has no value in row {row}, column {column}")]
    Missing {
        /// Counted from 0.
        row: u64,
        /// Counted from 0.
        column: usize,
    },
    /// A block could not be stored earlier.
    #[error("the result accepts no more rows")]
    Closed,
}

/// Where a chunk is.
#[derive(Debug)]
enum RowLocation {
    Memory(Chunk),
    Block(BlockRef),
}

/// A chunk and the number of its first row.
#[derive(Debug)]
struct ChunkSlot {
    first: u64,
    location: RowLocation,
}

/// The rows of one result.
///
/// It keeps at most `memory_limit` bytes in memory (but at least one chunk), plus the chunk that was read back last. The oldest
/// chunks leave memory first.
#[derive(Debug)]
pub struct RowStore<B> {
    columns: Arc<[Column]>,
    is_text: Vec<bool>,
    memory_limit: usize,
    blocks: B,
    slots: Vec<ChunkSlot>,
    /// Index of the oldest slot in memory: those before it are in blocks.
    oldest: usize,
    memory: usize,
    rows: u64,
    bytes: u64,
    is_closed: bool,
    recent: Option<(usize, Chunk)>,
    scratch: Vec<u8>,
}

impl<B: Blocks> RowStore<B> {
    /// Makes an empty store that keeps at most `memory_limit` bytes in memory.
    #[must_use]
    pub fn new(columns: Arc<[Column]>, memory_limit: usize, blocks: B) -> Self {
        let is_text =
            columns.iter().map(|column| matches!(column.class(), TypeClass::Text | TypeClass::Json)).collect();
        Self {
            columns,
            is_text,
            memory_limit,
            blocks,
            slots: Vec::new(),
            oldest: 0,
            memory: 0,
            rows: 0,
            bytes: 0,
            is_closed: false,
            recent: None,
            scratch: Vec::new(),
        }
    }

    #[must_use]
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the stored values.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of memory that the chunks use.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Whether it accepts no more rows, since a block could not be stored.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Appends rows. Small chunks are joined, so that a slow statement does not produce thousands of them.
    ///
    /// # Errors
    /// When older rows cannot leave memory: the new rows are dropped and the store is closed, but keeps its rows. When the chunk
    /// has another number of columns.
    pub fn push(&mut self, mut chunk: Chunk) -> Result<(), StoreError> {
        if self.is_closed {
            return Err(StoreError::Closed);
        }
        if chunk.columns() != self.columns.len() {
            return Err(StoreError::ColumnCount { expected: self.columns.len(), found: chunk.columns() });
        }
        if chunk.rows() == 0 {
            return Ok(());
        }
        chunk.shrink();
        if let Err(error) = self.free_memory(chunk.memory()) {
            self.is_closed = true;
            return Err(error.into());
        }
        let (rows, bytes) = (chunk.rows() as u64, chunk.bytes() as u64);
        match self.slots.last_mut() {
            Some(ChunkSlot { location: RowLocation::Memory(last), .. }) if last.can_append(&chunk) => {
                let before = last.memory();
                last.append(&chunk);
                self.memory = self.memory - before + last.memory();
            }
            _ => {
                self.memory += chunk.memory();
                self.slots.push(ChunkSlot { first: self.rows, location: RowLocation::Memory(chunk) });
            }
        }
        self.rows += rows;
        self.bytes += bytes;
        Ok(())
    }

    /// Moves the oldest chunks to blocks until `needed` bytes fit into memory.
    fn free_memory(&mut self, needed: usize) -> Result<(), BlockError> {
        while self.memory + needed > self.memory_limit {
            let Some(slot) = self.slots.get_mut(self.oldest) else { break };
            if let RowLocation::Memory(chunk) = &slot.location {
                self.scratch.clear();
                chunk.encode(&mut self.scratch);
                let block = self.blocks.put(&self.scratch)?;
                self.memory -= chunk.memory();
                slot.location = RowLocation::Block(block);
            }
            self.oldest += 1;
        }
        self.scratch.shrink_to(2 * CHUNK_BYTES);
        Ok(())
    }

    /// Visits the rows of a range (clipped to what exists) chunk by chunk: the chunk, and the range of its rows.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn visit_range(
        &mut self,
        rows: Range<u64>,
        mut visit: impl FnMut(&Chunk, Range<usize>),
    ) -> Result<(), StoreError> {
        let rows = self.clip(&rows);
        let mut index = self.slots.partition_point(|slot| slot.first <= rows.start).saturating_sub(1);
        let mut at = rows.start;
        while at < rows.end {
            let Some(first) = self.slots.get(index).map(|slot| slot.first) else { break };
            let chunk = self.chunk(index)?;
            let after = first + chunk.rows() as u64;
            let upto = after.min(rows.end);
            if at < upto {
                visit(chunk, within(at - first, chunk)..within(upto - first, chunk));
                at = upto;
            }
            index += 1;
        }
        self.drop_large_chunk();
        Ok(())
    }

    fn clip(&self, rows: &Range<u64>) -> Range<u64> {
        let start = rows.start.min(self.rows);
        start..rows.end.clamp(start, self.rows)
    }

    fn chunk(&mut self, index: usize) -> Result<&Chunk, StoreError> {
        let location = self.slots.get(index).map(|slot| &slot.location);
        if let Some(RowLocation::Block(block)) = location
            && self.recent.as_ref().is_none_or(|(recent, _)| *recent != index)
        {
            let block = *block;
            self.recent = None;
            self.recent = Some((index, Chunk::decode(&self.blocks.get(block)?)?));
        }
        match (self.slots.get(index).map(|slot| &slot.location), &self.recent) {
            (Some(RowLocation::Memory(chunk)), _) | (Some(RowLocation::Block(_)), Some((_, chunk))) => Ok(chunk),
            _ => Err(StoreError::Missing { row: self.rows, column: 0 }),
        }
    }

    /// Returns the rows of a range (clipped to what exists), at most [`WINDOW_ROWS`]; each cell is cut at [`max_cell_bytes`].
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn window(&mut self, rows: Range<u64>) -> Result<Window, StoreError> {
        let mut rows = self.clip(&rows);
        rows.end = rows.end.min(rows.start.saturating_add(WINDOW_ROWS));
        let columns = self.columns.len();
        let count = usize::try_from(rows.end - rows.start).unwrap_or(0).saturating_mul(columns);
        let max_bytes = max_cell_bytes(count);
        let mut cells = Vec::with_capacity(count);
        let is_text = std::mem::take(&mut self.is_text);
        let visited = self.visit_range(rows.clone(), |chunk, within| {
            for row in within {
                let row = chunk.row(row).into_iter().flatten();
                cells.extend(row.zip(&is_text).map(|(cell, is_text)| preview(cell, max_bytes, *is_text)));
            }
        });
        self.is_text = is_text;
        visited?;
        Ok(Window { view: 0, first: rows.start, columns, cells })
    }

    /// Returns the rows with these numbers, at most [`WINDOW_ROWS`], as rows `first ..` of a view; each cell is cut at
    /// [`max_cell_bytes`]. Numbers that do not exist are left out.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn window_of(&mut self, view: u64, first: u64, rows: &[u32]) -> Result<Window, StoreError> {
        let rows = rows.get(..usize::try_from(WINDOW_ROWS).unwrap_or(rows.len())).unwrap_or(rows);
        let columns = self.columns.len();
        let max_bytes = max_cell_bytes(rows.len().saturating_mul(columns));
        let is_text = std::mem::take(&mut self.is_text);
        let mut lines: Vec<Vec<CellPreview>> = vec![Vec::new(); rows.len()];
        let visited = self.visit_rows(rows, |at, chunk, row| {
            let cells = chunk.row(row).into_iter().flatten();
            if let Some(line) = lines.get_mut(at) {
                *line = cells.zip(&is_text).map(|(cell, is_text)| preview(cell, max_bytes, *is_text)).collect();
            }
        });
        self.is_text = is_text;
        visited?;
        Ok(Window { view, first, columns, cells: lines.into_iter().flatten().collect() })
    }

    /// Returns the whole rows with these numbers, in this order. Numbers that do not exist are left out.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn gather(&mut self, rows: &[u32]) -> Result<Chunk, StoreError> {
        let mut lines: Vec<Chunk> = vec![Chunk::default(); rows.len()];
        let columns = self.columns.len();
        self.visit_rows(rows, |at, chunk, row| {
            let mut line = ChunkBuilder::new(columns);
            line.push(chunk.row(row).into_iter().flatten());
            if let Some(slot) = lines.get_mut(at) {
                *slot = line.take();
            }
        })?;
        let mut all = ChunkBuilder::new(columns);
        for line in &lines {
            if let Some(cells) = line.row(0) {
                all.push(cells);
            }
        }
        Ok(all.take())
    }

    /// Visits rows by number, reading each chunk once: the index in `rows`, the chunk, the row in the chunk.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn visit_rows(&mut self, rows: &[u32], mut visit: impl FnMut(usize, &Chunk, usize)) -> Result<(), StoreError> {
        let mut order: Vec<(u32, usize)> = rows.iter().copied().zip(0..).collect();
        if !order.is_sorted() {
            order.sort_unstable();
        }
        let mut at = 0;
        while let Some((row, _)) = order.get(at).filter(|(row, _)| u64::from(*row) < self.rows) {
            let index = self.slots.partition_point(|slot| slot.first <= u64::from(*row)).saturating_sub(1);
            let Some(first) = self.slots.get(index).map(|slot| slot.first) else { break };
            let chunk = self.chunk(index)?;
            let end = first + chunk.rows() as u64;
            let here = order.iter().skip(at).take_while(|(row, _)| u64::from(*row) < end);
            let mut count = 0;
            for (row, index) in here {
                visit(*index, chunk, within(u64::from(*row) - first, chunk));
                count += 1;
            }
            if count == 0 {
                break;
            }
            at += count;
        }
        self.drop_large_chunk();
        Ok(())
    }

    /// Drops the chunk that was read back last if one giant row makes it very large.
    fn drop_large_chunk(&mut self) {
        if self.recent.as_ref().is_some_and(|(_, chunk)| chunk.memory() > 3 * CHUNK_BYTES) {
            self.recent = None;
        }
    }

    /// Returns one whole value; `None` is NULL.
    ///
    /// # Errors
    /// When there is no such value, or its block cannot be read back.
    pub fn value(&mut self, row: u64, column: usize) -> Result<Option<Arc<[u8]>>, StoreError> {
        let mut found = None;
        self.visit_range(row..row.saturating_add(1), |chunk, within| {
            found = chunk.cell(within.start, column).map(|cell| cell.bytes().map(Arc::from));
        })?;
        found.ok_or(StoreError::Missing { row, column })
    }
}

/// Returns the length at which each cell of a window is cut: [`WINDOW_CELL_BYTES`], or less if all cells together would exceed
/// [`WINDOW_BYTES`], but at least [`WINDOW_CELL_LEAST`].
#[must_use]
pub fn max_cell_bytes(cells: usize) -> usize {
    (WINDOW_BYTES / cells.max(1)).clamp(WINDOW_CELL_LEAST, WINDOW_CELL_BYTES)
}

/// Returns the index of a row in a chunk, at most its number of rows.
fn within(offset: u64, chunk: &Chunk) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX).min(chunk.rows())
}

fn preview(cell: Cell<'_>, max_bytes: usize, is_text: bool) -> CellPreview {
    match cell {
        Cell::Null => CellPreview::Null,
        Cell::Bytes(bytes) => {
            CellPreview::Bytes { head: cut(bytes, max_bytes, is_text).into(), length: bytes.len() as u64 }
        }
    }
}

/// Returns the first bytes of a value, at most `max_bytes`; text is cut between characters.
fn cut(bytes: &[u8], max_bytes: usize, is_text: bool) -> &[u8] {
    let Some(head) = bytes.get(..max_bytes).filter(|head| head.len() < bytes.len()) else { return bytes };
    let next = bytes.get(max_bytes).copied().unwrap_or(0);
    if !is_text || !is_continuation(next) {
        return head;
    }
    // Cut before the character that crosses the limit; bytes that are not UTF-8 are cut at the limit.
    let back = head.iter().rev().take(3).position(|byte| !is_continuation(*byte));
    match back {
        Some(back) if head.iter().rev().nth(back).is_some_and(|lead| *lead >= 0xc0) => {
            head.get(..max_bytes - back - 1).unwrap_or(head)
        }
        _ => head,
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}
