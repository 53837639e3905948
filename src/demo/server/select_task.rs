//! Runs one SELECT statement on a blocking thread: translates it, encodes its rows, and sends them through a bounded channel.
//! The statement waits when the client does not read.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::Value;
use tokio::sync::mpsc;

use super::connections::{DemoStopReason, StopSwitch};
use super::errors;
use super::image;
use super::information_schema::cells::Row;
use super::replica::{Server, Translator};
use super::variables::Variables;
use crate::demo::translate::{Context, Parameter, SqlError, Translated, Warnings};
use crate::demo::wire::row_encoding::ValueEncoding;
use crate::domain::results::{Column, WireType};

/// Batches that wait in the channel.
const BATCHES: usize = 4;
/// Bytes after which a batch is sent.
const BATCH_BYTES: usize = 64 << 10;
/// Rows after which a batch is sent.
const BATCH_ROWS: usize = 512;
/// SQLite instructions between two checks of the stop switch.
const INSTRUCTIONS: i32 = 1_000;

/// The state of the session when a statement starts.
pub(super) struct StatementContext {
    pub server: Arc<Server>,
    pub database: Option<String>,
    pub variables: Variables,
    pub connection: u32,
    /// Microseconds since 1970, UTC.
    pub now: i64,
}

impl StatementContext {
    pub(super) fn translate(&self, text: &str, parameters: &[Parameter]) -> Result<Translated, SqlError> {
        let account = format!("{}@%", self.server.account.user);
        let variables = |name: &str| self.variables.get(name);
        let Translator { translate, .. } = self.server.translator;
        translate(
            text,
            &Context {
                schema: &self.server.schema,
                database: self.database.as_deref(),
                zone_seconds: self.variables.zone_seconds(),
                now: self.now,
                connection_id: u64::from(self.connection),
                account: &account,
                variables: &variables,
                parameters,
            },
        )
    }
}

/// A SELECT statement to run.
pub(super) struct SelectTask {
    pub context: StatementContext,
    pub text: String,
    pub parameters: Vec<Parameter>,
    pub format: ValueEncoding,
    /// Current rows of the information schema tables that change.
    pub dynamic_tables: Vec<(&'static str, Vec<Row>)>,
    pub stop: Arc<StopSwitch>,
}

#[derive(Debug, Default)]
pub(crate) struct SelectBatch {
    bytes: Vec<u8>,
    /// Where each row ends in `bytes`.
    ends: Vec<usize>,
}

impl SelectBatch {
    /// Returns the payload of each row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.bytes.get(start..end).unwrap_or_default())
    }
}

/// An event of a running statement. The rows are complete when the channel closes without `Failed`.
#[derive(Debug)]
pub(crate) enum SelectEvent {
    /// The first event.
    Columns(Vec<Column>),
    Rows(SelectBatch),
    /// The last event of a statement that failed.
    Failed(SqlError),
}

/// Prepares a SQLite connection: registers the translator's functions and the stop switch.
///
/// # Errors
/// Returns SQLite's error.
pub(super) fn prepare(
    sqlite: &mut Connection,
    translator: Translator,
    stop: &Arc<StopSwitch>,
    warnings: &Warnings,
) -> rusqlite::Result<()> {
    (translator.install)(sqlite, warnings)?;
    let stop = Arc::clone(stop);
    sqlite.progress_handler(INSTRUCTIONS, Some(move || stop.reason().is_some()))?;
    Ok(())
}

/// Starts the statement. The task returns the SQLite connection when it has ended.
pub(super) fn start(
    sqlite: Connection,
    select: SelectTask,
) -> (mpsc::Receiver<SelectEvent>, tokio::task::JoinHandle<Connection>) {
    let (sender, receiver) = mpsc::channel(BATCHES);
    let task = tokio::task::spawn_blocking(move || {
        if let Err(error) = run(&sqlite, &select, &sender) {
            // Fails if the client has disconnected.
            let _ = sender.blocking_send(SelectEvent::Failed(error));
        }
        sqlite
    });
    (receiver, task)
}

fn run(sqlite: &Connection, select: &SelectTask, sender: &mpsc::Sender<SelectEvent>) -> Result<(), SqlError> {
    for (table, rows) in &select.dynamic_tables {
        image::replace_rows(sqlite, table, rows).map_err(|error| failure(&error, select))?;
    }
    let translated = select.context.translate(&select.text, &select.parameters)?;
    let columns = translated.columns;
    let mut statement = sqlite.prepare(&translated.sql).map_err(|error| failure(&error, select))?;
    if statement.column_count() != columns.len() {
        return Err(errors::unsupported("the columns of this statement"));
    }
    if sender.blocking_send(SelectEvent::Columns(columns.clone())).is_err() {
        return Ok(());
    }
    let mut encoded = columns.clone();
    for (column, _) in encoded.iter_mut().zip(translated.sends_digits).filter(|(_, sends_digits)| *sends_digits) {
        column.wire = WireType::VarString;
    }
    let mut limit = select.context.variables.number("sql_select_limit");
    let mut rows = statement.raw_query();
    let mut batch = SelectBatch::default();
    // The first row is sent at once, then the batches grow.
    let mut batch_rows = 1;
    while limit > 0
        && let Some(row) = rows.next().map_err(|error| failure(&error, select))?
    {
        limit -= 1;
        // The number of columns was checked above.
        let values = (0..columns.len()).map(|index| row.get_ref(index).unwrap_or(rusqlite::types::ValueRef::Null));
        select.format.put(&mut batch.bytes, &encoded, values);
        batch.ends.push(batch.bytes.len());
        if batch.ends.len() >= batch_rows || batch.bytes.len() >= BATCH_BYTES {
            batch_rows = (batch_rows * 2).min(BATCH_ROWS);
            if sender.blocking_send(SelectEvent::Rows(std::mem::take(&mut batch))).is_err() {
                return Ok(());
            }
            check_stop(&select.stop)?;
        }
    }
    check_stop(&select.stop)?;
    if !batch.ends.is_empty() {
        // Fails if the client has disconnected.
        let _ = sender.blocking_send(SelectEvent::Rows(batch));
    }
    Ok(())
}

fn check_stop(stop: &StopSwitch) -> Result<(), SqlError> {
    match stop.reason() {
        Some(DemoStopReason::Killed) => Err(errors::interrupted()),
        Some(DemoStopReason::TimedOut) => Err(errors::timed_out()),
        None => Ok(()),
    }
}

/// Converts an error of SQLite to the error for the client.
fn failure(error: &rusqlite::Error, select: &SelectTask) -> SqlError {
    let server_error =
        || (select.context.server.translator.error_of)(error).unwrap_or_else(|| errors::from_sqlite(error));
    check_stop(&select.stop).err().unwrap_or_else(server_error)
}

/// Runs a statement for the server itself and returns all rows. `width` is the number of columns.
pub(super) fn query_all(sqlite: &Connection, sql: &str, width: usize) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = sqlite.prepare(sql)?;
    let rows = statement.query_map([], |row| (0..width).map(|index| row.get(index)).collect())?;
    rows.collect()
}
