//! LIKE and WHERE of SHOW.

use rusqlite::types::Value;

use super::super::refuse;
use super::super::table::Table;
use super::super::tokens::{Kind, Token, Walk};
use crate::demo::translate::SqlError;

/// Takes `LIKE 'x'` or `WHERE …` at the end of a SHOW and keeps the rows that fit; LIKE looks at the first column.
///
/// # Errors
/// 1064; 1235 for a condition that is more than comparisons of columns with texts; 1054.
pub(super) fn apply(mut table: Table, walk: &mut Walk<'_>) -> Result<Table, SqlError> {
    if walk.word("LIKE") {
        let pattern = walk.string().ok_or_else(|| refuse::syntax(walk.rest()))?;
        table.rows.retain(|row| row.first().and_then(shown).is_some_and(|value| is_like(&value, &pattern)));
        if let Some(first) = table.columns.first_mut().filter(|column| column.name.starts_with("Tables_in_")) {
            first.name = format!("{} ({pattern})", first.name);
        }
    } else if walk.word("WHERE") {
        let condition = either(walk, &table)?;
        table.rows.retain(|row| condition.holds(row));
    }
    if walk.is_done() { Ok(table) } else { Err(refuse::syntax(walk.rest())) }
}

/// The pattern alone, for the first column.
pub(super) fn is_like(value: &str, pattern: &str) -> bool {
    let lower = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    matches(&lower(value), &lower(pattern))
}

fn matches(value: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => value.is_empty(),
        ['%', rest @ ..] => (0..=value.len()).any(|skipped| matches(value.get(skipped..).unwrap_or_default(), rest)),
        ['\\', escaped, rest @ ..] => {
            value.split_first().is_some_and(|(first, left)| first == escaped && matches(left, rest))
        }
        ['_', rest @ ..] => value.split_first().is_some_and(|(_, left)| matches(left, rest)),
        [same, rest @ ..] => value.split_first().is_some_and(|(first, left)| first == same && matches(left, rest)),
    }
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

enum Condition {
    Either(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Equal(usize, Vec<String>),
    Like(usize, String),
}

impl Condition {
    fn holds(&self, row: &[Value]) -> bool {
        let cell = |at: &usize| row.get(*at).and_then(shown);
        match self {
            Self::Either(all) => all.iter().any(|one| one.holds(row)),
            Self::All(all) => all.iter().all(|one| one.holds(row)),
            Self::Not(one) => !one.holds(row),
            Self::Equal(at, texts) => {
                cell(at).is_some_and(|cell| texts.iter().any(|text| text.to_lowercase() == cell.to_lowercase()))
            }
            Self::Like(at, pattern) => cell(at).is_some_and(|cell| is_like(&cell, pattern)),
        }
    }
}

fn either(walk: &mut Walk<'_>, table: &Table) -> Result<Condition, SqlError> {
    let mut all = vec![both(walk, table)?];
    while walk.word("OR") {
        all.push(both(walk, table)?);
    }
    Ok(Condition::Either(all))
}

fn both(walk: &mut Walk<'_>, table: &Table) -> Result<Condition, SqlError> {
    let mut all = vec![one(walk, table)?];
    while walk.word("AND") {
        all.push(one(walk, table)?);
    }
    Ok(Condition::All(all))
}

fn one(walk: &mut Walk<'_>, table: &Table) -> Result<Condition, SqlError> {
    if walk.sign('(') {
        let inner = either(walk, table)?;
        return if walk.sign(')') { Ok(inner) } else { Err(refuse::syntax(walk.rest())) };
    }
    let near = walk.rest();
    let name = walk.name().ok_or_else(|| refuse::unsupported(format!("SHOW … WHERE {near}")))?;
    let place = table.columns.iter().position(|column| column.name.eq_ignore_ascii_case(&name));
    let place =
        place.ok_or_else(|| refuse::error(1054, "42S22", format!("Unknown column '{name}' in 'where clause'")))?;
    let is_not = walk.word("NOT");
    let condition = if walk.word("LIKE") {
        Condition::Like(place, constant(walk)?)
    } else if walk.word("IN") {
        if !walk.sign('(') {
            return Err(refuse::syntax(walk.rest()));
        }
        let mut texts = vec![constant(walk)?];
        while walk.sign(',') {
            texts.push(constant(walk)?);
        }
        if !walk.sign(')') {
            return Err(refuse::syntax(walk.rest()));
        }
        Condition::Equal(place, texts)
    } else if walk.sign('=') {
        Condition::Equal(place, vec![constant(walk)?])
    } else if (walk.sign('!') && walk.sign('=')) || (walk.sign('<') && walk.sign('>')) {
        Condition::Not(Box::new(Condition::Equal(place, vec![constant(walk)?])))
    } else {
        return Err(refuse::unsupported(format!("SHOW … WHERE {near}")));
    };
    Ok(if is_not { Condition::Not(Box::new(condition)) } else { condition })
}

fn constant(walk: &mut Walk<'_>) -> Result<String, SqlError> {
    let near = walk.rest();
    let is_constant = |token: &&Token| matches!(token.kind, Kind::String | Kind::Number);
    walk.next()
        .filter(is_constant)
        .map(|token| token.text.clone())
        .ok_or_else(|| refuse::unsupported(format!("SHOW … WHERE … {near}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_know_any_one_and_escaped() {
        for (value, pattern, is) in [
            ("Version", "version", true),
            ("version_comment", "version%", true),
            ("version_comment", "%COM%", true),
            ("sql_mode", r"sql\_mode", true),
            ("sqlxmode", r"sql\_mode", false),
            ("abc", "a_c", true),
            ("abc", "a_", false),
            ("", "%", true),
        ] {
            assert_eq!(is_like(value, pattern), is, "{value} LIKE {pattern}");
        }
    }
}
