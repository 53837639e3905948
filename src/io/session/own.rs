//! The constant texts that rrx itself sends, all tagged `/* rrx:… */`: nothing else of ours reaches the server.
//! Values are bound as numbers or as plain words; this file knows no connection and no answer.

use std::fmt::Write as _;

use crate::domain::sql::quote::quoted_identifier;
use crate::domain::sql::{Param, ServerFamily};

/// A statement of ours. Only this file makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own(String);

impl Own {
    /// The text as it is sent.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Several of them in one text: whoever sends it reads an answer to each.
pub(super) fn together(owns: &[&Own]) -> Own {
    Own(owns.iter().map(|own| own.text()).collect::<Vec<_>>().join("; "))
}

/// A word that may stand between quotes as it is: no quote, no backslash, nothing that the lexer could stumble over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word(String);

impl Word {
    /// Takes names of time zones, offsets and lists of `sql_mode` flags; anything else is not a word.
    pub(super) fn new(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-:/,".contains(&byte);
        text.bytes().all(is_plain).then(|| Self(text.to_owned()))
    }

    /// The time zone of our own reckoning.
    pub(super) fn utc() -> Self {
        Self("+00:00".into())
    }

    /// The word.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Every variable that tells who the server is or how it reads our text. One that it does not know is an absent row.
pub(super) fn variables() -> Own {
    Own("/* rrx:variables */ SHOW VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'hostname', 'port', \
         'server_id', 'server_uuid', 'aurora_version', 'aurora_server_id', 'read_only', 'super_read_only', \
         'innodb_read_only', 'tx_read_only', 'transaction_read_only', 'sql_mode', 'time_zone', 'character_set_client', \
         'character_set_connection', 'character_set_results', 'group_concat_max_len', 'autocommit', \
         'sql_select_limit', 'max_execution_time', 'max_statement_time')"
        .into())
}

/// The few variables that name the server: read again before every KILL.
pub(super) fn identity() -> Own {
    Own("/* rrx:identity */ SHOW VARIABLES WHERE Variable_name IN ('hostname', 'port', 'server_id', 'server_uuid', \
         'aurora_server_id')"
        .into())
}

/// The same for engines that do not know `WHERE` there: every variable.
pub(super) fn all_variables() -> Own {
    Own("/* rrx:variables */ SHOW VARIABLES".into())
}

/// What one connection is pinned to; see [`pin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pinned {
    /// Without the flags that change how text is read.
    pub(super) sql_mode: Word,
    /// A name or an offset.
    pub(super) time_zone: Word,
    /// Bytes; not where the server has no such variable.
    pub(super) group_concat_max_len: Option<u64>,
    /// The server's own time limit, where it has one.
    pub(super) net: Option<Net>,
    /// Whether the server has `sql_select_limit`: a hidden LIMIT.
    pub(super) lifts_select_limit: bool,
}

/// The server's own time limit for a statement, in the product's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Net {
    /// `max_execution_time`, in milliseconds (MySQL).
    Milliseconds(u64),
    /// `max_statement_time`, in seconds (MariaDB).
    Seconds(u64),
}

impl Net {
    fn assignment(self) -> String {
        match self {
            Self::Milliseconds(value) => format!("@@SESSION.max_execution_time = {value}"),
            Self::Seconds(value) => format!("@@SESSION.max_statement_time = {value}"),
        }
    }
}

/// One statement for all that can be set together: several would leave a moment in between, and the driver's own
/// `init` list runs backwards.
pub(super) fn pin(to: &Pinned) -> Own {
    let mut text = format!(
        "/* rrx:pin */ SET NAMES utf8mb4, @@SESSION.sql_mode = '{}', @@SESSION.time_zone = '{}', \
         @@SESSION.autocommit = 1",
        to.sql_mode.text(),
        to.time_zone.text(),
    );
    if let Some(bytes) = to.group_concat_max_len {
        let _ = write!(text, ", @@SESSION.group_concat_max_len = {bytes}");
    }
    if to.lifts_select_limit {
        let _ = write!(text, ", @@SESSION.sql_select_limit = {}", u64::MAX);
    }
    if let Some(net) = to.net {
        let _ = write!(text, ", {}", net.assignment());
    }
    Own(text)
}

/// Takes the hidden LIMIT away before anything is read: MySQL cuts the rows of SHOW by it too.
pub(super) fn lift_select_limit() -> Own {
    Own(format!("/* rrx:select-limit */ SET @@SESSION.sql_select_limit = {}", u64::MAX))
}

