//! Fuzz target: a text that the guard accepts is one statement at every version, and a second, simpler reader finds no write
//! in it.

use rrx::domain::ids::SessionId;
use rrx::domain::sql::guard::check;
use rrx::domain::sql::split::statements;
use rrx::domain::sql::{Dialect, ServerFamily, SessionPins};

use super::{dialects, fingerprint};

/// First words of writes and of other statements that rrx never sends.
const WRITE_VERBS: [&str; 27] = [
    "INSERT",
    "UPDATE",
    "DELETE",
    "REPLACE",
    "TRUNCATE",
    "CREATE",
    "ALTER",
    "DROP",
    "RENAME",
    "LOAD",
    "GRANT",
    "REVOKE",
    "CALL",
    "DO",
    "HANDLER",
    "LOCK",
    "UNLOCK",
    "FLUSH",
    "KILL",
    "RESET",
    "PURGE",
    "INSTALL",
    "UNINSTALL",
    "BEGIN",
    "COMMIT",
    "PREPARE",
    "EXECUTE",
];
/// Sequences of words that turn a SELECT into a write.
const WRITE_PHRASES: [&[&str]; 6] = [
    &["INTO", "OUTFILE"],
    &["INTO", "DUMPFILE"],
    &["DELETE", "FROM"],
    &["INSERT", "INTO"],
    &["REPLACE", "INTO"],
    &["LOCK", "IN", "SHARE", "MODE"],
];
/// Functions that have an effect or read outside the database.
const FUNCTIONS: [&str; 4] = ["GET_LOCK", "RELEASE_LOCK", "LOAD_FILE", "MASTER_POS_WAIT"];

/// Checks the bytes as a statement in every dialect.
pub fn guard(data: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(data);
    let mut outcomes = Vec::new();
    for dialect in dialects() {
        match check(&text, dialect, SessionId(1), &SessionPins::default()) {
            Ok(checked) => {
                assert_eq!(checked.text(), text, "the checked text is the text that is sent");
                assert_eq!(statements(&text, dialect).len(), 1, "one statement");
                for version in [(0, 0, 0), (5, 7, 30), (8, 0, 0), (10, 3, 1), (11, 8, 0), (99, 99, 99)] {
                    let other = Dialect { version, ..dialect };
                    // A version that skips the whole text has nothing to run.
                    let passes = statements(&text, other).is_empty()
                        || check(&text, other, SessionId(1), &SessionPins::default()).is_ok();
                    assert!(passes, "{version:?}: a text passes at every version that runs some of it");
                }
                for comments in [Comments::Run, Comments::Ignored] {
                    assert_reads_only(&text, dialect, comments);
                }
                outcomes.push(String::new());
            }
            Err(refusal) => {
                assert!(text.get(refusal.at.clone()).is_some(), "the position is in the text");
                assert!(!refusal.what.is_empty() && !refusal.hint.is_empty());
                outcomes.push(refusal.what.chars().take(24).collect());
            }
        }
    }
    fingerprint(outcomes)
}

/// Whether a server runs the executable comments that are meant for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comments {
    Run,
    Ignored,
}

/// A part of a statement, without spaces and comments.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Word(String),
    Mark(char),
    /// A literal or a quoted name.
    Quoted,
}

fn assert_reads_only(text: &str, dialect: Dialect, comments: Comments) {
    let pieces = pieces(text, dialect, comments);
    // A word after a dot is a name, even if it is also a keyword.
    let words: Vec<Option<&str>> = pieces
        .iter()
        .enumerate()
        .map(|(at, piece)| match piece {
            Piece::Word(word) if at == 0 || pieces[at - 1] != Piece::Mark('.') => Some(word.as_str()),
            Piece::Word(_) | Piece::Mark(_) | Piece::Quoted => None,
        })
        .collect();
    let first = words.iter().flatten().next().copied().unwrap_or_default();
    let reading = format!("{dialect:?} {comments:?} reads {pieces:?}");
    assert!(!WRITE_VERBS.contains(&first), "{reading}");
    let second = words.iter().flatten().nth(1).copied().unwrap_or_default();
    let only_explains = matches!(first, "EXPLAIN" | "DESCRIBE" | "DESC") && second != "ANALYZE";
    for (at, piece) in pieces.iter().enumerate() {
        if *piece == Piece::Mark(';') {
            let next = words[at..].iter().flatten().next();
            assert!(next.is_none(), "a second statement: {reading}");
        }
        let is_call = pieces.get(at + 1) == Some(&Piece::Mark('('));
        // A word after `@` is the name of a variable.
        let is_variable = at > 0 && pieces[at - 1] == Piece::Mark('@');
        let is_effect = matches!(piece, Piece::Word(word) if FUNCTIONS.contains(&word.as_str())) && !is_variable;
        assert!(!(is_call && is_effect), "a function with an effect: {reading}");
    }
    if !only_explains {
        for phrase in WRITE_PHRASES {
            let is_there = words.windows(phrase.len()).any(|window| {
                window.iter().zip(phrase).all(|(word, expected)| word.is_some_and(|word| word == *expected))
            });
            assert!(!is_there, "{phrase:?}: {reading}");
        }
    }
}

