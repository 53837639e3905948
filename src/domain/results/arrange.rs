//! The arrangement of a result: sort order and filter. Applying it never copies rows.

use std::sync::Arc;

use super::Filter;

/// The direction in which a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first. NULL comes before every value, as in MySQL.
    Ascending,
    /// Largest first, NULL last.
    Descending,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SortColumn {
    /// Index of the column in the result, from 0.
    pub column: usize,
    pub direction: Direction,
}

/// A sort order and a filter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    /// The first column counts most. Rows that are equal in all columns keep the server's order.
    pub sort: Vec<SortColumn>,
    /// Rows that do not match are left out.
    pub filter: Option<Arc<Filter>>,
}

impl Arrangement {
    /// Whether it keeps all rows in the server's order.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.sort.is_empty() && self.filter.is_none()
    }
}
