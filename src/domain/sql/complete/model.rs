//! What a completion needs, and what it offers.

use std::ops::Range;

use super::index::CompletionIndex;
use crate::domain::docs::DocPack;
use crate::domain::sql::Dialect;
use crate::domain::sql::scope::KnownNames;

/// Why a completion is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The user types. Nothing is offered where an offer would be a surprise.
    Typed,
    /// The user asks for it with a key.
    Requested,
}

/// What a completion needs.
pub struct CompletionInput<'a> {
    /// The statement at the cursor.
    pub text: &'a str,
    /// Byte offset in the text.
    pub cursor: usize,
    pub dialect: Dialect,
    pub known: KnownNames<'a>,
    /// Names of snippets.
    pub snippets: &'a [String],
    /// Names that the user has used, the last one first.
    pub recent: &'a [String],
    pub docs: &'a [DocPack],
    pub trigger: Trigger,
    /// The names of all columns. Without it no columns are offered before FROM is there.
    pub index: Option<&'a CompletionIndex>,
    /// Whether a newer completion has made this one useless.
    pub is_stale: &'a dyn Fn() -> bool,
}

/// What can be inserted at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompletionList {
    /// The byte range that an accepted item replaces. It contains the cursor.
    pub replaced: Range<usize>,
    /// The best one first.
    pub items: Vec<CompletionItem>,
    /// The function call that the cursor is in.
    pub signature: Option<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
    pub label: String,
    pub inserted: String,
    /// Where the cursor goes: byte offset in the inserted text.
    pub cursor: usize,
    pub kind: CompletionKind,
    /// The type of a column, the parameters of a function, what a name is.
    pub type_text: String,
    pub key: Option<KeyMark>,
    /// The first line of the documentation or of the comment.
    pub about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CompletionKind {
    Keyword,
    Database,
    Table,
    View,
    /// A name of a WITH clause.
    With,
    Column,
    /// The name by which a statement refers to a table.
    Alias,
    Function,
    /// A table with its ON clause.
    Join,
    JoinCondition,
    /// A value of an enum or set.
    Value,
    Snippet,
    Parameter,
    Variable,
    /// Several columns, such as all of a GROUP BY.
    ColumnList,
}

/// The most important key of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyMark {
    Primary,
    Foreign,
    Unique,
    Indexed,
}

impl KeyMark {
    /// Returns the mark of two letters.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Primary => "PK",
            Self::Foreign => "FK",
            Self::Unique => "UQ",
            Self::Indexed => "IX",
        }
    }
}

/// A function with its parameters, for a line at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub parameters: Vec<String>,
    /// The parameter that the cursor is in.
    pub current: Option<usize>,
    pub help: String,
    /// The servers that have it; empty if every server has it.
    pub servers: String,
}
