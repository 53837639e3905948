//! Doc packs: a folder of Markdown pages tied to tables and columns. Knows no file; the storage room brings the bytes.

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
