//! Doc packs: a folder of Markdown pages tied to tables and columns. Knows no file; the storage room brings the bytes.
//!
//! The form: `pack.toml` (`title`, `version`, `synthetic`; optional), and `*.md` pages. A page may begin with front
//! matter between two lines `+++` (TOML: `object = "subject"` or `"schema.table"`); without it the file's stem names the
//! object. Under `## Columns` a list (``- `name`: text``) or a table tells of columns; under `## Try` each `sql` block is
//! an example, titled by the heading or the line above it.

pub mod blocks;
mod pack;

pub use pack::PageProblem;

/// A pack of pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocPack {
    /// Its name and version as `pack.toml` states them, such as `demo 24.1`.
    pub title: String,
    /// Whether the pack describes invented data.
    pub is_synthetic: bool,
    /// Its pages, sorted by object.
    pub pages: Vec<DocPage>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocPage {
    /// The object that it is about: `table`, `schema.table`, or a topic's name.
    pub object: String,
    /// Its first heading.
    pub title: String,
    /// One sentence: the first paragraph.
    pub summary: String,
    /// The Markdown as it stands, front matter taken off.
    pub text: String,
    /// What is said of each column, in order.
    pub columns: Vec<(String, String)>,
    /// Example statements with their titles.
    pub examples: Vec<(String, String)>,
}

impl DocPack {
    /// The page about a table or view: one named `schema.table` first, then one named `table`. Capitals do not count.
    #[must_use]
    pub fn page_for(&self, schema: &str, table: &str) -> Option<&DocPage> {
        let qualified = format!("{schema}.{table}");
        self.page(&qualified).or_else(|| self.page(table))
    }

    /// The page of exactly this object or topic. Capitals do not count.
    #[must_use]
    pub fn page(&self, object: &str) -> Option<&DocPage> {
        self.pages.iter().find(|page| page.object.eq_ignore_ascii_case(object))
    }

    /// What the page of a table says of a column.
    #[must_use]
    pub fn column_text(&self, schema: &str, table: &str, column: &str) -> Option<&str> {
        self.page_for(schema, table)?.column_text(column)
    }
}

impl DocPage {
    /// What is said of a column. Capitals do not count.
    #[must_use]
    pub fn column_text(&self, column: &str) -> Option<&str> {
        self.columns.iter().find(|(name, _)| name.eq_ignore_ascii_case(column)).map(|(_, text)| text.as_str())
    }
}
