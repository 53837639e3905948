//! Runs one permitted statement in the text protocol: rows go on in batches as the server sends them, limits and
//! cancelling stop it by a KILL, and what remains is drained. It holds every future of the driver until it is done.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, QueryResult, Row, TextProtocol};
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::ask::ask;
use super::bound::Bound;
use super::cancel;
use super::convert;
use super::desk::{Desk, Room, Stop};
use super::fault::{Fault, lost_by};
use super::own;
use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::domain::protocol::{End, Limit, ResultId, Rows, RunBounds, RunReport, Warning};
use crate::domain::results::{ChunkBuilder, Column};
use crate::domain::sql::locate::error_place;
use crate::domain::sql::{Dialect, Param};

/// One statement on its way.
pub(super) struct Job<'a> {
    /// The permitted text.
    pub(super) text: &'a str,
    /// The values that go with it: one for each of its `?`.
    pub(super) params: &'a [Param],
    /// Where its rows go.
    pub(super) result: ResultId,
    /// What bounds it.
    pub(super) bounds: RunBounds,
    /// How the server reads it.
    pub(super) dialect: Dialect,
    /// The database before it.
    pub(super) database: Option<String>,
}

/// Rows that are thrown away between two looks at whatever else happens.
const GLANCE: u64 = 4096;

/// What has come so far.
struct Tally {
    started: Instant,
    first_row: Option<Duration>,
    rows: u64,
    bytes: u64,
}

/// Runs it, and reports. When the desk says "dead" afterwards, the connection must not be used again.
pub(super) async fn run(conn: &mut Conn, desk: &mut Desk<'_>, rows: &mpsc::Sender<Rows>, job: Job<'_>) -> RunReport {
    let mut tally = Tally { started: Instant::now(), first_row: None, rows: 0, bytes: 0 };
    let mut bound = Bound::default();
    let outcome = send(conn, desk, rows, &job, (&mut tally, &mut bound)).await;
    // An error of the server tells of the statement, any other one of the connection.
    if let Some(Err(Fault::Driver(error))) = &outcome
        && error.is_fatal()
        && desk.dead.is_none()
    {
        desk.dead = Some(lost_by(error));
    }
    desk.settle().await;
    if desk.stop.is_some()
        && desk.dead.is_none()
        && let Err(fault) = cancel::barrier(conn, desk.tell).await
    {
        desk.dead = Some(fault.lost());
    }
    let total = tally.started.elapsed();
    let (mut end, width) = end_of(desk, outcome);
    if let End::Broken(Problem { server: Some(error), at, .. }) = &mut end {
        *at = error_place(job.text, &error.message, error.code, job.dialect);
    }
    for piece in desk.held.drain(..) {
        let _ = rows.send(piece).await;
    }
    let _ = rows.send(Rows::End { result: job.result, end: end.clone() }).await;
    let mut report = RunReport {
        end,
        rows: tally.rows,
        bytes: tally.bytes,
        first_row: tally.first_row,
        total,
        warning_count: 0,
        warnings: Vec::new(),
        database: job.database,
    };
    if report.end == End::Complete
        && let Err(fault) = afterwards(conn, desk, width, &mut report).await
    {
        desk.dead = Some(fault.lost());
    }
    if desk.dead.is_none()
        && let Err(fault) = bound.release(conn, desk.tell).await
    {
        desk.dead = Some(fault.lost());
    }
    report
}

/// Sends the statement with its values, and reads to the end. `None`: the connection died. `Ok` holds the number of columns.
async fn send(
    conn: &mut Conn,
    desk: &mut Desk<'_>,
    rows: &mpsc::Sender<Rows>,
    job: &Job<'_>,
    (tally, bound): (&mut Tally, &mut Bound),
) -> Option<Result<usize, Fault>> {
    if job.params.is_empty() {
        return read(conn, desk, rows, (job, job.text), tally).await;
    }
    // Rare: it shall not make the future of every statement large.
    if let Err(fault) = Box::pin(bound.prepare(conn, desk, job.text, job.params)).await? {
        return Some(Err(fault));
    }
    if desk.is_draining() {
        // The KILL may have hit what came before: sent now, the statement would run on.
        return Some(Ok(0));
    }
    read(conn, desk, rows, (job, own::execute(job.params.len()).text()), tally).await
}

