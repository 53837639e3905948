//! The access log's record of an export: which rows went to which file, and the hash of the file.

use serde::{Deserialize, Serialize};

/// A file to which rows of a result were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRecord {
    /// Unique within the log. Filled in by the storage task.
    pub id: String,
    /// In UTC, RFC 3339 with milliseconds. Filled in by the storage task.
    pub time: String,
    /// The user of the operating system. Filled in by the storage task.
    pub os_user: String,
    pub profile: String,
    /// The statement whose rows were exported.
    pub statement: String,
    /// The absolute path of the file.
    pub path: String,
    pub format: String,
    pub rows: u64,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
}

impl ExportRecord {
    /// Describes the record on one line.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("exported as {} to {}, SHA-256 {}", self.format, self.path, self.sha256)
    }
}
