//! The tokens of a statement that its grammar reads, with each named parameter as one item.

use std::ops::Range;

use super::find::parameter_at;
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::{Token, TokenKind, lex};

/// A token that the grammar reads, or a named parameter.
pub(super) struct Item<'a> {
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
    pub(super) kind: ItemKind<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind<'a> {
    Token(TokenKind),
    /// A named parameter, with its name.
    Named(&'a str),
}

/// The items of a statement, by index.
pub(super) struct Items<'a>(Vec<Item<'a>>);

impl<'a> Items<'a> {
    pub(super) fn read(text: &'a str, dialect: Dialect) -> Self {
        let tokens = lex(text, dialect);
        let mut items = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if token.is_ignored() || token.is_marker() {
                continue;
            }
            match parameter_at(text, &tokens, at - 1) {
                Some((name, span)) => {
                    items.push(Item { text: name, span, kind: ItemKind::Named(name) });
                    at += 1;
                }
                None => items.push(item_of(text, token)),
            }
        }
        Self(items)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Item<'a>)> {
        self.0.iter().enumerate()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Item<'a>> {
        self.0.get(at)
    }

    /// Returns the item so many places before an index.
    pub(super) fn before(&self, at: usize, places: usize) -> Option<&Item<'a>> {
        self.0.get(at.checked_sub(places)?)
    }

    /// Whether the item is this bare word, in any case.
    pub(super) fn is_word(&self, at: Option<usize>, word: &str) -> bool {
        at.and_then(|at| self.get(at)).is_some_and(|item| item.is_word(word))
    }

    /// Whether the item is this punctuation or operator.
    pub(super) fn is_mark(&self, at: Option<usize>, mark: &str) -> bool {
        at.and_then(|at| self.get(at)).is_some_and(|item| item.is_mark(mark))
    }
}

impl Item<'_> {
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == ItemKind::Token(TokenKind::Word) && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        matches!(self.kind, ItemKind::Token(TokenKind::Punctuation | TokenKind::Operator)) && self.text == mark
    }

    /// Whether it is a bare or quoted name, or a keyword.
    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, ItemKind::Token(TokenKind::Word | TokenKind::QuotedIdentifier))
    }
}

fn item_of<'a>(text: &'a str, token: &Token) -> Item<'a> {
    Item { text: token.text(text), span: token.span.clone(), kind: ItemKind::Token(token.kind) }
}
