//! Finds the LIMIT that ends a statement early. EXPLAIN counts the rows as if there were none.

use crate::domain::sql::Dialect;
use crate::domain::sql::lex::{Token, TokenKind, lex};

/// Functions that read all rows before they return one. A call of another function that does so is not known.
const AGGREGATES: [&str; 20] = [
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "GROUP_CONCAT",
    "JSON_ARRAYAGG",
    "JSON_OBJECTAGG",
    "BIT_AND",
    "BIT_OR",
    "BIT_XOR",
    "STD",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "VARIANCE",
    "VAR_POP",
    "VAR_SAMP",
    "ANY_VALUE",
    "MEDIAN",
];

/// Words of clauses that read all rows before they return one.
const BLOCKING: [&str; 8] =
    ["UNION", "INTERSECT", "EXCEPT", "DISTINCT", "GROUP", "HAVING", "SQL_CALC_FOUND_ROWS", "OVER"];

/// Returns after how many rows the statement ends: its LIMIT with its OFFSET. Returns `None` if it has none, or if the statement
/// may have to read all rows for the first one.
#[must_use]
pub fn limit_of(statement: &str, dialect: Dialect) -> Option<u64> {
    let all = lex(statement, dialect);
    let tokens: Vec<&Token> = all.iter().filter(|token| !token.is_ignored() && !token.is_marker()).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text(statement));
    let is_word = |at: usize, words: &[&str]| {
        let is_word = tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word);
        is_word && words.iter().any(|word| text(at).eq_ignore_ascii_case(word))
    };
    if !is_word(0, &["SELECT", "TABLE"]) {
        return None;
    }
    let mut depth = 0_usize;
    let mut limit = None;
    for at in 0..tokens.len() {
        match text(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            // Also in parentheses: `SELECT (COUNT(*))`.
            _ if is_word(at, &AGGREGATES) && text(at + 1) == "(" => return None,
            _ if depth > 0 => {}
            _ if is_word(at, &BLOCKING) => return None,
            _ if is_word(at, &["LIMIT"]) => limit = Some(at + 1),
            _ => {}
        }
    }
    let at = limit?;
    let number = |at: usize| text(at).parse::<u64>().ok();
    let first = number(at)?;
    let is_pair = text(at + 1) == "," || is_word(at + 1, &["OFFSET"]);
    if is_pair { number(at + 2).map(|second| first.saturating_add(second)) } else { Some(first) }
}
