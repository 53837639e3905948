//! One client's session: its database, its variables, its handle on the data, and the one statement that it may have running.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::types::Value;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};

use super::bound::Named;
use super::connections::{Process, Stop, Why};
use super::engine::{self, Job, Moment, News};
use super::refuse;
use super::statement::{self, Statement};
use super::table::Table;
use super::tokens::{Token, Walk, tokens};
use super::variables::Variables;
use super::{Server, explain, kill, refreshed, set, show};
use crate::demo::translate::{Parameter, SqlError, Variable, Warning, Warnings};
use crate::demo::wire::RowForm;
use crate::domain::results::Column;

/// Who signs in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visitor {
    /// The account.
    pub user: String,
    /// Where it comes from.
    pub host: String,
}

/// What a statement is answered with.
pub(crate) enum Reply {
    /// Done, without rows.
    Done,
    /// Rows that are there already.
    Table(Table),
    /// Rows to come.
    Stream(Vec<Column>, mpsc::Receiver<News>),
}

/// A session.
pub(crate) struct Session {
    pub(super) server: Arc<Server>,
    pub(super) id: u32,
    pub(super) user: String,
    pub(super) database: Option<String>,
    pub(super) variables: Variables,
    pub(super) warnings: Warnings,
    named: Named,
    stop: Arc<Stop>,
    handle: Option<Connection>,
    running: Option<JoinHandle<Connection>>,
    timer: Option<AbortHandle>,
}

impl Session {
    /// Begins a session under an id that the greeting has told.
    pub(crate) fn new(server: Arc<Server>, id: u32, visitor: Visitor) -> Self {
        let stop = Arc::new(Stop::default());
        server.connections.enter(Process {
            id,
            user: visitor.user.clone(),
            host: visitor.host,
            database: None,
            statement: None,
            since: now(),
            stop: Arc::clone(&stop),
        });
        let mut variables = Variables::default();
        variables.put_number("pseudo_thread_id", i64::from(id));
        Self {
            server,
            id,
            user: visitor.user,
            database: None,
            variables,
            warnings: Warnings::default(),
            named: Named::default(),
            stop,
            handle: None,
            running: None,
            timer: None,
        }
    }

    /// The next connection's id.
    pub(crate) fn next_id(server: &Server) -> u32 {
        server.connections.next_id()
    }

    /// Cancelled when the connection is to end.
    pub(crate) fn closed(&self) -> tokio_util::sync::CancellationToken {
        self.stop.closed.clone()
    }

    /// Whether autocommit is on, for the status flags.
    pub(crate) fn is_autocommit(&self) -> bool {
        self.variables.is_on("autocommit")
    }

    /// How many warnings the last statement has so far.
    pub(crate) fn warning_count(&self) -> u16 {
        u16::try_from(self.warnings.count()).unwrap_or(u16::MAX)
    }

    /// A few words on the server's state.
    pub(crate) fn statistics(&self) -> String {
        let made = self.server.connections.statements.load(std::sync::atomic::Ordering::Relaxed);
        let threads = self.server.connections.list().len();
        format!("Uptime: {}  Threads: {threads}  Questions: {made}  Slow queries: 0", show::uptime(&self.server))
    }

    /// All settings as they were after sign-in; the database stays.
    pub(crate) fn reset(&mut self) {
        self.variables = Variables::default();
        self.variables.put_number("pseudo_thread_id", i64::from(self.id));
        self.warnings.begin(false);
        self.named = Named::default();
    }

    /// Makes a database the current one.
    ///
    /// # Errors
    /// 1049.
    pub(crate) fn choose(&mut self, name: &str) -> Result<(), SqlError> {
        let known = self.server.schema.databases.iter().find(|database| {
            database.name == name
                || (database.name == "information_schema" && name.eq_ignore_ascii_case(&database.name))
        });
        let name = known.map(|database| database.name.clone()).ok_or_else(|| refuse::unknown_database(name))?;
        self.server.connections.change(self.id, |process| process.database = Some(name.clone()));
        self.database = Some(name);
        Ok(())
    }

