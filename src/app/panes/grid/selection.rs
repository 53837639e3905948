//! What is selected in a result: a block of cells, whole rows, whole columns, between an anchor and the cursor.

use std::ops::Range;

/// A selection's fixed end; its other end is the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// A block of cells.
    Cells {
        /// The anchor's row.
        row: u64,
        /// The anchor's place among the columns shown.
        place: usize,
    },
    /// Whole rows.
    Rows {
        /// The anchor's row.
        row: u64,
    },
    /// Whole columns.
    Columns {
        /// The anchor's place among the columns shown.
        place: usize,
    },
    /// Everything.
    All,
}

/// Rows and places of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRange {
    /// Rows of the view.
    pub rows: Range<u64>,
    /// Places among the columns shown.
    pub places: Range<usize>,
}

impl CellRange {
    /// Whether a cell is in it.
    #[must_use]
    pub fn has(&self, row: u64, place: usize) -> bool {
        self.rows.contains(&row) && self.places.contains(&place)
    }
}

impl Selection {
    /// What is selected, with the cursor here, in a view of so many rows and columns.
    #[must_use]
    pub fn range(self, (row, place): (u64, usize), (rows, places): (u64, usize)) -> CellRange {
        let between = |a: u64, b: u64| a.min(b)..a.max(b).saturating_add(1).min(rows);
        let beside = |a: usize, b: usize| a.min(b)..a.max(b).saturating_add(1).min(places);
        match self {
            Self::Cells { row: anchor, place: beginning } => {
                CellRange { rows: between(anchor, row), places: beside(beginning, place) }
            }
            Self::Rows { row: anchor } => CellRange { rows: between(anchor, row), places: 0..places },
            Self::Columns { place: anchor } => CellRange { rows: 0..rows, places: beside(anchor, place) },
            Self::All => CellRange { rows: 0..rows, places: 0..places },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_lies_between_its_anchor_and_the_cursor() {
        let cells = Selection::Cells { row: 5, place: 3 }.range((2, 4), (10, 6));
        assert_eq!(cells, CellRange { rows: 2..6, places: 3..5 });
        assert!(cells.has(2, 4) && !cells.has(6, 3));
        assert_eq!(Selection::Rows { row: 9 }.range((3, 0), (10, 6)), CellRange { rows: 3..10, places: 0..6 });
        assert_eq!(Selection::Columns { place: 1 }.range((3, 1), (10, 6)), CellRange { rows: 0..10, places: 1..2 });
        assert_eq!(Selection::All.range((0, 0), (0, 6)), CellRange { rows: 0..0, places: 0..6 });
    }
}
