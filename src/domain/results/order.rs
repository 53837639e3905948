//! Sorts rows: collects comparison keys row by row within a memory limit, then sorts row numbers. Rows are not moved.

use std::cmp::Ordering;

use super::arrange::{Direction, SortColumn};
use super::cell::Cell;
use super::column::Column;
use super::key_column::{CompareKeyColumn, KeySegment};

/// Collects the comparison keys of rows and sorts them.
#[derive(Debug)]
pub struct Sorter {
    columns: Vec<(SortColumn, CompareKeyColumn)>,
    /// The numbers of the rows to sort, in the server's order.
    rows: Vec<u32>,
    memory_limit: usize,
    /// Bytes of values since the memory was last measured.
    unchecked: usize,
}

/// The rows need more memory for sorting than the limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sorting {rows} rows needs more than {memory_limit} bytes of memory")]
pub struct SortTooLarge {
    pub rows: u64,
    /// The limit in bytes.
    pub memory_limit: u64,
}

impl Sorter {
    /// Makes a sorter by these columns that uses at most `memory_limit` bytes. Unknown columns are ignored.
    #[must_use]
    pub fn new(sort: &[SortColumn], columns: &[Column], memory_limit: usize) -> Self {
        let keys = sort.iter().filter_map(|key| Some((*key, CompareKeyColumn::new(columns.get(key.column)?))));
        Self { columns: keys.collect(), rows: Vec::new(), memory_limit, unchecked: 0 }
    }

    /// Adds a row by its number in the server's order. `cell` returns the value of a column.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn push<'a>(&mut self, row: u32, cell: impl Fn(usize) -> Cell<'a>) -> Result<(), SortTooLarge> {
        for (key, keys) in &mut self.columns {
            let cell = cell(key.column);
            self.unchecked += KEY_BYTES + cell.bytes().map_or(0, <[u8]>::len);
            keys.push(cell);
        }
        self.rows.push(row);
        if self.unchecked > CHECK_BYTES {
            self.unchecked = 0;
            if self.memory() > self.memory_limit {
                return Err(SortTooLarge { rows: self.rows.len() as u64, memory_limit: self.memory_limit as u64 });
            }
        }
        Ok(())
    }

    /// Bytes of memory in use, including those that sorting itself needs.
    #[must_use]
    pub fn memory(&self) -> usize {
        let keys: usize = self.columns.iter().map(|(_, keys)| keys.memory()).sum();
        let sorting = if self.columns.is_empty() { 0 } else { self.rows.len() * size_of::<SortEntry>() };
        keys + sorting + self.rows.capacity() * size_of::<u32>()
    }

    /// Returns the row numbers in order. Rows that are equal in all columns keep the server's order.
    #[must_use]
    pub fn finish(self) -> Vec<u32> {
        self.finish_while(|| true)
    }

    /// Sorts like [`Sorter::finish`], but stops once `is_needed` returns false. The rows are then in no particular order.
    #[must_use]
    pub fn finish_while(self, is_needed: impl Fn() -> bool) -> Vec<u32> {
        let Self { columns, rows, .. } = self;
        let mut order: Vec<SortEntry> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).map(|at| (0, at)).collect();
        // The rows are sorted segment by segment. Rows that are equal so far are adjacent, and the next segment of their keys is
        // copied next to them once, so that comparing reads memory sequentially.
        let mut equal = vec![(0..order.len(), SortStep { column: 0, segment: KeySegment::HEAD })];
        while let Some((range, step)) = equal.pop().filter(|_| is_needed()) {
            let (start, Some(run)) = (range.start, order.get_mut(range)) else { continue };
            let Some((key, keys)) = columns.get(step.column) else { continue };
            for (segment, at) in &mut *run {
                let value = keys.segment(*at, step.segment);
                *segment = if key.direction == Direction::Descending { !value } else { value };
            }
            run.sort_unstable();
            let mut first = start;
            for group in run.chunk_by_mut(|(a, _), (b, _)| a == b) {
                if group.len() <= FEW {
                    group.sort_unstable_by(|(_, a), (_, b)| compare(columns.get(step.column..), *a, *b).then(a.cmp(b)));
                } else {
                    let next = keys.next(step.segment, group.iter().map(|(_, at)| *at));
                    let next_column = SortStep { column: step.column + 1, segment: KeySegment::HEAD };
                    let step = next.map_or(next_column, |segment| SortStep { segment, ..step });
                    equal.push((first..first + group.len(), step));
                }
                first += group.len();
            }
        }
        order.into_iter().filter_map(|(_, at)| rows.get(at as usize).copied()).collect()
    }
}

/// A segment of a row's key, and the index of the row in [`Sorter::rows`].
type SortEntry = (u128, u32);

/// Bytes of values after which the memory is measured again.
const CHECK_BYTES: usize = 64 << 10;
/// Bytes that a key needs in addition to its value.
const KEY_BYTES: usize = size_of::<SortEntry>();
/// Groups of at most this many equal rows are sorted by comparing whole keys.
const FEW: usize = 24;

/// The column and the segment of its keys that is compared next.
#[derive(Debug, Clone, Copy)]
struct SortStep {
    column: usize,
    segment: KeySegment,
}

/// Compares two rows by these columns.
fn compare(columns: Option<&[(SortColumn, CompareKeyColumn)]>, a: u32, b: u32) -> Ordering {
    let orderings = columns.unwrap_or_default().iter().map(|(key, keys)| match key.direction {
        Direction::Ascending => keys.compare(a, b),
        Direction::Descending => keys.compare(b, a),
    });
    orderings.into_iter().find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}
