//! Runs one select statement on a blocking thread: translated, stepped, its rows written for the wire and sent through a bounded
//! channel. A client that does not read stops the stepping.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::Value;
use tokio::sync::mpsc;

use super::connections::{Stop, Why};
use super::image;
use super::information_schema::Row;
use super::refuse;
use super::variables::Variables;
use super::{Server, Translator};
use crate::demo::translate::{Context, Parameter, SqlError, Translated, Warnings};
use crate::demo::wire::RowForm;
use crate::domain::results::{Column, WireType};

/// Batches between the engine and the wire.
const BATCHES: usize = 4;
/// Bytes of a batch.
const BATCH_BYTES: usize = 64 << 10;
/// Rows of a batch.
const BATCH_ROWS: usize = 512;
/// SQLite's steps between two looks at the switch.
const STEPS: i32 = 1_000;

/// What a statement may look at, taken when it begins.
pub(super) struct Moment {
    pub server: Arc<Server>,
    pub database: Option<String>,
    pub variables: Variables,
    pub connection: u32,
    pub now: i64,
}

impl Moment {
    /// Translates a statement.
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

/// One statement to run.
pub(super) struct Job {
    pub moment: Moment,
    pub text: String,
    pub parameters: Vec<Parameter>,
    pub form: RowForm,
    /// Tables of the information schema that this statement reads and that change.
    pub refreshed: Vec<(&'static str, Vec<Row>)>,
    pub stop: Arc<Stop>,
}

/// Rows written for the wire, one after another.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Batch {
    /// Each row's payload.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, &end)| self.bytes.get(begin..end).unwrap_or_default())
    }
}

/// What comes from a running statement. The channel's end without a failure is the end of the rows.
#[derive(Debug)]
pub(crate) enum News {
    /// First: what the columns are.
    Columns(Vec<Column>),
    /// Rows.
    Rows(Batch),
    /// Last, when it failed.
    Failed(SqlError),
}

/// Prepares a handle for its connection: functions of the translator, where they tell warnings, and the switch.
///
/// # Errors
/// SQLite's.
pub(super) fn prepare(
    handle: &mut Connection,
    translator: Translator,
    stop: &Arc<Stop>,
    warnings: &Warnings,
) -> rusqlite::Result<()> {
    (translator.install)(handle, warnings)?;
    let stop = Arc::clone(stop);
    handle.progress_handler(STEPS, Some(move || stop.why().is_some()))?;
    Ok(())
}

/// Runs the statement; the handle comes back when it ended.
pub(super) fn start(handle: Connection, job: Job) -> (mpsc::Receiver<News>, tokio::task::JoinHandle<Connection>) {
    let (sender, receiver) = mpsc::channel(BATCHES);
    let task = tokio::task::spawn_blocking(move || {
        if let Err(error) = run(&handle, &job, &sender) {
            // A client that is gone needs no news.
            let _ = sender.blocking_send(News::Failed(error));
        }
        handle
    });
    (receiver, task)
}

fn run(handle: &Connection, job: &Job, sender: &mpsc::Sender<News>) -> Result<(), SqlError> {
    for (table, rows) in &job.refreshed {
        image::replace(handle, table, rows).map_err(|error| failure(&error, job))?;
    }
    let translated = job.moment.translate(&job.text, &job.parameters)?;
    let columns = translated.columns;
    let mut statement = handle.prepare(&translated.sql).map_err(|error| failure(&error, job))?;
    if statement.column_count() != columns.len() {
        return Err(refuse::unsupported("the columns of this statement"));
    }
    if sender.blocking_send(News::Columns(columns.clone())).is_err() {
        return Ok(());
    }
    let mut written = columns.clone();
    for (column, _) in written.iter_mut().zip(translated.spelled).filter(|(_, is_spelled)| *is_spelled) {
        column.wire = WireType::VarString;
    }
    let mut limit = job.moment.variables.number("sql_select_limit");
    let mut rows = statement.raw_query();
    let mut batch = Batch::default();
    // The first row goes at once; then batches grow.
    let mut enough = 1;
    while limit > 0
        && let Some(row) = rows.next().map_err(|error| failure(&error, job))?
    {
        limit -= 1;
        // The count of columns was compared above, so every index is there.
        let values = (0..columns.len()).map(|index| row.get_ref(index).unwrap_or(rusqlite::types::ValueRef::Null));
        job.form.put(&mut batch.bytes, &written, values);
        batch.ends.push(batch.bytes.len());
        if batch.ends.len() >= enough || batch.bytes.len() >= BATCH_BYTES {
            enough = (enough * 2).min(BATCH_ROWS);
            if sender.blocking_send(News::Rows(std::mem::take(&mut batch))).is_err() {
                return Ok(());
            }
            stopped(&job.stop)?;
        }
    }
    stopped(&job.stop)?;
    if !batch.ends.is_empty() {
        // The same: nobody there, nothing to say.
        let _ = sender.blocking_send(News::Rows(batch));
    }
    Ok(())
}

fn stopped(stop: &Stop) -> Result<(), SqlError> {
    match stop.why() {
        Some(Why::Killed) => Err(refuse::interrupted()),
        Some(Why::TimedOut) => Err(refuse::timed_out()),
        None => Ok(()),
    }
}

fn failure(error: &rusqlite::Error, job: &Job) -> SqlError {
    let said = || (job.moment.server.translator.error_of)(error).unwrap_or_else(|| refuse::from_sqlite(error));
    stopped(&job.stop).err().unwrap_or_else(said)
}

/// Runs a statement for the server itself: its columns and all its rows, which are few.
pub(super) fn collect(handle: &Connection, sql: &str, width: usize) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = handle.prepare(sql)?;
    let rows = statement.query_map([], |row| (0..width).map(|index| row.get(index)).collect())?;
    rows.collect()
}
