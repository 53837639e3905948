//! Finds the tokens that a message names.

use std::ops::Range;

use crate::domain::sql::Dialect;
use crate::domain::sql::guard::GuardTokens;
use crate::domain::sql::lex::{TokenKind, lex};

/// The server quotes at most this many characters of the statement.
const NEAR: usize = 80;

/// Returns the range of the last part of a name such as `a.b`: where the whole name stands if it is found, otherwise its last part;
/// preferably after the clause.
pub(super) fn name_span(text: &str, name: &str, clause: Option<&str>, dialect: Dialect) -> Option<Range<usize>> {
    let tokens = lex(text, dialect);
    let tokens = GuardTokens::new(text, &tokens);
    let parts: Vec<&str> = name.split('.').collect();
    let found = (0..parts.len()).map(|from| ends_of(&tokens, parts.get(from..).unwrap_or_default()));
    let found = found.into_iter().find(|found| !found.is_empty())?;
    let clause = clause.and_then(|word| (0..tokens.len()).find(|at| tokens.is(*at, word)));
    let after_clause = clause.and_then(|clause| found.iter().copied().find(|at| *at > clause));
    after_clause.or_else(|| found.first().copied()).map(|at| tokens.span(at))
}

/// Returns the index of the last token of each place in which these parts stand with dots between them.
fn ends_of(tokens: &GuardTokens<'_>, parts: &[&str]) -> Vec<usize> {
    let Some((last, before)) = parts.split_last() else { return Vec::new() };
    let is_part = |at: usize, part: &str| {
        let name = tokens.name(at).is_some_and(|name| name.eq_ignore_ascii_case(part));
        let variable = tokens.kind(at) == Some(TokenKind::Variable)
            && tokens.text(at).trim_start_matches('@').eq_ignore_ascii_case(part);
        name || variable
    };
    let begins_at = |at: usize| {
        before.iter().enumerate().all(|(number, part)| {
            at.checked_sub(2 * (before.len() - number))
                .is_some_and(|at| is_part(at, part) && tokens.is_mark(at + 1, "."))
        })
    };
    (0..tokens.len()).filter(|at| is_part(*at, last) && begins_at(*at)).collect()
}

/// Returns the range of the text literal that has this value.
pub(super) fn literal_span(text: &str, value: &str, dialect: Dialect) -> Option<Range<usize>> {
    let tokens = lex(text, dialect);
    let is_value = |token: &str| token.trim_matches(['\'', '"']) == value;
    let mut literals = tokens.iter().filter(|token| matches!(token.kind, TokenKind::String | TokenKind::Number));
    literals.find(|token| is_value(token.text(text))).map(|token| token.span.clone())
}

/// Returns the offset of `… near 'text' at line N`: the text runs to the end of the statement or is cut at 80 characters. `None` for a
/// message without this; the length of the statement for an empty text.
pub(super) fn near_offset(statement: &str, message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("near '")?;
    let (near, line) = rest.rsplit_once("' at line ")?;
    let line: usize = line.trim().trim_end_matches('.').parse().ok()?;
    if near.is_empty() {
        return Some(statement.trim_end().len());
    }
    // A cut inside of a character leaves a replacement character.
    let near = near.split(['\u{fffd}']).next().unwrap_or(near);
    let is_tail = near.len() + 4 < NEAR;
    let (mut counted, mut current) = (0, 1);
    let (mut first, mut tail) = (None, None);
    for (at, _) in statement.match_indices(near) {
        current += statement.get(counted..at).unwrap_or_default().bytes().filter(|byte| *byte == b'\n').count();
        counted = at;
        let ends = statement.get(at + near.len()..).is_some_and(|rest| rest.trim_start().is_empty());
        first = first.or(Some(at));
        if is_tail && !ends {
            continue;
        }
        if current == line {
            return Some(at);
        }
        tail = tail.or(Some(at));
    }
    tail.or(first)
}
