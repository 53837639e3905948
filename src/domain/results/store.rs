//! The store of one result: owns its chunks, keeps the newest in memory and hands the older ones to [`Blocks`].
//! Knows no task, no file, and not how the result ended.

use std::ops::Range;
use std::sync::Arc;

use super::{
    BlockError, BlockRef, Blocks, Cell, CellPreview, Chunk, ChunkBuilder, CodingError, Column, TypeClass, Window,
};
use crate::domain::limits::{CHUNK_BYTES, WINDOW_BYTES, WINDOW_CELL_BYTES, WINDOW_CELL_LEAST, WINDOW_ROWS};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A block could not be kept or read.
    #[error(transparent)]
    Blocks(#[from] BlockError),
    /// A block came back as something else.
    #[error(transparent)]
    Coding(#[from] CodingError),
    /// A chunk has other columns than the result.
    #[error("rows of {found} columns came for a result of {expected}")]
    Shape {
        /// Columns of the result.
        expected: usize,
        /// Columns of the chunk.
        found: usize,
    },
    /// There is no such value.
    #[error("the result has no value in row {row}, column {column}")]
    Missing {
        /// Which row, from 0.
        row: u64,
        /// Which column, from 0.
        column: usize,
    },
    /// It stopped keeping rows when a block could not be kept.
    #[error("the result keeps no more rows")]
    Closed,
}

#[derive(Debug)]
enum Place {
    Memory(Chunk),
    Block(BlockRef),
}

/// One chunk and the number of its first row.
#[derive(Debug)]
struct Slot {
    first: u64,
    place: Place,
}

/// The rows of one result.
///
/// In memory are at most the bytes that it was given, or one chunk where that is larger, and besides them the chunk that
/// was read back last. Rows keep their order; the older ones leave first.
#[derive(Debug)]
pub struct Store<B> {
    columns: Arc<[Column]>,
    is_text: Vec<bool>,
    most: usize,
    blocks: B,
    slots: Vec<Slot>,
    /// Slots before this one are in blocks.
    oldest: usize,
    memory: usize,
    rows: u64,
    bytes: u64,
    is_closed: bool,
    recent: Option<(usize, Chunk)>,
    scratch: Vec<u8>,
}

impl<B: Blocks> Store<B> {
    /// An empty result with these columns that keeps at most so many bytes in memory.
    #[must_use]
    pub fn new(columns: Arc<[Column]>, memory: usize, blocks: B) -> Self {
        let is_text =
            columns.iter().map(|column| matches!(column.class(), TypeClass::Text | TypeClass::Json)).collect();
        Self {
            columns,
            is_text,
            most: memory,
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

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Rows kept.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of the values kept.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of memory that its chunks take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Whether it keeps no more rows, since a block could not be kept.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Adds rows behind those that are there. Small chunks are joined, so that a slow statement does not leave thousands.
    ///
    /// # Errors
    /// When older rows cannot leave memory: the new rows are not kept, the store is closed, and what it has stays. When
    /// the chunk has other columns.
    pub fn push(&mut self, mut chunk: Chunk) -> Result<(), StoreError> {
        if self.is_closed {
            return Err(StoreError::Closed);
        }
        if chunk.columns() != self.columns.len() {
            return Err(StoreError::Shape { expected: self.columns.len(), found: chunk.columns() });
        }
        if chunk.rows() == 0 {
            return Ok(());
        }
        chunk.shrink();
        if let Err(error) = self.make_room(chunk.memory()) {
            self.is_closed = true;
            return Err(error.into());
        }
        let (rows, bytes) = (chunk.rows() as u64, chunk.bytes() as u64);
        match self.slots.last_mut() {
            Some(Slot { place: Place::Memory(last), .. }) if last.takes(&chunk) => {
                let before = last.memory();
                last.append(&chunk);
                self.memory = self.memory - before + last.memory();
            }
            _ => {
                self.memory += chunk.memory();
                self.slots.push(Slot { first: self.rows, place: Place::Memory(chunk) });
            }
        }
        self.rows += rows;
        self.bytes += bytes;
        Ok(())
    }

    fn make_room(&mut self, wanted: usize) -> Result<(), BlockError> {
        while self.memory + wanted > self.most {
            let Some(slot) = self.slots.get_mut(self.oldest) else { break };
            if let Place::Memory(chunk) = &slot.place {
                self.scratch.clear();
                chunk.encode(&mut self.scratch);
                let block = self.blocks.put(&self.scratch)?;
                self.memory -= chunk.memory();
                slot.place = Place::Block(block);
            }
            self.oldest += 1;
        }
        self.scratch.shrink_to(2 * CHUNK_BYTES);
        Ok(())
    }

    /// Visits the rows of this range that are there, chunk by chunk: the chunk, and which of its rows are meant.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn walk(&mut self, rows: Range<u64>, mut visit: impl FnMut(&Chunk, Range<usize>)) -> Result<(), StoreError> {
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
        self.let_go();
        Ok(())
    }

    fn clip(&self, rows: &Range<u64>) -> Range<u64> {
        let start = rows.start.min(self.rows);
        start..rows.end.clamp(start, self.rows)
    }

    fn chunk(&mut self, index: usize) -> Result<&Chunk, StoreError> {
        let place = self.slots.get(index).map(|slot| &slot.place);
        if let Some(Place::Block(block)) = place
            && self.recent.as_ref().is_none_or(|(recent, _)| *recent != index)
        {
            let block = *block;
            self.recent = None;
            self.recent = Some((index, Chunk::decode(&self.blocks.get(block)?)?));
        }
        match (self.slots.get(index).map(|slot| &slot.place), &self.recent) {
            (Some(Place::Memory(chunk)), _) | (Some(Place::Block(_)), Some((_, chunk))) => Ok(chunk),
            _ => Err(StoreError::Missing { row: self.rows, column: 0 }),
        }
    }

    /// The rows of this range that are there, at most [`WINDOW_ROWS`]; each cell cut at [`cell_bound`].
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn window(&mut self, rows: Range<u64>) -> Result<Window, StoreError> {
        let mut rows = self.clip(&rows);
        rows.end = rows.end.min(rows.start.saturating_add(WINDOW_ROWS));
        let columns = self.columns.len();
        let count = usize::try_from(rows.end - rows.start).unwrap_or(0).saturating_mul(columns);
        let bound = cell_bound(count);
        let mut cells = Vec::with_capacity(count);
        let is_text = std::mem::take(&mut self.is_text);
        let walked = self.walk(rows.clone(), |chunk, within| {
            for row in within {
                let row = chunk.row(row).into_iter().flatten();
                cells.extend(row.zip(&is_text).map(|(cell, is_text)| shown(cell, bound, *is_text)));
            }
        });
        self.is_text = is_text;
        walked?;
        Ok(Window { view: 0, first: rows.start, columns, cells })
    }

    /// The rows of these numbers in this order, at most [`WINDOW_ROWS`], as rows `first ..` of a view; each cell cut at
    /// [`cell_bound`]. A number that is not there is left out.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn window_of(&mut self, view: u64, first: u64, rows: &[u32]) -> Result<Window, StoreError> {
        let rows = rows.get(..usize::try_from(WINDOW_ROWS).unwrap_or(rows.len())).unwrap_or(rows);
        let columns = self.columns.len();
        let bound = cell_bound(rows.len().saturating_mul(columns));
        let is_text = std::mem::take(&mut self.is_text);
        let mut lines: Vec<Vec<CellPreview>> = vec![Vec::new(); rows.len()];
        let visited = self.visit(rows, |at, chunk, row| {
            let cells = chunk.row(row).into_iter().flatten();
            if let Some(line) = lines.get_mut(at) {
                *line = cells.zip(&is_text).map(|(cell, is_text)| shown(cell, bound, *is_text)).collect();
            }
        });
        self.is_text = is_text;
        visited?;
        Ok(Window { view, first, columns, cells: lines.into_iter().flatten().collect() })
    }

    /// The rows of these numbers in this order, whole. A number that is not there is left out.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn gather(&mut self, rows: &[u32]) -> Result<Chunk, StoreError> {
        let mut lines: Vec<Chunk> = vec![Chunk::default(); rows.len()];
        let columns = self.columns.len();
        self.visit(rows, |at, chunk, row| {
            let mut line = ChunkBuilder::new(columns);
            line.push(chunk.row(row).into_iter().flatten());
            if let Some(place) = lines.get_mut(at) {
                *place = line.take();
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

    /// Visits rows by their numbers, each chunk once: the place in `rows`, the chunk, the row in it.
    ///
    /// # Errors
    /// When a block cannot be read back.
    pub fn visit(&mut self, rows: &[u32], mut visit: impl FnMut(usize, &Chunk, usize)) -> Result<(), StoreError> {
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
            for (row, place) in here {
                visit(*place, chunk, within(u64::from(*row) - first, chunk));
                count += 1;
            }
            if count == 0 {
                break;
            }
            at += count;
        }
        self.let_go();
        Ok(())
    }

    /// Keeps no chunk of one giant row beside the store.
    fn let_go(&mut self) {
        if self.recent.as_ref().is_some_and(|(_, chunk)| chunk.memory() > 3 * CHUNK_BYTES) {
            self.recent = None;
        }
    }

    /// One whole value; `None` is NULL.
    ///
    /// # Errors
    /// When there is no such value, or its block cannot be read back.
    pub fn value(&mut self, row: u64, column: usize) -> Result<Option<Arc<[u8]>>, StoreError> {
        let mut found = None;
        self.walk(row..row.saturating_add(1), |chunk, within| {
            found = chunk.cell(within.start, column).map(|cell| cell.bytes().map(Arc::from));
        })?;
        found.ok_or(StoreError::Missing { row, column })
    }
}

/// The bytes at which the cells of a window of so many cells are cut: [`WINDOW_CELL_BYTES`], less where all of them
/// together would pass [`WINDOW_BYTES`], never under [`WINDOW_CELL_LEAST`].
#[must_use]
pub fn cell_bound(cells: usize) -> usize {
    (WINDOW_BYTES / cells.max(1)).clamp(WINDOW_CELL_LEAST, WINDOW_CELL_BYTES)
}

/// An offset into the rows of a chunk.
fn within(offset: u64, chunk: &Chunk) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX).min(chunk.rows())
}

fn shown(cell: Cell<'_>, bound: usize, is_text: bool) -> CellPreview {
    match cell {
        Cell::Null => CellPreview::Null,
        Cell::Bytes(bytes) => {
            CellPreview::Bytes { head: cut(bytes, bound, is_text).into(), length: bytes.len() as u64 }
        }
    }
}

/// The first bytes of a value, at most `bound`; text is cut between characters.
fn cut(bytes: &[u8], bound: usize, is_text: bool) -> &[u8] {
    let Some(head) = bytes.get(..bound).filter(|head| head.len() < bytes.len()) else { return bytes };
    let next = bytes.get(bound).copied().unwrap_or(0);
    if !is_text || !is_continuation(next) {
        return head;
    }
    // Where the character that goes on behind the bound begins; bytes that are no UTF-8 are cut at the bound.
    let back = head.iter().rev().take(3).position(|byte| !is_continuation(*byte));
    match back {
        Some(back) if head.iter().rev().nth(back).is_some_and(|lead| *lead >= 0xc0) => {
            head.get(..bound - back - 1).unwrap_or(head)
        }
        _ => head,
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}
