//! Runs internal queries with a time limit, and reports them to the activity list. Several can be sent in one text if
//! the server accepts that; their answers are still read one by one.

use std::collections::VecDeque;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, QueryResult, Row, TextProtocol, Value};
use tokio::time::{Instant, timeout};

use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{InternalQuery, join};
use crate::domain::limits;

/// Sends an internal query and collects its rows.
///
/// # Errors
/// After [`SessionError::TimedOut`] the connection has a statement in flight and must be dropped.
pub(super) async fn run_internal(
    conn: &mut Conn,
    query: &InternalQuery,
    events: &EventSender,
) -> Result<Vec<Row>, SessionError> {
    run_internal_within(conn, query, events, limits::OWN_STATEMENT).await
}

/// Sends an internal query with this time limit, and collects its rows.
pub(super) async fn run_internal_within(
    conn: &mut Conn,
    query: &InternalQuery,
    events: &EventSender,
    time: Duration,
) -> Result<Vec<Row>, SessionError> {
    run_bounded(conn, query, events, AnswerLimits { time, bytes: limits::OWN_ANSWER_BYTES }).await
}

/// Sends a query of the catalog, and collects its rows.
pub(super) async fn run_catalog_query(
    conn: &mut Conn,
    query: &InternalQuery,
    events: &EventSender,
) -> Result<Vec<Row>, SessionError> {
    let limits = AnswerLimits { time: limits::CATALOG_STATEMENT, bytes: limits::CATALOG_ANSWER_BYTES };
    run_bounded(conn, query, events, limits).await
}

/// The limits of the answer to an internal query.
#[derive(Debug, Clone, Copy)]
struct AnswerLimits {
    time: Duration,
    /// Bytes of all rows. An answer that never ends must not fill the memory.
    bytes: usize,
}

async fn run_bounded(
    conn: &mut Conn,
    query: &InternalQuery,
    events: &EventSender,
    limits: AnswerLimits,
) -> Result<Vec<Row>, SessionError> {
    let sent = Instant::now();
    let read = async {
        let mut result = conn.query_iter(query.text()).await?;
        let rows = Answer::new(limits.bytes).read(&mut result).await?;
        result.drop_result().await?;
        Ok(rows)
    };
    let answer = timeout(limits.time, read).await.unwrap_or(Err(SessionError::TimedOut(limits.time)));
    events.internal_query(query, sent.elapsed(), answer.as_ref().err().map(ToString::to_string)).await;
    answer
}

/// Counts the bytes of the rows of an answer.
struct Answer {
    limit: usize,
    left: usize,
}

impl Answer {
    fn new(limit: usize) -> Self {
        Self { limit, left: limit }
    }

    /// Reads the rows of one result.
    ///
    /// # Errors
    /// After [`SessionError::AnswerTooLong`] the connection has a result in flight and must be dropped.
    async fn read(&mut self, result: &mut QueryResult<'_, '_, TextProtocol>) -> Result<Vec<Row>, SessionError> {
        let mut rows = Vec::new();
        while let Some(row) = result.next().await? {
            let left = self.left.checked_sub(row_bytes(&row));
            self.left = left.ok_or(SessionError::AnswerTooLong(self.limit))?;
            rows.push(row);
        }
        Ok(rows)
    }
}

/// Returns about how much memory a row needs.
fn row_bytes(row: &Row) -> usize {
    let value_bytes = |at| match row.as_ref(at) {
        Some(Value::Bytes(bytes)) => bytes.len(),
        Some(_) | None => 0,
    };
    let values: usize = (0..row.len()).map(value_bytes).sum();
    size_of::<Row>() + row.len() * size_of::<Value>() + values
}

/// Turns a refusal by the server into an empty answer; other errors stay.
pub(super) fn allow_refusal(answer: Result<Vec<Row>, SessionError>) -> Result<Vec<Row>, SessionError> {
    match answer {
        Err(error) if error.is_refusal() => Ok(Vec::new()),
        other => other,
    }
}

/// How internal queries that belong together are sent to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Batching {
    /// In one text: one round trip for all of them.
    Together,
    /// One text for each, because the server accepts no more.
    OneByOne,
}

