//! The sizes of the replica's tables.

use std::collections::HashMap;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::demo::server) struct TableSize {
    pub rows: i64,
    /// The next value of the `AUTO_INCREMENT` column.
    pub next_auto_increment: Option<i64>,
}

/// The size of each table, by database and table.
#[derive(Debug, Default)]
pub(in crate::demo::server) struct TableSizes(pub HashMap<(String, String), TableSize>);

impl TableSizes {
    pub(in crate::demo::server) fn of(&self, database: &str, table: &str) -> TableSize {
        self.0.get(&(database.to_owned(), table.to_owned())).copied().unwrap_or_default()
    }
}
