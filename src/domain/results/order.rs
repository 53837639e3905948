//! The order of rows under a sort: collects keys row after row within a bound of memory, then sorts an index. Rows are not
//! moved. Knows no store.

use std::cmp::Ordering;

use super::key::Keys;
use super::{Cell, Column, Direction, SortKey};

/// Collects the keys of the rows that take part.
#[derive(Debug)]
pub struct Sorter {
    columns: Vec<(SortKey, Keys)>,
    /// The rows that take part, in the server's order.
    rows: Vec<u32>,
    most: usize,
}

/// There are more rows, or longer texts, than may be sorted in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sorting {rows} rows takes more than {most} bytes of memory")]
pub struct TooMuch {
    /// Rows up to there.
    pub rows: u64,
    /// Bytes that may be taken.
    pub most: u64,
}

impl Sorter {
    /// Sorts by these keys in at most so many bytes; a key of a column that is not there counts nothing.
    #[must_use]
    pub fn new(sort: &[SortKey], columns: &[Column], most: usize) -> Self {
        let keys = sort.iter().filter_map(|key| Some((*key, Keys::new(columns.get(key.column)?))));
        Self { columns: keys.collect(), rows: Vec::new(), most }
    }

    /// Takes a row: its number in the server's order, and its values.
    ///
    /// # Errors
    /// When the bound of memory is reached.
    pub fn push<'a>(&mut self, row: u32, cell: impl Fn(usize) -> Cell<'a>) -> Result<(), TooMuch> {
        for (key, keys) in &mut self.columns {
            keys.push(cell(key.column));
        }
        self.rows.push(row);
        if self.rows.len().is_multiple_of(1024) && self.memory() > self.most {
            return Err(TooMuch { rows: self.rows.len() as u64, most: self.most as u64 });
        }
        Ok(())
    }

    /// Bytes of memory that it takes, with what sorting itself takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let keys: usize = self.columns.iter().map(|(_, keys)| keys.memory()).sum();
        let sorting = if self.columns.is_empty() { 0 } else { self.rows.len() * size_of::<(u128, u32)>() };
        keys + sorting + self.rows.capacity() * size_of::<u32>()
    }

    /// The rows in order: those that are equal in all keys stay in the server's order.
    #[must_use]
    pub fn finish(self) -> Vec<u32> {
        let Self { columns, rows, .. } = self;
        let Some((first, keys)) = columns.first() else { return rows };
        // The first part of the first key decides most comparisons: it stands beside the row.
        let head = |at: u32| match first.direction {
            Direction::Ascending => keys.head(at),
            Direction::Descending => !keys.head(at),
        };
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut order: Vec<(u128, u32)> = (0..count).map(|at| (head(at), at)).collect();
        let turned = |key: &SortKey, ordering: Ordering| match key.direction {
            Direction::Ascending => ordering,
            Direction::Descending => ordering.reverse(),
        };
        order.sort_unstable_by(|(a_head, a), (b_head, b)| {
            let first = a_head.cmp(b_head).then_with(|| turned(first, keys.compare_tails(*a, *b)));
            let further = columns.iter().skip(1);
            further
                .fold(first, |so_far, (key, keys)| so_far.then_with(|| turned(key, keys.compare(*a, *b))))
                .then(a.cmp(b))
        });
        order.into_iter().filter_map(|(_, at)| rows.get(at as usize).copied()).collect()
    }
}
