//! Values that go beside a statement, in the places of its `?`: never pasted into its text.

use serde::{Deserialize, Serialize};

/// One value of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Param {
    /// SQL NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// A whole number above those.
    Unsigned(u64),
    /// A text, and every value that compares well as one: decimals, dates, times.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}
