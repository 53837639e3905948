//! Snippets: named statements in plain `.sql` files with a TOML header in a comment. Knows no file.

use std::path::PathBuf;

/// A snippet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// Its name: the file's stem.
    pub name: String,
    /// `title` of the header; the name when absent.
    pub title: String,
    /// `tags` of the header.
    pub tags: Vec<String>,
    /// `key` of the header: columns that identify a row when replays are compared.
    pub key: Vec<String>,
    /// The statement, without the header.
    pub statement: String,
    /// The header's whole TOML as it stands, so that saving loses nothing.
    pub header: String,
    /// Where it lies; `None` for a built-in or a new one.
    pub path: Option<PathBuf>,
}
