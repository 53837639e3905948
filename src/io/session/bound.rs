//! Values beside a statement: the server takes them into variables of the connection in the binary protocol, so that they
//! stand in no text. The statement is prepared under a name and executed in the text protocol like every other one: its
//! rows are printed by the server.

use std::pin::pin;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Params, Value};
use tokio::time::Instant;

use super::ask::{ask, optional};
use super::desk::Desk;
use super::events::Teller;
use super::fault::Fault;
use super::own::{self, Own};
use crate::domain::protocol::SessionEvent;
use crate::domain::sql::Param;

/// What the connection holds for one statement and has to give back.
#[derive(Debug, Default)]
pub(super) struct Bound {
    values: usize,
    is_prepared: bool,
}

impl Bound {
    /// Sets the values and prepares the statement, whose errors are told here already. `None`: the connection died. When
    /// the statement is stopped meanwhile, it may be left unprepared.
    pub(super) async fn prepare(
        &mut self,
        conn: &mut Conn,
        desk: &mut Desk<'_>,
        text: &str,
        params: &[Param],
    ) -> Option<Result<(), Fault>> {
        let bind = own::bind(params);
        self.values = params.len();
        let values = std::iter::once(text.into()).chain(params.iter().map(value)).collect();
        if let Err(fault) = attend(desk, &bind, set(conn, &bind, values)).await? {
            return Some(Err(fault));
        }
        if desk.is_draining() {
            return Some(Ok(()));
        }
        let prepare = own::prepare();
        let prepared = attend(desk, &prepare, conn.query_drop(prepare.text())).await?;
        self.is_prepared = prepared.is_ok();
        Some(prepared)
    }

    /// Gives back what is held: the values do not stay at the server.
    ///
    /// # Errors
    /// Those of the link. What the server refuses is only told to the activity.
    pub(super) async fn release(self, conn: &mut Conn, tell: &Teller) -> Result<(), Fault> {
        if self.is_prepared {
            optional(ask(conn, &own::deallocate(), tell).await)?;
        }
        if self.values > 0 {
            optional(ask(conn, &own::unbind(self.values), tell).await)?;
        }
        Ok(())
    }
}

/// Holds work of ours until it is done, and tells of it.
async fn attend<T>(
    desk: &mut Desk<'_>,
    own: &Own,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> Option<Result<T, Fault>> {
    let sent = Instant::now();
    let answer = desk.attend(pin!(work)).await?.map_err(Fault::Driver);
    let error = answer.as_ref().err().map(ToString::to_string);
    desk.tell.tell(SessionEvent::Own { text: own.text().to_owned(), took: sent.elapsed(), error }).await;
    Some(answer)
}

/// The driver keeps no statements (its cache is off), so this one is closed here.
async fn set(conn: &mut Conn, own: &Own, values: Vec<Value>) -> Result<(), Error> {
    let statement = conn.prep(own.text()).await?;
    let done = conn.exec_drop(&statement, Params::Positional(values)).await;
    let closed = conn.close(statement).await;
    done.and(closed)
}

/// A value in the form that its place in [`own::bind`] takes.
fn value(param: &Param) -> Value {
    match param {
        Param::Null => Value::NULL,
        Param::Integer(number) => Value::Int(*number),
        Param::Unsigned(number) => Value::UInt(*number),
        Param::Text(text) => text.as_str().into(),
        Param::Bytes(bytes) => own::hexadecimal(bytes).into(),
    }
}
