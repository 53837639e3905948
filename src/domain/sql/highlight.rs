//! What each piece of SQL text is, for the editor's colours. It knows classes, never colours.

use std::ops::Range;

use super::Dialect;
use super::keywords::{is_function, is_keyword, is_reserved};
use super::lex::{Token, TokenKind, lex};

/// What a piece of text is to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A word of the grammar.
    Keyword,
    /// A name before a parenthesis.
    Function,
    String,
    /// A number, a hexadecimal or bit literal.
    Number,
    /// A comment, a hint, the marks around an executable comment.
    Comment,
    Identifier,
    /// `@x` or `@@x`.
    Variable,
    /// An operator or a punctuation mark.
    Operator,
    /// `?` or `:name`.
    Parameter,
    /// What the server would stop at: never closed, or not readable.
    Error,
}

/// The classes of a text, in order; blanks are left out.
#[must_use]
pub fn classes(text: &str, dialect: Dialect) -> Vec<(Range<usize>, Class)> {
    let tokens = lex(text, dialect);
    let mut found = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let after = tokens.get(at + 1);
        let is_parameter = token.text(text) == ":" && after.is_some_and(|next| next.kind == TokenKind::Word);
        if let (true, Some(name)) = (is_parameter, after) {
            found.push((token.span.start..name.span.end, Class::Parameter));
            at += 2;
            continue;
        }
        if let Some(class) = class_of(text, &tokens, at, token) {
            found.push((token.span.clone(), class));
        }
        at += 1;
    }
    found
}

fn class_of(text: &str, tokens: &[Token], at: usize, token: &Token) -> Option<Class> {
    if token.is_broken {
        return Some(Class::Error);
    }
    Some(match token.kind {
        TokenKind::Space => return None,
        TokenKind::Word => class_of_word(text, tokens, at, token),
        TokenKind::QuotedIdentifier => Class::Identifier,
        TokenKind::String => Class::String,
        TokenKind::Number | TokenKind::HexOrBit => Class::Number,
        TokenKind::Variable => Class::Variable,
        TokenKind::Parameter => Class::Parameter,
        TokenKind::Operator | TokenKind::Punctuation => Class::Operator,
        TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::Hint
        | TokenKind::CodeOpen
        | TokenKind::CodeClose => Class::Comment,
        TokenKind::Stray => Class::Error,
    })
}

fn class_of_word(text: &str, tokens: &[Token], at: usize, token: &Token) -> Class {
    let word = token.text(text);
    let is_dot = |token: Option<&Token>| token.is_some_and(|token| token.text(text) == ".");
    if is_dot(at.checked_sub(1).and_then(|before| tokens.get(before))) {
        return Class::Identifier;
    }
    let next = tokens.iter().skip(at + 1).find(|token| !token.is_blank());
    let calls = next.is_some_and(|next| next.text(text) == "(");
    if calls && (is_function(word) || !is_keyword(word)) {
        return Class::Function;
    }
    if is_dot(next) && !is_reserved(word) {
        return Class::Identifier;
    }
    if is_keyword(word) { Class::Keyword } else { Class::Identifier }
}