/// Sends this text for the statement, and reads to the end.
async fn read(
    conn: &mut Conn,
    desk: &mut Desk<'_>,
    rows: &mpsc::Sender<Rows>,
    (job, text): (&Job<'_>, &str),
    tally: &mut Tally,
) -> Option<Result<usize, Fault>> {
    let mut result = match desk.attend(pin!(conn.query_iter(text))).await? {
        Ok(result) => result,
        Err(error) => return Some(Err(Fault::Driver(error))),
    };
    let columns: Arc<[Column]> = result.columns_ref().iter().map(convert::column).collect();
    let width = columns.len();
    if !hand_on(desk, rows, Rows::Open { result: job.result, columns }).await {
        return None;
    }
    let mut batch = Batch::new(width, job.result);
    let mut drained = 0_u64;
    loop {
        let row = match next(&mut result, desk, rows, &mut batch).await {
            Some(Ok(Some(row))) => row,
            Some(Ok(None)) => break,
            None => {
                // What came before the connection died is the user's.
                batch.flush(desk, rows).await;
                return None;
            }
            Some(Err(error)) => {
                batch.flush(desk, rows).await;
                return Some(Err(Fault::Driver(error)));
            }
        };
        if desk.is_draining() {
            drained += 1;
            if drained.is_multiple_of(GLANCE) {
                desk.glance().await;
                if desk.dead.is_some() {
                    batch.flush(desk, rows).await;
                    return None;
                }
            }
            continue;
        }
        if let Some(limit) = over(&job.bounds, tally) {
            // This row is one too many: only now it is known that the result is cut.
            desk.stop(Stop::Limit(limit));
            continue;
        }
        if tally.first_row.is_none() {
            tally.first_row = Some(tally.started.elapsed());
            desk.fetching(job.bounds.fetch);
        }
        tally.rows += 1;
        tally.bytes += batch.push(&row);
        if batch.builder.is_full() {
            batch.flush(desk, rows).await;
            desk.glance().await;
        }
    }
    batch.flush(desk, rows).await;
    Some(Ok(width))
}

/// The next row. While it is not there yet the batch goes on, and the desk is attended to.
async fn next(
    result: &mut QueryResult<'_, '_, TextProtocol>,
    desk: &mut Desk<'_>,
    rows: &mpsc::Sender<Rows>,
    batch: &mut Batch,
) -> Option<Result<Option<Row>, mysql_async::Error>> {
    let mut coming = pin!(result.next());
    if let Poll::Ready(row) = poll_fn(|context| Poll::Ready(coming.as_mut().poll(context))).await {
        return Some(row);
    }
    loop {
        if desk.dead.is_some() {
            return None;
        }
        let event = select! {
            biased;
            row = &mut coming => return Some(row),
            () = sleep_until(batch.due), if !batch.builder.is_empty() => None,
            event = desk.wait() => Some(event),
        };
        match event {
            Some(event) => Box::pin(desk.act(event)).await,
            None => batch.flush(desk, rows).await,
        }
    }
}

/// Rows on their way to the store.
struct Batch {
    builder: ChunkBuilder,
    columns: usize,
    result: ResultId,
    /// When it goes on though it is not full. The first one goes at once.
    due: Instant,
}

impl Batch {
    fn new(columns: usize, result: ResultId) -> Self {
        Self { builder: ChunkBuilder::new(columns), columns, result, due: Instant::now() }
    }

    /// Adds a row; answers with the bytes of its values.
    fn push(&mut self, row: &Row) -> u64 {
        let mut bytes = 0;
        self.builder.push(convert::cells(row, self.columns).inspect(|cell| {
            bytes += cell.bytes().map_or(0, |value| value.len() as u64);
        }));
        bytes
    }

    async fn flush(&mut self, desk: &mut Desk<'_>, rows: &mpsc::Sender<Rows>) {
        if !self.builder.is_empty() {
            let chunk = self.builder.take();
            hand_on(desk, rows, Rows::Batch { result: self.result, chunk }).await;
        }
        self.due = Instant::now() + limits::BATCH_WAIT;
    }
}

/// Hands something to whoever takes the rows, and waits for room; false when the connection died meanwhile. A taker
/// that is gone wants no more rows: the statement is stopped.
async fn hand_on(desk: &mut Desk<'_>, rows: &mpsc::Sender<Rows>, what: Rows) -> bool {
    match desk.room(rows).await {
        Room::Free(room) => room.send(what),
        // They go on at the end, whatever becomes of the connection.
        Room::Stopped => desk.held.push(what),
        Room::Gone => desk.stop(Stop::Cancelled),
        Room::Dead => {
            desk.held.push(what);
            return false;
        }
    }
    true
}

fn over(bounds: &RunBounds, tally: &Tally) -> Option<Limit> {
    match (bounds.rows, bounds.bytes) {
        (Some(rows), _) if tally.rows >= rows => Some(Limit::Rows(rows)),
        (_, Some(bytes)) if tally.bytes >= bytes => Some(Limit::Bytes(bytes)),
        _ => None,
    }
}

/// How it ended, and how many columns it had.
fn end_of(desk: &Desk<'_>, outcome: Option<Result<usize, Fault>>) -> (End, usize) {
    let stopped = |stop: &Stop| match stop {
        Stop::Cancelled => End::Cancelled,
        Stop::Limit(limit) => End::Limit(*limit),
    };
    match (&desk.dead, &desk.stop, outcome) {
        // A statement that the user stopped is cancelled, even where the connection had to go with it.
        (Some(problem), None, _) => (End::Broken(problem.clone()), 0),
        (_, Some(stop), _) => (stopped(stop), 0),
        (None, None, Some(Ok(width))) => (End::Complete, width),
        (None, None, Some(Err(fault))) => (End::Broken(fault.statement()), 0),
        (None, None, None) => (End::Broken(Fault::OutOfStep.lost()), 0),
    }
}

/// What is asked after a complete statement: its warnings, and the database where it may have changed.
async fn afterwards(conn: &mut Conn, desk: &Desk<'_>, width: usize, report: &mut RunReport) -> Result<(), Fault> {
    report.warning_count = conn.get_warnings();
    if report.warning_count > 0 {
        let rows = ask(conn, &own::warnings(), desk.tell).await?;
        report.warnings = rows
            .iter()
            .map(|row| Warning {
                level: convert::text(row, 0).unwrap_or_default(),
                code: convert::number(row, 1).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
                message: convert::text(row, 2).unwrap_or_default(),
            })
            .collect();
    }
    // USE answers without columns; a statement with columns cannot change the database.
    if width == 0 {
        let rows = ask(conn, &own::database(), desk.tell).await?;
        report.database = rows.first().and_then(|row| convert::text(row, 0));
    }
    Ok(())
}
