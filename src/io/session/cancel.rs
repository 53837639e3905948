//! Stops the statement in flight by KILL QUERY on a second connection to the same server, and never a later one: it is
//! called only while a statement is in flight, and afterwards nothing goes out before the barrier has answered.

use std::sync::Arc;

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use tokio::time::{Instant, timeout};

use super::ask::{ask, ask_within};
use super::connect::Recipe;
use super::convert;
use super::events::Teller;
use super::fault::{Fault, INTERRUPTED};
use super::further::Further;
use super::lag::LagProbe;
use super::link::Link;
use super::own;
use super::replica;
use super::settings::Variables;
use crate::domain::limits;
use crate::domain::protocol::{Lag, SessionEvent};

/// The second connection, through which statements of the first are stopped.
pub(super) struct Control {
    /// `None` where no connection to the same server could be had, or where it broke.
    conn: Option<Conn>,
    /// What it must be like: on the server of the first connection.
    further: Arc<Further>,
    /// Whether another server answered each time: then it is not tried at every heartbeat.
    is_elsewhere: bool,
    /// The first connection's number there.
    target: u64,
    /// What else it is for.
    probe: LagProbe,
}

/// How a KILL went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Killed {
    /// The server has taken it: the statement ends by itself now.
    Yes,
    /// It could not be sent to the right server: the connection must be closed instead.
    No(String),
}

impl Control {
    /// Pins this connection, or another one where it leads elsewhere, and makes sure that the same server answers.
    pub(super) async fn open(
        way: (&Recipe, &Link),
        first: Conn,
        (further, probe): (Further, LagProbe),
        tell: &Teller,
    ) -> Result<Self, Fault> {
        let conn = further.open(way, Some(first), tell).await?;
        Ok(Self { is_elsewhere: conn.is_none(), conn, further: Arc::new(further), target: 0, probe })
    }

    /// Gives the connection away and leaves an empty place, for a KILL that goes its own way.
    pub(super) fn lend(&mut self) -> Self {
        Self {
            conn: self.conn.take(),
            further: Arc::clone(&self.further),
            is_elsewhere: self.is_elsewhere,
            target: self.target,
            probe: self.probe.clone(),
        }
    }

    /// Takes the number of the connection whose statements it stops.
    pub(super) fn aim(&mut self, target: u64) {
        self.target = target;
    }

    /// What further connections of this session must be like.
    pub(super) fn further(&self) -> &Arc<Further> {
        &self.further
    }

    /// Whether statements can be stopped by it.
    pub(super) fn is_there(&self) -> bool {
        self.conn.is_some()
    }

    /// Makes the connection anew. Behind an endpoint of several servers another one may answer: then again, a few times.
    pub(super) async fn reopen(&mut self, recipe: &Recipe, link: &Link, tell: &Teller) -> Result<(), Fault> {
        self.conn = None;
        self.conn = self.further.open((recipe, link), None, tell).await?;
        self.is_elsewhere = self.conn.is_none();
        Ok(())
    }

    /// Stops the statement in flight on the first connection.
    pub(super) async fn kill_statement(&mut self, tell: &Teller) -> Killed {
        self.kill(&own::kill_statement(self.target), tell).await
    }

    /// Ends the first connection: for one that does not give its statement up.
    pub(super) async fn kill_connection(&mut self, tell: &Teller) -> Killed {
        self.kill(&own::kill_connection(self.target), tell).await
    }

    /// Ends another connection of this session: the one that reads the catalog.
    pub(super) async fn kill_other(&mut self, connection: u64, tell: &Teller) -> Killed {
        self.kill(&own::kill_connection(connection), tell).await
    }

