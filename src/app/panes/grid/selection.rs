//! The selection in a result: a block of cells, whole rows or whole columns between an anchor and the cursor.

use std::ops::Range;

/// The fixed end of a selection. Its other end is the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// A block of cells.
    Cells {
        row: u64,
        /// The anchor's place among the visible columns.
        place: usize,
    },
    Rows {
        row: u64,
    },
    Columns {
        /// The anchor's place among the visible columns.
        place: usize,
    },
    All,
}

/// A block of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRange {
    pub rows: Range<u64>,
    /// Places among the visible columns.
    pub places: Range<usize>,
}

impl CellRange {
    /// Returns whether a cell is in it.
    #[must_use]
    pub fn has(&self, row: u64, place: usize) -> bool {
        self.rows.contains(&row) && self.places.contains(&place)
    }
}

impl Selection {
    /// Returns the selected cells, for a cursor in a view of so many rows and columns.
    #[must_use]
    pub fn range(self, (row, place): (u64, usize), (rows, places): (u64, usize)) -> CellRange {
        let between_rows = |a: u64, b: u64| a.min(b)..a.max(b).saturating_add(1).min(rows);
        let between_places = |a: usize, b: usize| a.min(b)..a.max(b).saturating_add(1).min(places);
        match self {
            Self::Cells { row: anchor, place: anchor_place } => {
                CellRange { rows: between_rows(anchor, row), places: between_places(anchor_place, place) }
            }
            Self::Rows { row: anchor } => CellRange { rows: between_rows(anchor, row), places: 0..places },
            Self::Columns { place: anchor } => CellRange { rows: 0..rows, places: between_places(anchor, place) },
            Self::All => CellRange { rows: 0..rows, places: 0..places },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_between_its_anchor_and_the_cursor() {
        let cells = Selection::Cells { row: 5, place: 3 }.range((2, 4), (10, 6));
        assert_eq!(cells, CellRange { rows: 2..6, places: 3..5 });
        assert!(cells.has(2, 4) && !cells.has(6, 3));
        assert_eq!(Selection::Rows { row: 9 }.range((3, 0), (10, 6)), CellRange { rows: 3..10, places: 0..6 });
        assert_eq!(Selection::Columns { place: 1 }.range((3, 1), (10, 6)), CellRange { rows: 0..10, places: 1..2 });
        assert_eq!(Selection::All.range((0, 0), (0, 6)), CellRange { rows: 0..0, places: 0..6 });
    }
}
