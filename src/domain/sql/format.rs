//! Formats statements: where lines break, how they are indented, which spaces are written. It changes no token: literals, names,
//! comments and hints stay as they are, and the result is compared with the text.
//!
//! It is our own because the crate `sqlformat` (0.5) does not keep the tokens of MySQL: it writes spaces into `'a\\'`, `b'01'`, `@@x`
//! and `0x41`, and reads `a--1` as a comment.

mod layout;
mod query;
mod units;

use std::ops::Range;

pub use layout::KeywordCase;
use layout::Layout;
use units::Units;

use super::Dialect;
use super::lex::{Token, TokenKind, lex};
use super::split::statements;

/// Why a text stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// A quote or a comment is open, or a character is not allowed.
    #[error("this part of the text is not closed or not valid SQL, so the text stays as it is")]
    Unreadable(Range<usize>),
    #[error("this parenthesis has no partner, so the text stays as it is")]
    Parenthesis(Range<usize>),
    /// The formatted text would mean something else.
    #[error("formatting would change the text, so it stays as it is")]
    Changed,
}

impl FormatError {
    /// Returns where the text cannot be read.
    #[must_use]
    pub fn at(&self) -> Option<Range<usize>> {
        match self {
            Self::Unreadable(at) | Self::Parenthesis(at) => Some(at.clone()),
            Self::Changed => None,
        }
    }
}

/// Formats the queries of a text: SELECT, WITH, VALUES, TABLE, EXPLAIN of these. Other statements, and what is between statements,
/// stay as they are.
///
/// # Errors
/// Returns a [`FormatError`] if a query cannot be read.
pub fn format(text: &str, dialect: Dialect, keywords: KeywordCase) -> Result<String, FormatError> {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let found = statements(text, dialect);
    let mut copied = 0;
    for (number, statement) in found.iter().enumerate() {
        let span = statement.span.clone();
        push_gap(&mut out, text.get(copied..span.start).unwrap_or_default());
        let source = text.get(span.clone()).unwrap_or_default();
        let written = stable(source, dialect, keywords).map_err(|error| moved(error, span.start))?;
        out.push_str(written.as_deref().unwrap_or(source));
        copied = if number + 1 < found.len() { statement.extent.end } else { text.len() };
        let end = text.get(span.end..copied).unwrap_or_default();
        let is_plain = end.trim_start().starts_with([';', '\\']);
        out.push_str(if is_plain { end.trim_start() } else { end });
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    if is_same(text, &out, dialect) { Ok(out) } else { Err(FormatError::Changed) }
}

/// Returns the offset in a formatted text that has the same text before it, apart from spaces and line ends.
#[must_use]
pub fn moved_offset(before: &str, offset: usize, after: &str) -> usize {
    let count = before.char_indices().take_while(|(at, _)| *at < offset).filter(|(_, c)| !c.is_whitespace()).count();
    let Some(last) = count.checked_sub(1) else { return 0 };
    let nth = after.char_indices().filter(|(_, c)| !c.is_whitespace()).nth(last);
    nth.map_or(after.len(), |(at, c)| at + c.len_utf8())
}

/// Writes what is before a statement: as it is, but the statement begins on a new line.
fn push_gap(out: &mut String, gap: &str) {
    if out.is_empty() || gap.contains('\n') {
        out.push_str(gap);
    } else {
        out.push('\n');
        out.push_str(gap.trim_start());
    }
}

fn moved(error: FormatError, by: usize) -> FormatError {
    let range = |at: Range<usize>| at.start + by..at.end + by;
    match error {
        FormatError::Unreadable(at) => FormatError::Unreadable(range(at)),
        FormatError::Parenthesis(at) => FormatError::Parenthesis(range(at)),
        FormatError::Changed => FormatError::Changed,
    }
}

/// Formats a statement until nothing changes; `None` if it is no query. A comment within a line can come to stand alone, which the next
/// time counts as a comment on a line of its own.
fn stable(source: &str, dialect: Dialect, keywords: KeywordCase) -> Result<Option<String>, FormatError> {
    const MAX_TIMES: usize = 4;
    let Some(mut written) = formatted(source, dialect, keywords)? else { return Ok(None) };
    for _ in 1..MAX_TIMES {
        match formatted(&written, dialect, keywords) {
            Ok(Some(again)) if again != written => written = again,
            Ok(_) => break,
            Err(_) => return Err(FormatError::Changed),
        }
    }
    Ok(Some(written))
}

/// Returns the statement, formatted once; `None` if it is no query.
fn formatted(source: &str, dialect: Dialect, keywords: KeywordCase) -> Result<Option<String>, FormatError> {
    let tokens = lex(source, dialect);
    if !query::is_query(source, &tokens) {
        return Ok(None);
    }
    let unreadable = |token: &&Token| token.is_broken || token.kind == TokenKind::Stray;
    if let Some(token) = tokens.iter().find(unreadable) {
        return Err(FormatError::Unreadable(token.span.clone()));
    }
    let units = Units::read(source, &tokens).map_err(FormatError::Parenthesis)?;
    let mut layout = Layout::new(source, &units, keywords);
    query::write(&mut layout);
    Ok(Some(layout.finish()))
}

/// Whether two texts have the same tokens, apart from white space and the case of words.
fn is_same(one: &str, other: &str, dialect: Dialect) -> bool {
    let is_read = |token: &Token| token.kind != TokenKind::Space;
    let (ones, others) = (lex(one, dialect), lex(other, dialect));
    let mut ones = ones.iter().filter(|token| is_read(token));
    let mut others = others.iter().filter(|token| is_read(token));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) => {
                let (a_text, b_text) = (a.text(one), b.text(other));
                let is_equal = match a.kind {
                    TokenKind::Word => a_text.eq_ignore_ascii_case(b_text),
                    _ => a_text == b_text,
                };
                if !is_equal || a.kind != b.kind || a.is_broken != b.is_broken {
                    return false;
                }
            }
            (Some(_), None) | (None, Some(_)) => return false,
        }
    }
}
