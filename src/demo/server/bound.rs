//! Values that a client sets beside a statement and statements that it prepares by name, as rrx does for the values of a
//! key: `SET @x = ?`, `PREPARE s FROM @x`, `EXECUTE s USING @x`, `DEALLOCATE PREPARE s`. Nothing is evaluated here.

use std::collections::HashMap;

use super::refuse;
use super::tokens::{Kind, Walk, tokens};
use crate::demo::translate::{Parameter, SqlError};

/// Names that one client may have.
const MOST: usize = 1024;

/// What a client has set and prepared.
#[derive(Debug, Default)]
pub(super) struct Named {
    values: HashMap<String, Parameter>,
    statements: HashMap<String, String>,
}

impl Named {
    /// Whether a SET, without its first word, is of such values.
    pub(super) fn is_meant(walk: &Walk<'_>) -> bool {
        walk.peek().is_some_and(|token| token.kind == Kind::Variable && !token.text.starts_with("@@"))
    }

    /// `SET @x = ?, …`, without its first word.
    ///
    /// # Errors
    /// 1064, 1235.
    pub(super) fn set(&mut self, mut walk: Walk<'_>, bound: &[Parameter]) -> Result<(), SqlError> {
        let mut bound = bound.iter();
        let mut set = Vec::new();
        loop {
            let name = variable(&mut walk)?;
            if !walk.sign('=') {
                return Err(refuse::syntax(walk.rest()));
            }
            set.push((name, value(&mut walk, &mut bound)?));
            if walk.is_done() {
                break;
            }
            if !walk.sign(',') {
                return Err(refuse::syntax(walk.rest()));
            }
        }
        for (name, value) in set {
            self.values.remove(&name);
            if value != Parameter::Null {
                self.values.insert(name, value);
            }
        }
        self.bounded()
    }

    /// The name and the text of `PREPARE s FROM @x`, without its first word.
    ///
    /// # Errors
    /// 1064, 1065.
    pub(super) fn named(&self, mut walk: Walk<'_>) -> Result<(String, String), SqlError> {
        let near = walk.rest();
        let name = walk.name().filter(|_| walk.word("FROM")).ok_or_else(|| refuse::syntax(near))?;
        let text = match walk.string() {
            Some(text) => text,
            None => match self.values.get(&variable(&mut walk)?) {
                Some(Parameter::Bytes(text)) => String::from_utf8_lossy(text).into_owned(),
                _ => return Err(refuse::error(1065, "42000", "Query was empty")),
            },
        };
        if walk.is_done() { Ok((name.to_lowercase(), text)) } else { Err(refuse::syntax(walk.rest())) }
    }

    /// Keeps a prepared statement.
    ///
    /// # Errors
    /// 1235 where there are too many.
    pub(super) fn keep(&mut self, name: String, text: String) -> Result<(), SqlError> {
        self.statements.insert(name, text);
        self.bounded()
    }

    /// Forgets the statement of `DEALLOCATE PREPARE s`, without its first word.
    ///
    /// # Errors
    /// 1064, 1243.
    pub(super) fn forget(&mut self, mut walk: Walk<'_>) -> Result<(), SqlError> {
        let near = walk.rest();
        let name = if walk.word("PREPARE") { walk.name() } else { None };
        let name = name.filter(|_| walk.is_done()).ok_or_else(|| refuse::syntax(near))?;
        self.statements.remove(&name.to_lowercase()).map(drop).ok_or_else(|| unknown(&name, "DEALLOCATE PREPARE"))
    }

    /// The statement and the values of `EXECUTE s USING @x, …`; `None` for any other text.
    ///
    /// # Errors
    /// 1064, 1243.
    pub(super) fn executed(&self, text: &str) -> Result<Option<(String, Vec<Parameter>)>, SqlError> {
        let tokens = tokens(text);
        let mut walk = Walk::new(text, &tokens);
        if !walk.word("EXECUTE") {
            return Ok(None);
        }
        let near = walk.rest();
        let name = walk.name().ok_or_else(|| refuse::syntax(near))?;
        let statement = self.statements.get(&name.to_lowercase()).ok_or_else(|| unknown(&name, "EXECUTE"))?;
        let mut values = Vec::new();
        let mut goes_on = walk.word("USING");
        while goes_on {
            values.push(self.values.get(&variable(&mut walk)?).cloned().unwrap_or(Parameter::Null));
            goes_on = walk.sign(',');
        }
        if !walk.is_done() {
            return Err(refuse::syntax(walk.rest()));
        }
        Ok(Some((statement.clone(), values)))
    }

    fn bounded(&mut self) -> Result<(), SqlError> {
        if self.values.len() + self.statements.len() <= MOST {
            return Ok(());
        }
        *self = Self::default();
        Err(refuse::unsupported("so many user variables and prepared statements"))
    }
}

/// The name of `@x`.
fn variable(walk: &mut Walk<'_>) -> Result<String, SqlError> {
    let near = walk.rest();
    let token = walk.next().filter(|token| token.kind == Kind::Variable && !token.text.starts_with("@@"));
    token.map(|token| token.text.to_lowercase()).ok_or_else(|| refuse::syntax(near))
}

/// A bound value, whose type a cast may name or that may be hexadecimal digits, or NULL.
fn value<'p>(walk: &mut Walk<'_>, bound: &mut impl Iterator<Item = &'p Parameter>) -> Result<Parameter, SqlError> {
    if walk.word("NULL") {
        return Ok(Parameter::Null);
    }
    let near = walk.rest();
    let (is_cast, is_digits) = (walk.word("CAST"), walk.word("UNHEX"));
    if (is_cast || is_digits) && !walk.sign('(') {
        return Err(refuse::syntax(near));
    }
    if !walk.sign('?') {
        return Err(refuse::unsupported("user variables"));
    }
    let value = bound.next().cloned().ok_or_else(|| refuse::syntax(near))?;
    let is_typed = !is_cast || (walk.word("AS") && walk.any(&["SIGNED", "UNSIGNED"]));
    if !is_typed || ((is_cast || is_digits) && !walk.sign(')')) {
        return Err(refuse::syntax(walk.rest()));
    }
    Ok(match value {
        Parameter::Bytes(digits) if is_digits => unhex(&digits).map_or(Parameter::Null, Parameter::Bytes),
        value => value,
    })
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digits = std::str::from_utf8(digits).ok()?;
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

fn unknown(name: &str, verb: &str) -> SqlError {
    refuse::error(1243, "HY000", format!("Unknown prepared statement handler ({name}) given to {verb}"))
}
