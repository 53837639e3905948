//! Splits a text into statements. It works on tokens, not on grammar.

mod program;

use std::ops::Range;

use program::ProgramReader;

use super::Dialect;
use super::lex::{Token, TokenKind, lex};

/// One statement of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRange {
    /// What is sent: without the `;`, and without white space and comments around it.
    pub span: Range<usize>,
    /// The statement with its `;` and everything after the statement before it. Joined, the extents are the text.
    pub extent: Range<usize>,
    pub end: StatementEnd,
}

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementEnd {
    /// `;`
    Semicolon,
    /// `\g`, which the `mysql` client reads like `;`.
    Go,
    /// `\G`: the client shows each row as lines.
    Vertical,
    /// The end of the text.
    Text,
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

/// Finds the statements of any text, for an editor. A stored program is one statement with its body, and so is what is between two
/// `DELIMITER` lines: the guard refuses them as a whole.
#[must_use]
pub fn statements(text: &str, dialect: Dialect) -> Vec<StatementRange> {
    let mut found = statements_of(text, &lex(text, dialect), dialect).statements;
    if let Some(last) = found.last_mut() {
        last.extent.end = text.len();
    }
    found
}

/// The statements among the tokens of a text.
pub(super) struct FoundStatements {
    pub(super) statements: Vec<StatementRange>,
    /// The end of the last statement's terminator, or 0.
    pub(super) extent_start: usize,
    /// Whether the text ends with a terminator, so that what follows begins a new statement.
    pub(super) is_closed: bool,
}

/// Finds the statements among the tokens of a text. The extent of the last one ends with its terminator.
pub(super) fn statements_of(text: &str, tokens: &[Token], dialect: Dialect) -> FoundStatements {
    let mut found: Vec<StatementRange> = Vec::new();
    let (mut first, mut extent_start, mut is_closed) = (0, 0, false);
    let mut program = ProgramReader::new(dialect);
    for (at, token) in tokens.iter().enumerate() {
        let end = end_of(token, text);
        let is_last = at + 1 == tokens.len();
        if end.is_none() {
            program.read(token, text);
        }
        is_closed = end.is_some() && !program.goes_on();
        if !is_last && !is_closed {
            continue;
        }
        let body = tokens.get(first..if end.is_some() { at } else { at + 1 }).unwrap_or_default();
        if let Some(span) = span_of(body) {
            let end = end.unwrap_or(StatementEnd::Text);
            found.push(StatementRange { span, extent: extent_start..token.span.end, end });
            extent_start = token.span.end;
        }
        first = at + 1;
        program = ProgramReader::new(dialect);
    }
    FoundStatements { statements: found, extent_start, is_closed }
}

/// Whether a token ends a statement: `;`, or `\G` and `\g` of the `mysql` client, which people have in their fingers.
pub(super) fn is_end(token: &Token, text: &str) -> bool {
    end_of(token, text).is_some()
}

/// Returns how a token ends a statement, if it does.
fn end_of(token: &Token, text: &str) -> Option<StatementEnd> {
    let token_text = token.text(text);
    match token.kind {
        TokenKind::ClientEnd if token_text == "\\G" => Some(StatementEnd::Vertical),
        TokenKind::ClientEnd => Some(StatementEnd::Go),
        TokenKind::Punctuation if token_text == ";" => Some(StatementEnd::Semicolon),
        _ => None,
    }
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
