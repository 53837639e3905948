//! Splits a text into statements. It works on tokens, not on grammar.

use std::ops::Range;

use super::Dialect;
use super::lex::{Token, TokenKind, lex};

/// One statement of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRange {
    /// What is sent: without the `;`, and without white space and comments around it.
    pub span: Range<usize>,
    /// The statement with its `;` and everything after the statement before it. Joined, the extents are the text.
    pub extent: Range<usize>,
}

/// A `DELIMITER` line: a command of the `mysql` client that no server understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("DELIMITER is a command of the mysql client, not a statement")]
pub struct DelimiterLine {
    /// Byte range of the line.
    pub at: Range<usize>,
}

/// Finds the statements of a text as the server would. White space and comments alone are not a statement.
///
/// # Errors
/// A [`DelimiterLine`] if a statement begins with the word `DELIMITER`: after it `;` no longer ends a statement.
pub fn split(text: &str, dialect: Dialect) -> Result<Vec<StatementRange>, DelimiterLine> {
    let found = statements(text, dialect);
    match found.iter().find(|statement| begins_with_delimiter(text, &statement.span)) {
        Some(statement) => {
            let start = statement.span.start;
            let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
            Err(DelimiterLine { at: start..end })
        }
        None => Ok(found),
    }
}

/// Finds the statements of any text, for an editor: a `DELIMITER` line is an ordinary statement.
#[must_use]
pub fn statements(text: &str, dialect: Dialect) -> Vec<StatementRange> {
    let mut found = statements_of(text, &lex(text, dialect)).0;
    if let Some(last) = found.last_mut() {
        last.extent.end = text.len();
    }
    found
}

/// Finds the statements among the tokens of a text, and the end of the last one's terminator, or 0.
pub(super) fn statements_of(text: &str, tokens: &[Token]) -> (Vec<StatementRange>, usize) {
    let mut found: Vec<StatementRange> = Vec::new();
    let mut extent_start = 0;
    for piece in tokens.split_inclusive(|token| is_end(token, text)) {
        let Some(end) = piece.last().map(|token| token.span.end) else { continue };
        let body = match piece.split_last() {
            Some((last, before)) if is_end(last, text) => before,
            _ => piece,
        };
        if let Some(span) = span_of(body) {
            found.push(StatementRange { span, extent: extent_start..end });
            extent_start = end;
        }
    }
    (found, extent_start)
}

/// Whether a token ends a statement: `;`, or `\G` and `\g` of the `mysql` client, which people have in their fingers.
pub(super) fn is_end(token: &Token, text: &str) -> bool {
    token.kind == TokenKind::ClientEnd || (token.kind == TokenKind::Punctuation && token.text(text) == ";")
}

/// Returns the range from the first to the last token that the server reads; `None` if there is nothing to run.
fn span_of(piece: &[Token]) -> Option<Range<usize>> {
    if piece.iter().all(|token| token.is_ignored() || (token.is_marker() && !token.is_broken)) {
        return None;
    }
    let first = piece.iter().find(|token| !token.is_ignored())?;
    let last = piece.iter().rfind(|token| !token.is_ignored())?;
    Some(first.span.start..last.span.end)
}

fn begins_with_delimiter(text: &str, span: &Range<usize>) -> bool {
    const WORD: &str = "delimiter";
    let statement = text.get(span.clone()).unwrap_or_default();
    let (Some(head), rest) = (statement.get(..WORD.len()), statement.get(WORD.len()..).unwrap_or_default()) else {
        return false;
    };
    head.eq_ignore_ascii_case(WORD) && rest.chars().next().is_none_or(char::is_whitespace)
}
