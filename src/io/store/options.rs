//! The options of the store: the memory limit and the directory of the spill files.

use std::path::PathBuf;

use crate::domain::limits::RESULT_MEMORY;

/// The memory and the files in which the store keeps rows.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Bytes of memory for the rows of each result.
    pub memory_limit: usize,
    /// The directory of the spill files. With `None` a result that reaches the memory limit ends with
    /// [`Limit::Memory`](crate::domain::protocol::Limit::Memory).
    pub spill_directory: Option<PathBuf>,
}

impl StoreOptions {
    /// Returns options with the default memory limit, and spill files in this directory.
    #[must_use]
    pub fn spilling_to(directory: PathBuf) -> Self {
        Self { memory_limit: RESULT_MEMORY, spill_directory: Some(directory) }
    }

    /// Returns options with the default memory limit, and no spill files.
    #[must_use]
    pub fn memory_only() -> Self {
        Self { memory_limit: RESULT_MEMORY, spill_directory: None }
    }
}
