//! The LIKE and WHERE clauses of SHOW.

use rusqlite::types::Value;

use super::super::errors;
use super::super::result_table::ResultTable;
use super::super::tokens::{Token, TokenCursor, TokenKind};
use crate::demo::translate::SqlError;

/// Parses `LIKE 'x'` or `WHERE …` at the end of SHOW, and keeps the rows that match. LIKE compares the first column.
///
/// # Errors
/// 1064 (syntax); 1054 (unknown column); 1235 for conditions other than comparisons of columns with constants.
pub(super) fn apply(mut table: ResultTable, cursor: &mut TokenCursor<'_>) -> Result<ResultTable, SqlError> {
    if cursor.accept_word("LIKE") {
        let pattern = cursor.accept_string().ok_or_else(|| errors::syntax_error(cursor.remaining_text()))?;
        table.rows.retain(|row| row.first().and_then(cell_text).is_some_and(|value| is_like(&value, &pattern)));
        if let Some(first) = table.columns.first_mut().filter(|column| column.name.starts_with("Tables_in_")) {
            first.name = format!("{} ({pattern})", first.name);
        }
    } else if cursor.accept_word("WHERE") {
        let condition = parse_or(cursor, &table)?;
        table.rows.retain(|row| condition.matches(row));
    }
    if cursor.is_at_end() { Ok(table) } else { Err(errors::syntax_error(cursor.remaining_text())) }
}

/// Returns whether a value matches a LIKE pattern, ignoring case.
pub(super) fn is_like(value: &str, pattern: &str) -> bool {
    let lower = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    matches_pattern(&lower(value), &lower(pattern))
}

fn matches_pattern(value: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => value.is_empty(),
        ['%', rest @ ..] => {
            (0..=value.len()).any(|skipped| matches_pattern(value.get(skipped..).unwrap_or_default(), rest))
        }
        ['\\', escaped, rest @ ..] => {
            value.split_first().is_some_and(|(first, left)| first == escaped && matches_pattern(left, rest))
        }
        ['_', rest @ ..] => value.split_first().is_some_and(|(_, left)| matches_pattern(left, rest)),
        [same, rest @ ..] => {
            value.split_first().is_some_and(|(first, left)| first == same && matches_pattern(left, rest))
        }
    }
}

fn cell_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

enum ShowCondition {
    Any(Vec<ShowCondition>),
    All(Vec<ShowCondition>),
    Not(Box<ShowCondition>),
    Equal(usize, Vec<String>),
    Like(usize, String),
}

impl ShowCondition {
    fn matches(&self, row: &[Value]) -> bool {
        let cell = |at: &usize| row.get(*at).and_then(cell_text);
        match self {
            Self::Any(all) => all.iter().any(|one| one.matches(row)),
            Self::All(all) => all.iter().all(|one| one.matches(row)),
            Self::Not(one) => !one.matches(row),
            Self::Equal(at, texts) => {
                cell(at).is_some_and(|cell| texts.iter().any(|text| text.to_lowercase() == cell.to_lowercase()))
            }
            Self::Like(at, pattern) => cell(at).is_some_and(|cell| is_like(&cell, pattern)),
        }
    }
}

fn parse_or(cursor: &mut TokenCursor<'_>, table: &ResultTable) -> Result<ShowCondition, SqlError> {
    let mut all = vec![parse_and(cursor, table)?];
    while cursor.accept_word("OR") {
        all.push(parse_and(cursor, table)?);
    }
    Ok(ShowCondition::Any(all))
}

fn parse_and(cursor: &mut TokenCursor<'_>, table: &ResultTable) -> Result<ShowCondition, SqlError> {
    let mut all = vec![parse_comparison(cursor, table)?];
    while cursor.accept_word("AND") {
        all.push(parse_comparison(cursor, table)?);
    }
    Ok(ShowCondition::All(all))
}

fn parse_comparison(cursor: &mut TokenCursor<'_>, table: &ResultTable) -> Result<ShowCondition, SqlError> {
    if cursor.accept_sign('(') {
        let inner = parse_or(cursor, table)?;
        return if cursor.accept_sign(')') { Ok(inner) } else { Err(errors::syntax_error(cursor.remaining_text())) };
    }
    let near = cursor.remaining_text();
    let name = cursor.accept_name().ok_or_else(|| errors::unsupported(format!("SHOW … WHERE {near}")))?;
    let position = table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(&name));
    let position =
        position.ok_or_else(|| errors::error(1054, "42S22", format!("Unknown column '{name}' in 'where clause'")))?;
    let is_not = cursor.accept_word("NOT");
    let condition = if cursor.accept_word("LIKE") {
        ShowCondition::Like(position, parse_constant(cursor)?)
    } else if cursor.accept_word("IN") {
        if !cursor.accept_sign('(') {
            return Err(errors::syntax_error(cursor.remaining_text()));
        }
        let mut texts = vec![parse_constant(cursor)?];
        while cursor.accept_sign(',') {
            texts.push(parse_constant(cursor)?);
        }
        if !cursor.accept_sign(')') {
            return Err(errors::syntax_error(cursor.remaining_text()));
        }
        ShowCondition::Equal(position, texts)
    } else if cursor.accept_sign('=') {
        ShowCondition::Equal(position, vec![parse_constant(cursor)?])
    } else if (cursor.accept_sign('!') && cursor.accept_sign('='))
        || (cursor.accept_sign('<') && cursor.accept_sign('>'))
    {
        ShowCondition::Not(Box::new(ShowCondition::Equal(position, vec![parse_constant(cursor)?])))
    } else {
        return Err(errors::unsupported(format!("SHOW … WHERE {near}")));
    };
    Ok(if is_not { ShowCondition::Not(Box::new(condition)) } else { condition })
}

fn parse_constant(cursor: &mut TokenCursor<'_>) -> Result<String, SqlError> {
    let near = cursor.remaining_text();
    let is_constant = |token: &&Token| matches!(token.kind, TokenKind::String | TokenKind::Number);
    cursor
        .next()
        .filter(is_constant)
        .map(|token| token.text.clone())
        .ok_or_else(|| errors::unsupported(format!("SHOW … WHERE … {near}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_any_text_one_character_and_escapes() {
        for (value, pattern, expected) in [
            ("Version", "version", true),
            ("version_comment", "version%", true),
            ("version_comment", "%COM%", true),
            ("sql_mode", r"sql\_mode", true),
            ("sqlxmode", r"sql\_mode", false),
            ("abc", "a_c", true),
            ("abc", "a_", false),
            ("", "%", true),
        ] {
            assert_eq!(is_like(value, pattern), expected, "{value} LIKE {pattern}");
        }
    }
}
