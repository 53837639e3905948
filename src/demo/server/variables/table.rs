//! The system variables with their initial values, which are those of a MariaDB 10.11 replica.

pub(crate) const VERSION: &str = "10.11.0-MariaDB-rrx-demo";
/// The host name of the replica behind its jump host.
pub(crate) const HOST: &str = "replica.demo.internal";
pub(crate) const PORT: u16 = 3306;

/// What a session may do with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    ReadOnly,
    /// The session may set it.
    Settable,
}

use Access::{ReadOnly, Settable};

pub(super) const NUMBERS: &[(&str, i64, Access)] = &[
    ("auto_increment_increment", 1, ReadOnly),
    ("connect_timeout", 10, ReadOnly),
    ("default_week_format", 0, ReadOnly),
    ("div_precision_increment", 4, ReadOnly),
    ("error_count", 0, ReadOnly),
    ("group_concat_max_len", 1_048_576, Settable),
    ("identity", 0, ReadOnly),
    ("idle_transaction_timeout", 0, Settable),
    ("innodb_buffer_pool_size", 134_217_728, ReadOnly),
    ("innodb_lock_wait_timeout", 50, Settable),
    ("interactive_timeout", 28_800, Settable),
    ("last_insert_id", 0, ReadOnly),
    ("lock_wait_timeout", 86_400, Settable),
    ("lower_case_table_names", 0, ReadOnly),
    ("max_allowed_packet", 16_777_216, ReadOnly),
    ("max_connections", 151, ReadOnly),
    ("max_error_count", 64, ReadOnly),
    ("net_buffer_length", 16_384, ReadOnly),
    ("net_read_timeout", 30, Settable),
    ("net_write_timeout", 60, Settable),
    ("port", PORT as i64, ReadOnly),
    ("protocol_version", 10, ReadOnly),
    ("server_id", 2, ReadOnly),
    ("sql_select_limit", i64::MAX, Settable),
    ("wait_timeout", 28_800, Settable),
    ("warning_count", 0, ReadOnly),
];

pub(super) const SWITCHES: &[(&str, bool, Access)] = &[
    ("autocommit", true, Settable),
    ("big_tables", false, ReadOnly),
    ("foreign_key_checks", true, Settable),
    ("general_log", false, ReadOnly),
    ("in_transaction", false, ReadOnly),
    ("innodb_read_only", true, ReadOnly),
    ("local_infile", false, ReadOnly),
    ("log_bin", false, ReadOnly),
    ("lower_case_file_system", false, ReadOnly),
    ("performance_schema", false, ReadOnly),
    ("read_only", true, ReadOnly),
    ("skip_name_resolve", true, ReadOnly),
    ("skip_networking", false, ReadOnly),
    ("slow_query_log", false, ReadOnly),
    ("sql_auto_is_null", false, ReadOnly),
    ("sql_big_selects", true, Settable),
    ("sql_notes", true, Settable),
    ("sql_quote_show_create", true, Settable),
    ("sql_safe_updates", false, Settable),
    ("sql_warnings", false, Settable),
    ("tx_read_only", false, Settable),
    ("unique_checks", true, Settable),
];

pub(super) const TEXTS: &[(&str, &str, Access)] = &[
    ("basedir", "/usr/", ReadOnly),
    ("binlog_format", "MIXED", ReadOnly),
    ("character_set_client", "utf8mb4", ReadOnly),
    ("character_set_connection", "utf8mb4", ReadOnly),
    ("character_set_database", "utf8mb4", ReadOnly),
    ("character_set_filesystem", "binary", ReadOnly),
    ("character_set_results", "utf8mb4", ReadOnly),
    ("character_set_server", "utf8mb4", ReadOnly),
    ("character_set_system", "utf8mb3", ReadOnly),
    ("collation_connection", "utf8mb4_general_ci", ReadOnly),
    ("collation_database", "utf8mb4_general_ci", ReadOnly),
    ("collation_server", "utf8mb4_general_ci", ReadOnly),
    ("datadir", "/var/lib/mysql/", ReadOnly),
    ("default_storage_engine", "InnoDB", ReadOnly),
    ("event_scheduler", "OFF", ReadOnly),
    ("have_openssl", "NO", ReadOnly),
    ("have_ssl", "DISABLED", ReadOnly),
    ("hostname", HOST, ReadOnly),
    ("init_connect", "", ReadOnly),
    ("lc_time_names", "en_US", ReadOnly),
    ("license", "GPL", ReadOnly),
    ("max_join_size", "18446744073709551615", ReadOnly),
    ("optimizer_switch", "", ReadOnly),
    ("proxy_user", "", ReadOnly),
    ("secure_file_priv", "", ReadOnly),
    ("socket", "/run/mysqld/mysqld.sock", ReadOnly),
    ("sql_mode", "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION", Settable),
    ("storage_engine", "InnoDB", ReadOnly),
    ("system_time_zone", "UTC", ReadOnly),
    ("time_zone", "SYSTEM", Settable),
    ("tls_version", "", ReadOnly),
    ("tx_isolation", "REPEATABLE-READ", Settable),
    ("version", VERSION, ReadOnly),
    ("version_comment", "rrx demo replica (SQLite inside)", ReadOnly),
    ("version_compile_machine", "x86_64", ReadOnly),
    ("version_compile_os", "rrx", ReadOnly),
    ("version_ssl_library", "", ReadOnly),
];

/// Values of `sql_mode` that do not change how the translator reads a statement.
pub(super) const SUPPORTED_MODES: &[&str] = &[
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

/// Other values of `sql_mode` on a real server. Each changes the meaning of statements.
pub(super) const UNSUPPORTED_MODES: &[&str] = &[
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
