//! Keys of small TOML tables. The reader of a table and its reference in `docs/` use the same list of keys.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key with its type, meaning and an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentedKey {
    /// The name as the file writes it.
    pub name: &'static str,
    /// The type, for people.
    pub value_type: &'static str,
    /// The meaning, in Markdown.
    pub description: &'static str,
    /// An example value in TOML.
    pub example: &'static str,
}

/// Returns whether a table of keys has this name.
#[must_use]
pub fn is_known(keys: &[DocumentedKey], name: &str) -> bool {
    keys.iter().any(|key| key.name == name)
}

/// Returns the names of a table of keys.
pub fn names(keys: &'static [DocumentedKey]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|key| key.name)
}

/// Returns the entries of a table in the order of the text. The table itself sorts them by name.
#[must_use]
pub fn in_file_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(&'a Spanned<Cow<'i, str>>, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}
