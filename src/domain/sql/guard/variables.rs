//! SET: which variables a statement may change. Only those of the session that change neither what text means (SQL
//! mode, character sets, time zone), nor what may be done (read-only, autocommit), nor how many rows come back.

use std::ops::Range;

use super::Refusal;
use super::reader::Reader;
use crate::domain::sql::lex::TokenKind;

/// Session variables that steer the optimizer, memory and formatting. The reference: the manuals of MySQL 8.4 and
/// MariaDB 11.
const ALLOWED: &[&str] = &[
    "big_tables",
    "block_encryption_mode",
    "cte_max_recursion_depth",
    "default_week_format",
    "div_precision_increment",
    "end_markers_in_json",
    "eq_range_index_dive_limit",
    "explain_format",
    "explain_json_format_version",
    "group_concat_max_len",
    "in_predicate_conversion_threshold",
    "information_schema_stats_expiry",
    "internal_tmp_mem_storage_engine",
    "join_buffer_size",
    "join_buffer_space_limit",
    "join_cache_level",
    "lc_time_names",
    "max_error_count",
    "max_heap_table_size",
    "max_length_for_sort_data",
    "max_recursive_iterations",
    "max_seeks_for_key",
    "max_sort_length",
    "min_examined_row_limit",
    "mrr_buffer_size",
    "optimizer_prune_level",
    "optimizer_search_depth",
    "optimizer_selectivity_sampling_limit",
    "optimizer_switch",
    "optimizer_trace",
    "optimizer_trace_features",
    "optimizer_trace_limit",
    "optimizer_trace_max_mem_size",
    "optimizer_trace_offset",
    "optimizer_use_condition_selectivity",
    "preload_buffer_size",
    "profiling",
    "profiling_history_size",
    "rand_seed1",
    "rand_seed2",
    "range_alloc_block_size",
    "range_optimizer_max_mem_size",
    "read_buffer_size",
    "read_rnd_buffer_size",
    "rowid_merge_buff_size",
    "show_create_table_verbosity",
    "sort_buffer_size",
    "tmp_memory_table_size",
    "tmp_table_size",
    "use_secondary_engine",
    "use_stat_tables",
    "windowing_use_high_precision",
];

const SETTINGS: &str = "What a session needs beyond its profile can be set in the profile's `session` table.";

/// Every assignment of a SET statement.
pub(super) fn check_set(reader: &Reader<'_>) -> Result<(), Refusal> {
    refuse_other_forms(reader)?;
    let mut at = 1;
    loop {
        at = check_assignment(reader, at)?;
        if !reader.is_mark(at, ",") {
            return Ok(());
        }
        at += 1;
    }
}

fn refuse_other_forms(reader: &Reader<'_>) -> Result<(), Refusal> {
    let refuse = |what: &str, hint: &str| Err(Refusal::new(reader.span_between(0, 1), what, hint));
    match reader.keyword(1).unwrap_or_default().as_str() {
        "NAMES" | "CHARACTER" | "CHARSET" | "CHAR" => {
            refuse("The session's character set is pinned: it decides how text is read.", "Use CONVERT(x USING …).")
        }
        "STATEMENT" => refuse("SET STATEMENT changes variables around a statement.", "Run the statement itself."),
        "TRANSACTION" => refuse("The session's transactions are pinned to read only.", "Leave the statement out."),
        "PASSWORD" | "ROLE" | "DEFAULT" | "RESOURCE" => {
            refuse("This SET changes rights or accounts, and rrx only reads.", "Ask an administrator.")
        }
        _ => Ok(()),
    }
}

/// One `[SESSION] name = expression`; answers with the place behind it.
fn check_assignment(reader: &Reader<'_>, first: usize) -> Result<usize, Refusal> {
    let mut at = first;
    if reader.is_any(at, &["GLOBAL", "PERSIST", "PERSIST_ONLY"]) {
        return Err(refuse_global(reader.span(at)));
    }
    if reader.is_any(at, &["SESSION", "LOCAL"]) {
        at += 1;
        if reader.is(at, "TRANSACTION") {
            return Err(refuse_pinned("transaction_*", reader.span(at)));
        }
    }
    check_target(reader, at)?;
    if !reader.is_mark(at + 1, "=") && !reader.is_mark(at + 1, ":=") {
        return Err(Refusal::new(
            reader.span_between(at, at + 1),
            "This SET cannot be read.",
            "Write SET name = value, or SET @name = value.",
        ));
    }
    at += 2;
    while at < reader.len() && !reader.is_mark(at, ",") {
        at = if reader.is_mark(at, "(") { reader.behind_group(at) } else { at + 1 };
    }
    Ok(at)
}

fn check_target(reader: &Reader<'_>, at: usize) -> Result<(), Refusal> {
    let written = reader.text(at).to_ascii_lowercase();
    let span = reader.span(at);
    match reader.kind(at) {
        Some(TokenKind::Variable) => match written.strip_prefix("@@") {
            Some(name) => check_system_variable(name, span),
            // A variable of the user's own lives in the session and means nothing to the server.
            None => Ok(()),
        },
        Some(TokenKind::Word) => check_name(&written, span),
        _ => Err(refuse_pinned(&written, span)),
    }
}

fn check_system_variable(written: &str, span: Range<usize>) -> Result<(), Refusal> {
    match written.split_once('.') {
        Some(("session" | "local", name)) => check_name(name, span),
        Some(("global" | "persist" | "persist_only", _)) => Err(refuse_global(span)),
        Some(_) => Err(refuse_pinned(written, span)),
        None => check_name(written, span),
    }
}

fn check_name(name: &str, span: Range<usize>) -> Result<(), Refusal> {
    if ALLOWED.contains(&name) { Ok(()) } else { Err(refuse_pinned(name, span)) }
}

fn refuse_global(span: Range<usize>) -> Refusal {
    Refusal::new(span, "This SET changes the server for everybody.", "Set it for your session, where that is allowed.")
}

fn refuse_pinned(name: &str, span: Range<usize>) -> Refusal {
    Refusal::new(span, format!("The variable {name} is not one that a statement may change."), SETTINGS)
}

/// `SET_VAR(name = value)` in an optimizer hint changes a variable for its statement.
pub(super) fn check_hint(inside: &str, span: &Range<usize>) -> Result<(), Refusal> {
    const WORD: &str = "set_var";
    let lower = inside.to_ascii_lowercase();
    for (at, _) in lower.match_indices(WORD) {
        let rest = lower.get(at + WORD.len()..).unwrap_or_default().trim_start();
        let argument = rest.strip_prefix('(').unwrap_or_default().trim_start();
        let name: String = argument.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        check_name(&name, span.clone())?;
    }
    Ok(())
}
