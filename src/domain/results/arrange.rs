//! How the rows of a result are looked at: in which order, and which of them. Rows are never copied for it.

use std::sync::Arc;

use super::Filter;

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The least first. NULL comes before every value, as MySQL sorts it.
    Ascending,
    /// The greatest first, NULL last.
    Descending,
}

/// One column of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SortColumn {
    /// Which column, counted from 0 in the server's order.
    pub column: usize,
    /// Which way.
    pub direction: Direction,
}

/// An order and a choice of rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    /// The first key counts most; rows that are equal in all keys stay in the server's order.
    pub sort: Vec<SortColumn>,
    /// Rows that it does not take are left out.
    pub filter: Option<Arc<Filter>>,
}

impl Arrangement {
    /// Whether it shows all rows in the server's order.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.sort.is_empty() && self.filter.is_none()
    }
}
