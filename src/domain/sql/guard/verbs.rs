//! The allow-list: how a reading statement begins.

use super::reader::Reader;
use super::{Refusal, variables};
use crate::domain::sql::lex::TokenKind;

/// What the scan of the clauses leaves alone because the beginning of the statement gives it a harmless meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    Nothing,
    /// `PROCEDURE`, which names a kind of object in `SHOW`.
    Procedure,
    /// The `INTO` at this place, which belongs to an INSERT that is explained and does not run.
    Into(usize),
}

/// What happens to the statement behind an `EXPLAIN` or an `ANALYZE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    Yes,
    No,
}

const QUERY_VERBS: [&str; 3] = ["SELECT", "VALUES", "TABLE"];
const WRITE_VERBS: [&str; 4] = ["INSERT", "REPLACE", "UPDATE", "DELETE"];
const ALLOWED: &str = "Write a SELECT, WITH … SELECT, SHOW, DESCRIBE or EXPLAIN.";

pub(super) fn check(reader: &Reader<'_>) -> Result<Leave, Refusal> {
    let Some(verb) = reader.keyword(0) else { return check_query(reader, 0, Runs::Yes).map(|()| Leave::Nothing) };
    match verb.as_str() {
        "SHOW" => Ok(Leave::Procedure),
        "HELP" => Ok(Leave::Nothing),
        "USE" => check_use(reader).map(|()| Leave::Nothing),
        "SET" => variables::check_set(reader).map(|()| Leave::Nothing),
        "DESCRIBE" | "DESC" | "EXPLAIN" => check_explain(reader),
        "ANALYZE" => check_analyze(reader).map(|()| Leave::Nothing),
        _ => check_query(reader, 0, Runs::Yes).map(|()| Leave::Nothing),
    }
}

/// A query expression: `SELECT`, `VALUES`, `TABLE`, `WITH … SELECT`, each in any number of parentheses.
fn check_query(reader: &Reader<'_>, at: usize, runs: Runs) -> Result<(), Refusal> {
    let mut verb = at;
    while reader.is_mark(verb, "(") {
        verb += 1;
    }
    if reader.is_any(verb, &QUERY_VERBS) {
        return Ok(());
    }
    if reader.is(verb, "WITH") {
        return check_with(reader, verb, runs);
    }
    if runs == Runs::No && verb == at && reader.is_any(verb, &WRITE_VERBS) {
        return Ok(());
    }
    Err(refuse_verb(reader, verb))
}

/// `WITH [RECURSIVE] name [(columns)] AS (query) [CYCLE columns RESTRICT], … query`.
fn check_with(reader: &Reader<'_>, with: usize, runs: Runs) -> Result<(), Refusal> {
    let unreadable = |at: usize| {
        Refusal::new(
            reader.span(at),
            "This WITH clause cannot be read.",
            "Write WITH name AS (SELECT …) SELECT …; a name that is a keyword goes into backticks.",
        )
    };
    let mut at = with + 1;
    if reader.is(at, "RECURSIVE") {
        at += 1;
    }
    loop {
        if !matches!(reader.kind(at), Some(TokenKind::Word | TokenKind::QuotedIdentifier)) {
            return Err(unreadable(at));
        }
        at += 1;
        if reader.is_mark(at, "(") {
            at = reader.behind_group(at);
        }
        if !reader.is(at, "AS") || !reader.is_mark(at + 1, "(") {
            return Err(unreadable(at));
        }
        check_query(reader, at + 2, Runs::Yes)?;
        at = reader.behind_group(at + 1);
        if reader.is(at, "CYCLE") {
            while at < reader.len() && !reader.is(at, "RESTRICT") {
                at += 1;
            }
            at += 1;
        }
        if !reader.is_mark(at, ",") {
            break;
        }
        at += 1;
    }
    if runs == Runs::Yes && reader.is_any(at, &WRITE_VERBS) {
        let verb = reader.keyword(at).unwrap_or_default();
        return Err(Refusal::new(
            reader.span(at),
            format!("This WITH clause feeds a write: {verb}."),
            "rrx only reads: end it with a SELECT.",
        ));
    }
    check_query(reader, at, runs)
}

fn check_use(reader: &Reader<'_>) -> Result<(), Refusal> {
    let is_name = matches!(reader.kind(1), Some(TokenKind::Word | TokenKind::QuotedIdentifier));
    if is_name && reader.len() == 2 {
        return Ok(());
    }
    Err(Refusal::new(
        reader.span_between(0, reader.len().saturating_sub(1)),
        "USE takes the name of one database.",
        "Write USE name, with backticks around an odd name.",
    ))
}

