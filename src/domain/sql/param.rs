//! Values that are bound to the `?` of a statement and never become part of its text.

use serde::{Deserialize, Serialize};

use super::Dialect;
use super::lex::{TokenKind, lex};

/// A bound value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Param {
    Null,
    Integer(i64),
    /// A number above the range of `Integer`.
    Unsigned(u64),
    /// A text, or a value that compares correctly as text: decimals, dates, times.
    Text(String),
    Bytes(Vec<u8>),
}

impl Param {
    /// Returns the byte offsets of the `?` of a statement that need values: those outside of literals, quoted names and comments.
    #[must_use]
    pub fn offsets(text: &str, dialect: Dialect) -> Vec<usize> {
        let tokens = lex(text, dialect).into_iter();
        tokens.filter(|token| token.kind == TokenKind::Parameter).map(|token| token.span.start).collect()
    }
}
