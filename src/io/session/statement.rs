//! Runs one permitted statement in the text protocol: passes rows on in batches as the server sends them, stops the
//! statement by a KILL at a limit or on request, and drains the remaining rows. It keeps every future of the driver
//! until the future is done.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, QueryResult, Row, TextProtocol};
use tokio::time::Instant;

use super::bound_values::BoundValues;
use super::control;
use super::convert;
use super::error::{SessionError, breaks_connection, lost_connection};
use super::internal_query;
use super::session_state::SessionState;
use super::supervisor::{BoundedWait, RowSlot, StatementSupervisor, StopReason};
use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::domain::protocol::{End, Limit, ResultId, Rows, RunBounds, RunReport};
use crate::domain::results::{BitColumn, Cell, ChunkBuilder, RawBits};
use crate::domain::sql::locate::error_offset;
use crate::domain::sql::{Checked, Param};

/// One statement to run.
pub(super) struct StatementToRun<'a> {
    pub(super) checked: &'a Checked,
    /// One value for each `?` of the text.
    pub(super) params: &'a [Param],
    /// The result that receives the rows.
    pub(super) result: ResultId,
    pub(super) bounds: RunBounds,
}

/// How many rows are drained between two polls of the supervisor.
const POLL_EVERY: u64 = 4096;

/// The rows received so far.
struct RowTotals {
    started: Instant,
    /// The time to the first row.
    first_row: Option<Duration>,
    rows: u64,
    bytes: u64,
}

/// Runs the statement and returns its report. If the supervisor is `lost` afterwards, the connection must not be used
/// again.
pub(super) async fn run_statement(
    conn: &mut Conn,
    supervisor: &mut StatementSupervisor<'_>,
    state: &mut SessionState,
    statement: StatementToRun<'_>,
) -> RunReport {
    let mut totals = RowTotals { started: Instant::now(), first_row: None, rows: 0, bytes: 0 };
    let mut bound = BoundValues::default();
    let outcome = send(conn, supervisor, &statement, &mut bound, &mut totals).await;
    // An error of the server concerns the statement, all other errors concern the connection.
    if let Some(Err(SessionError::Driver(error))) = &outcome
        && breaks_connection(error)
        && supervisor.lost.is_none()
    {
        supervisor.lost = Some(lost_connection(error));
    }
    supervisor.finish_kill().await;
    if supervisor.stop.is_some()
        && supervisor.lost.is_none()
        && let Err(error) = control::barrier(conn, supervisor.events).await
    {
        supervisor.lost = Some(error.into_lost_problem());
    }
    let total = totals.started.elapsed();
    let mut end = end_of(supervisor, outcome);
    if let End::Broken(Problem { server: Some(error), at, .. }) = &mut end {
        *at = error_offset(statement.checked.text(), &error.message, error.code, statement.checked.dialect());
    }
    supervisor.send_end(end.clone()).await;
    let mut report = RunReport {
        end,
        rows: totals.rows,
        bytes: totals.bytes,
        first_row: totals.first_row,
        total,
        database: state.database.clone(),
        ..RunReport::without_rows(End::Complete)
    };
    if supervisor.lost.is_none()
        && let Err(error) = state.after(statement.checked, conn, supervisor.events, &mut report).await
    {
        supervisor.lost = Some(error.into_lost_problem());
    }
    if supervisor.lost.is_none()
        && let Err(error) = bound.release(conn, supervisor.events).await
    {
        supervisor.lost = Some(error.into_lost_problem());
    }
    report
}

/// Sends the statement with its values, and reads its result to the end. Returns `None` if the connection was lost.
async fn send(
    conn: &mut Conn,
    supervisor: &mut StatementSupervisor<'_>,
    statement: &StatementToRun<'_>,
    bound: &mut BoundValues,
    totals: &mut RowTotals,
) -> Option<Result<(), SessionError>> {
    if statement.params.is_empty() {
        return read(conn, supervisor, statement, statement.checked.text(), totals).await;
    }
    // Boxed, because it is rare and would make the future of every statement large.
    if let Err(error) = Box::pin(bound.prepare(conn, supervisor, statement.checked.text(), statement.params)).await? {
        return Some(Err(error));
    }
    if supervisor.is_draining() {
        // The KILL may have hit an earlier query: a statement that is sent now would not be stopped by it.
        return Some(Ok(()));
    }
    let execute = internal_query::execute(statement.params.len());
    read(conn, supervisor, statement, execute.text(), totals).await
}

/// Sends this text for the statement, and reads the result to the end.
async fn read(
    conn: &mut Conn,
    supervisor: &mut StatementSupervisor<'_>,
    statement: &StatementToRun<'_>,
    text: &str,
    totals: &mut RowTotals,
) -> Option<Result<(), SessionError>> {
    let mut result = match supervisor.run(pin!(conn.query_iter(text))).await? {
        Ok(result) => result,
        Err(error) => return Some(Err(SessionError::Driver(error))),
    };
    let columns = convert::columns(result.columns_ref(), statement.checked.text(), statement.checked.dialect());
    let width = columns.len();
    let bits = convert::bits(result.columns_ref(), statement.checked.text(), statement.checked.dialect());
    if !send_rows(supervisor, Rows::Open { result: statement.result, columns, spilling: statement.bounds.spilling })
        .await
    {
        return None;
    }
    let mut batch = RowBatch::new(width, bits, statement.result);
    let mut drained = 0_u64;
    loop {
        let row = match next_row(&mut result, supervisor, &mut batch).await {
            Some(Ok(Some(row))) => row,
            Some(Ok(None)) => break,
            None => {
                // The user gets the rows that came before the connection was lost.
                batch.flush(supervisor).await;
                return None;
            }
            Some(Err(error)) => {
                batch.flush(supervisor).await;
                return Some(Err(SessionError::Driver(error)));
            }
        };
        if supervisor.is_draining() {
            drained += 1;
            if drained.is_multiple_of(POLL_EVERY) {
                supervisor.poll().await;
                if supervisor.lost.is_some() {
                    batch.flush(supervisor).await;
                    return None;
                }
            }
            continue;
        }
        if let Some(limit) = reached_limit(&statement.bounds, totals) {
            // Only this row, which is one too many, shows that the result is cut.
            supervisor.stop(StopReason::Limit(limit));
            continue;
        }
        if totals.first_row.is_none() {
            totals.first_row = Some(totals.started.elapsed());
            supervisor.start_fetch_limit(statement.bounds.fetch);
        }
        totals.rows += 1;
        totals.bytes += batch.push(&row);
        if batch.builder.is_full() {
            batch.flush(supervisor).await;
            supervisor.poll().await;
        }
    }
    batch.flush(supervisor).await;
    Some(Ok(()))
}

