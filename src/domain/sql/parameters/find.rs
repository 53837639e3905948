//! Finds named parameters among the tokens of a text.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::sql::Dialect;
use crate::domain::sql::keywords::is_reserved;
use crate::domain::sql::lex::{Token, TokenKind, lex};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedParameter {
    /// The name without the colon. Upper and lower case differ.
    pub name: String,
    /// Where it stands, with the colon.
    pub spans: Vec<Range<usize>>,
}

/// Returns the parameters of a text in the order of their first use.
#[must_use]
pub fn named_parameters(text: &str, dialect: Dialect) -> Vec<NamedParameter> {
    let tokens = lex(text, dialect);
    let mut found: Vec<NamedParameter> = Vec::new();
    let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
    for at in 0..tokens.len() {
        let Some((name, span)) = parameter_at(text, &tokens, at) else { continue };
        let index = *indexes.entry(name).or_insert(found.len());
        match found.get_mut(index) {
            Some(parameter) => parameter.spans.push(span),
            None => found.push(NamedParameter { name: name.to_owned(), spans: vec![span] }),
        }
    }
    found
}

/// Returns the name and the byte range of the parameter whose colon is the token at this index. The tokens are all those of
/// the text.
///
/// A colon directly after a name, a number or a literal begins no parameter: it ends a label, or belongs to a text such as `12:mm`.
#[must_use]
pub fn parameter_at<'a>(text: &'a str, tokens: &[Token], at: usize) -> Option<(&'a str, Range<usize>)> {
    let (colon, word) = (tokens.get(at)?, tokens.get(at + 1)?);
    let is_colon = colon.kind == TokenKind::Operator && colon.text(text) == ":";
    let name = word.text(text);
    if !is_colon || word.kind != TokenKind::Word || !is_parameter_name(name) {
        return None;
    }
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_none_or(|before| may_precede(text, before)).then_some((name, colon.span.start..word.span.end))
}

/// Whether a name has letters, digits and `_` only, and does not begin with a digit.
fn is_parameter_name(name: &str) -> bool {
    let begins_well = name.chars().next().is_some_and(|first| !first.is_numeric());
    begins_well && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Whether the colon of a parameter may stand directly after this token.
fn may_precede(text: &str, before: &Token) -> bool {
    match before.kind {
        TokenKind::Word => is_reserved(before.text(text)),
        TokenKind::Operator => before.text(text) != ":",
        TokenKind::QuotedIdentifier
        | TokenKind::String
        | TokenKind::Number
        | TokenKind::HexOrBit
        | TokenKind::Variable
        | TokenKind::Parameter
        | TokenKind::Stray => false,
        TokenKind::Punctuation
        | TokenKind::Space
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::Hint
        | TokenKind::CodeOpen
        | TokenKind::CodeClose
        | TokenKind::ClientEnd => !before.is_broken,
    }
}
