//! The system variables with their values at sign-in: those of a MariaDB 10.11 replica.

use super::{HOST, PORT, VERSION};

/// What a session may do with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum May {
    /// Only read it.
    Read,
    /// Set it; nothing here depends on it but what reads it.
    Set,
}

use May::{Read, Set};

/// Whole numbers.
pub(super) const NUMBERS: &[(&str, i64, May)] = &[
    ("auto_increment_increment", 1, Read),
    ("connect_timeout", 10, Read),
    ("default_week_format", 0, Read),
    ("div_precision_increment", 4, Read),
    ("error_count", 0, Read),
    ("group_concat_max_len", 1_048_576, Set),
    ("identity", 0, Read),
    ("idle_transaction_timeout", 0, Set),
    ("innodb_buffer_pool_size", 134_217_728, Read),
    ("innodb_lock_wait_timeout", 50, Set),
    ("interactive_timeout", 28_800, Set),
    ("last_insert_id", 0, Read),
    ("lock_wait_timeout", 86_400, Set),
    ("lower_case_table_names", 0, Read),
    ("max_allowed_packet", 16_777_216, Read),
    ("max_connections", 151, Read),
    ("max_error_count", 64, Read),
    ("net_buffer_length", 16_384, Read),
    ("net_read_timeout", 30, Set),
    ("net_write_timeout", 60, Set),
    ("port", PORT as i64, Read),
    ("protocol_version", 10, Read),
    ("server_id", 2, Read),
    ("sql_select_limit", i64::MAX, Set),
    ("wait_timeout", 28_800, Set),
    ("warning_count", 0, Read),
];

/// ON and OFF.
pub(super) const SWITCHES: &[(&str, bool, May)] = &[
    ("autocommit", true, Set),
    ("big_tables", false, Read),
    ("foreign_key_checks", true, Set),
    ("general_log", false, Read),
    ("in_transaction", false, Read),
    ("innodb_read_only", true, Read),
    ("local_infile", false, Read),
    ("log_bin", false, Read),
    ("lower_case_file_system", false, Read),
    ("performance_schema", false, Read),
    ("read_only", true, Read),
    ("skip_name_resolve", true, Read),
    ("skip_networking", false, Read),
    ("slow_query_log", false, Read),
    ("sql_auto_is_null", false, Read),
    ("sql_big_selects", true, Set),
    ("sql_notes", true, Set),
    ("sql_quote_show_create", true, Set),
    ("sql_safe_updates", false, Set),
    ("sql_warnings", false, Set),
    ("tx_read_only", false, Set),
    ("unique_checks", true, Set),
];

/// Text.
pub(super) const TEXTS: &[(&str, &str, May)] = &[
    ("basedir", "/usr/", Read),
    ("binlog_format", "MIXED", Read),
    ("character_set_client", "utf8mb4", Read),
    ("character_set_connection", "utf8mb4", Read),
    ("character_set_database", "utf8mb4", Read),
    ("character_set_filesystem", "binary", Read),
    ("character_set_results", "utf8mb4", Read),
    ("character_set_server", "utf8mb4", Read),
    ("character_set_system", "utf8mb3", Read),
    ("collation_connection", "utf8mb4_general_ci", Read),
    ("collation_database", "utf8mb4_general_ci", Read),
    ("collation_server", "utf8mb4_general_ci", Read),
    ("datadir", "/var/lib/mysql/", Read),
    ("default_storage_engine", "InnoDB", Read),
    ("event_scheduler", "OFF", Read),
    ("have_openssl", "NO", Read),
    ("have_ssl", "DISABLED", Read),
    ("hostname", HOST, Read),
    ("init_connect", "", Read),
    ("lc_time_names", "en_US", Read),
    ("license", "GPL", Read),
    ("max_join_size", "18446744073709551615", Read),
    ("optimizer_switch", "", Read),
    ("proxy_user", "", Read),
    ("secure_file_priv", "", Read),
    ("socket", "/run/mysqld/mysqld.sock", Read),
    ("sql_mode", "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION", Set),
    ("storage_engine", "InnoDB", Read),
    ("system_time_zone", "UTC", Read),
    ("time_zone", "SYSTEM", Set),
    ("tls_version", "", Read),
    ("tx_isolation", "REPEATABLE-READ", Set),
    ("version", VERSION, Read),
    ("version_comment", "rrx demo replica (SQLite inside)", Read),
    ("version_compile_machine", "x86_64", Read),
    ("version_compile_os", "rrx", Read),
    ("version_ssl_library", "", Read),
];

/// Names of `sql_mode` that the translator's reading of a statement holds under.
pub(super) const MODES: &[&str] = &[
    "STRICT_TRANS_TABLES",
    "STRICT_ALL_TABLES",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_AUTO_CREATE_USER",
    "NO_ENGINE_SUBSTITUTION",
    "ONLY_FULL_GROUP_BY",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "NO_AUTO_VALUE_ON_ZERO",
    "TRADITIONAL",
];

/// Other names that the server has; each changes what a statement means.
pub(super) const OTHER_MODES: &[&str] = &[
    "ANSI",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "PIPES_AS_CONCAT",
    "IGNORE_SPACE",
    "ORACLE",
    "HIGH_NOT_PRECEDENCE",
    "NO_UNSIGNED_SUBTRACTION",
    "PAD_CHAR_TO_FULL_LENGTH",
    "REAL_AS_FLOAT",
    "TIME_ROUND_FRACTIONAL",
    "EMPTY_STRING_IS_NULL",
    "SIMULTANEOUS_ASSIGNMENT",
    "ALLOW_INVALID_DATES",
    "MSSQL",
    "DB2",
    "POSTGRESQL",
    "MAXDB",
    "MYSQL323",
    "MYSQL40",
];