    /// Runs one statement. After its rows are read, or dropped, [`Session::finish`] ends it.
    ///
    /// # Errors
    /// As the server words them.
    pub(crate) async fn run(
        &mut self,
        statement: &str,
        parameters: &[Parameter],
        form: RowForm,
    ) -> Result<Reply, SqlError> {
        self.stop.begin();
        self.server.connections.statements.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.server.connections.change(self.id, |process| {
            process.statement = Some(statement.to_owned());
            process.since = now();
        });
        let mut room = statement::Read::new();
        // What was prepared runs as if it had come itself.
        let executed = self.named.executed(statement);
        let (statement, parameters) = match &executed {
            Ok(Some((text, values))) => (text.as_str(), values.as_slice()),
            Ok(None) | Err(_) => (statement, parameters),
        };
        let read = executed.as_ref().map_err(Clone::clone).and_then(|_| statement::read(statement, &mut room));
        let answered = match read {
            Ok(Statement::Show(walk)) => show::answer(self, walk).map(Reply::Table),
            Ok(other) => {
                self.count_warnings();
                self.warnings.begin(self.tells_division());
                self.answer(statement, other, parameters, form).await
            }
            Err(error) => {
                self.warnings.begin(false);
                Err(error)
            }
        };
        if let Err(error) = &answered {
            self.failed(error);
        }
        answered
    }

    /// A statement failed: its error is the last line of SHOW WARNINGS.
    pub(crate) fn failed(&mut self, error: &SqlError) {
        self.warnings.add(Warning { level: "Error", code: error.code, message: error.message.clone() });
    }

    /// What `@@warning_count` and `@@error_count` are in the statement that begins: those of the one before it.
    fn count_warnings(&mut self) {
        let errors = self.warnings.errors();
        self.variables.put_number("warning_count", i64::from(self.warning_count()));
        self.variables.put_number("error_count", i64::try_from(errors).unwrap_or(i64::MAX));
    }

    /// Whether a division by zero is a warning.
    fn tells_division(&self) -> bool {
        let modes = self.variables.get("sql_mode");
        matches!(modes, Some(Variable::Text(modes)) if modes.split(',').any(|mode| mode == "ERROR_FOR_DIVISION_BY_ZERO"))
    }

    /// The statements of a text.
    pub(crate) fn statements(text: &str) -> Vec<&str> {
        statement::split(text)
    }

    /// How many values a statement waits for.
    pub(crate) fn parameters(statement: &str) -> usize {
        tokens(statement).iter().filter(|token| token.is_sign('?')).count()
    }

    /// The columns that a statement would answer with; none when it answers without rows.
    ///
    /// # Errors
    /// As running it would give.
    pub(crate) fn columns(&self, text: &str, parameters: &[Parameter]) -> Result<Vec<Column>, SqlError> {
        let mut room = statement::Read::new();
        Ok(match statement::read(text, &mut room)? {
            Statement::Select { text, .. } => self.moment().translate(text, parameters)?.columns,
            Statement::Show(walk) => show::answer(self, walk)?.columns,
            Statement::Describe(walk) => show::describe(self, walk)?.columns,
            Statement::Explain { .. } => explain::columns(),
            Statement::Sleep(_) => vec![super::table::number(statement::after_first_word(text), 1)],
            Statement::Set(_)
            | Statement::Prepare(_)
            | Statement::Deallocate(_)
            | Statement::Use(_)
            | Statement::Kill(_)
            | Statement::Nothing
            | Statement::Write => Vec::new(),
        })
    }

    async fn answer(
        &mut self,
        whole: &str,
        statement: Statement<'_>,
        parameters: &[Parameter],
        form: RowForm,
    ) -> Result<Reply, SqlError> {
        match statement {
            Statement::Select { text, tokens } => self.select(text, tokens, parameters, form).await,
            Statement::Show(walk) => show::answer(self, walk).map(Reply::Table),
            Statement::Describe(walk) => show::describe(self, walk).map(Reply::Table),
            Statement::Explain { text, tokens } => explain::answer(self, text, tokens).await.map(Reply::Table),
            Statement::Set(walk) if Named::is_meant(&walk) => self.named.set(walk, parameters).map(|()| Reply::Done),
            Statement::Prepare(walk) => self.prepare(walk).map(|()| Reply::Done),
            Statement::Deallocate(walk) => self.named.forget(walk).map(|()| Reply::Done),
            Statement::Set(walk) => set::answer(self, walk).await.map(|()| Reply::Done),
            Statement::Use(name) => self.choose(&name).map(|()| Reply::Done),
            Statement::Kill(walk) => kill::answer(self, walk).map(|()| Reply::Done),
            Statement::Sleep(seconds) => self.sleep(whole, seconds).await.map(Reply::Table),
            Statement::Nothing => Ok(Reply::Done),
            Statement::Write => Err(if self.variables.is_on("tx_read_only") {
                refuse::read_only_transaction()
            } else {
                refuse::read_only_server()
            }),
        }
    }

