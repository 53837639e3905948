//! Values that are bound to the `?` of a statement. They never become part of the text that is sent.

use serde::{Deserialize, Serialize};

use super::Dialect;
use super::lex::{Token, TokenKind, lex};
use super::quote::{binary_literal, literal, needs_space};

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

    /// Returns the value as a literal.
    #[must_use]
    pub fn literal(&self, dialect: Dialect) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Unsigned(number) => number.to_string(),
            Self::Text(text) => literal(text, dialect),
            Self::Bytes(bytes) => binary_literal(bytes),
        }
    }

    /// Returns a statement with its values as literals, so that it can be read and run without bound values. Returns `None` if it
    /// does not have as many `?` as there are values.
    #[must_use]
    pub fn with_literals(text: &str, values: &[Self], dialect: Dialect) -> Option<String> {
        let all = lex(text, dialect);
        let tokens: Vec<&Token> = all.iter().filter(|token| !token.is_ignored()).collect();
        let mut values = values.iter();
        let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Parameter) {
            let value = values.next()?;
            // The server would join two texts that follow each other: the second one is a name for the column.
            let is_joined =
                matches!(value, Self::Text(_)) && tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::String);
            let written = value.literal(dialect);
            let written = if is_joined { format!("({written})") } else { written };
            out.push_str(text.get(copied..token.span.start)?);
            if needs_space(out.chars().next_back(), written.chars().next()) {
                out.push(' ');
            }
            copied = token.span.end;
            let rest = text.get(copied..)?;
            out.push_str(&written);
            if needs_space(written.chars().next_back(), rest.chars().next()) {
                out.push(' ');
            }
        }
        out.push_str(text.get(copied..)?);
        values.next().is_none().then_some(out)
    }
}
