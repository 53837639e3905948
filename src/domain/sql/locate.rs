//! Places in SQL text: the statement at the cursor, and the place that a server's error speaks of.

use std::ops::Range;

use super::Dialect;
use super::lex::{Token, TokenKind, lex};
use super::split::{Statement, statements};

/// ERROR 1054: unknown column.
const UNKNOWN_COLUMN: u16 = 1054;
/// ERROR 1052: ambiguous column.
const AMBIGUOUS_COLUMN: u16 = 1052;
/// ERROR 1064: syntax error.
const SYNTAX: u16 = 1064;
/// ERROR 1149: syntax error of older servers.
const OLD_SYNTAX: u16 = 1149;
/// The server quotes so many bytes of the statement at most.
const NEAR: usize = 80;

/// The statement that belongs to a cursor, in bytes, without its `;`. Inside a statement and its own comments: this
/// one. In the rest of a line behind a `;`: the one before. On blank lines between: the next one, else the last.
#[must_use]
pub fn statement_at(text: &str, offset: usize, dialect: Dialect) -> Option<Range<usize>> {
    chosen(text, &statements(text, dialect), offset)
}

/// The same among the statements of a text that has been split already.
#[must_use]
pub fn chosen(text: &str, found: &[Statement], offset: usize) -> Option<Range<usize>> {
    let at = found.partition_point(|statement| statement.span.start <= offset);
    let before = at.checked_sub(1).and_then(|at| found.get(at));
    let after = found.get(at);
    let is_behind_line =
        before.is_none_or(|before| text.get(before.span.end..offset).is_some_and(|between| between.contains('\n')));
    let chosen = if is_behind_line { after.or(before) } else { before };
    chosen.map(|statement| statement.span.clone())
}

/// The place in a statement that a server's error speaks of, in bytes: of a syntax error, an unknown or ambiguous
/// column, an unknown table, view, schema or function. `None` when the message names none, or none that is there.
#[must_use]
pub fn error_place(statement: &str, server_message: &str, code: u16, dialect: Dialect) -> Option<usize> {
    match code {
        SYNTAX | OLD_SYNTAX => near_place(statement, server_message),
        UNKNOWN_COLUMN | AMBIGUOUS_COLUMN => {
            let (name, rest) = quoted_name(server_message)?;
            name_place(statement, name, clause_word(rest), dialect)
        }
        // Unknown table (1146, 1109, 1051), schema (1049), routine (1305), key (1176): the first quoted name.
        1146 | 1109 | 1051 | 1049 | 1176 => {
            let (name, _) = quoted_name(server_message)?;
            name_place(statement, name, None, dialect)
        }
        1305 => {
            let name = server_message.split_whitespace().nth(1)?;
            name_place(statement, name, None, dialect)
        }
        _ => None,
    }
}

/// `… near 'text' at line N`: the text runs to the statement's end or is cut at 80 bytes.
fn near_place(statement: &str, message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("near '")?;
    let (near, line) = rest.rsplit_once("' at line ")?;
    let line: usize = line.trim().trim_end_matches('.').parse().ok()?;
    if near.is_empty() {
        return Some(statement.trim_end().len());
    }
    // A cut inside a character leaves a mark of replacement.
    let near = near.split(['\u{fffd}']).next().unwrap_or(near);
    let is_tail = near.len() + 4 < NEAR;
    let mut fits: Vec<usize> = statement
        .match_indices(near)
        .map(|(at, _)| at)
        .filter(|at| !is_tail || statement.get(at + near.len()..).is_some_and(|rest| rest.trim().is_empty()))
        .collect();
    if fits.is_empty() {
        fits = statement.match_indices(near).map(|(at, _)| at).collect();
    }
    let line_of = |at: usize| statement.get(..at).unwrap_or_default().matches('\n').count() + 1;
    fits.iter().copied().find(|&at| line_of(at) == line).or_else(|| fits.first().copied())
}

/// The first name in quotes, and the message behind it.
fn quoted_name(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once('\'')?;
    rest.split_once('\'')
}

/// The word of the statement behind which the server looked, as its message tells: `in 'where clause'`.
fn clause_word(rest: &str) -> Option<&'static str> {
    let words = [("where", "WHERE"), ("order", "ORDER"), ("group", "GROUP"), ("having", "HAVING"), ("on clause", "ON")];
    words.iter().find(|(hint, _)| rest.to_ascii_lowercase().contains(hint)).map(|(_, word)| *word)
}

/// The place of a name such as `a.b`: the whole of it first, then its last part; behind the clause's word first.
fn name_place(statement: &str, name: &str, clause: Option<&str>, dialect: Dialect) -> Option<usize> {
    let tokens: Vec<Token> = lex(statement, dialect).into_iter().filter(|token| !token.is_blank()).collect();
    let parts: Vec<&str> = name.split('.').collect();
    let last = parts.last().copied()?;
    let whole = matches_of(statement, &tokens, &parts);
    let found = if whole.is_empty() { matches_of(statement, &tokens, &[last]) } else { whole };
    let behind = clause.and_then(|word| {
        tokens.iter().find(|token| token.kind == TokenKind::Word && token.text(statement).eq_ignore_ascii_case(word))
    });
    behind
        .and_then(|clause| found.iter().copied().find(|&at| at > clause.span.start))
        .or_else(|| found.first().copied())
}

/// Where a run of names with dots between stands.
fn matches_of(statement: &str, tokens: &[Token], parts: &[&str]) -> Vec<usize> {
    let length = parts.len() * 2 - 1;
    tokens
        .windows(length)
        .filter(|window| {
            window.iter().enumerate().all(|(at, token)| {
                if at % 2 == 1 {
                    return token.text(statement) == ".";
                }
                parts.get(at / 2).is_some_and(|part| name_of(token, statement).eq_ignore_ascii_case(part))
            })
        })
        .filter_map(|window| window.first().map(|token| token.span.start))
        .collect()
}

/// A token's name without its quotes; empty for what is no name.
fn name_of(token: &Token, statement: &str) -> String {
    let text = token.text(statement);
    match token.kind {
        TokenKind::Word => text.to_owned(),
        TokenKind::QuotedIdentifier => {
            let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
            inside.replace("``", "`")
        }
        _ => String::new(),
    }
}