    /// Prepares a statement under a name, unless it cannot be answered whatever its values are.
    fn prepare(&mut self, walk: Walk<'_>) -> Result<(), SqlError> {
        let (name, text) = self.named.named(walk)?;
        match self.columns(&text, &vec![Parameter::Integer(1); Self::parameters(&text)]) {
            // Other values than this stand-in may do: then the execution tells.
            Err(error) if error.code != refuse::UNSUPPORTED => Err(error),
            Ok(_) | Err(_) => self.named.keep(name, text),
        }
    }

    async fn select(
        &mut self,
        text: &str,
        tokens: &[Token],
        parameters: &[Parameter],
        form: RowForm,
    ) -> Result<Reply, SqlError> {
        let handle = self.take_handle().await?;
        let job = Job {
            moment: self.moment(),
            text: text.to_owned(),
            parameters: parameters.to_vec(),
            form,
            refreshed: refreshed::tables(self, tokens),
            stop: Arc::clone(&self.stop),
        };
        self.set_timer();
        let (mut news, task) = engine::start(handle, job);
        self.running = Some(task);
        match news.recv().await {
            Some(News::Columns(columns)) => Ok(Reply::Stream(columns, news)),
            Some(News::Failed(error)) => Err(error),
            Some(News::Rows(_)) | None => Err(refuse::error(1105, "HY000", "Unknown error")),
        }
    }

    /// What the engine may look at.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            server: Arc::clone(&self.server),
            database: self.database.clone(),
            variables: self.variables.clone(),
            connection: self.id,
            now: jiff::Timestamp::now().as_microsecond(),
        }
    }

    /// The handle, opened at its first use.
    ///
    /// # Errors
    /// SQLite's, worded as the server's.
    pub(super) async fn take_handle(&mut self) -> Result<Connection, SqlError> {
        if let Some(task) = self.running.take() {
            // A thread that broke took its handle along: a new one is opened.
            self.handle = task.await.ok();
        }
        if let Some(handle) = self.handle.take() {
            return Ok(handle);
        }
        let mut handle = self.server.image.open().map_err(|error| refuse::from_sqlite(&error))?;
        engine::prepare(&mut handle, self.server.translator, &self.stop, &self.warnings)
            .map_err(|error| refuse::from_sqlite(&error))?;
        Ok(handle)
    }

    /// Gives the handle back.
    pub(super) fn keep_handle(&mut self, handle: Connection) {
        self.handle = Some(handle);
    }

    fn set_timer(&mut self) {
        let seconds = self.variables.statement_time();
        if seconds > 0.0 {
            let stop = Arc::clone(&self.stop);
            let timer = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                stop.stop(Why::TimedOut);
            });
            self.timer = Some(timer.abort_handle());
        }
    }

    /// Ends the statement: whoever stops it from now on is late.
    pub(crate) async fn finish(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.abort();
        }
        if let Some(task) = self.running.take() {
            self.handle = task.await.ok();
        }
        self.stop.end();
        self.server.connections.change(self.id, |process| {
            process.statement = None;
            process.since = now();
        });
    }

    /// `SELECT SLEEP(n)`, which can be stopped.
    async fn sleep(&mut self, whole: &str, seconds: f64) -> Result<Table, SqlError> {
        /// How often the switch is looked at.
        const LOOK: Duration = Duration::from_millis(5);
        self.set_timer();
        let wait = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).min(Duration::from_hours(24));
        let end = tokio::time::Instant::now() + wait;
        while self.stop.why().is_none() && tokio::time::Instant::now() < end {
            tokio::time::sleep_until(end.min(tokio::time::Instant::now() + LOOK)).await;
        }
        match self.stop.why() {
            Some(Why::Killed) => Err(refuse::interrupted()),
            Some(Why::TimedOut) => Err(refuse::timed_out()),
            None => {
                let label = statement::after_first_word(whole);
                let mut table = Table::new(vec![super::table::number(label, 1)]);
                table.rows.push(vec![Value::Integer(0)]);
                Ok(table)
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the process list tells how long a statement runs")]
fn now() -> Instant {
    Instant::now()
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.stop(Why::Killed);
        if let Some(timer) = self.timer.take() {
            timer.abort();
        }
        self.server.connections.leave(self.id);
    }
}
