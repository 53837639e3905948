//! What a statement may change in its session, as far as its text shows.

use super::Dialect;
use super::guard::GuardTokens;
use super::keywords::{is_function, is_keyword};
use super::lex::{TokenKind, lex};
use super::set_statement::{SetTarget, items};

/// Returns the name that a `USE` statement makes the current database, as it is written.
#[must_use]
pub fn used_database(statement: &str, dialect: Dialect) -> Option<String> {
    let tokens = lex(statement, dialect);
    let tokens = GuardTokens::new(statement, &tokens);
    if !tokens.is(0, "USE") {
        return None;
    }
    let name = tokens.text(1);
    let quote = name.chars().next().filter(|first| matches!(first, '`' | '"'));
    match quote {
        None => Some(name.to_owned()).filter(|name| !name.is_empty()),
        Some(quote) => {
            let inside = name.get(1..name.len().saturating_sub(1)).unwrap_or_default();
            Some(inside.replace(&format!("{quote}{quote}"), &quote.to_string()))
        }
    }
}

/// Returns the text of the value that a SET statement assigns to this session variable, given in lower case.
#[must_use]
pub fn assigned_value<'a>(statement: &'a str, dialect: Dialect, name: &str) -> Option<&'a str> {
    let tokens = lex(statement, dialect);
    let tokens = GuardTokens::new(statement, &tokens);
    if !tokens.is(0, "SET") {
        return None;
    }
    let is_it = |target: &SetTarget| matches!(target, SetTarget::SessionVariable(variable) if variable == name);
    let item = items(&tokens).into_iter().rev().find(|item| is_it(&item.target))?;
    statement.get(tokens.span_between(item.value.start, item.value.end.saturating_sub(1)))
}

/// Whether a statement may call a stored function by its name: it calls something that is no function of the server. A stored
/// function that a view calls does not show.
#[must_use]
pub fn may_call_stored_function(statement: &str, dialect: Dialect) -> bool {
    let tokens = lex(statement, dialect);
    let tokens = GuardTokens::new(statement, &tokens);
    (0..tokens.len()).any(|at| {
        if !tokens.is_mark(at + 1, "(") {
            return false;
        }
        match tokens.kind(at) {
            Some(TokenKind::QuotedIdentifier) => true,
            // After a dot it is the name of a routine, whatever the word.
            Some(TokenKind::Word) => {
                let word = tokens.text(at);
                tokens.keyword(at).is_none() || !(is_function(word) || is_keyword(word))
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_statement_names_its_database_without_quotes() {
        let used = |text| used_database(text, Dialect::default());
        assert_eq!(used("use Clinic_EU").as_deref(), Some("Clinic_EU"));
        assert_eq!(used("USE /* x */ `a``b`").as_deref(), Some("a`b"));
        assert_eq!(used("SELECT 1"), None);
        let ansi = Dialect { sql_mode: super::super::SqlMode::parse("ANSI_QUOTES"), ..Dialect::default() };
        assert_eq!(used_database("USE \"a\"\"b\"", ansi).as_deref(), Some("a\"b"));
    }

    #[test]
    fn a_set_is_found_in_every_spelling() {
        for text in [
            "SET sql_mode = ''",
            "set @a = 1, session SQL_MODE := 'ANSI'",
            "SET @@sql_mode = CONCAT(@@sql_mode, ',ANSI')",
            "SET @@local.sql_mode = DEFAULT",
        ] {
            assert!(assigned_value(text, Dialect::default(), "sql_mode").is_some(), "{text}");
        }
        let value = |text| assigned_value(text, Dialect::default(), "profiling");
        assert_eq!(value("SET profiling = 1, @profiling = 0"), Some("1"));
        assert_eq!(value("SET profiling = 1 + 1, profiling = OFF"), Some("OFF"));
        assert_eq!((value("SET @profiling = 1"), value("SELECT 'SET profiling = 1'")), (None, None));
    }

    #[test]
    fn calls_of_functions_that_the_server_does_not_have_are_found() {
        let calls = |text| may_call_stored_function(text, Dialect::default());
        for text in ["SELECT f(1)", "SELECT `count`(1)", "SELECT ops.abs (1)", "SELECT 1 + my_fn ()"] {
            assert!(calls(text), "{text}");
        }
        for text in [
            "SELECT SQL_CALC_FOUND_ROWS COUNT(*), IF(a, 1, 2) FROM t WHERE a IN (1, 2) LIMIT 1",
            "SELECT FOUND_ROWS()",
            "SHOW WARNINGS",
            "SELECT JSON_EXTRACT(a, '$.b'), ROW_NUMBER() OVER (PARTITION BY c), CAST(a AS CHAR(10)) FROM t",
        ] {
            assert!(!calls(text), "{text}");
        }
    }
}