/// Splits a text into its parts, character by character.
fn pieces(text: &str, dialect: Dialect, comments: Comments) -> Vec<Piece> {
    let all: Vec<char> = text.chars().collect();
    let is = |at: usize, what: &str| what.chars().enumerate().all(|(i, c)| all.get(at + i) == Some(&c));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = all.get(at) {
        let opening = match dialect.server {
            ServerFamily::MariaDb if is(at, "/*M!") => 4,
            ServerFamily::MySql | ServerFamily::MariaDb | ServerFamily::Other if is(at, "/*!") => 3,
            ServerFamily::MySql | ServerFamily::MariaDb | ServerFamily::Other => 0,
        };
        if c == '#' || (is(at, "--") && all.get(at + 2).is_none_or(|c| c.is_ascii_whitespace() || c.is_ascii_control()))
        {
            while all.get(at).is_some_and(|&c| c != '\n') {
                at += 1;
            }
        } else if opening > 0 {
            let digits = all[at + opening..].iter().take(6).take_while(|c| c.is_ascii_digit()).count();
            let version: u32 = all[at + opening..at + opening + digits].iter().collect::<String>().parse().unwrap_or(0);
            // MariaDB reads these as versions of MySQL, and never runs such a comment.
            let is_foreign = dialect.server == ServerFamily::MariaDb
                && opening == 3
                && digits >= 5
                && (50_700..=99_999).contains(&version);
            if comments == Comments::Run && !is_foreign {
                at += opening + if digits >= 5 { digits } else { 0 };
            } else if digits >= 5 {
                at = after_skipped_comment(&all, at + opening);
            } else {
                // Every server runs a comment without a version.
                at += opening;
            }
        } else if is(at, "/*") {
            at += 2;
            while at < all.len() && !is(at, "*/") {
                at += 1;
            }
            at += 2;
        } else if is(at, "*/") {
            at += 2;
        } else if matches!(c, '\'' | '"' | '`') {
            let is_name = c == '`' || (c == '"' && dialect.sql_mode.ansi_quotes);
            at += 1;
            while let Some(&inside) = all.get(at) {
                if inside == '\\' && !is_name && !dialect.sql_mode.no_backslash_escapes {
                    at += 2;
                } else if inside == c {
                    at += 1;
                    if all.get(at) != Some(&c) {
                        break;
                    }
                    at += 1;
                } else {
                    at += 1;
                }
            }
            found.push(Piece::Quoted);
        } else if c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii() {
            let word: String = all[at..]
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii())
                .collect();
            at += word.chars().count();
            found.push(Piece::Word(word.to_ascii_uppercase()));
        } else {
            if !c.is_ascii_whitespace() {
                found.push(Piece::Mark(c));
            }
            at += 1;
        }
    }
    found
}

/// Returns the position after an executable comment that does not run. Plain comments in it do not end it.
fn after_skipped_comment(all: &[char], from: usize) -> usize {
    let is = |at: usize, what: [char; 2]| all.get(at..at + 2) == Some(&what[..]);
    let mut at = from;
    while at < all.len() {
        if is(at, ['*', '/']) {
            return at + 2;
        }
        if is(at, ['/', '*']) {
            at += 2;
            while at < all.len() && !is(at, ['*', '/']) {
                at += 1;
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    at
}
