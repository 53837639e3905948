//! The allow-list of how a reading statement begins.

use super::refusal::Refusal;
use super::tokens::GuardTokens;
use super::variables;
use super::verdict::{SessionPins, Verdict};
use crate::domain::sql::lex::TokenKind;

/// A clause that is otherwise refused, but is harmless because of how the statement begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AllowedClause {
    None,
    /// `PROCEDURE`, which is a kind of object in `SHOW`.
    Procedure,
}

const QUERY_VERBS: [&str; 3] = ["SELECT", "VALUES", "TABLE"];
const WRITE_VERBS: [&str; 4] = ["INSERT", "REPLACE", "UPDATE", "DELETE"];
const ALLOWED: &str = "Write a SELECT, WITH … SELECT, SHOW, DESCRIBE or EXPLAIN.";

/// Checks how the statement begins. Returns whether it is to be sent, and the clause that this beginning allows.
pub(super) fn check(tokens: &GuardTokens<'_>, pins: &SessionPins) -> Result<(Verdict, AllowedClause), Refusal> {
    let verb = tokens.keyword(0).unwrap_or_default();
    let allowed = match verb.as_str() {
        "SET" => return variables::check_set(tokens, pins).map(|verdict| (verdict, AllowedClause::None)),
        "SHOW" => AllowedClause::Procedure,
        "HELP" => AllowedClause::None,
        "USE" => check_use(tokens).map(|()| AllowedClause::None)?,
        "DESCRIBE" | "DESC" | "EXPLAIN" => check_explain(tokens).map(|()| AllowedClause::None)?,
        "ANALYZE" => check_analyze(tokens).map(|()| AllowedClause::None)?,
        // It reads the whole table, and writes nothing.
        "CHECKSUM" if tokens.is_any(1, &["TABLE", "TABLES"]) => AllowedClause::None,
        // It lists prepared transactions.
        "XA" if tokens.is(1, "RECOVER") => AllowedClause::None,
        _ => check_query(tokens, 0).map(|()| AllowedClause::None)?,
    };
    Ok((Verdict::Send, allowed))
}

/// Checks a query expression: `SELECT`, `VALUES`, `TABLE`, `WITH … SELECT`, each in any number of parentheses.
fn check_query(tokens: &GuardTokens<'_>, at: usize) -> Result<(), Refusal> {
    let mut verb = at;
    while tokens.is_mark(verb, "(") {
        verb += 1;
    }
    if tokens.is_any(verb, &QUERY_VERBS) {
        return Ok(());
    }
    if tokens.is(verb, "WITH") {
        return check_with(tokens, verb);
    }
    Err(refuse_verb(tokens, verb))
}

/// Checks `WITH [RECURSIVE] name [(columns)] AS (query) [CYCLE columns RESTRICT], … query`.
fn check_with(tokens: &GuardTokens<'_>, with: usize) -> Result<(), Refusal> {
    let unreadable = |at: usize| {
        Refusal::new(
            tokens.span(at),
            "This WITH clause is not valid.",
            "Write WITH name AS (SELECT …) SELECT …, and put a name that is a keyword in backticks.",
        )
    };
    let mut at = with + 1;
    if tokens.is(at, "RECURSIVE") {
        at += 1;
    }
    loop {
        if !matches!(tokens.kind(at), Some(TokenKind::Word | TokenKind::QuotedIdentifier)) {
            return Err(unreadable(at));
        }
        at += 1;
        if tokens.is_mark(at, "(") {
            at = tokens.after_group(at);
        }
        if !tokens.is(at, "AS") || !tokens.is_mark(at + 1, "(") {
            return Err(unreadable(at));
        }
        check_query(tokens, at + 2)?;
        at = tokens.after_group(at + 1);
        if tokens.is(at, "CYCLE") {
            while at < tokens.len() && !tokens.is(at, "RESTRICT") {
                at += 1;
            }
            at += 1;
        }
        if !tokens.is_mark(at, ",") {
            break;
        }
        at += 1;
    }
    if tokens.is_any(at, &WRITE_VERBS) {
        let verb = tokens.keyword(at).unwrap_or_default();
        return Err(Refusal::new(
            tokens.span(at),
            format!("This WITH clause is part of {verb}, which writes rows."),
            "End it with a SELECT: rrx only reads.",
        ));
    }
    check_query(tokens, at)
}

fn check_use(tokens: &GuardTokens<'_>) -> Result<(), Refusal> {
    let is_name = matches!(tokens.kind(1), Some(TokenKind::Word | TokenKind::QuotedIdentifier));
    if is_name && tokens.len() == 2 {
        return Ok(());
    }
    Err(Refusal::new(
        tokens.span_between(0, tokens.len().saturating_sub(1)),
        "USE takes the name of one database.",
        "Write USE name, with backticks if the name has special characters.",
    ))
}

/// Checks `EXPLAIN`. The plan of a write is refused also where it would not run: servers refuse it in a read-only session.
fn check_explain(tokens: &GuardTokens<'_>) -> Result<(), Refusal> {
    let mut at = 1;
    let mut runs = false;
    loop {
        if tokens.is(at, "ANALYZE") {
            runs = true;
            at += 1;
        } else if tokens.is_any(at, &["EXTENDED", "PARTITIONS"]) && tokens.token(at + 1).is_some() {
            at += 1;
        } else if takes_format(tokens, at) || (tokens.is(at, "FOR") && tokens.is_any(at + 1, &["SCHEMA", "DATABASE"])) {
            at += 3;
        } else {
            break;
        }
    }
    if runs || tokens.is(at, "WITH") || tokens.is_mark(at, "(") {
        return check_query(tokens, at);
    }
    if tokens.is_any(at, &WRITE_VERBS) {
        let verb = tokens.keyword(at).unwrap_or_default();
        return Err(Refusal::new(
            tokens.span(at),
            format!("The server shows no plan of {verb} here, because the session is read-only."),
            "Explain a SELECT with the same tables and conditions.",
        ));
    }
    // All other forms describe a table, or show the plan of a statement without running it. They begin with a name or a verb.
    match tokens.kind(at) {
        None | Some(TokenKind::Word | TokenKind::QuotedIdentifier) => Ok(()),
        Some(_) => Err(Refusal::new(
            tokens.span(at),
            "EXPLAIN needs a statement or the name of a table.",
            "Write EXPLAIN SELECT …, or DESCRIBE table.",
        )),
    }
}

