//! Clauses and functions that a reading statement must not contain: those that write, lock or have other effects.

use super::refusal::Refusal;
use super::tokens::GuardTokens;
use super::verbs::AllowedClause;
use crate::domain::sql::Dialect;
use crate::domain::sql::lex::TokenKind;

/// Functions of servers and known plug-ins that take locks, wait for replication, read files of the server, advance a sequence,
/// reach outside of the database or administer the server.
const REFUSED_FUNCTIONS: &[(&str, &str)] = &[
    ("GET_LOCK", LOCKS),
    ("RELEASE_LOCK", LOCKS),
    ("RELEASE_ALL_LOCKS", LOCKS),
    ("SERVICE_GET_READ_LOCKS", LOCKS),
    ("SERVICE_GET_WRITE_LOCKS", LOCKS),
    ("SERVICE_RELEASE_LOCKS", LOCKS),
    ("VERSION_TOKENS_LOCK_SHARED", LOCKS),
    ("VERSION_TOKENS_LOCK_EXCLUSIVE", LOCKS),
    ("VERSION_TOKENS_UNLOCK", LOCKS),
    ("MASTER_POS_WAIT", WAITS),
    ("MASTER_GTID_WAIT", WAITS),
    ("SOURCE_POS_WAIT", WAITS),
    ("WAIT_FOR_EXECUTED_GTID_SET", WAITS),
    ("WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS", WAITS),
    ("WSREP_SYNC_WAIT_UPTO_GTID", WAITS),
    ("LOAD_FILE", FILES),
    ("JSON_FILE", FILES),
    ("JFILE_MAKE", FILES),
    ("JBIN_FILE", FILES),
    ("BSON_FILE", FILES),
    ("BFILE_MAKE", FILES),
    ("BBIN_FILE", FILES),
    ("NEXTVAL", "advances a sequence"),
    ("SETVAL", "sets a sequence"),
    ("SYS_EXEC", OUTSIDE),
    ("SYS_EVAL", OUTSIDE),
    ("SYS_SET", OUTSIDE),
    ("LAMBDA_SYNC", OUTSIDE),
    ("LAMBDA_ASYNC", OUTSIDE),
    ("AWS_COMPREHEND_DETECT_SENTIMENT", OUTSIDE),
    ("AWS_COMPREHEND_DETECT_SENTIMENT_CONFIDENCE", OUTSIDE),
    ("AWS_BEDROCK_INVOKE_MODEL", OUTSIDE),
    ("AWS_BEDROCK_INVOKE_MODEL_GET_TOTAL_TOKENS", OUTSIDE),
    ("AWS_SAGEMAKER_INVOKE_ENDPOINT", OUTSIDE),
    ("MROONGA_COMMAND", OUTSIDE),
    ("HTTP_GET", OUTSIDE),
    ("HTTP_POST", OUTSIDE),
    ("SPIDER_DIRECT_SQL", OUTSIDE),
    ("SPIDER_BG_DIRECT_SQL", OUTSIDE),
    ("SPIDER_COPY_TABLES", OUTSIDE),
    ("SPIDER_FLUSH_TABLE_MON_CACHE", OUTSIDE),
    ("ASYNCHRONOUS_CONNECTION_FAILOVER_ADD_MANAGED", SERVER),
    ("ASYNCHRONOUS_CONNECTION_FAILOVER_ADD_SOURCE", SERVER),
    ("ASYNCHRONOUS_CONNECTION_FAILOVER_DELETE_MANAGED", SERVER),
    ("ASYNCHRONOUS_CONNECTION_FAILOVER_DELETE_SOURCE", SERVER),
    ("ASYNCHRONOUS_CONNECTION_FAILOVER_RESET", SERVER),
    ("GROUP_REPLICATION_SET_AS_PRIMARY", SERVER),
    ("GROUP_REPLICATION_SWITCH_TO_MULTI_PRIMARY_MODE", SERVER),
    ("GROUP_REPLICATION_SWITCH_TO_SINGLE_PRIMARY_MODE", SERVER),
    ("GROUP_REPLICATION_SET_WRITE_CONCURRENCY", SERVER),
    ("GROUP_REPLICATION_SET_COMMUNICATION_PROTOCOL", SERVER),
    ("GROUP_REPLICATION_ENABLE_MEMBER_ACTION", SERVER),
    ("GROUP_REPLICATION_DISABLE_MEMBER_ACTION", SERVER),
    ("GROUP_REPLICATION_RESET_MEMBER_ACTIONS", SERVER),
    ("KEYRING_KEY_GENERATE", SERVER),
    ("KEYRING_KEY_STORE", SERVER),
    ("KEYRING_KEY_REMOVE", SERVER),
    ("KEYRING_KEY_FETCH", SERVER),
    ("AUDIT_LOG_ENCRYPTION_PASSWORD_SET", SERVER),
    ("AUDIT_LOG_FILTER_FLUSH", SERVER),
    ("AUDIT_LOG_FILTER_REMOVE_FILTER", SERVER),
    ("AUDIT_LOG_FILTER_REMOVE_USER", SERVER),
    ("AUDIT_LOG_FILTER_SET_FILTER", SERVER),
    ("AUDIT_LOG_FILTER_SET_USER", SERVER),
    ("AUDIT_LOG_ROTATE", SERVER),
    ("MYSQL_FIREWALL_FLUSH_STATUS", SERVER),
    ("SET_FIREWALL_MODE", SERVER),
    ("SET_FIREWALL_GROUP_MODE", SERVER),
    ("FIREWALL_GROUP_DELIST", SERVER),
    ("FIREWALL_GROUP_ENLIST", SERVER),
    ("FLUSH_REWRITE_RULES", SERVER),
    ("LOAD_REWRITE_RULES", SERVER),
    ("MASK_DICTIONARIES_FLUSH", SERVER),
    ("MASKING_DICTIONARIES_FLUSH", SERVER),
    ("MASKING_DICTIONARY_REMOVE", SERVER),
    ("MASKING_DICTIONARY_TERM_ADD", SERVER),
    ("MASKING_DICTIONARY_TERM_REMOVE", SERVER),
    ("GEN_DICTIONARY_LOAD", SERVER),
    ("GEN_DICTIONARY_DROP", SERVER),
    ("VERSION_TOKENS_SET", SERVER),
    ("VERSION_TOKENS_EDIT", SERVER),
    ("VERSION_TOKENS_DELETE", SERVER),
    ("MYSQL_QUERY_ATTRIBUTE_SET", SERVER),
    ("AUDIT_LOG_ENCRYPTION_PASSWORD_GET", SERVER),
    ("INNODB_REDO_LOG_ARCHIVE_START", SERVER),
    ("INNODB_REDO_LOG_ARCHIVE_STOP", SERVER),
    ("INNODB_REDO_LOG_ARCHIVE_FLUSH", SERVER),
    ("INNODB_REDO_LOG_CONSUMER_REGISTER", SERVER),
    ("INNODB_REDO_LOG_CONSUMER_UNREGISTER", SERVER),
    ("INNODB_REDO_LOG_CONSUMER_ADVANCE", SERVER),
    ("KEYRING_AWS_ROTATE_CMK", SERVER),
    ("KEYRING_AWS_ROTATE_KEYS", SERVER),
    ("KEYRING_HASHICORP_UPDATE_CONFIG", SERVER),
    ("MYSQL_FIREWALL_RELOAD", SERVER),
    ("OPTION_TRACKER_OPTION_REGISTER", SERVER),
    ("OPTION_TRACKER_OPTION_UNREGISTER", SERVER),
    ("OPTION_TRACKER_USAGE_SET", SERVER),
];

