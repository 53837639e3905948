//! Classifies pieces of SQL text for syntax highlighting.

use std::ops::Range;

use super::Dialect;
use super::keywords::{is_function, is_keyword, is_reserved};
use super::lex::{Token, TokenKind, lex};
use super::parameters::parameter_at;

/// The class of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HighlightClass {
    Keyword,
    /// A name before a parenthesis.
    Function,
    String,
    /// A number, a hexadecimal or bit literal.
    Number,
    /// A comment, a hint, or the markers of an executable comment.
    Comment,
    Identifier,
    /// `@x` or `@@x`.
    Variable,
    /// An operator or punctuation.
    Operator,
    /// `?` or `:name`.
    Parameter,
    /// Text at which the server would stop: not closed or not readable.
    Error,
}

/// Returns the classes of a text in order, without white space.
#[must_use]
pub fn classes(text: &str, dialect: Dialect) -> Vec<(Range<usize>, HighlightClass)> {
    classes_of(text, &lex(text, dialect))
}

/// Returns the classes of the tokens of a text in order, without white space.
pub(super) fn classes_of(text: &str, tokens: &[Token]) -> Vec<(Range<usize>, HighlightClass)> {
    let mut found = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some((_, span)) = parameter_at(text, tokens, at) {
            found.push((span, HighlightClass::Parameter));
            at += 2;
            continue;
        }
        if let Some(class) = class_of(text, tokens, at, token) {
            found.push((token.span.clone(), class));
        }
        at += 1;
    }
    found
}

fn class_of(text: &str, tokens: &[Token], at: usize, token: &Token) -> Option<HighlightClass> {
    if token.is_broken {
        return Some(HighlightClass::Error);
    }
    Some(match token.kind {
        TokenKind::Space => return None,
        TokenKind::Word => class_of_word(text, tokens, at, token),
        TokenKind::QuotedIdentifier => HighlightClass::Identifier,
        TokenKind::String => HighlightClass::String,
        TokenKind::Number | TokenKind::HexOrBit => HighlightClass::Number,
        TokenKind::Variable => HighlightClass::Variable,
        TokenKind::Parameter => HighlightClass::Parameter,
        TokenKind::Operator | TokenKind::Punctuation | TokenKind::ClientEnd => HighlightClass::Operator,
        TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::Hint
        | TokenKind::CodeOpen
        | TokenKind::CodeClose => HighlightClass::Comment,
        TokenKind::Stray => HighlightClass::Error,
    })
}

fn class_of_word(text: &str, tokens: &[Token], at: usize, token: &Token) -> HighlightClass {
    let word = token.text(text);
    let is_dot = |token: Option<&Token>| token.is_some_and(|token| token.text(text) == ".");
    if is_dot(at.checked_sub(1).and_then(|before| tokens.get(before))) {
        return HighlightClass::Identifier;
    }
    let next = tokens.iter().skip(at + 1).find(|token| !token.is_ignored());
    let calls = next.is_some_and(|next| next.text(text) == "(");
    if calls && (is_function(word) || !is_keyword(word)) {
        return HighlightClass::Function;
    }
    if is_dot(next) && !is_reserved(word) {
        return HighlightClass::Identifier;
    }
    if is_keyword(word) { HighlightClass::Keyword } else { HighlightClass::Identifier }
}
