//! The state of one client's session: database, variables, warnings, its SQLite connection, and the running statement.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::task::{AbortHandle, JoinHandle};

use super::connections::{DemoStopReason, Process, StopSwitch};
use super::errors;
use super::named_statements::NamedStatements;
use super::replica::Server;
use super::select_task::{self, StatementContext};
use super::status;
use super::variables::Variables;
use crate::demo::translate::{DivisionByZero, SqlError, Variable, Warning, Warnings};

/// The client of a session.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClientIdentity {
    pub user: String,
    /// The client's address.
    pub host: String,
}

/// The session of one client. Its statements are run in [`dispatch`](super::dispatch).
pub(crate) struct Session {
    pub(super) server: Arc<Server>,
    pub(super) id: u32,
    pub(super) user: String,
    /// The current database.
    pub(super) database: Option<String>,
    pub(super) variables: Variables,
    pub(super) warnings: Warnings,
    pub(super) named: NamedStatements,
    pub(super) stop: Arc<StopSwitch>,
    /// The SQLite connection, unless a statement uses it.
    sqlite: Option<Connection>,
    /// The running statement. It returns the SQLite connection.
    running: Option<JoinHandle<Connection>>,
    /// Stops the statement at `max_statement_time`.
    timer: Option<AbortHandle>,
}

impl Session {
    /// Starts a session. `id` is the connection id that the greeting contains.
    pub(crate) fn new(server: Arc<Server>, id: u32, client: ClientIdentity) -> Self {
        let stop = Arc::new(StopSwitch::default());
        server.connections.add(Process {
            id,
            user: client.user.clone(),
            host: client.host,
            database: None,
            statement: None,
            since: now(),
            stop: Arc::clone(&stop),
        });
        Self {
            server,
            id,
            user: client.user,
            database: None,
            variables: initial_variables(id),
            warnings: Warnings::default(),
            named: NamedStatements::default(),
            stop,
            sqlite: None,
            running: None,
            timer: None,
        }
    }

    /// Returns the id for the next connection.
    pub(crate) fn next_id(server: &Server) -> u32 {
        server.connections.next_id()
    }

    /// Returns the token that is cancelled when the connection must end.
    pub(crate) fn closed(&self) -> tokio_util::sync::CancellationToken {
        self.stop.closed.clone()
    }

    pub(crate) fn is_autocommit(&self) -> bool {
        self.variables.is_on("autocommit")
    }

    /// Returns the number of warnings that the last statement has so far.
    pub(crate) fn warning_count(&self) -> u16 {
        u16::try_from(self.warnings.count()).unwrap_or(u16::MAX)
    }

    /// Returns the text of `COM_STATISTICS`.
    pub(crate) fn statistics(&self) -> String {
        status::statistics(&self.server)
    }

    /// Resets everything to the state after sign-in, except the current database.
    pub(crate) fn reset(&mut self) {
        self.variables = initial_variables(self.id);
        self.warnings.begin(DivisionByZero::Silent);
        self.named = NamedStatements::default();
    }

    /// Sets the current database.
    ///
    /// # Errors
    /// 1049 if there is no such database.
    pub(crate) fn use_database(&mut self, name: &str) -> Result<(), SqlError> {
        let found = self.server.schema.databases.iter().find(|database| {
            database.name == name
                || (database.name == "information_schema" && name.eq_ignore_ascii_case(&database.name))
        });
        let name = found.map(|database| database.name.clone()).ok_or_else(|| errors::unknown_database(name))?;
        self.server.connections.change(self.id, |process| process.database = Some(name.clone()));
        self.database = Some(name);
        Ok(())
    }

    /// Adds the error of a failed statement as the last line of SHOW WARNINGS.
    pub(crate) fn add_error_warning(&mut self, error: &SqlError) {
        self.warnings.add(Warning { level: "Error", code: error.code, message: error.message.clone() });
    }

    /// Starts a statement: counts it and shows it in the process list.
    pub(super) fn begin_statement(&mut self, statement: &str) {
        self.stop.begin();
        self.server.connections.statements.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.server.connections.change(self.id, |process| {
            process.statement = Some(statement.to_owned());
            process.since = now();
        });
    }

    /// Sets `@@warning_count` and `@@error_count` to the numbers of the previous statement, and clears the warnings.
    pub(super) fn begin_warnings(&mut self) {
        let errors = self.warnings.errors();
        self.variables.put_number("warning_count", i64::from(self.warning_count()));
        self.variables.put_number("error_count", i64::try_from(errors).unwrap_or(i64::MAX));
        self.warnings.begin(self.division_by_zero());
    }

    /// Returns whether a division by zero is a warning in the current `sql_mode`.
    fn division_by_zero(&self) -> DivisionByZero {
        match self.variables.get("sql_mode") {
            Some(Variable::Text(modes)) if modes.split(',').any(|mode| mode == "ERROR_FOR_DIVISION_BY_ZERO") => {
                DivisionByZero::Warns
            }
            _ => DivisionByZero::Silent,
        }
    }

    /// Returns a copy of the state on which the translation of a statement depends.
    pub(super) fn statement_context(&self) -> StatementContext {
        StatementContext {
            server: Arc::clone(&self.server),
            database: self.database.clone(),
            variables: self.variables.clone(),
            connection: self.id,
            now: jiff::Timestamp::now().as_microsecond(),
        }
    }

    /// Takes the SQLite connection. It is opened at the first use.
    ///
    /// # Errors
    /// Returns SQLite's error as 1235.
    pub(super) async fn take_sqlite(&mut self) -> Result<Connection, SqlError> {
        if let Some(task) = self.running.take() {
            // If the task panicked, its connection is lost and a new one is opened.
            self.sqlite = task.await.ok();
        }
        if let Some(sqlite) = self.sqlite.take() {
            return Ok(sqlite);
        }
        let mut sqlite = self.server.image.open().map_err(|error| errors::from_sqlite(&error))?;
        select_task::prepare(&mut sqlite, self.server.translator, &self.stop, &self.warnings)
            .map_err(|error| errors::from_sqlite(&error))?;
        Ok(sqlite)
    }

    /// Returns the SQLite connection after use.
    pub(super) fn return_sqlite(&mut self, sqlite: Connection) {
        self.sqlite = Some(sqlite);
    }

    /// Stores the task that uses the SQLite connection.
    pub(super) fn set_running(&mut self, task: JoinHandle<Connection>) {
        self.running = Some(task);
    }

    /// Starts the timer that stops the statement at `max_statement_time`.
    pub(super) fn start_timer(&mut self) {
        let seconds = self.variables.max_statement_time();
        if seconds > 0.0 {
            let stop = Arc::clone(&self.stop);
            let timer = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                stop.stop(DemoStopReason::TimedOut);
            });
            self.timer = Some(timer.abort_handle());
        }
    }

    /// Ends the statement. A stop request that comes later has no effect.
    pub(crate) async fn finish(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.abort();
        }
        if let Some(task) = self.running.take() {
            self.sqlite = task.await.ok();
        }
        self.stop.end();
        self.server.connections.change(self.id, |process| {
            process.statement = None;
            process.since = now();
        });
    }
}

fn initial_variables(connection: u32) -> Variables {
    let mut variables = Variables::default();
    variables.put_number("pseudo_thread_id", i64::from(connection));
    variables
}

#[expect(clippy::disallowed_methods, reason = "the process list shows how long a statement has been running")]
fn now() -> Instant {
    Instant::now()
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.stop(DemoStopReason::Killed);
        if let Some(timer) = self.timer.take() {
            timer.abort();
        }
        self.server.connections.remove(self.id);
    }
}
