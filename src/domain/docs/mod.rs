//! Documentation packs: directories of Markdown pages about tables and columns. This module reads no file: `io::storage` provides
//! the bytes.
//!
//! `docs/documentation-packs.md` describes the format: `pack.toml` ([`PACK_KEYS`]) and `*.md` pages. A page may begin with front
//! matter between two lines `+++` ([`PAGE_KEYS`]); without it the name of the file is the name of the object. A list
//! (``- `name`: text``) or a table under `## Columns` describes columns. Each `sql` block under `## Try` is an example, and
//! the heading or paragraph above it is its title.

pub mod blocks;
pub mod layout;
pub mod pack;

use crate::domain::catalog::NameCase;
use crate::domain::sql::check::FilterRule;

pub use pack::{PACK_KEYS, PAGE_KEYS, PageError};

/// The pages about the tables of one data model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocPack {
    /// The name and version of `pack.toml`, such as `demo 24.1`.
    pub title: String,
    /// Whether the pack describes invented data.
    pub is_synthetic: bool,
    /// Pages are sorted by object.
    pub pages: Vec<DocPage>,
    /// The columns on which a statement should have a condition.
    pub filters: Vec<FilterRule>,
}

/// A page about one table or one topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocPage {
    /// The object or topic of the page: `table`, `schema.table`, or the name of a topic.
    pub object: String,
    /// The first heading.
    pub title: String,
    /// The first paragraph.
    pub summary: String,
    /// The Markdown without the front matter.
    pub text: String,
    /// Names and descriptions of columns, in the order of the page.
    pub columns: Vec<(String, String)>,
    /// Titles and texts of example statements.
    pub examples: Vec<(String, String)>,
}

/// Finds the page about a table or view: one named `schema.table` in any pack, else one named `table`. A name in the same case
/// comes before a name that differs in case only.
#[must_use]
pub fn page_about<'a>(packs: &'a [DocPack], schema: &str, table: &str, names: NameCase) -> Option<&'a DocPage> {
    let qualified = format!("{schema}.{table}");
    [qualified.as_str(), table].into_iter().find_map(|object| {
        let exact = page_named(packs, object);
        exact.or_else(|| pages(packs).find(|page| names.is_same(&page.object, object)))
    })
}

/// Finds the page of exactly this object or topic.
#[must_use]
pub fn page_named<'a>(packs: &'a [DocPack], object: &str) -> Option<&'a DocPage> {
    pages(packs).find(|page| page.object == object)
}

/// Returns all pages, in the order of the packs.
pub fn pages(packs: &[DocPack]) -> impl Iterator<Item = &DocPage> {
    packs.iter().flat_map(|pack| &pack.pages)
}

impl DocPage {
    /// Finds the description of a column. Case is ignored.
    #[must_use]
    pub fn column_text(&self, column: &str) -> Option<&str> {
        self.columns.iter().find(|(name, _)| name.eq_ignore_ascii_case(column)).map(|(_, text)| text.as_str())
    }
}