/// Both products know this form, and neither lets it stand in a list with others.
pub(super) fn read_only() -> Own {
    Own("/* rrx:read-only */ SET SESSION TRANSACTION READ ONLY".into())
}

/// Widens the server's own time limit for a statement that may take longer.
pub(super) fn widen(net: Net) -> Own {
    Own(format!("/* rrx:time-limit */ SET {}", net.assignment()))
}

/// Who we are there.
pub(super) fn whoami() -> Own {
    Own("/* rrx:whoami */ SELECT CONNECTION_ID(), CURRENT_USER(), DATABASE()".into())
}

/// The current database, after a statement that may have changed it.
pub(super) fn database() -> Own {
    Own("/* rrx:database */ SELECT DATABASE()".into())
}

/// The TLS version, as the server sees it.
pub(super) fn tls() -> Own {
    Own("/* rrx:tls */ SHOW SESSION STATUS WHERE Variable_name IN ('Ssl_version', 'Ssl_cipher')".into())
}

/// What the account may do.
pub(super) fn grants() -> Own {
    Own("/* rrx:grants */ SHOW GRANTS".into())
}

/// The state of replication, in the words that this server knows: several, where that cannot be told beforehand.
pub(super) fn replica_status((server, version): (ServerFamily, (u16, u16, u16))) -> Vec<Own> {
    let statements: &[&str] = match server {
        // With named connections the short form shows the unnamed one alone.
        ServerFamily::MariaDb if version >= (10, 5, 1) => &["SHOW ALL REPLICAS STATUS"],
        ServerFamily::MariaDb => &["SHOW ALL SLAVES STATUS"],
        ServerFamily::MySql if version >= (8, 0, 22) => &["SHOW REPLICA STATUS"],
        ServerFamily::MySql => &["SHOW SLAVE STATUS"],
        ServerFamily::Other => &["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"],
    };
    statements.iter().map(|statement| Own(format!("/* rrx:lag */ {statement}"))).collect()
}

/// How far an Aurora reader is behind its writer, in milliseconds.
pub(super) fn aurora_lag() -> Own {
    Own("/* rrx:lag */ SELECT REPLICA_LAG_IN_MILLISECONDS FROM information_schema.replica_host_status \
         WHERE SERVER_ID = @@aurora_server_id"
        .into())
}

/// How long ago the newest time of a heartbeat table is, in microseconds; the connection's time zone must be UTC.
pub(super) fn heartbeat([schema, table, column]: &[String; 3]) -> Own {
    Own(format!(
        "/* rrx:lag */ SELECT TIMESTAMPDIFF(MICROSECOND, MAX({}), UTC_TIMESTAMP(6)) FROM {}.{}",
        quoted_identifier(column),
        quoted_identifier(schema),
        quoted_identifier(table)
    ))
}

/// The names of the schemas: for the hint beside "unknown database".
pub(super) fn schema_names() -> Own {
    Own("/* rrx:schemas */ SELECT SCHEMA_NAME FROM information_schema.SCHEMATA".into())
}

/// The warnings of the statement before.
pub(super) fn warnings() -> Own {
    Own("/* rrx:warnings */ SHOW WARNINGS".into())
}

/// Takes a statement's text and its values into variables: all of them are bound, none stands in a text. A cast says the
/// type where a server would guess it; bytes come as [`hexadecimal`], for what is bound as text is read as text.
pub(super) fn bind(params: &[Param]) -> Own {
    let mut text = String::from("/* rrx:bind */ SET @rrx_text = ?");
    for (number, param) in (1_usize..).zip(params) {
        let place = match param {
            Param::Integer(_) => "CAST(? AS SIGNED)",
            Param::Unsigned(_) => "CAST(? AS UNSIGNED)",
            Param::Bytes(_) => "UNHEX(?)",
            Param::Null | Param::Text(_) => "?",
        };
        let _ = write!(text, ", @rrx_{number} = {place}");
    }
    Own(text)
}

/// The digits of bytes.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Prepares the statement that [`bind`] took.
pub(super) fn prepare() -> Own {
    Own("/* rrx:prepare */ PREPARE rrx FROM @rrx_text".into())
}

/// Runs it with so many values.
pub(super) fn execute(values: usize) -> Own {
    let names: Vec<String> = (1..=values).map(|number| format!("@rrx_{number}")).collect();
    Own(format!("/* rrx:execute */ EXECUTE rrx USING {}", names.join(", ")))
}

