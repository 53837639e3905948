//! Which statement a text is. Select statements go to the translator as they are; what the replica answers itself is told apart here.

use super::refuse;
use super::tokens::{Kind, Token, Walk, tokens};
use crate::demo::translate::SqlError;

/// A statement.
pub(super) enum Statement<'a> {
    /// For the translator.
    Select { text: &'a str, tokens: &'a [Token] },
    /// `SELECT SLEEP(n)`.
    Sleep(f64),
    /// SHOW, without its first word.
    Show(Walk<'a>),
    /// DESCRIBE of a table, without its first word.
    Describe(Walk<'a>),
    /// EXPLAIN of a statement.
    Explain { text: &'a str, tokens: &'a [Token] },
    /// SET, without its first word.
    Set(Walk<'a>),
    /// PREPARE of a named statement, without its first word.
    Prepare(Walk<'a>),
    /// DEALLOCATE of one, without its first word.
    Deallocate(Walk<'a>),
    /// USE.
    Use(String),
    /// KILL, without its first word.
    Kill(Walk<'a>),
    /// Transactions over data that never changes.
    Nothing,
    /// Whatever would change data.
    Write,
}

/// First words of statements that write.
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

/// First words of statements that a real server knows and this one does not.
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

/// What a text holds: its tokens, which the statement borrows.
pub(super) struct Read {
    tokens: Vec<Token>,
}

/// The statements of a text, without the `;` between them. Pieces of nothing but blanks and comments are none.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut ends: Vec<usize> =
        tokens(text).iter().filter(|token| token.is_sign(';')).map(|token| token.start).collect();
    ends.push(text.len());
    let begins = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
    let pieces = begins.zip(&ends).filter_map(|(begin, end)| text.get(begin..*end)).map(str::trim);
    pieces.filter(|piece| !tokens(piece).is_empty()).collect()
}

/// Reads a text.
///
/// # Errors
/// 1064, 1065, 1235.
pub(super) fn read<'a>(text: &'a str, room: &'a mut Read) -> Result<Statement<'a>, SqlError> {
    room.tokens = tokens(text);
    let mut end = text.len();
    if let Some(broken) = room.tokens.iter().find(|token| token.kind == Kind::Broken) {
        return Err(refuse::syntax(text.get(broken.start..).unwrap_or_default()));
    }
    if let Some(at) = room.tokens.iter().position(|token| token.is_sign(';')) {
        if let Some(next) = room.tokens.get(at + 1) {
            return Err(refuse::syntax(text.get(next.start..).unwrap_or_default()));
        }
        end = room.tokens.get(at).map_or(end, |token| token.start);
        room.tokens.truncate(at);
    }
    let text = text.get(..end).unwrap_or(text);
    of_tokens(text, &room.tokens)
}

fn of_tokens<'a>(text: &'a str, tokens: &'a [Token]) -> Result<Statement<'a>, SqlError> {
    let Some(first) = tokens.first() else {
        return Err(refuse::error(1065, "42000", "Query was empty"));
    };
    let mut walk = Walk::new(text, tokens);
    if first.is_sign('(') {
        return Ok(Statement::Select { text, tokens });
    }
    if let Some(seconds) = sleep(tokens) {
        return Ok(Statement::Sleep(seconds));
    }
    let word = if first.kind == Kind::Word { first.text.to_ascii_uppercase() } else { String::new() };
    walk.next();
    Ok(match word.as_str() {
        "SELECT" | "WITH" | "VALUES" => Statement::Select { text, tokens },
        "SHOW" => Statement::Show(walk),
        "DESCRIBE" | "DESC" | "EXPLAIN" => describe(walk)?,
        "SET" => Statement::Set(walk),
        "PREPARE" => Statement::Prepare(walk),
        "DEALLOCATE" => Statement::Deallocate(walk),
        "USE" => match (walk.name(), walk.is_done()) {
            (Some(name), true) => Statement::Use(name),
            _ => return Err(refuse::syntax(walk.rest())),
        },
        "KILL" => Statement::Kill(walk),
        "BEGIN" | "COMMIT" | "ROLLBACK" => Statement::Nothing,
        "START" if walk.word("TRANSACTION") => start(walk)?,
        "UNLOCK" if walk.any(&["TABLES", "TABLE"]) => Statement::Nothing,
        word if WRITES.contains(&word) => Statement::Write,
        word if UNSUPPORTED.contains(&word) => return Err(refuse::unsupported(word)),
        _ => return Err(refuse::syntax(text.get(first.start..).unwrap_or_default())),
    })
}

fn start(mut walk: Walk<'_>) -> Result<Statement<'_>, SqlError> {
    while !walk.is_done() {
        if walk.words(&["READ", "WRITE"]) {
            return Err(refuse::read_only_server());
        }
        let known = walk.words(&["READ", "ONLY"]) || walk.words(&["WITH", "CONSISTENT", "SNAPSHOT"]);
        if !known || !(walk.is_done() || walk.sign(',')) {
            return Err(refuse::syntax(walk.rest()));
        }
    }
    Ok(Statement::Nothing)
}

fn describe(mut walk: Walk<'_>) -> Result<Statement<'_>, SqlError> {
    let is_statement = |token: &Token| {
        token.is_sign('(')
            || ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES"].iter().any(|word| token.is(word))
    };
    if walk.any(&["EXTENDED", "PARTITIONS"]) && !walk.peek().is_some_and(is_statement) {
        return Err(refuse::syntax(walk.rest()));
    }
    if walk.peek().is_some_and(|token| token.is("FORMAT")) {
        let traditional = walk.left().get(2).is_some_and(|token| token.text.eq_ignore_ascii_case("traditional"));
        if !traditional {
            return Err(refuse::unsupported("EXPLAIN FORMAT"));
        }
        (0..3).for_each(|_| {
            walk.next();
        });
    }
    match walk.peek() {
        Some(token) if is_statement(token) => Ok(Statement::Explain { text: walk.rest(), tokens: walk.left() }),
        Some(token) if matches!(token.kind, Kind::Word | Kind::Name) => Ok(Statement::Describe(walk)),
        _ => Err(refuse::syntax(walk.rest())),
    }
}

/// The seconds of `SELECT SLEEP(n)`.
fn sleep(tokens: &[Token]) -> Option<f64> {
    let [select, sleep, open, seconds, close] = tokens else { return None };
    let is = select.is("SELECT") && sleep.is("SLEEP") && open.is_sign('(') && close.is_sign(')');
    if is && seconds.kind == Kind::Number { seconds.text.parse().ok() } else { None }
}

/// The text behind the first word: the label of a column that is one expression.
pub(super) fn after_first_word(text: &str) -> &str {
    let text = text.trim().trim_end_matches(';').trim_end();
    text.split_once(char::is_whitespace).map_or(text, |(_, rest)| rest.trim_start())
}

impl Read {
    /// An empty room.
    pub(super) fn new() -> Self {
        Self { tokens: Vec::new() }
    }
}
