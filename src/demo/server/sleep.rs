//! `SELECT SLEEP(n)`, which can be stopped.

use std::time::Duration;

use rusqlite::types::Value;

use super::connections::DemoStopReason;
use super::errors;
use super::result_table::{ResultTable, number_column};
use super::session::Session;
use crate::demo::translate::SqlError;
use crate::domain::results::Column;

/// How often a sleep checks whether it was stopped.
const CHECK_INTERVAL: Duration = Duration::from_millis(5);

/// Waits, and returns the row that the statement gives.
///
/// # Errors
/// 1317 if the statement was killed, 1969 if `max_statement_time` was reached.
pub(super) async fn run(session: &mut Session, label: &str, seconds: f64) -> Result<ResultTable, SqlError> {
    session.start_timer();
    let wait = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).min(Duration::from_hours(24));
    let end = tokio::time::Instant::now() + wait;
    while session.stop.reason().is_none() && tokio::time::Instant::now() < end {
        tokio::time::sleep_until(end.min(tokio::time::Instant::now() + CHECK_INTERVAL)).await;
    }
    match session.stop.reason() {
        Some(DemoStopReason::Killed) => Err(errors::interrupted()),
        Some(DemoStopReason::TimedOut) => Err(errors::timed_out()),
        None => {
            let mut table = ResultTable::new(columns(label));
            table.rows.push(vec![Value::Integer(0)]);
            Ok(table)
        }
    }
}

/// Returns the only column of the result.
pub(super) fn columns(label: &str) -> Vec<Column> {
    vec![number_column(label, 1)]
}
