//! Which session variables a SET statement may change, and why. Sources: the manuals of MySQL 5.7 to 9, MariaDB 10 and 11, and
//! Aurora MySQL.

/// What the guard does with a SET of a session variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VariableRule {
    /// A statement may change it.
    Allowed,
    /// It is pinned. A SET to the pinned value is accepted, and nothing is sent.
    Pinned(PinnedVariable),
    /// The server's own time limit: it may only become shorter. The number is how many of its units make a second.
    TimeLimit(u64),
    /// A collation. It must belong to utf8mb4, because another one would change the character set of the session.
    Collation,
    /// It is refused, for this reason and with this hint.
    Refused(&'static str, &'static str),
}

/// A variable whose value rrx sets when it connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PinnedVariable {
    Autocommit,
    ReadOnly,
    CharacterSet,
    TimeZone,
    SelectLimit,
}

/// Returns the rule for a session variable, given in lower case.
pub(super) fn rule(name: &str) -> VariableRule {
    use VariableRule::{Allowed, Collation, Pinned, Refused, TimeLimit};
    match name {
        "autocommit" => Pinned(PinnedVariable::Autocommit),
        "transaction_read_only" | "tx_read_only" => Pinned(PinnedVariable::ReadOnly),
        "character_set_client" | "character_set_connection" | "character_set_results" => {
            Pinned(PinnedVariable::CharacterSet)
        }
        "time_zone" => Pinned(PinnedVariable::TimeZone),
        "sql_select_limit" => Pinned(PinnedVariable::SelectLimit),
        "max_execution_time" => TimeLimit(1_000),
        "max_statement_time" => TimeLimit(1),
        "collation_connection" => Collation,
        "sql_log_bin"
        | "sql_log_off"
        | "skip_replication"
        | "gtid_next"
        | "gtid_seq_no"
        | "gtid_domain_id"
        | "server_id"
        | "pseudo_thread_id"
        | "pseudo_slave_mode"
        | "pseudo_replica_mode" => Refused("changes what the server logs or replicates", LEAVE_OUT),
        "wait_timeout" | "interactive_timeout" | "idle_transaction_timeout" | "idle_readonly_transaction_timeout" => {
            Refused("would let the server close the connection", "Leave it out: rrx keeps the connection alive itself.")
        }
        "resultset_metadata" | "net_buffer_length" | "max_allowed_packet" | "query_alloc_block_size" => {
            Refused("changes how rows are sent", LEAVE_OUT)
        }
        _ if ALLOWED.binary_search(&name).is_ok() => Allowed,
        _ => Refused("is not known to be harmless", LEAVE_OUT),
    }
}

/// The hint for a variable that no statement may change.
const LEAVE_OUT: &str = "Leave this SET out; SHOW VARIABLES LIKE '…' shows the value that the session has.";

/// Variables that affect the session only and what a reading statement returns or costs: the optimizer, memory, formatting,
/// diagnostics, isolation, safety switches. Sorted.
const ALLOWED: &[&str] = &[
    "analyze_sample_percentage",
    "aurora_parallel_query",
    "aurora_pq_force",
    "aurora_read_replica_read_committed",
    "big_tables",
    "block_encryption_mode",
    "bulk_insert_buffer_size",
    "connection_memory_limit",
    "connection_memory_status_limit",
    "cte_max_recursion_depth",
    "default_storage_engine",
    "default_tmp_storage_engine",
    "default_week_format",
    "div_precision_increment",
    "end_markers_in_json",
    "eq_range_index_dive_limit",
    "expensive_subquery_limit",
    "explain_format",
    "explain_json_format_version",
    "foreign_key_checks",
    "group_concat_max_len",
    "histogram_size",
    "histogram_type",
    "identity",
    "in_predicate_conversion_threshold",
    "information_schema_stats_expiry",
    "innodb_lock_wait_timeout",
    "innodb_strict_mode",
    "insert_id",
    "internal_tmp_mem_storage_engine",
    "join_buffer_size",
    "join_buffer_space_limit",
    "join_cache_level",
    "last_insert_id",
    "lc_messages",
    "lc_time_names",
    "lock_wait_timeout",
    "max_error_count",
    "max_heap_table_size",
    "max_join_size",
    "max_length_for_sort_data",
    "max_points_in_geometry",
    "max_recursive_iterations",
    "max_rowid_filter_size",
    "max_seeks_for_key",
    "max_session_mem_used",
    "max_sort_length",
    "max_sp_recursion_depth",
    "max_tmp_tables",
    "min_examined_row_limit",
    "mrr_buffer_size",
    "net_read_timeout",
    "net_write_timeout",
    "new",
    "old_mode",
    "optimizer_disk_read_cost",
    "optimizer_disk_read_ratio",
    "optimizer_extra_pruning_depth",
    "optimizer_index_block_copy_cost",
    "optimizer_key_compare_cost",
    "optimizer_key_copy_cost",
    "optimizer_key_lookup_cost",
    "optimizer_key_next_find_cost",
    "optimizer_max_sel_arg_weight",
    "optimizer_max_sel_args",
    "optimizer_prune_level",
    "optimizer_row_copy_cost",
    "optimizer_row_lookup_cost",
    "optimizer_row_next_find_cost",
    "optimizer_rowid_compare_cost",
    "optimizer_rowid_copy_cost",
    "optimizer_scan_setup_cost",
    "optimizer_search_depth",
    "optimizer_selectivity_sampling_limit",
    "optimizer_switch",
    "optimizer_trace",
    "optimizer_trace_features",
    "optimizer_trace_limit",
    "optimizer_trace_max_mem_size",
    "optimizer_trace_offset",
    "optimizer_use_condition_selectivity",
    "optimizer_where_cost",
    "parser_max_mem_size",
    "preload_buffer_size",
    "print_identified_with_as_hex",
    "profiling",
    "profiling_history_size",
    "progress_report_time",
    "query_cache_type",
    "query_prealloc_size",
    "rand_seed1",
    "rand_seed2",
    "range_alloc_block_size",
    "range_optimizer_max_mem_size",
    "read_buffer_size",
    "read_rnd_buffer_size",
    "restrict_fk_on_non_standard_key",
    "rowid_merge_buff_size",
    "schema_definition_cache",
    "secondary_engine_cost_threshold",
    "select_into_buffer_size",
    "select_into_disk_sync",
    "set_operations_buffer_size",
    "show_create_table_skip_secondary_engine",
    "show_create_table_verbosity",
    "show_gipk_in_create_table_and_information_schema",
    "show_old_temporals",
    "sort_buffer_size",
    "sql_auto_is_null",
    "sql_big_selects",
    "sql_buffer_result",
    "sql_mode",
    "sql_notes",
    "sql_quote_show_create",
    "sql_safe_updates",
    "sql_warnings",
    "standard_compliant_cte",
    "storage_engine",
    "system_versioning_asof",
    "terminology_use_previous",
    "timestamp",
    "tmp_disk_table_size",
    "tmp_memory_table_size",
    "tmp_table_size",
    "transaction_isolation",
    "tx_isolation",
    "unique_checks",
    "updatable_views_with_limit",
    "use_secondary_engine",
    "use_stat_tables",
    "windowing_use_high_precision",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allowed_variables_are_sorted_and_have_no_other_rule() {
        assert!(ALLOWED.is_sorted());
        for name in ALLOWED {
            assert_eq!(rule(name), VariableRule::Allowed, "{name}");
        }
    }
}
