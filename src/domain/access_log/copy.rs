//! The access log's record of a copy: which values went where.

use serde::{Deserialize, Serialize};

use crate::domain::quantity::counted;

/// Values of a result that were copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRecord {
    /// Unique within the log. Filled in by the storage task.
    pub id: String,
    /// In UTC, RFC 3339 with milliseconds. Filled in by the storage task.
    pub time: String,
    /// The user of the operating system. Filled in by the storage task.
    pub os_user: String,
    pub profile: String,
    /// The statement whose values were copied.
    pub statement: String,
    /// A description of what was copied, such as the number of values.
    pub what: String,
    pub bytes: u64,
    /// The system clipboard, the terminal, or the absolute path of a file.
    pub to: String,
}

impl CopyRecord {
    /// Describes the record on one line.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("copied {} ({}) to {}", self.what, counted(self.bytes, "byte"), self.to)
    }
}
