//! A window: an immutable copy of the rows near the screen, with long cells cut.

use std::ops::Range;

/// A value in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellPreview {
    Null,
    /// The first bytes of the value. `length` is larger than `head` if the value was cut.
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
    /// The number of the view; 0 is the server's order.
    pub view: u64,
    /// The first row, from 0.
    pub first: u64,
    pub columns: usize,
    /// Cells row by row, `columns` in each row.
    pub cells: Vec<CellPreview>,
}

impl Window {
    #[must_use]
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns).unwrap_or(0)
    }

    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.first..self.first + self.rows() as u64
    }

    /// Returns one value if it is in the window.
    #[must_use]
    pub fn cell(&self, row: u64, column: usize) -> Option<&CellPreview> {
        let row = usize::try_from(row.checked_sub(self.first)?).ok()?;
        if column >= self.columns {
            return None;
        }
        self.cells.get(row * self.columns + column)
    }
}
