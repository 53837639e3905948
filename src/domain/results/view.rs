//! A view of a result: row numbers in another order, or a part of them.

use std::ops::Range;

/// Row numbers (in the server's order) in the order of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    rows: Vec<u32>,
    /// Indexes into `rows`, sorted by row number. Empty if `rows` is sorted.
    by_row: Vec<u32>,
}

impl RowView {
    /// Makes a view of these rows. No number may occur twice.
    #[must_use]
    pub fn new(rows: Vec<u32>) -> Self {
        let mut by_row = Vec::new();
        if !rows.is_sorted() {
            by_row = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
            by_row.sort_unstable_by_key(|index| rows.get(*index as usize));
        }
        Self { rows, by_row }
    }

    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the row numbers in this range of the view, clipped to what exists.
    #[must_use]
    pub fn rows(&self, range: &Range<u64>) -> &[u32] {
        let at = |index: u64| usize::try_from(index).unwrap_or(usize::MAX).min(self.rows.len());
        self.rows.get(at(range.start)..at(range.end)).unwrap_or_default()
    }

    /// Returns `count` rows sorted by row number, from the `from`th on, each with its index in the view.
    pub fn in_order(&self, from: usize, count: usize) -> impl Iterator<Item = (u32, u64)> + '_ {
        (from..from.saturating_add(count).min(self.rows.len())).filter_map(|at| {
            let index = if self.by_row.is_empty() { at } else { *self.by_row.get(at)? as usize };
            Some((*self.rows.get(index)?, index as u64))
        })
    }
}
