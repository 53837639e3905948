//! The guard's view of a statement: the tokens that the grammar sees, asked by place.

use std::ops::Range;

use crate::domain::sql::lex::{Token, TokenKind, is_identifier_byte};

/// The tokens of a statement without blanks, comments and the marks of executable comments.
pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<&'a Token>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        let tokens = tokens.iter().filter(|token| !token.is_blank() && !token.is_marker()).collect();
        Self { text, tokens }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn token(&self, at: usize) -> Option<&'a Token> {
        self.tokens.get(at).copied()
    }

    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    pub(super) fn text(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| token.text(self.text))
    }

    /// Where a token is; the end of the text when there is none.
    pub(super) fn span(&self, at: usize) -> Range<usize> {
        self.token(at).map_or(self.text.len()..self.text.len(), |token| token.span.clone())
    }

    pub(super) fn span_between(&self, first: usize, last: usize) -> Range<usize> {
        self.span(first).start..self.span(last).end
    }

    /// The word at a place in capitals, when the server may take it for a keyword: not quoted, and not touching a dot
    /// that makes it part of a qualified name.
    pub(super) fn keyword(&self, at: usize) -> Option<String> {
        let token = self.token(at).filter(|token| token.kind == TokenKind::Word)?;
        if self.touches_dot_before(at, token) || self.opens_qualified_name(token) {
            return None;
        }
        Some(token.text(self.text).to_ascii_uppercase())
    }

    pub(super) fn is(&self, at: usize, keyword: &str) -> bool {
        self.keyword(at).is_some_and(|word| word == keyword)
    }

    pub(super) fn is_any(&self, at: usize, keywords: &[&str]) -> bool {
        self.keyword(at).is_some_and(|word| keywords.contains(&word.as_str()))
    }

    pub(super) fn is_mark(&self, at: usize, mark: &str) -> bool {
        self.kind(at).is_some_and(|kind| matches!(kind, TokenKind::Punctuation | TokenKind::Operator))
            && self.text(at) == mark
    }

    /// The place behind the parenthesis that is opened at `open`; the end of the statement when it is never closed.
    pub(super) fn behind_group(&self, open: usize) -> usize {
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

    fn touches_dot_before(&self, at: usize, token: &Token) -> bool {
        at.checked_sub(1).and_then(|before| self.token(before)).is_some_and(|before| {
            before.kind == TokenKind::Punctuation
                && before.span.end == token.span.start
                && before.text(self.text) == "."
        })
    }

    /// The server takes even a reserved word for a name when `.` and a bare name touch it from the right.
    fn opens_qualified_name(&self, token: &Token) -> bool {
        let mut rest = self.text.as_bytes().get(token.span.end..).unwrap_or_default().iter();
        rest.next() == Some(&b'.') && rest.next().is_some_and(|&byte| is_identifier_byte(byte))
    }
}
