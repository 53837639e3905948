//! Sends the statements of our own: tagged, within a time limit, told to the activity pane.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};
use tokio::time::{Instant, timeout};

use super::fault::Fault;
use super::news::Teller;
use super::own::Own;
use crate::domain::limits;
use crate::domain::port::SessionNews;

/// Sends a statement of ours and collects its answer.
///
/// # Errors
/// After [`Fault::TimedOut`] the connection has a statement in flight: it must be thrown away.
pub(super) async fn ask(conn: &mut Conn, own: &Own, tell: &Teller) -> Result<Vec<Row>, Fault> {
    ask_within(conn, own, tell, limits::OWN_STATEMENT).await
}

/// The same with a time limit of its own.
pub(super) async fn ask_within(conn: &mut Conn, own: &Own, tell: &Teller, within: Duration) -> Result<Vec<Row>, Fault> {
    let sent = Instant::now();
    let answer = match timeout(within, conn.query::<Row, _>(own.text())).await {
        Ok(Ok(rows)) => Ok(rows),
        Ok(Err(error)) => Err(Fault::Driver(error)),
        Err(_) => Err(Fault::TimedOut(within)),
    };
    tell.tell(SessionNews::Own {
        text: own.text().to_owned(),
        took: sent.elapsed(),
        error: answer.as_ref().err().map(ToString::to_string),
    })
    .await;
    answer
}

/// An answer that may be refused by the server, but not by the link: refused, it is empty.
pub(super) fn optional(answer: Result<Vec<Row>, Fault>) -> Result<Vec<Row>, Fault> {
    match answer {
        Err(fault) if fault.code().is_some() => Ok(Vec::new()),
        other => other,
    }
}
