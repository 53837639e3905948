//! The export formats: one table with the name, file extension and properties of each.
//!
//! `docs/architecture.md` has the recipe for a new format.

use crate::domain::problem::{Problem, ProblemKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    Csv,
    Tsv,
    Json,
    JsonLines,
    Markdown,
    Sql,
    Table,
    Parquet,
    Xlsx,
}

/// Whether files of a format are text or binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Content {
    Text,
    /// Not for a terminal.
    Binary,
}

/// How many results a file of a format can contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Results {
    /// A file with two results would not be valid.
    One,
    /// Any number of results, with this separator between two of them.
    Many(&'static [u8]),
}

/// A row of the table of formats.
struct FormatProperties {
    /// The name on the command line.
    name: &'static str,
    extension: &'static str,
    /// The name in menus.
    label: &'static str,
    /// One line for menus.
    description: &'static str,
    content: Content,
    results: Results,
    /// The Cargo feature that the format needs, and whether this build has it.
    feature: Option<(&'static str, bool)>,
}

impl ExportFormat {
    /// All formats in the order in which they are listed.
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

    /// The table of formats.
    fn properties(self) -> FormatProperties {
        let text = |name, extension, label, description, results| FormatProperties {
            name,
            extension,
            label,
            description,
            content: Content::Text,
            results,
            feature: None,
        };
        let binary = |name, label, description, has_feature| FormatProperties {
            name,
            extension: name,
            label,
            description,
            content: Content::Binary,
            results: Results::One,
            feature: Some((name, has_feature)),
        };
        match self {
            Self::Csv => text("csv", "csv", "CSV", "NULL is nothing, the empty text is \"\"", Results::One),
            Self::Tsv => text("tsv", "tsv", "TSV", "as `mysql --batch` writes it", Results::Many(b"")),
            Self::Json => text("json", "json", "JSON", "an array of objects", Results::One),
            Self::JsonLines => text("jsonl", "jsonl", "JSON lines", "one object per line", Results::Many(b"")),
            // Without the empty line the rows of the second table would continue the first one.
            Self::Markdown => text("markdown", "md", "Markdown", "a table for a ticket", Results::Many(b"\n")),
            Self::Sql => text("sql", "sql", "SQL", "INSERT statements for these rows", Results::Many(b"")),
            Self::Table => text("table", "txt", "Table", "boxes and lines for reading", Results::Many(b"")),
            Self::Parquet => binary(
                "parquet",
                "Parquet",
                "typed columns for programs; not for a terminal",
                cfg!(feature = "parquet"),
            ),
            Self::Xlsx => binary(
                "xlsx",
                "XLSX",
                "a workbook with numbers, dates and texts, no formulas; not for a terminal",
                cfg!(feature = "xlsx"),
            ),
        }
    }

    /// Returns the name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.properties().name
    }

    /// Returns the format with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Returns the names of all formats as a list for a message: `csv, tsv, …`.
    #[must_use]
    pub fn list() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Returns the file extension without its dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.properties().extension
    }

    /// Returns the name in menus.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.properties().label
    }

    /// Returns one line that describes the format.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.properties().description
    }

    /// Returns the format of a file by the extension of its name.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        if extension.eq_ignore_ascii_case("ndjson") {
            // Another name of the same format (<https://github.com/ndjson/ndjson-spec>).
            return Some(Self::JsonLines);
        }
        Self::ALL.into_iter().find(|format| format.extension().eq_ignore_ascii_case(extension))
    }

    /// Whether its files are binary: not for a terminal.
    #[must_use]
    pub fn is_binary(self) -> bool {
        self.properties().content == Content::Binary
    }

    /// Whether a file can contain only one result.
    #[must_use]
    pub fn is_single_result(self) -> bool {
        self.properties().results == Results::One
    }

    /// Returns what is written between two results of one file.
    #[must_use]
    pub fn separator(self) -> &'static [u8] {
        match self.properties().results {
            Results::One => b"",
            Results::Many(separator) => separator,
        }
    }

    /// Whether it is text that spreadsheets open, so that formulas in it can be escaped.
    #[must_use]
    pub fn can_escape_formulas(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// Whether this build can write it.
    #[must_use]
    pub fn is_built(self) -> bool {
        self.properties().feature.is_none_or(|(_, has_feature)| has_feature)
    }

    /// Returns why this build cannot write it; `None` if it can.
    #[must_use]
    pub fn missing_feature(self) -> Option<Problem> {
        let (feature, has_feature) = self.properties().feature?;
        (!has_feature).then(|| {
            Problem::new(ProblemKind::Settings, format!("This rrx cannot write {self}"))
                .because(format!("it was built without the feature `{feature}`"))
                .hint("use a release or a build with `--features full`, or choose another format")
        })
    }
}

impl std::fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
