//! The constant texts that rrx itself sends, all tagged `/* rrx:… */`. Only these and permitted statements reach the server.
//! Values are inserted as numbers or as safe identifiers. This file uses no connection.

use std::fmt::Write as _;

use crate::domain::sql::quote::quoted_identifier;
use crate::domain::sql::{Param, ServerFamily};

/// A statement that rrx sends for itself. Only this file creates one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InternalQuery(String);

impl InternalQuery {
    /// Returns the text as it is sent.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Joins several queries into one text. The server answers each of them.
pub(super) fn join(queries: &[&InternalQuery]) -> InternalQuery {
    InternalQuery(queries.iter().map(|query| query.text()).collect::<Vec<_>>().join("; "))
}

/// A text that is safe between single quotes: it has no quote, no backslash and no control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SafeIdentifier(String);

impl SafeIdentifier {
    /// Accepts names of time zones, offsets and lists of `sql_mode` flags. Returns `None` for anything else.
    pub(super) fn new(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-:/,".contains(&byte);
        text.bytes().all(is_plain).then(|| Self(text.to_owned()))
    }

    /// Returns the time zone that secondary connections use.
    pub(super) fn utc() -> Self {
        Self("+00:00".into())
    }

    /// Returns the `sql_mode` that secondary connections use: no flag.
    pub(super) fn no_mode() -> Self {
        Self(String::new())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Reads every variable that identifies the server or decides how it reads a text. Variables that it does not know are
/// missing from the answer.
pub(super) fn variables() -> InternalQuery {
    InternalQuery(
        "/* rrx:variables */ SHOW VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'hostname', 'port', \
         'server_id', 'server_uuid', 'aurora_version', 'aurora_server_id', 'read_only', 'super_read_only', \
         'innodb_read_only', 'group_replication_group_name', 'wsrep_on', 'tx_read_only', 'transaction_read_only', 'sql_mode', 'lower_case_table_names', \
         'time_zone', 'character_set_client', \
         'character_set_connection', 'character_set_results', 'group_concat_max_len', 'autocommit', \
         'sql_select_limit', 'max_execution_time', 'max_statement_time', 'system_time_zone', 'wait_timeout')"
            .into(),
    )
}

/// Reads the few variables that identify the server. They are read again before every KILL.
pub(super) fn identity() -> InternalQuery {
    InternalQuery(
        "/* rrx:identity */ SHOW VARIABLES WHERE Variable_name IN ('hostname', 'port', 'server_id', 'server_uuid', \
         'aurora_server_id')"
            .into(),
    )
}

/// Reads all variables, for engines whose SHOW VARIABLES has no `WHERE`.
pub(super) fn all_variables() -> InternalQuery {
    InternalQuery("/* rrx:variables */ SHOW VARIABLES".into())
}

/// The session variables that one connection is pinned to; see [`pin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PinnedVariables {
    /// `None` keeps the server's mode.
    pub(super) sql_mode: Option<SafeIdentifier>,
    /// A name or an offset; `None` keeps the server's time zone.
    pub(super) time_zone: Option<SafeIdentifier>,
    /// Bytes; `None` if the server has no such variable.
    pub(super) group_concat_max_len: Option<u64>,
    /// The server's own time limit for a statement, if it has one.
    pub(super) timeout: Option<ServerTimeout>,
    /// Whether the server has `sql_select_limit`, a hidden LIMIT that must be lifted.
    pub(super) lifts_select_limit: bool,
    /// Whether the server closes an idle connection so soon that `wait_timeout` is raised. See [`raise_wait_timeout`].
    pub(super) raises_wait_timeout: bool,
}

/// The server's own time limit for a statement, in the variable and unit of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ServerTimeout {
    /// `max_execution_time`, in milliseconds (MySQL).
    Milliseconds(u64),
    /// `max_statement_time`, in seconds (MariaDB).
    Seconds(u64),
}

impl ServerTimeout {
    fn assignment(self) -> String {
        match self {
            Self::Milliseconds(value) => format!("@@SESSION.max_execution_time = {value}"),
            Self::Seconds(value) => format!("@@SESSION.max_statement_time = {value}"),
        }
    }
}

/// Sets all variables that can be set together, in one statement. With several statements the connection would be
/// pinned only in part for a moment, and the driver runs its `init` list in reverse order.
pub(super) fn pin(to: &PinnedVariables) -> InternalQuery {
    let mut text = String::from("/* rrx:pin */ SET NAMES utf8mb4, @@SESSION.autocommit = 1");
    if let Some(mode) = &to.sql_mode {
        let _ = write!(text, ", @@SESSION.sql_mode = '{}'", mode.text());
    }
    if let Some(zone) = &to.time_zone {
        let _ = write!(text, ", @@SESSION.time_zone = '{}'", zone.text());
    }
    if let Some(bytes) = to.group_concat_max_len {
        let _ = write!(text, ", @@SESSION.group_concat_max_len = {bytes}");
    }
    if to.lifts_select_limit {
        let _ = write!(text, ", @@SESSION.sql_select_limit = {}", u64::MAX);
    }
    if let Some(timeout) = to.timeout {
        let _ = write!(text, ", {}", timeout.assignment());
    }
    InternalQuery(text)
}

/// Lifts the hidden LIMIT before anything is read, because MySQL cuts the rows of SHOW by it too.
pub(super) fn lift_select_limit() -> InternalQuery {
    InternalQuery(format!("/* rrx:select-limit */ SET @@SESSION.sql_select_limit = {}", u64::MAX))
}

/// Lets the connection be idle for longer. It is no part of [`pin`], because a server may refuse it, and pings then come more
/// often.
pub(super) fn raise_wait_timeout() -> InternalQuery {
    InternalQuery(format!(
        "/* rrx:wait-timeout */ SET @@SESSION.wait_timeout = {}",
        crate::domain::limits::WAIT_TIMEOUT_SECONDS
    ))
}

/// Makes the session read-only. MySQL and MariaDB accept this statement, and neither allows it in a list with other
/// variables.
pub(super) fn read_only() -> InternalQuery {
    InternalQuery("/* rrx:read-only */ SET SESSION TRANSACTION READ ONLY".into())
}

/// Raises the server's own time limit for a statement that may take longer.
pub(super) fn raise_timeout(timeout: ServerTimeout) -> InternalQuery {
    InternalQuery(format!("/* rrx:time-limit */ SET {}", timeout.assignment()))
}

/// Reads the connection id, the account and the current database.
pub(super) fn whoami() -> InternalQuery {
    InternalQuery("/* rrx:whoami */ SELECT CONNECTION_ID(), CURRENT_USER(), DATABASE()".into())
}

/// Reads the mode of the session, after a statement that may have changed it.
pub(super) fn sql_mode() -> InternalQuery {
    InternalQuery("/* rrx:sql-mode */ SELECT @@SESSION.sql_mode".into())
}

/// Makes the database of the user's session that of the connection that reads plans.
pub(super) fn use_database(database: &str) -> InternalQuery {
    InternalQuery(format!("/* rrx:plan-database */ USE {}", quoted_identifier(database)))
}

/// Makes the mode of the user's session that of the connection that reads plans.
pub(super) fn set_sql_mode(mode: &SafeIdentifier) -> InternalQuery {
    InternalQuery(format!("/* rrx:plan-mode */ SET SESSION sql_mode = '{}'", mode.text()))
}

/// Reads the current database, after a statement that may have changed it.
pub(super) fn database() -> InternalQuery {
    InternalQuery("/* rrx:database */ SELECT DATABASE()".into())
}

/// Reads the TLS version, as the server sees it.
pub(super) fn tls() -> InternalQuery {
    InternalQuery("/* rrx:tls */ SHOW SESSION STATUS WHERE Variable_name IN ('Ssl_version', 'Ssl_cipher')".into())
}

/// Reads the privileges of the account.
pub(super) fn grants() -> InternalQuery {
    InternalQuery("/* rrx:grants */ SHOW GRANTS".into())
}

/// Reads the replication status, in the syntax of this server. Returns several queries if the syntax is not known.
pub(super) fn replica_status(server: ServerFamily, version: (u16, u16, u16)) -> Vec<InternalQuery> {
    let statements: &[&str] = match server {
        // Without ALL, only the unnamed replication connection is shown.
        ServerFamily::MariaDb if version >= (10, 5, 1) => &["SHOW ALL REPLICAS STATUS"],
        ServerFamily::MariaDb => &["SHOW ALL SLAVES STATUS"],
        ServerFamily::MySql if version >= (8, 0, 22) => &["SHOW REPLICA STATUS"],
        ServerFamily::MySql => &["SHOW SLAVE STATUS"],
        ServerFamily::Other => &["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"],
    };
    statements.iter().map(|statement| InternalQuery(format!("/* rrx:lag */ {statement}"))).collect()
}

/// Reads how far an Aurora reader is behind its writer, in milliseconds.
pub(super) fn aurora_lag() -> InternalQuery {
    InternalQuery(
        "/* rrx:lag */ SELECT REPLICA_LAG_IN_MILLISECONDS FROM information_schema.replica_host_status \
         WHERE SERVER_ID = @@aurora_server_id"
            .into(),
    )
}

/// Reads the age of the newest time in a heartbeat table, in microseconds. The connection's time zone must be UTC.
pub(super) fn heartbeat([schema, table, column]: &[String; 3]) -> InternalQuery {
    InternalQuery(format!(
        "/* rrx:lag */ SELECT TIMESTAMPDIFF(MICROSECOND, MAX({}), UTC_TIMESTAMP(6)) FROM {}.{}",
        quoted_identifier(column),
        quoted_identifier(schema),
        quoted_identifier(table)
    ))
}

/// Reads the names of the schemas, for the catalog and for the hint of "unknown database".
pub(super) fn schema_names() -> InternalQuery {
    InternalQuery("/* rrx:schemas */ SELECT SCHEMA_NAME FROM information_schema.SCHEMATA".into())
}

/// Reads the names of all views, which may call stored functions.
pub(super) fn view_names() -> InternalQuery {
    InternalQuery(
        "/* rrx:views */ SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE = 'VIEW' \
         AND TABLE_SCHEMA NOT IN ('sys', 'information_schema', 'performance_schema')"
            .into(),
    )
}

/// Reads the warnings of the previous statement.
pub(super) fn warnings() -> InternalQuery {
    InternalQuery("/* rrx:warnings */ SHOW WARNINGS".into())
}

/// Puts a statement's text and its values into user variables. All of them are bound, none is part of a text. A cast
/// sets the type if a server would guess it. Bytes are sent as [`hexadecimal`], because the server reads a bound text
/// as text.
pub(super) fn bind(params: &[Param]) -> InternalQuery {
    let mut text = String::from("/* rrx:bind */ SET @rrx_text = ?");
    for (number, param) in (1_usize..).zip(params) {
        let placeholder = match param {
            Param::Integer(_) => "CAST(? AS SIGNED)",
            Param::Unsigned(_) => "CAST(? AS UNSIGNED)",
            Param::Bytes(_) => "UNHEX(?)",
            Param::Null | Param::Text(_) => "?",
        };
        let _ = write!(text, ", @rrx_{number} = {placeholder}");
    }
    InternalQuery(text)
}

/// Returns the hexadecimal digits of bytes.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Prepares the statement whose text [`bind`] has put into a variable.
pub(super) fn prepare() -> InternalQuery {
    InternalQuery("/* rrx:prepare */ PREPARE rrx FROM @rrx_text".into())
}

/// Executes the prepared statement with this number of values.
pub(super) fn execute(values: usize) -> InternalQuery {
    let names: Vec<String> = (1..=values).map(|number| format!("@rrx_{number}")).collect();
    InternalQuery(format!("/* rrx:execute */ EXECUTE rrx USING {}", names.join(", ")))
}

/// Deallocates the prepared statement.
pub(super) fn deallocate() -> InternalQuery {
    InternalQuery("/* rrx:prepare */ DEALLOCATE PREPARE rrx".into())
}

/// Clears the variables of the text and of this number of values.
pub(super) fn unbind(values: usize) -> InternalQuery {
    let mut text = String::from("/* rrx:bind */ SET @rrx_text = NULL");
    for number in 1..=values {
        let _ = write!(text, ", @rrx_{number} = NULL");
    }
    InternalQuery(text)
}

/// Stops the statement that runs on the connection with this id.
pub(super) fn kill_statement(connection: u64) -> InternalQuery {
    InternalQuery(format!("/* rrx:cancel */ KILL QUERY {connection}"))
}

/// Closes the connection with this id.
pub(super) fn kill_connection(connection: u64) -> InternalQuery {
    InternalQuery(format!("/* rrx:close */ KILL {connection}"))
}

/// Reads the connections with these ids from the process list, with the columns of [`all_processes`].
pub(super) fn processes(connections: &[u64]) -> InternalQuery {
    let ids: Vec<String> = connections.iter().map(u64::to_string).collect();
    InternalQuery(format!(
        "/* rrx:left */ SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST \
         WHERE ID IN ({})",
        ids.join(", ")
    ))
}

/// Reads the whole process list, for engines without `information_schema.PROCESSLIST`.
pub(super) fn all_processes() -> InternalQuery {
    InternalQuery("/* rrx:left */ SHOW FULL PROCESSLIST".into())
}

/// Answers at once. After a KILL it receives a late "interrupted" error, which would otherwise hit the user's next statement.
pub(super) fn barrier() -> InternalQuery {
    InternalQuery("/* rrx:barrier */ SELECT 1".into())
}

/// Reads the tables and views of the catalog.
pub(super) fn tables() -> InternalQuery {
    InternalQuery(
        "/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_ROWS, TABLE_COMMENT \
         FROM information_schema.TABLES"
            .into(),
    )
}

/// Reads the columns of the catalog.
pub(super) fn columns() -> InternalQuery {
    InternalQuery(
        "/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, \
         COLUMN_KEY, COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT, PRIVILEGES FROM information_schema.COLUMNS"
            .into(),
    )
}

/// Reads the indexes of the catalog.
pub(super) fn indexes() -> InternalQuery {
    InternalQuery(
        "/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME \
         FROM information_schema.STATISTICS"
            .into(),
    )
}

/// Reads the declared foreign keys of the catalog.
pub(super) fn foreign_keys() -> InternalQuery {
    InternalQuery(
        "/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME, \
         REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME \
         FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL"
            .into(),
    )
}

/// Reads the procedures and functions of the catalog.
pub(super) fn routines() -> InternalQuery {
    InternalQuery(
        "/* rrx:catalog */ SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_COMMENT \
         FROM information_schema.ROUTINES"
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_a_quote_or_a_backslash_is_not_safe() {
        assert_eq!(SafeIdentifier::new("+00:00'"), None);
        assert_eq!(SafeIdentifier::new("a\\"), None);
        assert_eq!(SafeIdentifier::new("Europe/Berlin").as_ref().map(SafeIdentifier::text), Some("Europe/Berlin"));
    }

    #[test]
    fn the_replication_status_is_read_in_the_syntax_of_the_server() {
        let statements = |server, version| -> Vec<String> {
            replica_status(server, version).iter().map(|query| query.text().replace("/* rrx:lag */ ", "")).collect()
        };
        assert_eq!(statements(ServerFamily::MySql, (5, 7, 44)), ["SHOW SLAVE STATUS"]);
        assert_eq!(statements(ServerFamily::MySql, (8, 0, 21)), ["SHOW SLAVE STATUS"]);
        assert_eq!(statements(ServerFamily::MySql, (8, 0, 22)), ["SHOW REPLICA STATUS"]);
        assert_eq!(statements(ServerFamily::MariaDb, (10, 4, 34)), ["SHOW ALL SLAVES STATUS"]);
        assert_eq!(statements(ServerFamily::MariaDb, (10, 11, 6)), ["SHOW ALL REPLICAS STATUS"]);
        assert_eq!(statements(ServerFamily::Other, (1, 0, 0)).len(), 2);
    }

    #[test]
    fn the_names_of_a_heartbeat_cannot_break_out_of_their_quotes() {
        let column = ["o`ps".to_owned(), "heart beat".to_owned(), "ts".to_owned()];
        assert_eq!(
            heartbeat(&column).text(),
            "/* rrx:lag */ SELECT TIMESTAMPDIFF(MICROSECOND, MAX(`ts`), UTC_TIMESTAMP(6)) FROM `o``ps`.`heart beat`"
        );
    }

    #[test]
    fn no_value_is_part_of_the_texts_that_bind_it() {
        let params = [
            Param::Integer(-7),
            Param::Unsigned(u64::MAX),
            Param::Text("it's".into()),
            Param::Bytes(vec![0, 255]),
            Param::Null,
        ];
        assert_eq!(
            bind(&params).text(),
            "/* rrx:bind */ SET @rrx_text = ?, @rrx_1 = CAST(? AS SIGNED), @rrx_2 = CAST(? AS UNSIGNED), @rrx_3 = ?, \
             @rrx_4 = UNHEX(?), @rrx_5 = ?"
        );
        assert_eq!(execute(2).text(), "/* rrx:execute */ EXECUTE rrx USING @rrx_1, @rrx_2");
        assert_eq!(unbind(1).text(), "/* rrx:bind */ SET @rrx_text = NULL, @rrx_1 = NULL");
        assert_eq!(hexadecimal(&[0, 255, 16]), "00ff10");
    }

    #[test]
    fn one_statement_pins_all_that_can_be_set_together() {
        let to = PinnedVariables {
            sql_mode: SafeIdentifier::new("ANSI_QUOTES"),
            time_zone: SafeIdentifier::new("+00:00"),
            group_concat_max_len: Some(7),
            timeout: Some(ServerTimeout::Seconds(9)),
            lifts_select_limit: true,
            raises_wait_timeout: false,
        };
        assert_eq!(
            pin(&to).text(),
            "/* rrx:pin */ SET NAMES utf8mb4, @@SESSION.autocommit = 1, @@SESSION.sql_mode = 'ANSI_QUOTES', \
             @@SESSION.time_zone = '+00:00', @@SESSION.group_concat_max_len = 7, \
             @@SESSION.sql_select_limit = 18446744073709551615, @@SESSION.max_statement_time = 9"
        );
        let servers_own = PinnedVariables { sql_mode: None, time_zone: None, ..to };
        assert!(!pin(&servers_own).text().contains("sql_mode") && !pin(&servers_own).text().contains("time_zone"));
    }
}
