//! What a reading statement must not hold anywhere: clauses that write or lock, and functions with effects.

use super::Refusal;
use super::reader::Reader;
use super::verbs::Leave;
use crate::domain::sql::lex::TokenKind;

/// Functions that lock, wait on the replica's state, read the server's files, count a sequence up, or reach outside.
/// The server's own, and those of known plug-ins.
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
    ("LOAD_FILE", "reads a file of the server"),
    ("NEXTVAL", "counts a sequence up"),
    ("SETVAL", "sets a sequence"),
    ("SYS_EXEC", OUTSIDE),
    ("SYS_EVAL", OUTSIDE),
    ("SYS_SET", OUTSIDE),
    ("LAMBDA_SYNC", OUTSIDE),
    ("LAMBDA_ASYNC", OUTSIDE),
    ("AWS_COMPREHEND_DETECT_SENTIMENT", OUTSIDE),
    ("AWS_COMPREHEND_DETECT_SENTIMENT_CONFIDENCE", OUTSIDE),
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
];

const LOCKS: &str = "takes or gives back a lock";
const WAITS: &str = "waits on the state of replication";
const OUTSIDE: &str = "reaches outside of the database";
const SERVER: &str = "administers the server";

pub(super) fn check(reader: &Reader<'_>, leave: Leave) -> Result<(), Refusal> {
    for at in 0..reader.len() {
        check_function(reader, at)?;
        let Some(word) = reader.keyword(at) else { continue };
        match word.as_str() {
            "INTO" if leave != Leave::Into(at) => return Err(refuse_into(reader, at)),
            "FOR" if reader.is_any(at + 1, &["UPDATE", "SHARE"]) => {
                return Err(refuse_lock(reader, at, at + 1));
            }
            "LOCK" if reader.is(at + 1, "IN") => return Err(refuse_lock(reader, at, at + 3)),
            "PROCEDURE" if leave != Leave::Procedure => {
                return Err(Refusal::new(
                    reader.span(at),
                    "PROCEDURE hands the rows to a procedure of the server.",
                    "Leave the clause out.",
                ));
            }
            "NEXT" if reader.is(at + 1, "VALUE") && reader.is(at + 2, "FOR") => {
                return Err(Refusal::new(
                    reader.span_between(at, at + 2),
                    "NEXT VALUE FOR counts a sequence up, and rrx only reads.",
                    "PREVIOUS VALUE FOR shows the last value of your session.",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn refuse_into(reader: &Reader<'_>, at: usize) -> Refusal {
    let last = if reader.is_any(at + 1, &["OUTFILE", "DUMPFILE"]) { at + 1 } else { at };
    let what = if last > at {
        "INTO a file writes on the server's disk, and rrx only reads."
    } else {
        "INTO stores the rows instead of showing them."
    };
    Refusal::new(reader.span_between(at, last), what, "Leave the INTO clause out, and export the result from here.")
}

fn refuse_lock(reader: &Reader<'_>, first: usize, last: usize) -> Refusal {
    Refusal::new(
        reader.span_between(first, last),
        "This clause locks the rows that it reads.",
        "Leave the clause out: a SELECT needs no lock.",
    )
}

/// A name before `(`, in any spelling that the server takes for a function: quoted, qualified, with blanks between.
fn check_function(reader: &Reader<'_>, at: usize) -> Result<(), Refusal> {
    if !reader.is_mark(at + 1, "(") {
        return Ok(());
    }
    let written = reader.text(at);
    let name = match reader.kind(at) {
        Some(TokenKind::Word) => written,
        Some(TokenKind::QuotedIdentifier) => written.trim_matches(['`', '"']),
        _ => return Ok(()),
    };
    match REFUSED_FUNCTIONS.iter().find(|(refused, _)| may_name(name, refused)) {
        Some((refused, effect)) => Err(Refusal::new(
            reader.span(at),
            format!("{refused} {effect}, and rrx only reads."),
            "Leave the call out; a table or column of this name goes into backticks, away from a parenthesis.",
        )),
        None => Ok(()),
    }
}

/// Whether the server may take a name for this function. Older servers look functions up by their collation, which
/// takes `É` for `E`: a character outside ASCII stands for any.
fn may_name(name: &str, function: &str) -> bool {
    name.chars().count() == function.len()
        && name.chars().zip(function.chars()).all(|(c, f)| !c.is_ascii() || c.eq_ignore_ascii_case(&f))
}