/// Internal queries that belong together, with the answers received so far.
///
/// A server may refuse the text or one query in it, or may not answer query by query. Queries without an answer are
/// sent again when their answers are needed. Invariant: each query is safe to send twice.
pub(super) struct InternalBatch {
    answers: VecDeque<(InternalQuery, Vec<Row>)>,
    /// How the next batch should be sent.
    pub(super) batching: Batching,
}

/// The answer to one query of a batch, and how long after the batch was sent it came.
struct TimedRows {
    rows: Vec<Row>,
    took: Duration,
}

impl InternalBatch {
    /// Sends the queries, unless they are sent one by one later.
    ///
    /// # Errors
    /// Returns an error only if the connection can no longer be used.
    pub(super) async fn send(
        conn: &mut Conn,
        queries: &[&InternalQuery],
        batching: Batching,
        events: &EventSender,
    ) -> Result<Self, SessionError> {
        match batching {
            Batching::OneByOne => Ok(Self { answers: VecDeque::new(), batching }),
            Batching::Together => Self::send_in_one_text(conn, queries, events).await,
        }
    }

    async fn send_in_one_text(
        conn: &mut Conn,
        queries: &[&InternalQuery],
        events: &EventSender,
    ) -> Result<Self, SessionError> {
        let sent = Instant::now();
        let mut results = Vec::new();
        let text = join(queries);
        let ended = match timeout(limits::OWN_STATEMENT, read_results(conn, &text, sent, &mut results)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(SessionError::TimedOut(limits::OWN_STATEMENT)),
        };
        let refusal = match &ended {
            Ok(()) if results.len() == queries.len() => None,
            Ok(()) => {
                let reason = format!("{} answers to {} statements in one text", results.len(), queries.len());
                // It is unknown which answer belongs to which query.
                results.clear();
                Some(reason)
            }
            Err(error) => Some(error.to_string()),
        };
        // An error after the last answer belongs to no query.
        results.truncate(queries.len());
        let batching = if refusal.is_none() { Batching::Together } else { Batching::OneByOne };
        let mut answers = VecDeque::with_capacity(queries.len());
        let mut results = results.into_iter();
        let mut is_first_missing = true;
        for query in queries {
            if let Some(result) = results.next() {
                events.internal_query(query, result.took, None).await;
                answers.push_back(((*query).clone(), result.rows));
                continue;
            }
            let error = if is_first_missing {
                let reason = refusal.as_deref().unwrap_or_default();
                format!("{reason} (sent in one text of {} statements)", queries.len())
            } else {
                "not run: it was sent in one text with the previous statement".to_owned()
            };
            is_first_missing = false;
            events.internal_query(query, sent.elapsed(), Some(error)).await;
        }
        match ended {
            Err(error) if !error.is_refusal() => Err(error),
            Ok(()) | Err(_) => Ok(Self { answers, batching }),
        }
    }

    /// Returns the answer to the next query. If it did not come with the batch, the query is sent now.
    pub(super) async fn answer(
        &mut self,
        conn: &mut Conn,
        query: &InternalQuery,
        events: &EventSender,
    ) -> Result<Vec<Row>, SessionError> {
        match self.answers.pop_front() {
            Some((answered, rows)) if answered == *query => Ok(rows),
            Some(_) | None => run_internal(conn, query, events).await,
        }
    }
}

/// Reads the answer to each query of a text. Results that come before an error are kept.
async fn read_results(
    conn: &mut Conn,
    text: &InternalQuery,
    sent: Instant,
    results: &mut Vec<TimedRows>,
) -> Result<(), SessionError> {
    let mut result = conn.query_iter(text.text()).await?;
    let mut answer = Answer::new(limits::OWN_ANSWER_BYTES);
    while result.columns().is_some() {
        let rows = answer.read(&mut result).await?;
        results.push(TimedRows { rows, took: sent.elapsed() });
    }
    // Returns an error that came instead of another answer; otherwise the next query on this connection would get it.
    result.next().await?;
    Ok(())
}
