//! Snippets: named statements in plain `.sql` files with a TOML header in a comment. This module reads no file: `io::storage`
//! provides the text.
//!
//! `docs/snippets-and-replays.md` describes the format: a comment `/* rrx … */` with TOML ([`HEADER_KEYS`]), then the statement.
//! Any SQL tool can read the file.

pub mod header;
mod name;
mod rank;
mod text;

use std::path::PathBuf;

pub use crate::domain::sql::parameters::ParameterType as ParamType;
pub use header::{HEADER_KEYS, PARAM_KEYS};
pub use name::{SnippetNameError, check_name, slug};
pub use rank::rank;
pub use text::{SnippetError, render};

/// A named statement with its header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The file's name without `.sql`.
    pub name: String,
    /// The `title` of the header, or else the name.
    pub title: String,
    pub tags: Vec<String>,
    /// Columns that identify a row in a comparison of replays.
    pub key: Vec<String>,
    /// The statement, without the header.
    pub statement: String,
    /// The whole TOML of the header, so that saving loses nothing.
    pub header: String,
    /// The `[param.…]` tables of the header, in their order.
    pub params: Vec<SnippetParam>,
    /// `None` for a built-in or a new snippet.
    pub path: Option<PathBuf>,
}

/// A parameter of a snippet: `:name` in its statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SnippetParam {
    /// The name without the colon.
    pub name: String,
    /// The `type` of its table; the default is text.
    pub kind: ParamType,
    /// The default value, as text.
    pub default: Option<String>,
    /// The allowed values. Empty means any value.
    pub allowed: Vec<String>,
    /// A statement. The values of its first column are offered for the parameter.
    pub values: Option<String>,
}

impl Snippet {
    /// Makes a new snippet from a statement, with a name made from its title.
    ///
    /// # Errors
    /// Returns a [`SnippetNameError`] if no name can be made from the title.
    pub fn from_statement(title: &str, statement: &str) -> Result<Self, SnippetNameError> {
        let name = slug(title);
        check_name(&name)?;
        Ok(Self { name, title: title.trim().to_owned(), statement: statement.trim().to_owned(), ..Self::default() })
    }
}
