//! Finds the expression behind a column of a result in the text of its statement.

use super::Dialect;
use super::guard::GuardTokens;
use super::lex::{TokenKind, lex};

/// Returns the expression that has this alias in the outermost list of a SELECT.
#[must_use]
pub fn aliased_expression<'a>(statement: &'a str, dialect: Dialect, alias: &str) -> Option<&'a str> {
    let tokens = lex(statement, dialect);
    let tokens = GuardTokens::new(statement, &tokens);
    let (mut start, mut depth) = (None, 0_usize);
    for at in 0..tokens.len() {
        if tokens.is_mark(at, "(") {
            depth += 1;
        } else if tokens.is_mark(at, ")") {
            depth = depth.saturating_sub(1);
        }
        if depth > 0 {
            continue;
        }
        if tokens.is(at, "SELECT") || tokens.is_mark(at, ",") {
            start = Some(at + 1);
        } else if tokens.is(at, "FROM") {
            return None;
        } else if let Some(first) = start.filter(|first| *first < at)
            && is_name(&tokens, at, alias)
            && (at + 1 == tokens.len() || tokens.is_mark(at + 1, ",") || tokens.is(at + 1, "FROM"))
        {
            let last = if tokens.is(at - 1, "AS") { at - 1 } else { at };
            return (first < last).then(|| statement.get(tokens.span_between(first, last - 1)))?;
        }
    }
    None
}

/// Whether the token is this name. An alias may also be a text literal.
fn is_name(tokens: &GuardTokens<'_>, at: usize, name: &str) -> bool {
    match tokens.kind(at) {
        Some(TokenKind::String) => tokens.text(at).trim_matches(['"', '\'']).eq_ignore_ascii_case(name),
        _ => tokens.name(at).is_some_and(|written| written.eq_ignore_ascii_case(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expression_of_an_alias_is_found_in_the_outermost_list() {
        let of = |text, alias| aliased_expression(text, Dialect::default(), alias);
        let text =
            "SELECT id, LAG(b8) OVER (ORDER BY id, x) AS l, COALESCE(a, 1) `c d`, (SELECT MAX(y) l2 FROM t) z FROM b";
        assert_eq!(of(text, "L"), Some("LAG(b8) OVER (ORDER BY id, x)"));
        assert_eq!(of(text, "c d"), Some("COALESCE(a, 1)"));
        assert_eq!(of(text, "z"), Some("(SELECT MAX(y) l2 FROM t)"));
        assert_eq!((of(text, "l2"), of(text, "id"), of(text, "b")), (None, None, None));
        assert_eq!(of("SELECT x FROM (SELECT COALESCE(a, 1) AS x FROM t) d", "x"), None);
        assert_eq!(of("WITH q AS (SELECT 1 AS n) SELECT IFNULL(n, 2) m FROM q", "m"), Some("IFNULL(n, 2)"));
        assert_eq!(of("SELECT GREATEST(1, 2) g", "g"), Some("GREATEST(1, 2)"));
    }
}
