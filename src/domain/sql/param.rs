//! Values that go beside a statement, in the places of its `?`: never pasted into its text.

use serde::{Deserialize, Serialize};

use super::Dialect;
use super::lex::{TokenKind, lex};

/// One value of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Param {
    Null,
    Integer(i64),
    /// A whole number above those.
    Unsigned(u64),
    /// A text, and every value that compares well as one: decimals, dates, times.
    Text(String),
    Bytes(Vec<u8>),
}

impl Param {
    /// Where a statement waits for values, in bytes: its `?`. One in a literal, a quoted name or a comment is none.
    #[must_use]
    pub fn places(text: &str, dialect: Dialect) -> Vec<usize> {
        let tokens = lex(text, dialect).into_iter();
        tokens.filter(|token| token.kind == TokenKind::Parameter).map(|token| token.span.start).collect()
    }
}
