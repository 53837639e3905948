//! Reads the plan of a statement before it runs, on a connection of its own: nothing of rrx may come between two statements of the
//! user on the user's connection. The connection stays open for the next plan.

use std::sync::Arc;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Row, Value};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::bound_values::driver_value;
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, SafeIdentifier};
use super::run_internal::run_internal;
use super::secondary::SecondaryConnector;
use crate::domain::access_log::Permit;
use crate::domain::ids::ResultId;
use crate::domain::limits;
use crate::domain::protocol::{ExplainAnswer, SessionEvent};

/// Rows of an answer that are read: more than a statement can have tables.
const ROWS: usize = 1_000;

/// Reads plans, one after the other.
#[derive(Default)]
pub(super) struct PlanReader {
    conn: Arc<Mutex<Option<PlanConnection>>>,
}

/// The connection, and in which database and mode it is.
struct PlanConnection {
    conn: Conn,
    context: PlanContext,
}

/// What decides how the server reads a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PlanContext {
    pub(super) database: Option<String>,
    pub(super) sql_mode: String,
}

impl PlanReader {
    /// Sends a permitted EXPLAIN in a task of its own. [`SessionEvent::Explained`] has the answer.
    pub(super) fn start(
        &self,
        secondary: &Arc<SecondaryConnector>,
        context: PlanContext,
        (permit, result): (Permit, ResultId),
        events: &EventSender,
    ) {
        let (conn, secondary, events) = (Arc::clone(&self.conn), Arc::clone(secondary), events.clone());
        tokio::spawn(async move {
            let begun = Instant::now();
            let mut slot = conn.lock().await;
            let answer = read(&mut slot, &secondary, context, &permit, &events).await;
            // After an error of the connection, an answer may still be in flight.
            if answer.as_ref().is_err_and(|error| !error.is_refusal()) {
                *slot = None;
            }
            drop(slot);
            let answer = answer.map_err(SessionError::into_statement_problem);
            events.send(SessionEvent::Explained { result, answer, took: begun.elapsed() }).await;
        });
    }

    /// Closes the connection.
    pub(super) async fn close(&self) {
        // A plan that is being read keeps its connection until it has ended.
        let Ok(mut slot) = self.conn.try_lock() else { return };
        if let Some(open) = slot.take() {
            let _ = timeout(limits::KILL, open.conn.disconnect()).await;
        }
    }
}

async fn read(
    slot: &mut Option<PlanConnection>,
    secondary: &SecondaryConnector,
    context: PlanContext,
    permit: &Permit,
    events: &EventSender,
) -> Result<ExplainAnswer, SessionError> {
    let mut kept = slot.take();
    if let Some(open) = &mut kept {
        // A server closes an idle connection after some time.
        let pong = timeout(limits::KILL, open.conn.ping()).await;
        if !pong.is_ok_and(|pong| pong.is_ok()) {
            kept = None;
        }
    }
    let mut open = match kept {
        Some(open) => open,
        None => match secondary.open(events).await? {
            Some(conn) => PlanConnection { conn, context: PlanContext::default() },
            None => return Err(SessionError::OtherServer),
        },
    };
    open.enter(context, events).await?;
    let answer = timeout(limits::OWN_STATEMENT, explain(&mut open.conn, permit)).await;
    let answer = answer.unwrap_or(Err(SessionError::TimedOut(limits::OWN_STATEMENT)));
    if answer.as_ref().err().is_none_or(SessionError::is_refusal) {
        *slot = Some(open);
    }
    answer
}

impl PlanConnection {
    /// Makes the database and the mode of the user's session those of this connection.
    async fn enter(&mut self, context: PlanContext, events: &EventSender) -> Result<(), SessionError> {
        if let Some(database) = context.database.as_ref().filter(|_| context.database != self.context.database) {
            run_internal(&mut self.conn, &internal_query::use_database(database), events).await?;
            self.context.database.clone_from(&context.database);
        }
        if context.sql_mode != self.context.sql_mode
            && let Some(mode) = SafeIdentifier::new(&context.sql_mode)
        {
            run_internal(&mut self.conn, &internal_query::set_sql_mode(&mode), events).await?;
            self.context.sql_mode = context.sql_mode;
        }
        Ok(())
    }
}

/// Sends the statement and reads its few rows. With values it is prepared, so that no text contains them.
async fn explain(conn: &mut Conn, permit: &Permit) -> Result<ExplainAnswer, SessionError> {
    let text = permit.checked().text();
    let (columns, rows): (Vec<String>, Vec<Row>) = if permit.params().is_empty() {
        let result = conn.query_iter(text).await?;
        (names(result.columns_ref()), result.collect_and_drop().await?)
    } else {
        let values = Params::Positional(permit.params().iter().map(driver_value).collect());
        let result = conn.exec_iter(text, values).await?;
        (names(result.columns_ref()), result.collect_and_drop().await?)
    };
    let rows = rows.iter().take(ROWS).map(|row| (0..columns.len()).map(|at| cell(row, at)).collect()).collect();
    Ok(ExplainAnswer { columns, rows })
}

fn names(columns: &[mysql_async::Column]) -> Vec<String> {
    columns.iter().map(|column| column.name_str().into_owned()).collect()
}

/// Returns a value as text. A prepared statement has numbers, too.
fn cell(row: &Row, at: usize) -> Option<String> {
    match row.as_ref(at)? {
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::NULL | Value::Date(..) | Value::Time(..) => None,
    }
}
