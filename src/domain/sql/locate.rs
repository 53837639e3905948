//! Finds positions in SQL text: the statement at the cursor, and the position of a server error.

use std::ops::Range;

use super::Dialect;
use super::lex::{Token, TokenKind, lex};
use super::split::{StatementRange, statements};

/// ERROR 1054: unknown column.
const UNKNOWN_COLUMN: u16 = 1054;
/// ERROR 1052: ambiguous column.
const AMBIGUOUS_COLUMN: u16 = 1052;
/// ERROR 1064: syntax error.
const SYNTAX: u16 = 1064;
/// ERROR 1149: syntax error of older servers.
const OLD_SYNTAX: u16 = 1149;
/// The server quotes at most this many bytes of the statement.
const NEAR: usize = 80;

/// Returns the byte range of the statement at a cursor, without its `;`: the statement that the cursor is in. On the rest of a
/// line after a `;` it is the statement before, on empty lines between statements the next one, and after the last one the
/// last.
#[must_use]
pub fn statement_at(text: &str, offset: usize, dialect: Dialect) -> Option<Range<usize>> {
    statement_among(text, &statements(text, dialect), offset)
}

/// Does the same as [`statement_at`] for a text that has been split already.
#[must_use]
pub fn statement_among(text: &str, found: &[StatementRange], offset: usize) -> Option<Range<usize>> {
    let at = found.partition_point(|statement| statement.span.start <= offset);
    let before = at.checked_sub(1).and_then(|at| found.get(at));
    let after = found.get(at);
    let is_on_later_line =
        before.is_none_or(|before| text.get(before.span.end..offset).is_some_and(|between| between.contains('\n')));
    let chosen = if is_on_later_line { after.or(before) } else { before };
    chosen.map(|statement| statement.span.clone())
}

/// Returns the byte offset in a statement to which a server error refers: a syntax error, an unknown or ambiguous column, an
/// unknown table, view, schema or function. `None` if the message names nothing that is in the statement.
#[must_use]
pub fn error_offset(statement: &str, server_message: &str, code: u16, dialect: Dialect) -> Option<usize> {
    match code {
        SYNTAX | OLD_SYNTAX => syntax_error_offset(statement, server_message),
        UNKNOWN_COLUMN | AMBIGUOUS_COLUMN => {
            let (name, rest) = quoted_name(server_message)?;
            name_offset(statement, name, clause_word(rest), dialect)
        }
        // Unknown table (1146, 1109, 1051), schema (1049), routine (1305), key (1176): the first quoted name.
        1146 | 1109 | 1051 | 1049 | 1176 => {
            let (name, _) = quoted_name(server_message)?;
            name_offset(statement, name, None, dialect)
        }
        1305 => {
            let name = server_message.split_whitespace().nth(1)?;
            name_offset(statement, name, None, dialect)
        }
        _ => None,
    }
}

/// Finds the position of `… near 'text' at line N`: the text runs to the end of the statement or is cut at 80 bytes.
fn syntax_error_offset(statement: &str, message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("near '")?;
    let (near, line) = rest.rsplit_once("' at line ")?;
    let line: usize = line.trim().trim_end_matches('.').parse().ok()?;
    if near.is_empty() {
        return Some(statement.trim_end().len());
    }
    // A cut inside of a character leaves a replacement character.
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

/// Returns the first quoted name of a message, and the rest of the message.
fn quoted_name(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once('\'')?;
    rest.split_once('\'')
}

/// Returns the keyword of the clause that the message names: `in 'where clause'`.
fn clause_word(rest: &str) -> Option<&'static str> {
    let words = [("where", "WHERE"), ("order", "ORDER"), ("group", "GROUP"), ("having", "HAVING"), ("on clause", "ON")];
    words.iter().find(|(hint, _)| rest.to_ascii_lowercase().contains(hint)).map(|(_, word)| *word)
}

/// Returns the offset of a name such as `a.b`: the whole name if found, otherwise its last part; preferably after the clause.
fn name_offset(statement: &str, name: &str, clause: Option<&str>, dialect: Dialect) -> Option<usize> {
    let tokens: Vec<Token> = lex(statement, dialect).into_iter().filter(|token| !token.is_ignored()).collect();
    let parts: Vec<&str> = name.split('.').collect();
    let last = parts.last().copied()?;
    let whole = matches_of(statement, &tokens, &parts);
    let found = if whole.is_empty() { matches_of(statement, &tokens, &[last]) } else { whole };
    let clause_token = clause.and_then(|word| {
        tokens.iter().find(|token| token.kind == TokenKind::Word && token.text(statement).eq_ignore_ascii_case(word))
    });
    clause_token
        .and_then(|clause| found.iter().copied().find(|&at| at > clause.span.start))
        .or_else(|| found.first().copied())
}

/// Returns the offsets of names joined by dots.
fn matches_of(statement: &str, tokens: &[Token], parts: &[&str]) -> Vec<usize> {
    let length = parts.len() * 2 - 1;
    tokens
        .windows(length)
        .filter(|window| {
            window.iter().enumerate().all(|(at, token)| {
                if at % 2 == 1 {
                    return token.text(statement) == ".";
                }
                parts.get(at / 2).zip(token.name(statement)).is_some_and(|(part, name)| name.eq_ignore_ascii_case(part))
            })
        })
        .filter_map(|window| window.first().map(|token| token.span.start))
        .collect()
}
