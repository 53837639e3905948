//! Finds out which statement a text is. SELECT statements are left to the translator.

use super::errors;
use super::tokens::{Token, TokenCursor, TokenKind, tokenize};
use crate::demo::translate::SqlError;

/// A statement by its kind. A cursor is after the first word.
pub(super) enum Statement<'a> {
    /// A statement for the translator.
    Select {
        text: &'a str,
        tokens: &'a [Token],
    },
    /// `SELECT SLEEP(n)`, with the seconds.
    Sleep(f64),
    Show(TokenCursor<'a>),
    Describe(TokenCursor<'a>),
    Explain {
        text: &'a str,
        tokens: &'a [Token],
    },
    Set(TokenCursor<'a>),
    Prepare(TokenCursor<'a>),
    Deallocate(TokenCursor<'a>),
    /// The name of the database.
    Use(String),
    Kill(TokenCursor<'a>),
    /// Begins or ends a transaction, which does nothing: the data never changes.
    Transaction,
    /// A statement that would change data.
    Write,
}

/// First words of statements that change data.
const WRITES: &[&str] = &[
    "INSERT",
    "UPDATE",
    "DELETE",
    "REPLACE",
    "CREATE",
    "ALTER",
    "DROP",
    "TRUNCATE",
    "RENAME",
    "LOAD",
    "GRANT",
    "REVOKE",
    "OPTIMIZE",
    "REPAIR",
    "IMPORT",
    "INSTALL",
    "UNINSTALL",
];

/// First words of statements that a real server supports and the demo does not.
const UNSUPPORTED: &[&str] = &[
    "ANALYZE",
    "BACKUP",
    "BINLOG",
    "CACHE",
    "CALL",
    "CHANGE",
    "CHECK",
    "CHECKSUM",
    "DO",
    "EXECUTE",
    "FLUSH",
    "GET",
    "HANDLER",
    "HELP",
    "LOCK",
    "PURGE",
    "RELEASE",
    "RESET",
    "RESIGNAL",
    "SAVEPOINT",
    "SHUTDOWN",
    "SIGNAL",
    "SLAVE",
    "STOP",
    "XA",
];

/// Owns the tokens that a [`Statement`] borrows.
#[derive(Default)]
pub(super) struct TokenBuffer {
    tokens: Vec<Token>,
}

/// Splits a text at each `;` into statements. Parts with only spaces and comments are skipped.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut ends: Vec<usize> =
        tokenize(text).iter().filter(|token| token.is_sign(';')).map(|token| token.start).collect();
    ends.push(text.len());
    let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
    let pieces = starts.zip(&ends).filter_map(|(start, end)| text.get(start..*end)).map(str::trim);
    pieces.filter(|piece| !tokenize(piece).is_empty()).collect()
}

/// Parses a text as one statement.
///
/// # Errors
/// 1064 (syntax), 1065 (empty), 1235 (not supported).
pub(super) fn parse<'a>(text: &'a str, buffer: &'a mut TokenBuffer) -> Result<Statement<'a>, SqlError> {
    buffer.tokens = tokenize(text);
    let mut end = text.len();
    if let Some(broken) = buffer.tokens.iter().find(|token| token.kind == TokenKind::Broken) {
        return Err(errors::syntax_error(text.get(broken.start..).unwrap_or_default()));
    }
    if let Some(at) = buffer.tokens.iter().position(|token| token.is_sign(';')) {
        if let Some(next) = buffer.tokens.get(at + 1) {
            return Err(errors::syntax_error(text.get(next.start..).unwrap_or_default()));
        }
        end = buffer.tokens.get(at).map_or(end, |token| token.start);
        buffer.tokens.truncate(at);
    }
    let text = text.get(..end).unwrap_or(text);
    classify(text, &buffer.tokens)
}

/// Finds out which statement the tokens are.
fn classify<'a>(text: &'a str, tokens: &'a [Token]) -> Result<Statement<'a>, SqlError> {
    let Some(first) = tokens.first() else {
        return Err(errors::error(1065, "42000", "Query was empty"));
    };
    let mut cursor = TokenCursor::new(text, tokens);
    if first.is_sign('(') {
        return Ok(Statement::Select { text, tokens });
    }
    if let Some(seconds) = sleep_seconds(tokens) {
        return Ok(Statement::Sleep(seconds));
    }
    let word = if first.kind == TokenKind::Word { first.text.to_ascii_uppercase() } else { String::new() };
    cursor.next();
    Ok(match word.as_str() {
        "SELECT" | "WITH" | "VALUES" => Statement::Select { text, tokens },
        "SHOW" => Statement::Show(cursor),
        "DESCRIBE" | "DESC" | "EXPLAIN" => describe_or_explain(cursor)?,
        "SET" => Statement::Set(cursor),
        "PREPARE" => Statement::Prepare(cursor),
        "DEALLOCATE" => Statement::Deallocate(cursor),
        "USE" => match (cursor.accept_name(), cursor.is_at_end()) {
            (Some(name), true) => Statement::Use(name),
            _ => return Err(errors::syntax_error(cursor.remaining_text())),
        },
        "KILL" => Statement::Kill(cursor),
        "BEGIN" | "COMMIT" | "ROLLBACK" => Statement::Transaction,
        "START" if cursor.accept_word("TRANSACTION") => start_transaction(cursor)?,
        "UNLOCK" if cursor.accept_any(&["TABLES", "TABLE"]) => Statement::Transaction,
        word if WRITES.contains(&word) => Statement::Write,
        word if UNSUPPORTED.contains(&word) => return Err(errors::unsupported(word)),
        _ => return Err(errors::syntax_error(text.get(first.start..).unwrap_or_default())),
    })
}

fn start_transaction(mut cursor: TokenCursor<'_>) -> Result<Statement<'_>, SqlError> {
    while !cursor.is_at_end() {
        if cursor.accept_words(&["READ", "WRITE"]) {
            return Err(errors::read_only_server());
        }
        let known = cursor.accept_words(&["READ", "ONLY"]) || cursor.accept_words(&["WITH", "CONSISTENT", "SNAPSHOT"]);
        if !known || !(cursor.is_at_end() || cursor.accept_sign(',')) {
            return Err(errors::syntax_error(cursor.remaining_text()));
        }
    }
    Ok(Statement::Transaction)
}

fn describe_or_explain(mut cursor: TokenCursor<'_>) -> Result<Statement<'_>, SqlError> {
    let is_statement = |token: &Token| {
        token.is_sign('(')
            || ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES"]
                .iter()
                .any(|word| token.is_word(word))
    };
    if cursor.accept_any(&["EXTENDED", "PARTITIONS"]) && !cursor.peek().is_some_and(is_statement) {
        return Err(errors::syntax_error(cursor.remaining_text()));
    }
    if cursor.peek().is_some_and(|token| token.is_word("FORMAT")) {
        let traditional = cursor.remaining().get(2).is_some_and(|token| token.text.eq_ignore_ascii_case("traditional"));
        if !traditional {
            return Err(errors::unsupported("EXPLAIN FORMAT"));
        }
        (0..3).for_each(|_| {
            cursor.next();
        });
    }
    match cursor.peek() {
        Some(token) if is_statement(token) => {
            Ok(Statement::Explain { text: cursor.remaining_text(), tokens: cursor.remaining() })
        }
        Some(token) if matches!(token.kind, TokenKind::Word | TokenKind::Name) => Ok(Statement::Describe(cursor)),
        _ => Err(errors::syntax_error(cursor.remaining_text())),
    }
}

/// Returns the seconds of `SELECT SLEEP(n)`.
fn sleep_seconds(tokens: &[Token]) -> Option<f64> {
    let [select, sleep, open, seconds, close] = tokens else { return None };
    let is_sleep = select.is_word("SELECT") && sleep.is_word("SLEEP") && open.is_sign('(') && close.is_sign(')');
    if is_sleep && seconds.kind == TokenKind::Number { seconds.text.parse().ok() } else { None }
}

/// Returns the text after the first word. It is the label of a column that consists of one expression.
pub(super) fn after_first_word(text: &str) -> &str {
    let text = text.trim().trim_end_matches(';').trim_end();
    text.split_once(char::is_whitespace).map_or(text, |(_, rest)| rest.trim_start())
}
