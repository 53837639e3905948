//! A window: the rows near the screen, immutable, cells cut at a bound with their true length.

use std::ops::Range;

/// A value in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellPreview {
    /// SQL NULL.
    Null,
    /// The value's first bytes; `length` is the length of the whole value, and larger when it was cut.
    Bytes {
        /// At most [`crate::domain::limits::WINDOW_CELL_BYTES`].
        head: Box<[u8]>,
        /// Bytes of the whole value.
        length: u64,
    },
}

/// Rows `first .. first + rows` of a view of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Of which arrangement; 0 is the server's order.
    pub view: u64,
    /// The first row, counted from 0.
    pub first: u64,
    /// How many columns a row has.
    pub columns: usize,
    /// Row by row, `columns` cells each.
    pub cells: Vec<CellPreview>,
}

impl Window {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Which rows it holds.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.first..self.first + self.rows() as u64
    }

    /// One value, if it is in the window.
    #[must_use]
    pub fn cell(&self, row: u64, column: usize) -> Option<&CellPreview> {
        let row = usize::try_from(row.checked_sub(self.first)?).ok()?;
        if column >= self.columns {
            return None;
        }
        self.cells.get(row * self.columns + column)
    }
}