/// Forgets the prepared statement.
pub(super) fn deallocate() -> Own {
    Own("/* rrx:prepare */ DEALLOCATE PREPARE rrx".into())
}

/// Forgets the text and so many values.
pub(super) fn unbind(values: usize) -> Own {
    let mut text = String::from("/* rrx:bind */ SET @rrx_text = NULL");
    for number in 1..=values {
        let _ = write!(text, ", @rrx_{number} = NULL");
    }
    Own(text)
}

/// Stops the statement that runs on this connection.
pub(super) fn kill_statement(connection: u64) -> Own {
    Own(format!("/* rrx:cancel */ KILL QUERY {connection}"))
}

/// Ends this connection.
pub(super) fn kill_connection(connection: u64) -> Own {
    Own(format!("/* rrx:close */ KILL {connection}"))
}

/// Answers at once; after a KILL it takes the stray error in place of the user's next statement.
pub(super) fn barrier() -> Own {
    Own("/* rrx:barrier */ SELECT 1".into())
}

/// The catalog: tables and views.
pub(super) fn tables() -> Own {
    Own("/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_ROWS, TABLE_COMMENT \
         FROM information_schema.TABLES"
        .into())
}

/// The catalog: columns.
pub(super) fn columns() -> Own {
    Own("/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, \
         COLUMN_KEY, COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT FROM information_schema.COLUMNS"
        .into())
}

/// The catalog: indexes.
pub(super) fn indexes() -> Own {
    Own("/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME \
         FROM information_schema.STATISTICS"
        .into())
}

/// The catalog: declared foreign keys.
pub(super) fn foreign_keys() -> Own {
    Own("/* rrx:catalog */ SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME, \
         REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME \
         FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL"
        .into())
}

/// The catalog: procedures and functions.
pub(super) fn routines() -> Own {
    Own("/* rrx:catalog */ SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_COMMENT \
         FROM information_schema.ROUTINES"
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_a_quote_or_a_backslash_is_not_bound() {
        assert_eq!(Word::new("+00:00'"), None);
        assert_eq!(Word::new("a\\"), None);
        assert_eq!(Word::new("Europe/Berlin").as_ref().map(Word::text), Some("Europe/Berlin"));
    }

    #[test]
    fn the_state_of_replication_is_asked_in_the_words_of_the_server() {
        let asked = |server, version| -> Vec<String> {
            replica_status((server, version)).iter().map(|own| own.text().replace("/* rrx:lag */ ", "")).collect()
        };
        assert_eq!(asked(ServerFamily::MySql, (5, 7, 44)), ["SHOW SLAVE STATUS"]);
        assert_eq!(asked(ServerFamily::MySql, (8, 0, 21)), ["SHOW SLAVE STATUS"]);
        assert_eq!(asked(ServerFamily::MySql, (8, 0, 22)), ["SHOW REPLICA STATUS"]);
        assert_eq!(asked(ServerFamily::MariaDb, (10, 4, 34)), ["SHOW ALL SLAVES STATUS"]);
        assert_eq!(asked(ServerFamily::MariaDb, (10, 11, 6)), ["SHOW ALL REPLICAS STATUS"]);
        assert_eq!(asked(ServerFamily::Other, (1, 0, 0)).len(), 2);
    }

    #[test]
    fn the_names_of_a_heartbeat_cannot_break_out_of_their_quotes() {
        let place = ["o`ps".to_owned(), "heart beat".to_owned(), "ts".to_owned()];
        assert_eq!(
            heartbeat(&place).text(),
            "/* rrx:lag */ SELECT TIMESTAMPDIFF(MICROSECOND, MAX(`ts`), UTC_TIMESTAMP(6)) FROM `o``ps`.`heart beat`"
        );
    }

    #[test]
    fn no_value_stands_in_the_texts_that_bind_it() {
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
        let to = Pinned {
            sql_mode: Word::new("STRICT_TRANS_TABLES").unwrap(),
            time_zone: Word::new("+00:00").unwrap(),
            group_concat_max_len: Some(7),
            net: Some(Net::Seconds(9)),
            lifts_select_limit: true,
        };
        assert_eq!(
            pin(&to).text(),
            "/* rrx:pin */ SET NAMES utf8mb4, @@SESSION.sql_mode = 'STRICT_TRANS_TABLES', @@SESSION.time_zone = '+00:00', \
             @@SESSION.autocommit = 1, @@SESSION.group_concat_max_len = 7, \
             @@SESSION.sql_select_limit = 18446744073709551615, @@SESSION.max_statement_time = 9"
        );
    }
}
