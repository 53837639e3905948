//! The record of an export: which rows went to which file, and what the file holds by its hash.

use serde::{Deserialize, Serialize};

/// One file that rows of a result were written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRecord {
    /// Unique within the log. The storage room fills it in.
    pub id: String,
    /// When, in UTC, RFC 3339 with milliseconds. The storage room fills it in.
    pub time: String,
    /// The operating system's user. The storage room fills it in.
    pub os_user: String,
    /// The profile's name.
    pub profile: String,
    /// The statement whose rows they are.
    pub statement: String,
    /// The file, from the root on.
    pub path: String,
    /// Its form.
    pub format: String,
    /// Rows in it.
    pub rows: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

impl ExportRecord {
    /// The record in words, on one line.
    #[must_use]
    pub fn words(&self) -> String {
        format!("exported as {} to {}, SHA-256 {}", self.format, self.path, self.sha256)
    }
}
