//! The address and style of a cell.

/// Where a cell is, and how it is formatted.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellAddress<'a> {
    /// The letters of the column.
    pub(super) letters: &'a str,
    /// Counted from 1.
    pub(super) row: u32,
    /// Index of the style.
    pub(super) style: usize,
}
