//! Which statements have a plan, and the text that asks the server for it.

use std::ops::Range;

use crate::domain::sql::lex::{Token, TokenKind, lex};
use crate::domain::sql::{Dialect, ServerFamily};

/// How the server writes a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainFormat {
    /// One JSON value, with the conditions.
    Json,
    /// A row for each table. Every server has this format.
    Traditional,
}

impl ExplainFormat {
    /// Returns the best format that the server has.
    #[must_use]
    pub fn best(server: ServerFamily) -> Self {
        match server {
            ServerFamily::MySql | ServerFamily::MariaDb => Self::Json,
            ServerFamily::Other => Self::Traditional,
        }
    }

    /// Returns the words before the statement. MySQL 9 answers a plain EXPLAIN in another format.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Json => "EXPLAIN FORMAT=JSON ",
            Self::Traditional => "EXPLAIN FORMAT=TRADITIONAL ",
        }
    }
}

/// Why there is no plan of a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexplainable {
    /// The server shows plans of writes only to sessions that may write.
    #[error("The server shows no plan of {0} here, because the session is read-only.")]
    Write(String),
    /// It begins with this word.
    #[error("{0} has no plan: only SELECT, WITH and TABLE have one.")]
    NoQuery(String),
    #[error("There is no statement.")]
    Empty,
}

/// Returns whether a statement reads rows as its plan says, and is not itself an EXPLAIN.
#[must_use]
pub fn is_query(statement: &str, dialect: Dialect) -> bool {
    let tokens = lex(statement, dialect);
    let mut words = tokens.iter().filter(|token| !token.is_ignored() && !token.is_marker());
    let first =
        words.find(|token| token.text(statement) != "(").map(|token| token.text(statement).to_ascii_uppercase());
    matches!(first.as_deref(), Some("SELECT" | "WITH" | "TABLE" | "VALUES"))
}

/// Returns the part of a statement that has a plan: the statement, without an EXPLAIN before it.
///
/// # Errors
/// [`Unexplainable`] for anything but a query.
pub fn explainable(statement: &str, dialect: Dialect) -> Result<Range<usize>, Unexplainable> {
    let all = lex(statement, dialect);
    let tokens: Vec<&Token> = all.iter().filter(|token| !token.is_ignored() && !token.is_marker()).collect();
    let word = |at: usize| {
        let token = tokens.get(at).filter(|token| token.kind == TokenKind::Word)?;
        Some(token.text(statement).to_ascii_uppercase())
    };
    let is = |at: usize, words: &[&str]| word(at).is_some_and(|word| words.contains(&word.as_str()));
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text(statement));
    let mut at = 0;
    if is(0, &["EXPLAIN", "DESCRIBE", "DESC"]) {
        at += 1;
        while is(at, &["EXTENDED", "PARTITIONS", "ANALYZE"]) || (is(at, &["FORMAT"]) && text(at + 1) == "=") {
            at += if is(at, &["FORMAT"]) { 3 } else { 1 };
        }
    }
    let mut verb = at;
    while text(verb) == "(" {
        verb += 1;
    }
    let Some(start) = tokens.get(at).map(|token| token.span.start) else { return Err(Unexplainable::Empty) };
    match word(verb).unwrap_or_default().as_str() {
        "SELECT" | "WITH" | "TABLE" | "VALUES" => Ok(start..statement.len()),
        write @ ("INSERT" | "REPLACE" | "UPDATE" | "DELETE") => Err(Unexplainable::Write(write.to_owned())),
        "" => Err(Unexplainable::NoQuery("This text".to_owned())),
        other => Err(Unexplainable::NoQuery(other.to_owned())),
    }
}
