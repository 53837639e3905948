//! User variables and statements that a client prepares by name: `SET @x = ?`, `PREPARE s FROM @x`, `EXECUTE s USING @x`,
//! `DEALLOCATE PREPARE s`. rrx uses them to bind the values of a key. Only bound values are supported, not expressions.

use std::collections::HashMap;

use super::errors;
use super::tokens::{TokenCursor, TokenKind, tokenize};
use crate::demo::translate::{Parameter, SqlError};

/// Variables and statements that one client may have.
const MAX_NAMES: usize = 1024;

/// The user variables and prepared statements of a session.
#[derive(Debug, Default)]
pub(super) struct NamedStatements {
    variables: HashMap<String, Parameter>,
    statements: HashMap<String, String>,
}

impl NamedStatements {
    /// Returns whether a SET statement sets user variables. The cursor is after SET.
    pub(super) fn sets_user_variables(cursor: &TokenCursor<'_>) -> bool {
        cursor.peek().is_some_and(|token| token.kind == TokenKind::Variable && !token.text.starts_with("@@"))
    }

    /// Runs `SET @x = ?, …`. The cursor is after SET.
    ///
    /// # Errors
    /// 1064 (syntax), 1235 (not supported).
    pub(super) fn set(&mut self, mut cursor: TokenCursor<'_>, bound: &[Parameter]) -> Result<(), SqlError> {
        let mut bound = bound.iter();
        let mut set = Vec::new();
        loop {
            let name = parse_variable(&mut cursor)?;
            if !cursor.accept_sign('=') {
                return Err(errors::syntax_error(cursor.remaining_text()));
            }
            set.push((name, parse_value(&mut cursor, &mut bound)?));
            if cursor.is_at_end() {
                break;
            }
            if !cursor.accept_sign(',') {
                return Err(errors::syntax_error(cursor.remaining_text()));
            }
        }
        for (name, value) in set {
            self.variables.remove(&name);
            if value != Parameter::Null {
                self.variables.insert(name, value);
            }
        }
        self.check_limit()
    }

    /// Returns the name and the text of `PREPARE s FROM @x`. The cursor is after PREPARE.
    ///
    /// # Errors
    /// 1064 (syntax), 1065 (the variable has no text).
    pub(super) fn parse_prepare(&self, mut cursor: TokenCursor<'_>) -> Result<(String, String), SqlError> {
        let near = cursor.remaining_text();
        let name =
            cursor.accept_name().filter(|_| cursor.accept_word("FROM")).ok_or_else(|| errors::syntax_error(near))?;
        let text = match cursor.accept_string() {
            Some(text) => text,
            None => match self.variables.get(&parse_variable(&mut cursor)?) {
                Some(Parameter::Bytes(text)) => String::from_utf8_lossy(text).into_owned(),
                _ => return Err(errors::error(1065, "42000", "Query was empty")),
            },
        };
        if cursor.is_at_end() {
            Ok((name.to_lowercase(), text))
        } else {
            Err(errors::syntax_error(cursor.remaining_text()))
        }
    }

    /// Stores a prepared statement.
    ///
    /// # Errors
    /// 1235 if there are too many.
    pub(super) fn store(&mut self, name: String, text: String) -> Result<(), SqlError> {
        self.statements.insert(name, text);
        self.check_limit()
    }

    /// Runs `DEALLOCATE PREPARE s`. The cursor is after DEALLOCATE.
    ///
    /// # Errors
    /// 1064 (syntax), 1243 (unknown statement).
    pub(super) fn deallocate(&mut self, mut cursor: TokenCursor<'_>) -> Result<(), SqlError> {
        let near = cursor.remaining_text();
        let name = if cursor.accept_word("PREPARE") { cursor.accept_name() } else { None };
        let name = name.filter(|_| cursor.is_at_end()).ok_or_else(|| errors::syntax_error(near))?;
        self.statements
            .remove(&name.to_lowercase())
            .map(drop)
            .ok_or_else(|| unknown_statement(&name, "DEALLOCATE PREPARE"))
    }

    /// Returns the statement and the values of `EXECUTE s USING @x, …`, or `None` for any other text.
    ///
    /// # Errors
    /// 1064 (syntax), 1243 (unknown statement).
    pub(super) fn expand_execute(&self, text: &str) -> Result<Option<(String, Vec<Parameter>)>, SqlError> {
        let tokens = tokenize(text);
        let mut cursor = TokenCursor::new(text, &tokens);
        if !cursor.accept_word("EXECUTE") {
            return Ok(None);
        }
        let near = cursor.remaining_text();
        let name = cursor.accept_name().ok_or_else(|| errors::syntax_error(near))?;
        let statement = self.statements.get(&name.to_lowercase()).ok_or_else(|| unknown_statement(&name, "EXECUTE"))?;
        let mut values = Vec::new();
        let mut has_more = cursor.accept_word("USING");
        while has_more {
            values.push(self.variables.get(&parse_variable(&mut cursor)?).cloned().unwrap_or(Parameter::Null));
            has_more = cursor.accept_sign(',');
        }
        if !cursor.is_at_end() {
            return Err(errors::syntax_error(cursor.remaining_text()));
        }
        Ok(Some((statement.clone(), values)))
    }

    /// Removes everything if there are too many names.
    fn check_limit(&mut self) -> Result<(), SqlError> {
        if self.variables.len() + self.statements.len() <= MAX_NAMES {
            return Ok(());
        }
        *self = Self::default();
        Err(errors::unsupported("more than 1024 user variables and prepared statements"))
    }
}

/// Parses `@x`.
fn parse_variable(cursor: &mut TokenCursor<'_>) -> Result<String, SqlError> {
    let near = cursor.remaining_text();
    let token = cursor.next().filter(|token| token.kind == TokenKind::Variable && !token.text.starts_with("@@"));
    token.map(|token| token.text.to_lowercase()).ok_or_else(|| errors::syntax_error(near))
}

/// Parses NULL, `?`, `CAST(? AS SIGNED)` or `UNHEX(?)`.
fn parse_value<'p>(
    cursor: &mut TokenCursor<'_>,
    bound: &mut impl Iterator<Item = &'p Parameter>,
) -> Result<Parameter, SqlError> {
    if cursor.accept_word("NULL") {
        return Ok(Parameter::Null);
    }
    let near = cursor.remaining_text();
    let (is_cast, is_hex) = (cursor.accept_word("CAST"), cursor.accept_word("UNHEX"));
    if (is_cast || is_hex) && !cursor.accept_sign('(') {
        return Err(errors::syntax_error(near));
    }
    if !cursor.accept_sign('?') {
        return Err(errors::unsupported("user variables"));
    }
    let value = bound.next().cloned().ok_or_else(|| errors::syntax_error(near))?;
    let is_typed = !is_cast || (cursor.accept_word("AS") && cursor.accept_any(&["SIGNED", "UNSIGNED"]));
    if !is_typed || ((is_cast || is_hex) && !cursor.accept_sign(')')) {
        return Err(errors::syntax_error(cursor.remaining_text()));
    }
    Ok(match value {
        Parameter::Bytes(digits) if is_hex => unhex(&digits).map_or(Parameter::Null, Parameter::Bytes),
        value => value,
    })
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digits = std::str::from_utf8(digits).ok()?;
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

fn unknown_statement(name: &str, verb: &str) -> SqlError {
    errors::error(1243, "HY000", format!("Unknown prepared statement handler ({name}) given to {verb}"))
}
