//! A view of a result: the numbers of its rows in another order, or of some of them. Knows no values.

use std::ops::Range;

/// Rows by their numbers in the server's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    rows: Vec<u32>,
    /// Places in `rows` in the server's order; empty where that is their own order.
    by_row: Vec<u32>,
}

impl RowView {
    /// Of these rows, each of them once.
    #[must_use]
    pub fn new(rows: Vec<u32>) -> Self {
        let mut by_row = Vec::new();
        if !rows.is_sorted() {
            by_row = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
            by_row.sort_unstable_by_key(|place| rows.get(*place as usize));
        }
        Self { rows, by_row }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The numbers of these rows of the view, as far as they are there.
    #[must_use]
    pub fn rows(&self, range: &Range<u64>) -> &[u32] {
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(self.rows.len());
        self.rows.get(at(range.start)..at(range.end)).unwrap_or_default()
    }

    /// The next rows in the server's order, from the `from`th on: each with its place in the view.
    pub fn in_order(&self, from: usize, count: usize) -> impl Iterator<Item = (u32, u64)> + '_ {
        (from..from.saturating_add(count).min(self.rows.len())).filter_map(|at| {
            let place = if self.by_row.is_empty() { at } else { *self.by_row.get(at)? as usize };
            Some((*self.rows.get(place)?, place as u64))
        })
    }
}