/// `EXPLAIN` shows the plan of anything and runs nothing, except as `EXPLAIN ANALYZE`.
fn check_explain(reader: &Reader<'_>) -> Result<Leave, Refusal> {
    let mut at = 1;
    let mut runs = Runs::No;
    loop {
        if reader.is(at, "ANALYZE") {
            runs = Runs::Yes;
            at += 1;
        } else if reader.is_any(at, &["EXTENDED", "PARTITIONS"]) && reader.token(at + 1).is_some() {
            at += 1;
        } else if takes_format(reader, at) || (reader.is(at, "FOR") && reader.is_any(at + 1, &["SCHEMA", "DATABASE"])) {
            at += 3;
        } else {
            break;
        }
    }
    if runs == Runs::Yes {
        return check_query(reader, at, runs).map(|()| Leave::Nothing);
    }
    if reader.is_any(at, &["INSERT", "REPLACE"]) {
        let mut into = at + 1;
        while reader.is_any(into, &["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"]) {
            into += 1;
        }
        return Ok(if reader.is(into, "INTO") { Leave::Into(into) } else { Leave::Nothing });
    }
    if reader.is(at, "WITH") || reader.is_mark(at, "(") {
        return check_query(reader, at, runs).map(|()| Leave::Nothing);
    }
    // The rest is a plan of a statement that does not run, or the description of a table.
    Ok(Leave::Nothing)
}

fn takes_format(reader: &Reader<'_>, at: usize) -> bool {
    reader.is(at, "FORMAT") && reader.is_mark(at + 1, "=")
}

/// MariaDB's `ANALYZE SELECT` runs what it explains; `ANALYZE TABLE` is maintenance.
fn check_analyze(reader: &Reader<'_>) -> Result<(), Refusal> {
    let mut at = 1;
    if takes_format(reader, at) {
        at += 3;
    }
    if reader.is_any(at, &["TABLE", "TABLES", "LOCAL", "NO_WRITE_TO_BINLOG"]) {
        return Err(Refusal::new(
            reader.span_between(0, at),
            "ANALYZE TABLE writes statistics and the binary log.",
            "SHOW INDEX FROM the table shows the statistics that exist.",
        ));
    }
    check_query(reader, at, Runs::Yes)
}

fn refuse_verb(reader: &Reader<'_>, at: usize) -> Refusal {
    let span = reader.span(at);
    let Some(verb) = reader.keyword(at) else {
        return Refusal::new(span, "This is not a reading statement.", ALLOWED);
    };
    let (what, hint) = reason(&verb);
    Refusal::new(span, format!("{verb} {what}"), hint)
}

fn reason(verb: &str) -> (&'static str, &'static str) {
    match verb {
        "INSERT" | "REPLACE" | "UPDATE" | "DELETE" | "TRUNCATE" | "IMPORT" => {
            ("writes rows, and rrx only reads.", "Write a SELECT that finds the same rows.")
        }
        "CREATE" | "ALTER" | "DROP" | "RENAME" => ("changes the schema, and rrx only reads.", ALLOWED),
        "LOAD" => ("reads a file into a table, and rrx only reads tables.", ALLOWED),
        "GRANT" | "REVOKE" => ("changes rights, and rrx only reads.", "SHOW GRANTS shows the rights that you have."),
        "CALL" => ("runs a procedure, whose inside is not known to read only.", ALLOWED),
        "DO" => ("runs expressions for what they change.", "Write SELECT to see their values."),
        "HANDLER" => ("keeps a table open past its statement.", "Write a SELECT."),
        "PREPARE" | "EXECUTE" | "DEALLOCATE" => {
            ("would hide the statement's text from the guard.", "Run the statement itself.")
        }
        "LOCK" | "UNLOCK" => ("would lock out others, and rrx holds no locks.", "A SELECT needs no lock."),
        "START" | "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "XA" => (
            "opens or ends a transaction, and no transaction outlives a statement here.",
            "Each statement sees the data of its own moment: leave the transaction out.",
        ),
        "FLUSH" | "RESET" | "PURGE" | "CHANGE" | "STOP" | "SHUTDOWN" | "RESTART" | "CLONE" | "INSTALL"
        | "UNINSTALL" | "BINLOG" | "CACHE" => {
            ("administers the server, and rrx only reads.", "SHOW shows the server's state.")
        }
        "KILL" => ("ends another's work.", "To stop a statement of your own, cancel it."),
        "OPTIMIZE" | "REPAIR" | "CHECK" | "CHECKSUM" => ("is maintenance of tables.", ALLOWED),
        "IF" | "CASE" | "WHILE" | "LOOP" | "REPEAT" | "FOR" | "DECLARE" | "SIGNAL" | "RESIGNAL" | "GET" | "RETURN" => {
            ("belongs into stored programs.", "Write the SELECT inside it on its own.")
        }
        "DELIMITER" | "SOURCE" | "STATUS" | "TEE" | "NOTEE" | "PAGER" | "SYSTEM" => {
            ("is a command of the mysql client, not a statement.", "Leave it out; statements end with `;` here.")
        }
        _ => ("does not begin a reading statement.", ALLOWED),
    }
}