    async fn kill(&mut self, kill: &own::Own, tell: &Teller) -> Killed {
        let Some(mut conn) = self.conn.take() else {
            let why = if self.is_elsewhere {
                "the second connection reaches another server than the first"
            } else {
                "there is no second connection"
            };
            return Killed::No(why.into());
        };
        match kill_on(&mut conn, &self.further.identity, kill, tell).await {
            Ok(()) => {
                self.conn = Some(conn);
                Killed::Yes
            }
            // The connection is dropped: after a time-out its answer would be taken for that of the next statement.
            Err(fault) => Killed::No(fault.to_string()),
        }
    }

    /// Asks whether the server lives, while the first connection is silent; where it is time, by asking for the lag.
    /// After an error it is to be made anew.
    pub(super) async fn beat(&mut self, tell: &Teller) -> Result<(), Fault> {
        match self.conn.as_mut() {
            Some(_) if self.probe.is_due() => self.lag(tell).await,
            Some(conn) => beat(conn).await,
            None if self.is_elsewhere => Ok(()),
            None => Err(Fault::TimedOut(limits::HEARTBEAT_ANSWER)),
        }
    }

    /// When the lag is to be read.
    pub(super) fn lag_due(&self) -> Instant {
        self.probe.due()
    }

    /// Reads how far the replica is behind, and tells it. After an error it is to be made anew.
    pub(super) async fn lag(&mut self, tell: &Teller) -> Result<(), Fault> {
        // Taken out: where it is in the middle of something, it is not put back.
        let Some(mut conn) = self.conn.take() else {
            self.probe.later();
            tell.tell(SessionEvent::Lag(Lag::Unknown("no second connection to the same server".into()))).await;
            return Ok(());
        };
        match self.probe.read(&mut conn, tell).await {
            Ok(lag) => {
                self.conn = Some(conn);
                tell.tell(SessionEvent::Lag(lag)).await;
                Ok(())
            }
            Err(fault) => {
                tell.tell(SessionEvent::Lag(Lag::Unknown(fault.to_string()))).await;
                Err(fault)
            }
        }
    }

    /// Closes it.
    pub(super) async fn close(self) {
        if let Some(conn) = self.conn {
            let _ = timeout(limits::KILL, conn.disconnect()).await;
        }
    }
}

/// The server is compared before every KILL: another one may stand behind a proxy by now, where the same number is
/// somebody else's statement.
async fn kill_on(conn: &mut Conn, identity: &str, kill: &own::Own, tell: &Teller) -> Result<(), Fault> {
    let answered = async {
        let variables = Variables::read(conn, &own::identity(), tell).await?;
        if replica::identity(&variables) != identity {
            return Err(Fault::OtherServer);
        }
        match ask_within(conn, kill, tell, limits::KILL).await {
            // 1094: no such connection. It has ended by itself, and so has its statement.
            Err(fault) if fault.code() == Some(1094) => Ok(()),
            other => other.map(drop),
        }
    };
    match timeout(limits::KILL, answered).await {
        Ok(answer) => answer,
        Err(_) => Err(Fault::TimedOut(limits::KILL)),
    }
}

/// One heartbeat.
pub(super) async fn beat(conn: &mut Conn) -> Result<(), Fault> {
    match timeout(limits::HEARTBEAT_ANSWER, conn.ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Fault::Driver(error)),
        Err(_) => Err(Fault::TimedOut(limits::HEARTBEAT_ANSWER)),
    }
}

/// After a KILL whose statement has ended: a statement of ours that takes a stray "interrupted" in place of the user's next one.
pub(super) async fn barrier(conn: &mut Conn, tell: &Teller) -> Result<(), Fault> {
    loop {
        match ask(conn, &own::barrier(), tell).await {
            // A KILL came after the statement had ended and hit this one. All have been sent: soon one answers.
            Err(fault) if fault.code() == Some(INTERRUPTED) => {}
            Err(fault) => return Err(fault),
            Ok(rows) if rows.first().and_then(|row| convert::number(row, 0)) == Some(1) => return Ok(()),
            // Another statement's answer: the connection is out of step.
            Ok(_) => return Err(Fault::OutOfStep),
        }
    }
}
