//! The state of the session at the server, as far as rrx must know it: database, `sql_mode`, pinned variables. It is read from
//! what the statements say and from the OK packet. A query of rrx's own would change what `FOUND_ROWS()`, `SHOW WARNINGS` and
//! `SHOW PROFILES` return, so one is sent only after a statement that may have changed more than its text shows.

use std::collections::BTreeSet;
use std::time::Duration;

use mysql_async::Conn;
use mysql_async::consts::StatusFlags;

use super::convert;
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, ServerTimeout};
use super::pin::Pins;
use super::run_internal::run_internal;
use super::variables::ServerVariables;
use crate::domain::protocol::{End, RunReport, ServerFacts, Warning};
use crate::domain::sql::effects::Effects;
use crate::domain::sql::{Checked, Dialect, ServerFamily, SqlMode};

/// Why a report has a count of warnings without their texts.
const PROFILING: &str =
    "the warnings were not read, because SHOW PROFILES would list it: run SHOW WARNINGS to see them";

/// See the module.
pub(super) struct SessionState {
    pub(super) database: Option<String>,
    /// How the server reads the next statement.
    pub(super) dialect: Dialect,
    /// The variables after the connection was pinned.
    pub(super) variables: ServerVariables,
    /// The server's own time limit for a statement, as rrx has set it last; `None` if the server, the account or the user has
    /// another one, which stays.
    pub(super) statement_timeout: Option<ServerTimeout>,
    /// The interval of pings while the session is idle. The guard lets no statement change `wait_timeout`.
    pub(super) heartbeat: Duration,
    /// The names of the views, in lower case, if server and account could change something through a stored function.
    views: Option<BTreeSet<String>>,
    /// Whether the user has switched `profiling` on.
    is_profiling: bool,
}

impl SessionState {
    /// `views` are the names of the views, in lower case, if server and account could change something.
    pub(super) fn new(facts: &ServerFacts, pins: Pins, views: Option<BTreeSet<String>>) -> Self {
        Self {
            database: facts.database.clone(),
            dialect: facts.dialect,
            heartbeat: pins.read_back.variables.heartbeat(),
            variables: pins.read_back.variables,
            statement_timeout: pins.pinned.timeout,
            views,
            is_profiling: false,
        }
    }

    /// Takes in a statement that has ended, and completes its report. If it has run to its end, nothing was sent on the
    /// connection since.
    ///
    /// # Errors
    /// The connection was lost, or the statement left the session in a state that is not safe.
    pub(super) async fn after(
        &mut self,
        checked: &Checked,
        conn: &mut Conn,
        events: &EventSender,
        report: &mut RunReport,
    ) -> Result<(), SessionError> {
        let effects = Effects::of(checked.text(), self.dialect);
        let assigns_mode = effects.assigned("sql_mode").is_some();
        if report.end == End::Complete {
            let status = conn.last_ok_packet().map(mysql_async::OkPacket::status_flags);
            if let Some(value) = effects.assigned("profiling") {
                self.is_profiling = !["0", "off", "default", "false"].iter().any(|off| off.eq_ignore_ascii_case(value));
            }
            self.read_warnings(conn, events, report).await?;
            if ["max_execution_time", "max_statement_time"].iter().any(|name| effects.assigned(name).is_some()) {
                self.statement_timeout = None;
            }
            if let Some(name) = &effects.database {
                self.database = Some(self.current_database(name.clone(), conn, events).await?);
            }
            if let Some(status) = status.filter(|_| !assigns_mode) {
                self.check_status(status)?;
            }
        }
        report.database.clone_from(&self.database);
        if assigns_mode {
            let rows = run_internal(conn, &internal_query::sql_mode(), events).await?;
            let mode = rows.first().and_then(|row| convert::text(row, 0)).unwrap_or_default();
            self.dialect.sql_mode = SqlMode::parse(&mode);
            self.variables.set("sql_mode", &mode);
            report.sql_mode = Some(mode);
        }
        if effects.sets_role {
            // A role can have more rights than the account.
            self.views.get_or_insert_default();
        }
        if self.views.as_ref().is_some_and(|views| effects.may_call_stored_function(views)) {
            self.variables.check_unchanged(conn, events).await?;
        }
        Ok(())
    }

    /// Reads the warnings of the statement. `SHOW WARNINGS` changes neither them nor `FOUND_ROWS()`.
    async fn read_warnings(
        &self,
        conn: &mut Conn,
        events: &EventSender,
        report: &mut RunReport,
    ) -> Result<(), SessionError> {
        report.warning_count = conn.get_warnings();
        if report.warning_count == 0 {
            return Ok(());
        }
        if self.is_profiling {
            report.note = Some(PROFILING);
            return Ok(());
        }
        let rows = run_internal(conn, &internal_query::warnings(), events).await?;
        report.warnings = rows
            .iter()
            .map(|row| Warning {
                level: convert::text(row, 0).unwrap_or_default(),
                code: convert::number(row, 1).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
                message: convert::text(row, 2).unwrap_or_default(),
            })
            .collect();
        Ok(())
    }

    /// Returns the current database after `USE name`, as `DATABASE()` would. MySQL and MariaDB keep the name as it is written,
    /// or in lower case (MySQL manual, "Identifier Case Sensitivity"). Other engines are asked.
    async fn current_database(
        &self,
        name: String,
        conn: &mut Conn,
        events: &EventSender,
    ) -> Result<String, SessionError> {
        let has_one_case = name.eq_ignore_ascii_case("information_schema");
        match (self.dialect.server, self.variables.get("lower_case_table_names")) {
            (ServerFamily::MySql | ServerFamily::MariaDb, Some("1")) => Ok(name.to_lowercase()),
            (ServerFamily::MySql | ServerFamily::MariaDb, Some(_)) if has_one_case => Ok(name.to_lowercase()),
            (ServerFamily::MySql | ServerFamily::MariaDb, Some(_)) => Ok(name),
            (ServerFamily::Other, _) | (_, None) => {
                let rows = run_internal(conn, &internal_query::database(), events).await?;
                Ok(rows.first().and_then(|row| convert::text(row, 0)).unwrap_or(name))
            }
        }
    }

    /// Compares the flags of the OK packet with what rrx knows. They cost no query.
    fn check_status(&self, status: StatusFlags) -> Result<(), SessionError> {
        let mismatch = |name, expected: &str, found: &str| {
            Err(SessionError::VariableMismatch { name, expected: expected.to_owned(), found: found.to_owned() })
        };
        if self.dialect.server == ServerFamily::Other {
            return Ok(());
        }
        if !status.contains(StatusFlags::SERVER_STATUS_AUTOCOMMIT) {
            return mismatch("autocommit", "ON", "OFF");
        }
        let has_no_escapes = status.contains(StatusFlags::SERVER_STATUS_NO_BACKSLASH_ESCAPES);
        if has_no_escapes != self.dialect.sql_mode.no_backslash_escapes {
            let word = |is_on| if is_on { "NO_BACKSLASH_ESCAPES" } else { "" };
            return mismatch("sql_mode", word(!has_no_escapes), word(has_no_escapes));
        }
        Ok(())
    }
}