fn takes_format(tokens: &GuardTokens<'_>, at: usize) -> bool {
    tokens.is(at, "FORMAT") && tokens.is_mark(at + 1, "=")
}

/// Checks `ANALYZE`: MariaDB's `ANALYZE SELECT` runs what it explains, `ANALYZE TABLE` is maintenance.
fn check_analyze(tokens: &GuardTokens<'_>) -> Result<(), Refusal> {
    let mut at = 1;
    if takes_format(tokens, at) {
        at += 3;
    }
    if tokens.is_any(at, &["TABLE", "TABLES", "LOCAL", "NO_WRITE_TO_BINLOG"]) {
        return Err(Refusal::new(
            tokens.span_between(0, at),
            "ANALYZE TABLE writes statistics and the binary log.",
            "Use SHOW INDEX FROM table to see the existing statistics.",
        ));
    }
    check_query(tokens, at)
}

/// Returns the refusal of a stored program, or of a change of the client's delimiter: both have `;` in them.
pub(super) fn refuse_program(tokens: &GuardTokens<'_>) -> Option<Refusal> {
    let is_program = tokens.is(0, "DELIMITER")
        || (tokens.is(0, "BEGIN") && tokens.is(1, "NOT"))
        || (tokens.is_any(0, &["CREATE", "ALTER"]) && program_kind(tokens, 0).is_some());
    is_program.then(|| refuse_verb(tokens, 0))
}

/// Returns the kind of program that a CREATE or ALTER is about. A definer may be before it.
fn program_kind(tokens: &GuardTokens<'_>, at: usize) -> Option<String> {
    const KINDS: [&str; 5] = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"];
    const OTHERS: [&str; 6] = ["TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "USER"];
    let follows_equal = |at: usize| at > 0 && tokens.is_mark(at - 1, "=");
    let is_kind = |at: usize| tokens.is_any(at, &KINDS) || tokens.is_any(at, &OTHERS);
    let kind = (at + 1..tokens.len()).find(|at| !follows_equal(*at) && is_kind(*at))?;
    tokens.keyword(kind).filter(|kind| KINDS.contains(&kind.as_str()))
}

fn refuse_verb(tokens: &GuardTokens<'_>, at: usize) -> Refusal {
    let span = tokens.span(at);
    if tokens.is(at, "CREATE")
        && let Some(kind) = program_kind(tokens, at)
    {
        return Refusal::new(
            span,
            format!("CREATE {kind} stores a program on the server, and rrx only reads."),
            "Run the SELECT of its body on its own.",
        );
    }
    if tokens.is(at, "BEGIN") && tokens.is(at + 1, "NOT") {
        let what = "BEGIN NOT ATOMIC runs a program, and rrx sends one statement at a time.";
        return Refusal::new(span, what, "Run the SELECT of its body on its own.");
    }
    let Some(verb) = tokens.keyword(at) else {
        return Refusal::new(span, "This is not a statement that only reads.", ALLOWED);
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
        "GRANT" | "REVOKE" => ("changes privileges, and rrx only reads.", "Use SHOW GRANTS to see your privileges."),
        "CALL" => ("runs a procedure, which may write.", ALLOWED),
        "DO" => ("runs expressions for their side effects.", "Write SELECT to see their values."),
        "HANDLER" => ("keeps a table open after the statement.", "Write a SELECT."),
        "PREPARE" | "EXECUTE" | "DEALLOCATE" => {
            ("would hide the statement from the guard.", "Run the statement itself.")
        }
        "LOCK" | "UNLOCK" => ("would block other sessions, and rrx takes no locks.", "A SELECT needs no lock."),
        "START" | "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "XA" => (
            "starts or ends a transaction, and rrx runs each statement in a transaction of its own.",
            "Remove it: each statement sees the data at its start.",
        ),
        "FLUSH" | "RESET" | "PURGE" | "CHANGE" | "STOP" | "SHUTDOWN" | "RESTART" | "CLONE" | "INSTALL"
        | "UNINSTALL" | "BINLOG" | "CACHE" => {
            ("administers the server, and rrx only reads.", "Use SHOW to see the state of the server.")
        }
        "KILL" => ("ends the work of another session.", "To stop a statement of your own, cancel it."),
        "OPTIMIZE" | "REPAIR" | "CHECK" | "CHECKSUM" => ("maintains tables, and rrx only reads.", ALLOWED),
        "IF" | "CASE" | "WHILE" | "LOOP" | "REPEAT" | "FOR" | "DECLARE" | "SIGNAL" | "RESIGNAL" | "GET" | "RETURN" => {
            ("is allowed in stored programs only.", "Run the SELECT in it on its own.")
        }
        "DELIMITER" => (
            "is a command of the mysql client for stored programs, which rrx refuses.",
            "Leave it out; statements end with `;` here.",
        ),
        "SOURCE" | "STATUS" | "TEE" | "NOTEE" | "PAGER" | "SYSTEM" => {
            ("is a command of the mysql client, not a statement.", "Leave it out; statements end with `;` here.")
        }
        _ => ("does not begin a statement that only reads.", ALLOWED),
    }
}
