//! The order of rows under a sort: collects keys row after row within a bound of memory, then sorts an index. Rows are not
//! moved. Knows no store.

use std::cmp::Ordering;

use super::key::{Keys, Part};
use super::{Cell, Column, Direction, SortColumn};

/// Collects the keys of the rows that take part.
#[derive(Debug)]
pub struct Sorter {
    columns: Vec<(SortColumn, Keys)>,
    /// The rows that take part, in the server's order.
    rows: Vec<u32>,
    most: usize,
    /// Bytes of values since the memory was looked at.
    unchecked: usize,
}

/// There are more rows, or longer texts, than may be sorted in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sorting {rows} rows takes more than {most} bytes of memory")]
pub struct SortTooLarge {
    /// Rows up to there.
    pub rows: u64,
    /// Bytes that may be taken.
    pub most: u64,
}

impl Sorter {
    /// Sorts by these keys in at most so many bytes; a key of a column that is not there counts nothing.
    #[must_use]
    pub fn new(sort: &[SortColumn], columns: &[Column], most: usize) -> Self {
        let keys = sort.iter().filter_map(|key| Some((*key, Keys::new(columns.get(key.column)?))));
        Self { columns: keys.collect(), rows: Vec::new(), most, unchecked: 0 }
    }

    /// Takes a row: its number in the server's order, and its values.
    ///
    /// # Errors
    /// When the bound of memory is reached.
    pub fn push<'a>(&mut self, row: u32, cell: impl Fn(usize) -> Cell<'a>) -> Result<(), SortTooLarge> {
        for (key, keys) in &mut self.columns {
            let cell = cell(key.column);
            self.unchecked += KEY_BYTES + cell.bytes().map_or(0, <[u8]>::len);
            keys.push(cell);
        }
        self.rows.push(row);
        if self.unchecked > CHECK_BYTES {
            self.unchecked = 0;
            if self.memory() > self.most {
                return Err(SortTooLarge { rows: self.rows.len() as u64, most: self.most as u64 });
            }
        }
        Ok(())
    }

    /// Bytes of memory that it takes, with what sorting itself takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let keys: usize = self.columns.iter().map(|(_, keys)| keys.memory()).sum();
        let sorting = if self.columns.is_empty() { 0 } else { self.rows.len() * size_of::<Entry>() };
        keys + sorting + self.rows.capacity() * size_of::<u32>()
    }

    /// The rows in order: those that are equal in all keys stay in the server's order.
    #[must_use]
    pub fn finish(self) -> Vec<u32> {
        self.finish_while(|| true)
    }

    /// The same, given up in whatever order they are by then once nobody wants them any more.
    #[must_use]
    pub fn finish_while(self, is_wanted: impl Fn() -> bool) -> Vec<u32> {
        let Self { columns, rows, .. } = self;
        let mut order: Vec<Entry> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).map(|at| (0, at)).collect();
        // Part by part: the rows that are equal so far lie together, and the next part of their keys is brought beside
        // them once, so that comparing reads forward through memory.
        let mut equal = vec![(0..order.len(), Step { column: 0, part: Part::HEAD })];
        while let Some((range, step)) = equal.pop().filter(|_| is_wanted()) {
            let (start, Some(run)) = (range.start, order.get_mut(range)) else { continue };
            let Some((key, keys)) = columns.get(step.column) else { continue };
            for (part, at) in &mut *run {
                let value = keys.part(*at, step.part);
                *part = if key.direction == Direction::Descending { !value } else { value };
            }
            run.sort_unstable();
            let mut first = start;
            for group in run.chunk_by_mut(|(a, _), (b, _)| a == b) {
                if group.len() <= FEW {
                    group.sort_unstable_by(|(_, a), (_, b)| compare(columns.get(step.column..), *a, *b).then(a.cmp(b)));
                } else {
                    let next = keys.next(step.part, group.iter().map(|(_, at)| *at));
                    let step =
                        next.map_or(Step { column: step.column + 1, part: Part::HEAD }, |part| Step { part, ..step });
                    equal.push((first..first + group.len(), step));
                }
                first += group.len();
            }
        }
        order.into_iter().filter_map(|(_, at)| rows.get(at as usize).copied()).collect()
    }
}

/// A part of a row's key, and which of the rows that take part it is.
type Entry = (u128, u32);

/// Bytes of values after which the memory is looked at.
const CHECK_BYTES: usize = 64 << 10;
/// What a key takes beside its value.
const KEY_BYTES: usize = size_of::<Entry>();
/// Rows that are equal so far are compared one by one where there are no more than so many.
const FEW: usize = 24;

/// Which part of which key decides next.
#[derive(Debug, Clone, Copy)]
struct Step {
    column: usize,
    part: Part,
}

/// Compares two rows by these keys.
fn compare(columns: Option<&[(SortColumn, Keys)]>, a: u32, b: u32) -> Ordering {
    let orderings = columns.unwrap_or_default().iter().map(|(key, keys)| match key.direction {
        Direction::Ascending => keys.compare(a, b),
        Direction::Descending => keys.compare(b, a),
    });
    orderings.into_iter().find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}
