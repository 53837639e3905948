//! Snippets: named statements in plain `.sql` files with a TOML header in a comment. Knows no file.
//!
//! The form: a comment `/* rrx … */` that holds TOML (`title`, `tags`, `key`, `[param.name]`), then the statement. Any
//! SQL tool reads the file.

mod header;
mod name;
mod rank;
mod text;

use std::path::PathBuf;

pub use name::{NameProblem, check_name, slug};
pub use rank::rank;
pub use text::{SnippetProblem, render};

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
    /// `[param.…]` of the header, in their order.
    pub params: Vec<Param>,
    /// Where it lies; `None` for a built-in or a new one.
    pub path: Option<PathBuf>,
}

/// A parameter of a snippet: `:name` in its statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Param {
    /// Its name, without the colon.
    pub name: String,
    /// `type` of its table; text when absent.
    pub kind: ParamKind,
    /// `default`, as text.
    pub default: Option<String>,
    /// `allowed`: the only values that it may have; empty when any may be.
    pub allowed: Vec<String>,
    /// `values`: a statement whose first column offers values.
    pub values: Option<String>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ParamKind {
    /// `text`.
    #[default]
    Text,
    /// `integer`.
    Integer,
    /// `decimal`.
    Decimal,
    /// `date`.
    Date,
    /// `time`.
    Time,
    /// `datetime`.
    DateTime,
    /// `boolean`.
    Boolean,
}

impl ParamKind {
    /// Every type, in the order of the manual.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Integer, Self::Decimal, Self::Date, Self::Time, Self::DateTime, Self::Boolean];

    /// Its name in a header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "datetime",
            Self::Boolean => "boolean",
        }
    }
}

impl Snippet {
    /// A new snippet of a statement, named after its title.
    ///
    /// # Errors
    /// A [`NameProblem`] when the title has nothing that a name can be made of.
    pub fn from_statement(title: &str, statement: &str) -> Result<Self, NameProblem> {
        let name = slug(title);
        check_name(&name)?;
        Ok(Self { name, title: title.trim().to_owned(), statement: statement.trim().to_owned(), ..Self::default() })
    }
}
