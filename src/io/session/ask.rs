//! Sends the statements of our own: tagged, within a time limit, told to the activity pane. Several that belong together
//! go out in one text where the server takes that; what each is answered with is still read one by one.

use std::collections::VecDeque;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Row};
use tokio::time::{Instant, timeout};

use super::events::Teller;
use super::fault::Fault;
use super::own::{Own, together};
use crate::domain::limits;
use crate::domain::protocol::SessionEvent;

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
    told(own, sent.elapsed(), answer.as_ref().err().map(ToString::to_string), tell).await;
    answer
}

/// An answer that may be refused by the server, but not by the link: refused, it is empty.
pub(super) fn optional(answer: Result<Vec<Row>, Fault>) -> Result<Vec<Row>, Fault> {
    match answer {
        Err(fault) if fault.code().is_some() => Ok(Vec::new()),
        other => other,
    }
}

/// How statements of ours that belong together go out to one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// In one text: one round trip for all of them.
    Together,
    /// One text for each, since the server takes no more.
    OneByOne,
}

/// Statements of ours that belong together, and the answers that are there already.
///
/// A server that refuses the text, or one statement in it, or answers otherwise than statement by statement, has answered
/// nothing from there on: what is missing is asked for when it is wanted. So each statement must bear being sent twice.
pub(super) struct Series {
    answered: VecDeque<(Own, Vec<Row>)>,
    /// How the next ones had better go out.
    pub(super) manner: Manner,
}

impl Series {
    /// Sends them, unless they go one by one.
    ///
    /// # Errors
    /// Only where the connection is of no use any more.
    pub(super) async fn send(conn: &mut Conn, owns: &[&Own], manner: Manner, tell: &Teller) -> Result<Self, Fault> {
        match manner {
            Manner::OneByOne => Ok(Self { answered: VecDeque::new(), manner }),
            Manner::Together => Self::in_one_text(conn, owns, tell).await,
        }
    }

    async fn in_one_text(conn: &mut Conn, owns: &[&Own], tell: &Teller) -> Result<Self, Fault> {
        let sent = Instant::now();
        let mut sets = Vec::new();
        let text = together(owns);
        let ended = match timeout(limits::OWN_STATEMENT, read_all(conn, &text, sent, &mut sets)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Fault::Driver(error)),
            Err(_) => Err(Fault::TimedOut(limits::OWN_STATEMENT)),
        };
        let refusal = match &ended {
            Ok(()) if sets.len() == owns.len() => None,
            Ok(()) => {
                let why = format!("{} answers to {} statements in one text", sets.len(), owns.len());
                // Whose they are nobody can tell.
                sets.clear();
                Some(why)
            }
            Err(fault) => Some(fault.to_string()),
        };
        // An error after the last answer belongs to none of them.
        sets.truncate(owns.len());
        let manner = if refusal.is_none() { Manner::Together } else { Manner::OneByOne };
        let mut answered = VecDeque::with_capacity(owns.len());
        let mut sets = sets.into_iter();
        let (mut first, all) = (true, owns.len());
        for own in owns {
            if let Some((rows, took)) = sets.next() {
                told(own, took, None, tell).await;
                answered.push_back(((*own).clone(), rows));
                continue;
            }
            let why = refusal.as_deref().unwrap_or_default();
            let error = if first {
                format!("{why} (sent in one text of {all} statements)")
            } else {
                "not run: in one text with the statement before".to_owned()
            };
            first = false;
            told(own, sent.elapsed(), Some(error), tell).await;
        }
        match ended {
            Err(fault) if fault.code().is_none() => Err(fault),
            Ok(()) | Err(_) => Ok(Self { answered, manner }),
        }
    }

    /// The answer to the next of the statements: the one that came with the others, else asked for now.
    pub(super) async fn answer(&mut self, conn: &mut Conn, own: &Own, tell: &Teller) -> Result<Vec<Row>, Fault> {
        match self.answered.pop_front() {
            Some((of, rows)) if of == *own => Ok(rows),
            Some(_) | None => ask(conn, own, tell).await,
        }
    }
}

/// Reads what each statement of a text is answered with, and how long after it was sent; what is read stays where there is
/// an error after it.
async fn read_all(
    conn: &mut Conn,
    text: &Own,
    sent: Instant,
    sets: &mut Vec<(Vec<Row>, Duration)>,
) -> Result<(), Error> {
    let mut result = conn.query_iter(text.text()).await?;
    while result.columns().is_some() {
        let mut rows = Vec::new();
        while let Some(row) = result.next().await? {
            rows.push(row);
        }
        sets.push((rows, sent.elapsed()));
    }
    // An error in place of a further answer is given out here; otherwise it would be taken for that of the next statement.
    result.next().await.map(drop)
}

async fn told(own: &Own, took: Duration, error: Option<String>, tell: &Teller) {
    tell.tell(SessionEvent::Own { text: own.text().to_owned(), took, error }).await;
}
