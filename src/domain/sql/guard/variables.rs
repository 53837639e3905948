//! The variables that a SET statement may change: only session variables that affect neither how text is read (SQL mode,
//! character sets, time zone), nor what is allowed (read-only, autocommit), nor how many rows are returned.

use std::ops::Range;

use super::refusal::Refusal;
use super::tokens::GuardTokens;
use crate::domain::sql::lex::TokenKind;

/// Session variables for the optimizer, memory and formatting. Source: the manuals of MySQL 8.4 and MariaDB 11.
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

const SETTINGS: &str = "Other session variables can be set in the `session` table of the profile.";

/// Checks every assignment of a SET statement.
pub(super) fn check_set(tokens: &GuardTokens<'_>) -> Result<(), Refusal> {
    refuse_other_forms(tokens)?;
    let mut at = 1;
    loop {
        at = check_assignment(tokens, at)?;
        if !tokens.is_mark(at, ",") {
            return Ok(());
        }
        at += 1;
    }
}

fn refuse_other_forms(tokens: &GuardTokens<'_>) -> Result<(), Refusal> {
    let refuse = |what: &str, hint: &str| Err(Refusal::new(tokens.span_between(0, 1), what, hint));
    match tokens.keyword(1).unwrap_or_default().as_str() {
        "NAMES" | "CHARACTER" | "CHARSET" | "CHAR" => refuse(
            "The character set of the session is fixed, since it decides how text is read.",
            "Use CONVERT(x USING …).",
        ),
        "STATEMENT" => refuse("SET STATEMENT changes variables for one statement.", "Run the statement itself."),
        "TRANSACTION" => refuse("Transactions of the session are always read-only.", "Remove the statement."),
        "PASSWORD" | "ROLE" | "DEFAULT" | "RESOURCE" => {
            refuse("This SET changes privileges or accounts, and rrx only reads.", "Ask an administrator.")
        }
        _ => Ok(()),
    }
}

/// Checks one `[SESSION] name = expression`. Returns the index after it.
fn check_assignment(tokens: &GuardTokens<'_>, first: usize) -> Result<usize, Refusal> {
    let mut at = first;
    if tokens.is_any(at, &["GLOBAL", "PERSIST", "PERSIST_ONLY"]) {
        return Err(refuse_global(tokens.span(at)));
    }
    if tokens.is_any(at, &["SESSION", "LOCAL"]) {
        at += 1;
        if tokens.is(at, "TRANSACTION") {
            return Err(refuse_pinned("transaction_*", tokens.span(at)));
        }
    }
    check_target(tokens, at)?;
    if !tokens.is_mark(at + 1, "=") && !tokens.is_mark(at + 1, ":=") {
        return Err(Refusal::new(
            tokens.span_between(at, at + 1),
            "This SET is not valid.",
            "Write SET name = value, or SET @name = value.",
        ));
    }
    at += 2;
    while at < tokens.len() && !tokens.is_mark(at, ",") {
        at = if tokens.is_mark(at, "(") { tokens.after_group(at) } else { at + 1 };
    }
    Ok(at)
}

fn check_target(tokens: &GuardTokens<'_>, at: usize) -> Result<(), Refusal> {
    let written = tokens.text(at).to_ascii_lowercase();
    let span = tokens.span(at);
    match tokens.kind(at) {
        Some(TokenKind::Variable) => match written.strip_prefix("@@") {
            Some(name) => check_system_variable(name, span),
            // User variables exist in the session only.
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
    Refusal::new(span, "This SET changes the server for all users.", "Use SET SESSION, if the variable may be changed.")
}

fn refuse_pinned(name: &str, span: Range<usize>) -> Refusal {
    Refusal::new(span, format!("A statement may not change the variable {name}."), SETTINGS)
}

/// Checks `SET_VAR(name = value)` in an optimizer hint, which changes a variable for its statement.
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
