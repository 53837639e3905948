//! The tokens of a statement as the grammar sees them, by index.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::sql::lex::{Token, TokenKind, is_identifier_byte};

/// The tokens of a statement without white space, comments and the markers of executable comments.
pub(in crate::domain::sql) struct GuardTokens<'a> {
    text: &'a str,
    tokens: Vec<&'a Token>,
}

impl<'a> GuardTokens<'a> {
    pub(in crate::domain::sql) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        let tokens = tokens.iter().filter(|token| !token.is_ignored() && !token.is_marker()).collect();
        Self { text, tokens }
    }

    pub(in crate::domain::sql) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(in crate::domain::sql) fn token(&self, at: usize) -> Option<&'a Token> {
        self.tokens.get(at).copied()
    }

    pub(in crate::domain::sql) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    pub(in crate::domain::sql) fn text(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| token.text(self.text))
    }

    /// Returns the word or the quoted name at an index, without its quotes.
    pub(in crate::domain::sql) fn name(&self, at: usize) -> Option<Cow<'a, str>> {
        self.token(at)?.name(self.text)
    }

    /// Returns the byte range of a token; the end of the text if there is none.
    pub(in crate::domain::sql) fn span(&self, at: usize) -> Range<usize> {
        self.token(at).map_or(self.text.len()..self.text.len(), |token| token.span.clone())
    }

    pub(in crate::domain::sql) fn span_between(&self, first: usize, last: usize) -> Range<usize> {
        self.span(first).start..self.span(last).end
    }

    /// Returns the word at an index in upper case if the server could read it as a keyword: it is not quoted, and no dot makes it
    /// part of a qualified name.
    pub(in crate::domain::sql) fn keyword(&self, at: usize) -> Option<String> {
        let token = self.token(at).filter(|token| token.kind == TokenKind::Word)?;
        if self.follows_dot(at, token) || self.opens_qualified_name(token) {
            return None;
        }
        Some(token.text(self.text).to_ascii_uppercase())
    }

    pub(in crate::domain::sql) fn is(&self, at: usize, keyword: &str) -> bool {
        self.keyword(at).is_some_and(|word| word == keyword)
    }

    pub(in crate::domain::sql) fn is_any(&self, at: usize, keywords: &[&str]) -> bool {
        self.keyword(at).is_some_and(|word| keywords.contains(&word.as_str()))
    }

    pub(in crate::domain::sql) fn is_mark(&self, at: usize, mark: &str) -> bool {
        self.kind(at).is_some_and(|kind| matches!(kind, TokenKind::Punctuation | TokenKind::Operator))
            && self.text(at) == mark
    }

    /// Returns the index after the parentheses that open at `open`; the end of the statement if they are not closed.
    pub(in crate::domain::sql) fn after_group(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.len() {
            if self.is_mark(at, "(") {
                depth += 1;
            } else if self.is_mark(at, ")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
        }
        self.len()
    }

    fn follows_dot(&self, at: usize, token: &Token) -> bool {
        at.checked_sub(1).and_then(|before| self.token(before)).is_some_and(|before| {
            before.kind == TokenKind::Punctuation
                && before.span.end == token.span.start
                && before.text(self.text) == "."
        })
    }

    /// Whether `.` and a bare name follow directly: then the server reads even a reserved word as a name.
    fn opens_qualified_name(&self, token: &Token) -> bool {
        let mut rest = self.text.as_bytes().get(token.span.end..).unwrap_or_default().iter();
        rest.next() == Some(&b'.') && rest.next().is_some_and(|&byte| is_identifier_byte(byte))
    }
}
