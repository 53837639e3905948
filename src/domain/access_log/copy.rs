//! The record of a copy: what of which statement's values went where.

use serde::{Deserialize, Serialize};

/// Values of a result that were copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRecord {
    /// Unique within the log. The storage room fills it in.
    pub id: String,
    /// When, in UTC, RFC 3339 with milliseconds. The storage room fills it in.
    pub time: String,
    /// The operating system's user. The storage room fills it in.
    pub os_user: String,
    /// The profile's name.
    pub profile: String,
    /// The statement whose values they are.
    pub statement: String,
    /// What was copied, in words: how many values.
    pub what: String,
    /// Bytes of the text.
    pub bytes: u64,
    /// The way that it took: the system's clipboard, the terminal, or the file from the root on.
    pub to: String,
}

impl CopyRecord {
    /// The record in words, on one line.
    #[must_use]
    pub fn words(&self) -> String {
        format!("copied {} ({} bytes) to {}", self.what, self.bytes, self.to)
    }
}
