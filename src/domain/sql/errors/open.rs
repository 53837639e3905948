//! Finds a quote or a comment that is not closed.

use super::types::{ErrorMark, line_of, opening};
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::{Token, TokenKind, lex};

/// Returns a mark at the first quote or comment that opens and is not closed.
#[must_use]
pub fn open_text(text: &str, dialect: Dialect) -> Option<ErrorMark> {
    let tokens = lex(text, dialect);
    tokens.iter().filter(|token| token.is_broken).find_map(|token| mark_of(text, token))
}

fn mark_of(text: &str, token: &Token) -> Option<ErrorMark> {
    let token_text = token.text(text);
    let quote = token_text.find(['\'', '"', '`']);
    let (what, span) = match token.kind {
        TokenKind::String => ("text", opening(&token.span, quote? + 1)),
        TokenKind::QuotedIdentifier => ("quoted name", opening(&token.span, 1)),
        TokenKind::Variable => ("quoted variable", opening(&token.span, quote? + 1)),
        TokenKind::BlockComment | TokenKind::Hint => ("comment", opening(&token.span, 2)),
        TokenKind::CodeOpen => ("executable comment", token.span.clone()),
        TokenKind::Word
        | TokenKind::Number
        | TokenKind::HexOrBit
        | TokenKind::Parameter
        | TokenKind::Operator
        | TokenKind::Punctuation
        | TokenKind::Space
        | TokenKind::LineComment
        | TokenKind::CodeClose
        | TokenKind::ClientEnd
        | TokenKind::Stray => return None,
    };
    let line = line_of(text, token.span.start);
    Some(ErrorMark {
        message: Some(format!("The {what} that opens in line {line} is not closed.")),
        ..ErrorMark::at(span)
    })
}
