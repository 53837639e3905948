//! Which forms of export there are: their words, endings and titles, and which of them this build has.

use std::str::FromStr;

use crate::domain::problem::{Problem, ProblemKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4180: NULL is nothing, the empty text is `""`.
    Csv,
    /// The form of `mysql --batch`.
    Tsv,
    Json,
    JsonLines,
    /// A table for a ticket or a page.
    Markdown,
    Sql,
    /// A box for the eye.
    Table,
    Parquet,
    /// A workbook for a spreadsheet.
    Xlsx,
}

impl Format {
    /// All forms, in the order in which they are listed.
    pub const ALL: [Self; 9] = [
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::JsonLines,
        Self::Markdown,
        Self::Sql,
        Self::Table,
        Self::Parquet,
        Self::Xlsx,
    ];

    /// The ending that its files have.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Table => "txt",
            Self::Csv | Self::Tsv | Self::Json | Self::JsonLines | Self::Sql | Self::Parquet | Self::Xlsx => {
                self.word()
            }
        }
    }

    /// The form of files with this name, by its ending.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        if ending.eq_ignore_ascii_case("ndjson") {
            // Another word for the same (<https://github.com/ndjson/ndjson-spec>).
            return Some(Self::JsonLines);
        }
        Self::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(ending))
    }

    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Markdown => "markdown",
            Self::Sql => "sql",
            Self::Table => "table",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    /// Whether it is a file of its own kind, no text: it holds one result, and is nothing for a terminal.
    #[must_use]
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Xlsx)
    }

    /// Whether a reader expects one result: two of them, one behind the other, are no such file.
    #[must_use]
    pub fn holds_one(self) -> bool {
        self.is_binary() || matches!(self, Self::Csv | Self::Json)
    }

    /// What stands between two results of a form that may hold several.
    #[must_use]
    pub fn between_results(self) -> &'static [u8] {
        // Without it the rows of the second table would go on with the first.
        if self == Self::Markdown { b"\n" } else { b"" }
    }

    /// Whether this build has it.
    #[must_use]
    pub fn is_built(self) -> bool {
        match self {
            Self::Parquet => cfg!(feature = "parquet"),
            Self::Xlsx => cfg!(feature = "xlsx"),
            Self::Csv | Self::Tsv | Self::Json | Self::JsonLines | Self::Markdown | Self::Sql | Self::Table => true,
        }
    }

    /// Why this build cannot write it, where it cannot.
    #[must_use]
    pub fn absence(self) -> Option<Problem> {
        let problem = || {
            Problem::new(ProblemKind::Settings, format!("This rrx cannot write {self}"))
                .because(format!("it was built without the feature `{self}`"))
                .hint("use a release, or one built with `--features full`; or choose another format")
        };
        (!self.is_built()).then(problem)
    }
}

/// The word names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format {0:?}: choose csv, tsv, json, jsonl, markdown, sql, table, parquet or xlsx")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.word() == word);
        found.ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
