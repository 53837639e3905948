//! Which statements have a plan, and the text that asks the server for it.

use std::ops::Range;

use crate::domain::sql::lex::{Token, TokenKind, lex};
use crate::domain::sql::{Dialect, ServerFamily};

/// The words that a query begins with.
const QUERY_VERBS: [&str; 4] = ["SELECT", "WITH", "TABLE", "VALUES"];

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

/// Returns the part of a statement whose plan says how many rows the server reads when the statement runs: a query, or the query
/// that an `EXPLAIN ANALYZE` or an `ANALYZE` runs. Returns `None` for all other statements.
#[must_use]
pub fn query_that_runs(statement: &str, dialect: Dialect) -> Option<&str> {
    let words = Words::of(statement, dialect);
    let prefix = words.prefix();
    let verb = words.after_parentheses(words.after_schema(prefix.end));
    if !words.is_any(verb, &QUERY_VERBS) {
        return None;
    }
    match prefix.effect {
        PrefixEffect::None => Some(statement),
        PrefixEffect::Explains => None,
        PrefixEffect::Runs => statement.get(words.start(prefix.end)?..),
    }
}

/// Returns the part of a statement that has a plan: the statement, without an EXPLAIN or ANALYZE before it.
///
/// # Errors
/// [`Unexplainable`] for anything but a query.
pub fn explainable(statement: &str, dialect: Dialect) -> Result<Range<usize>, Unexplainable> {
    let words = Words::of(statement, dialect);
    let prefix = words.prefix();
    let Some(start) = words.start(prefix.end) else { return Err(Unexplainable::Empty) };
    let verb = words.word(words.after_parentheses(prefix.end)).unwrap_or_default();
    match verb.as_str() {
        query if QUERY_VERBS.contains(&query) => Ok(start..statement.len()),
        write @ ("INSERT" | "REPLACE" | "UPDATE" | "DELETE") => Err(Unexplainable::Write(write.to_owned())),
        "" => Err(Unexplainable::NoQuery("This text".to_owned())),
        other => Err(Unexplainable::NoQuery(other.to_owned())),
    }
}

/// What the words before a query do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PrefixEffect {
    /// There are no such words.
    None,
    /// The server shows the plan and reads no rows.
    Explains,
    /// The server runs the query to measure it.
    Runs,
}

/// An EXPLAIN or ANALYZE with its options.
struct Prefix {
    /// The number of the token after it.
    end: usize,
    effect: PrefixEffect,
}

/// The tokens of a statement, without spaces and comments.
struct Words<'a> {
    statement: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Words<'a> {
    fn of(statement: &'a str, dialect: Dialect) -> Self {
        let is_kept = |token: &Token| !token.is_ignored() && !token.is_marker();
        Self { statement, tokens: lex(statement, dialect).into_iter().filter(is_kept).collect() }
    }

    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text(self.statement))
    }

    /// Returns a word in upper case; `None` for quoted names and everything else.
    fn word(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Word)?;
        Some(token.text(self.statement).to_ascii_uppercase())
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        self.word(at).is_some_and(|word| words.contains(&word.as_str()))
    }

    /// Returns the first byte of a token.
    fn start(&self, at: usize) -> Option<usize> {
        self.tokens.get(at).map(|token| token.span.start)
    }

    /// Reads `EXPLAIN [ANALYZE] [FORMAT = …]`, or MariaDB's `ANALYZE [FORMAT = …]`.
    fn prefix(&self) -> Prefix {
        let mut effect = match self.word(0).as_deref() {
            Some("EXPLAIN" | "DESCRIBE" | "DESC") => PrefixEffect::Explains,
            // ANALYZE TABLE is maintenance.
            Some("ANALYZE") if !self.is_any(1, &["TABLE", "TABLES"]) => PrefixEffect::Runs,
            _ => return Prefix { end: 0, effect: PrefixEffect::None },
        };
        let mut end = 1;
        loop {
            if self.is_any(end, &["ANALYZE"]) {
                effect = PrefixEffect::Runs;
                end += 1;
            } else if self.is_any(end, &["EXTENDED", "PARTITIONS"]) {
                end += 1;
            } else if self.is_any(end, &["FORMAT"]) && self.text(end + 1) == "=" {
                end += 3;
            } else {
                return Prefix { end, effect };
            }
        }
    }

    /// Skips `FOR SCHEMA name`, which may be between EXPLAIN and the query.
    fn after_schema(&self, at: usize) -> usize {
        let is_schema = self.is_any(at, &["FOR"]) && self.is_any(at + 1, &["SCHEMA", "DATABASE"]);
        if is_schema { at + 3 } else { at }
    }

    fn after_parentheses(&self, mut at: usize) -> usize {
        while self.text(at) == "(" {
            at += 1;
        }
        at
    }
}