/// Returns the next row. Until it arrives, sends batches that are due, and lets the supervisor handle events.
async fn next_row(
    result: &mut QueryResult<'_, '_, TextProtocol>,
    supervisor: &mut StatementSupervisor<'_>,
    batch: &mut RowBatch,
) -> Option<Result<Option<Row>, mysql_async::Error>> {
    let mut next = pin!(result.next());
    if let Poll::Ready(row) = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await {
        return Some(row);
    }
    loop {
        let due = (!batch.builder.is_empty()).then_some(batch.due);
        match supervisor.run_until(next.as_mut(), due).await? {
            BoundedWait::Done(row) => return Some(row),
            BoundedWait::Due => batch.flush(supervisor).await,
        }
    }
}

/// Rows that are collected before they are sent to the store.
struct RowBatch {
    builder: ChunkBuilder,
    columns: usize,
    /// The columns of type BIT, whose values all become raw bytes.
    bits: Vec<(usize, BitColumn)>,
    result: ResultId,
    /// When the batch is sent even if it is not full. The first batch is due at once.
    due: Instant,
}

impl RowBatch {
    fn new(columns: usize, bits: Vec<(usize, BitColumn)>, result: ResultId) -> Self {
        Self { builder: ChunkBuilder::new(columns), columns, bits, result, due: Instant::now() }
    }

    /// Adds a row; returns the number of bytes of its values.
    fn push(&mut self, row: &Row) -> u64 {
        let mut bytes = 0;
        let mut count = |cell: &Cell<'_>| bytes += cell.bytes().map_or(0, |value| value.len() as u64);
        if self.bits.is_empty() {
            self.builder.push(convert::cells(row, self.columns).inspect(count));
            return bytes;
        }
        let mut cells: Vec<Cell<'_>> = convert::cells(row, self.columns).collect();
        let raw: Vec<(usize, RawBits)> =
            self.bits.iter().filter_map(|(at, bit)| Some((*at, bit.raw(cells.get(*at)?.bytes()?)?))).collect();
        for (at, raw) in &raw {
            if let Some(cell) = cells.get_mut(*at) {
                *cell = Cell::Bytes(raw.bytes());
            }
        }
        cells.iter().for_each(&mut count);
        self.builder.push(cells);
        bytes
    }

    async fn flush(&mut self, supervisor: &mut StatementSupervisor<'_>) {
        if !self.builder.is_empty() {
            let chunk = self.builder.take();
            send_rows(supervisor, Rows::Batch { result: self.result, chunk }).await;
        }
        self.due = Instant::now() + limits::BATCH_WAIT;
    }
}

/// Sends rows, and waits for space in their queue. If the receiver was dropped, stops the statement. Returns whether
/// the connection is still usable.
async fn send_rows(supervisor: &mut StatementSupervisor<'_>, rows: Rows) -> bool {
    match supervisor.row_slot().await {
        RowSlot::Free(slot) => slot.send(rows),
        // They are sent at the end, whatever happens to the connection.
        RowSlot::Stopped => supervisor.unsent_rows.push(rows),
        RowSlot::NoReceiver => supervisor.stop(StopReason::Cancelled),
        RowSlot::Lost => {
            supervisor.unsent_rows.push(rows);
            return false;
        }
    }
    true
}

fn reached_limit(bounds: &RunBounds, totals: &RowTotals) -> Option<Limit> {
    match (bounds.rows, bounds.bytes) {
        (Some(rows), _) if totals.rows >= rows => Some(Limit::Rows(rows)),
        (_, Some(bytes)) if totals.bytes >= bytes => Some(Limit::Bytes(bytes)),
        _ => None,
    }
}

/// Returns how the statement ended.
fn end_of(supervisor: &StatementSupervisor<'_>, outcome: Option<Result<(), SessionError>>) -> End {
    let stopped = |reason: &StopReason| match reason {
        StopReason::Cancelled => End::Cancelled,
        StopReason::Limit(limit) => End::Limit(*limit),
    };
    match (&supervisor.lost, &supervisor.stop, outcome) {
        (Some(problem), Some(StopReason::Cancelled), _) if supervisor.is_stop_unconfirmed() => {
            End::Broken(problem.clone())
        }
        // A statement that the user stopped is cancelled, even if the connection had to be closed for it.
        (_, Some(reason), _) => stopped(reason),
        (Some(problem), None, _) => End::Broken(problem.clone()),
        (None, None, Some(Ok(()))) => End::Complete,
        (None, None, Some(Err(error))) => End::Broken(error.into_statement_problem()),
        (None, None, None) => End::Broken(SessionError::OutOfSync.into_lost_problem()),
    }
}
