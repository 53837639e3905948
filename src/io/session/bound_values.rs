//! Sends the values of a statement. They are bound to user variables in the binary protocol, so no statement text
//! contains them. The statement is then prepared under a name and executed in the text protocol like every other one,
//! so the server formats its rows.

use std::pin::pin;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Params, Value};
use tokio::time::Instant;

use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, InternalQuery};
use super::run_internal::{allow_refusal, run_internal};
use super::supervisor::StatementSupervisor;
use crate::domain::sql::Param;

/// The state that the server keeps for a statement with values until it is released.
#[derive(Debug, Default)]
pub(super) struct BoundValues {
    values: usize,
    is_prepared: bool,
}

impl BoundValues {
    /// Sends the values and prepares the statement. Errors of the statement already appear here. Returns `None` if the
    /// connection was lost. If the statement is stopped in the meantime, it may be left unprepared.
    pub(super) async fn prepare(
        &mut self,
        conn: &mut Conn,
        supervisor: &mut StatementSupervisor<'_>,
        text: &str,
        params: &[Param],
    ) -> Option<Result<(), SessionError>> {
        let bind = internal_query::bind(params);
        self.values = params.len();
        let values = std::iter::once(text.into()).chain(params.iter().map(driver_value)).collect();
        if let Err(error) = supervise(supervisor, &bind, execute(conn, &bind, values)).await? {
            return Some(Err(error));
        }
        if supervisor.is_draining() {
            return Some(Ok(()));
        }
        let prepare = internal_query::prepare();
        let prepared = supervise(supervisor, &prepare, conn.query_drop(prepare.text())).await?;
        self.is_prepared = prepared.is_ok();
        Some(prepared)
    }

    /// Releases the prepared statement and the values, so that the values do not stay at the server.
    ///
    /// # Errors
    /// Returns errors of the connection. A refusal by the server only appears in the activity list.
    pub(super) async fn release(self, conn: &mut Conn, events: &EventSender) -> Result<(), SessionError> {
        if self.is_prepared {
            allow_refusal(run_internal(conn, &internal_query::deallocate(), events).await)?;
        }
        if self.values > 0 {
            allow_refusal(run_internal(conn, &internal_query::unbind(self.values), events).await)?;
        }
        Ok(())
    }
}

/// Runs an internal query under the supervisor, and reports it. Returns `None` if the connection was lost.
async fn supervise<T>(
    supervisor: &mut StatementSupervisor<'_>,
    query: &InternalQuery,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Option<Result<T, SessionError>> {
    let sent = Instant::now();
    let answer = supervisor.run(pin!(work)).await?.map_err(SessionError::Driver);
    let error = answer.as_ref().err().map(ToString::to_string);
    supervisor.events.internal_query(query, sent.elapsed(), error).await;
    Some(answer)
}

/// Executes a query with values. The driver's statement cache is off, so the driver's statement is closed here.
async fn execute(conn: &mut Conn, query: &InternalQuery, values: Vec<Value>) -> Result<(), Error> {
    let statement = conn.prep(query.text()).await?;
    let done = conn.exec_drop(&statement, Params::Positional(values)).await;
    let closed = conn.close(statement).await;
    done.and(closed)
}

/// Converts a value to the driver's type that its placeholder in [`internal_query::bind`] expects.
pub(super) fn driver_value(param: &Param) -> Value {
    match param {
        Param::Null => Value::NULL,
        Param::Integer(number) => Value::Int(*number),
        Param::Unsigned(number) => Value::UInt(*number),
        Param::Text(text) => text.as_str().into(),
        Param::Bytes(bytes) => internal_query::hexadecimal(bytes).into(),
    }
}