const FILES: &str = "reads or writes a file on the server";
const LOCKS: &str = "takes or releases a lock";
const WAITS: &str = "waits for replication";
const OUTSIDE: &str = "reaches outside of the database";
const SERVER: &str = "administers the server";

/// Tables that the server sets back when they are read. Source: the MySQL manual, the `INFORMATION_SCHEMA` tables of
/// `InnoDB`; `MariaDB` has the same ones.
const RESET_BY_READING: [&str; 3] = ["INNODB_CMP_RESET", "INNODB_CMPMEM_RESET", "INNODB_CMP_PER_INDEX_RESET"];

pub(super) fn check(tokens: &GuardTokens<'_>, allowed: AllowedClause, dialect: Dialect) -> Result<(), Refusal> {
    for at in 0..tokens.len() {
        check_comment_end(tokens, at)?;
        check_function(tokens, at)?;
        check_table(tokens, at)?;
        if dialect.sql_mode.oracle {
            check_sequence(tokens, at)?;
        }
        let Some(word) = tokens.keyword(at) else { continue };
        match word.as_str() {
            "INTO" => return Err(refuse_into(tokens, at)),
            "FOR" if tokens.is_any(at + 1, &["UPDATE", "SHARE"]) => {
                return Err(refuse_lock(tokens, at, at + 1));
            }
            // Both words are reserved, so no server reads them as names.
            "DELETE" if tokens.is(at + 1, "FROM") => {
                return Err(Refusal::new(
                    tokens.span_between(at, at + 1),
                    "DELETE removes rows, and rrx only reads.",
                    "Write a SELECT.",
                ));
            }
            "LOCK" if tokens.is(at + 1, "IN") => return Err(refuse_lock(tokens, at, at + 3)),
            "PROCEDURE" if allowed != AllowedClause::Procedure => {
                return Err(Refusal::new(
                    tokens.span(at),
                    "PROCEDURE passes the rows to a procedure on the server.",
                    "Remove the clause.",
                ));
            }
            "NEXT" if tokens.is(at + 1, "VALUE") && tokens.is(at + 2, "FOR") => {
                return Err(Refusal::new(
                    tokens.span_between(at, at + 2),
                    "NEXT VALUE FOR advances a sequence, and rrx only reads.",
                    "Use PREVIOUS VALUE FOR to see the last value of your session.",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a `*/` outside of a comment: no statement has one, and readers that differ in what a comment is would read the
/// words after it differently.
fn check_comment_end(tokens: &GuardTokens<'_>, at: usize) -> Result<(), Refusal> {
    let is_operator = |at| tokens.kind(at) == Some(TokenKind::Operator);
    let ends_with_star = is_operator(at) && tokens.text(at).ends_with('*');
    let is_followed = is_operator(at + 1) && tokens.text(at + 1).starts_with('/');
    if ends_with_star && is_followed && tokens.span(at).end == tokens.span(at + 1).start {
        return Err(Refusal::new(
            tokens.span_between(at, at + 1),
            "This */ ends a comment that was not opened.",
            "Remove it, or open the comment with /*.",
        ));
    }
    Ok(())
}

fn refuse_into(tokens: &GuardTokens<'_>, at: usize) -> Refusal {
    let last = if tokens.is_any(at + 1, &["OUTFILE", "DUMPFILE"]) { at + 1 } else { at };
    let what = if last > at {
        "INTO a file writes to the server's disk, and rrx only reads."
    } else {
        "INTO stores the rows instead of returning them."
    };
    Refusal::new(tokens.span_between(at, last), what, "Remove the INTO clause and export the result in rrx.")
}

fn refuse_lock(tokens: &GuardTokens<'_>, first: usize, last: usize) -> Refusal {
    Refusal::new(
        tokens.span_between(first, last),
        "This clause locks the rows that it reads.",
        "Remove the clause: a SELECT needs no lock.",
    )
}

/// Refuses a table that the server sets back when it is read. SHOW and DESCRIBE read no rows of it.
fn check_table(tokens: &GuardTokens<'_>, at: usize) -> Result<(), Refusal> {
    let Some(name) = tokens.name(at) else { return Ok(()) };
    let Some(table) = RESET_BY_READING.iter().find(|table| could_name(&name, table)) else { return Ok(()) };
    if tokens.is_any(0, &["SHOW", "DESCRIBE", "DESC"]) {
        return Ok(());
    }
    Err(Refusal::new(
        tokens.span(at),
        format!("Reading {table} sets its counters back for everybody, and rrx only reads."),
        format!("Read {}, which has the same counters and keeps them.", table.trim_end_matches("_RESET")),
    ))
}

/// Refuses `sequence.NEXTVAL`, which advances a sequence under `sql_mode = ORACLE`.
fn check_sequence(tokens: &GuardTokens<'_>, at: usize) -> Result<(), Refusal> {
    let is_nextval = tokens.name(at).is_some_and(|name| name.eq_ignore_ascii_case("NEXTVAL"));
    if at == 0 || !is_nextval || !tokens.is_mark(at - 1, ".") {
        return Ok(());
    }
    let hint = "Use sequence.CURRVAL to see the last value of your session.";
    Err(Refusal::new(tokens.span(at), "NEXTVAL advances a sequence, and rrx only reads.", hint))
}

/// Refuses a forbidden function in any spelling that the server accepts: quoted, qualified, with spaces before `(`.
fn check_function(tokens: &GuardTokens<'_>, at: usize) -> Result<(), Refusal> {
    if !tokens.is_mark(at + 1, "(") {
        return Ok(());
    }
    let Some(name) = tokens.name(at) else { return Ok(()) };
    match REFUSED_FUNCTIONS.iter().find(|(refused, _)| could_name(&name, refused)) {
        Some((refused, effect)) => Err(Refusal::new(
            tokens.span(at),
            format!("{refused} {effect}, and rrx only reads."),
            "Remove the call. If it is a table or column, put its name in backticks and not directly before a parenthesis.",
        )),
        None => Ok(()),
    }
}

/// Whether the server could read a name as this function. Older servers compare function names by a collation in which `É`
/// equals `E`, so a non-ASCII character matches any character.
fn could_name(name: &str, function: &str) -> bool {
    name.chars().count() == function.len()
        && name.chars().zip(function.chars()).all(|(c, f)| !c.is_ascii() || c.eq_ignore_ascii_case(&f))
}
