//! The second connection of a session. It stops the statement in flight by KILL QUERY, and never a later one: it is used only
//! while a statement is in flight, and after a KILL no statement is sent before the barrier has answered.

use std::sync::Arc;

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use tokio::time::{Instant, timeout};

use super::connector::PasswordSource;
use super::convert;
use super::error::{INTERRUPTED, SessionError};
use super::events::EventSender;
use super::internal_query::{self, InternalQuery};
use super::lag::LagProbe;
use super::run_internal::{run_internal, run_internal_within};
use super::secondary::SecondaryConnector;
use super::server;
use super::variables::ServerVariables;
use crate::domain::limits;
use crate::domain::protocol::{Lag, SessionEvent};

/// The server's error for a KILL of a connection that does not exist.
const NO_SUCH_CONNECTION: u16 = 1094;

/// The connection that stops statements of the first connection, and reads the lag.
pub(super) struct ControlConnection {
    /// `None` if there can be none, or if it broke.
    conn: Option<Conn>,
    secondary: Arc<SecondaryConnector>,
    /// Why there can be no second connection. Then a heartbeat makes no new attempt.
    absence: Option<Absence>,
    /// The connection id of the first connection.
    target: u64,
    probe: LagProbe,
}

/// Why a session has no second connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    /// Every attempt reached another server.
    OtherServer,
    /// The server allows the account no more connections.
    Limit,
}

impl Absence {
    fn reason(self) -> &'static str {
        match self {
            Self::OtherServer => "the second connection reaches another server than the first",
            Self::Limit => "the server allows the account only one connection",
        }
    }

    /// Returns what the session cannot do.
    pub(super) fn warning(self) -> String {
        match self {
            Self::OtherServer => "the second connection reached another server, so stopping a statement closes its connection",
            Self::Limit => {
                "the server allows the account only one connection: stopping a statement closes it, the lag is not read, and \
                 statements wait while the catalog is read"
            }
        }
        .into()
    }
}

/// The outcome of a KILL.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KillOutcome {
    /// The server accepted it: the statement ends by itself now.
    Accepted,
    /// It could not be sent to the right server, for this reason. The connection must be closed instead.
    Failed(String),
}

impl ControlConnection {
    /// Pins this connection, or a new one if it leads to another server. `None` means that the server allows no second one.
    pub(super) async fn open(
        opened: Option<Conn>,
        secondary: SecondaryConnector,
        probe: LagProbe,
        events: &EventSender,
    ) -> Result<Self, SessionError> {
        let (conn, absence) = match opened {
            None => (None, Some(Absence::Limit)),
            Some(opened) => match secondary.pin_or_reopen(Some(opened), events).await? {
                Some(conn) => (Some(conn), None),
                None => (None, Some(Absence::OtherServer)),
            },
        };
        Ok(Self { conn, absence, secondary: Arc::new(secondary), target: 0, probe })
    }

    /// Moves the connection out, for a KILL that runs in a separate task.
    pub(super) fn take(&mut self) -> Self {
        Self {
            conn: self.conn.take(),
            secondary: Arc::clone(&self.secondary),
            absence: self.absence,
            target: self.target,
            probe: self.probe.clone(),
        }
    }

    /// Sets the id of the connection whose statements it stops.
    pub(super) fn set_target(&mut self, target: u64) {
        self.target = target;
    }

    pub(super) fn secondary(&self) -> &Arc<SecondaryConnector> {
        &self.secondary
    }

    /// Returns whether it can stop statements.
    pub(super) fn is_available(&self) -> bool {
        self.conn.is_some()
    }

    /// Returns the second connection, or the first one if there can be no second one. `None` if it has to be reopened.
    pub(super) fn conn_or<'a>(&'a mut self, first: &'a mut Conn) -> Option<&'a mut Conn> {
        match (&mut self.conn, self.absence) {
            (Some(conn), _) => Some(conn),
            (None, Some(_)) => Some(first),
            (None, None) => None,
        }
    }

    /// Drops the connection, because it has a query in flight. The next heartbeat reopens it.
    pub(super) fn discard(&mut self) {
        self.conn = None;
    }

    /// Returns why there is no second connection, if there can be none.
    pub(super) fn absence(&self) -> Option<Absence> {
        self.absence
    }

    /// Replaces the connection with a new one.
    pub(super) async fn reopen(&mut self, events: &EventSender) -> Result<(), SessionError> {
        self.conn = None;
        self.conn = self.secondary.open(events).await?;
        self.absence = self.conn.is_none().then_some(Absence::OtherServer);
        Ok(())
    }

    /// Returns whether the server still answers, by opening the connection again. A refusal is an answer, too.
    pub(super) async fn answers(&mut self, events: &EventSender) -> bool {
        match timeout(limits::KILL, self.reopen(events)).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => error.server_code().is_some(),
            Err(_) => false,
        }
    }

    /// Returns whether only a sign-in shows that the server is alive: the account has one connection, and that one is busy. A
    /// password that a command prints is not read again and again for it.
    pub(super) fn needs_sign_in_to_check(&self) -> bool {
        self.absence == Some(Absence::Limit)
            && match self.secondary.connector.password {
                PasswordSource::Stored(_) | PasswordSource::Typed(_) => true,
                PasswordSource::EachTime(..) => false,
            }
    }

    /// Stops the statement in flight on the first connection.
    pub(super) async fn kill_statement(&mut self, events: &EventSender) -> KillOutcome {
        self.kill(&internal_query::kill_statement(self.target), events).await
    }

    /// Closes the first connection, if its statement does not end.
    pub(super) async fn kill_connection(&mut self, events: &EventSender) -> KillOutcome {
        self.kill(&internal_query::kill_connection(self.target), events).await
    }

    /// Closes another connection of this session: the one that reads the catalog.
    pub(super) async fn kill_other(&mut self, connection: u64, events: &EventSender) -> KillOutcome {
        self.kill(&internal_query::kill_connection(connection), events).await
    }

    async fn kill(&mut self, query: &InternalQuery, events: &EventSender) -> KillOutcome {
        let Some(mut conn) = self.conn.take() else {
            let reason = self.absence.map_or("there is no second connection", Absence::reason);
            return KillOutcome::Failed(reason.into());
        };
        match kill_on(&mut conn, &self.secondary.identity, query, events).await {
            Ok(()) => {
                self.conn = Some(conn);
                KillOutcome::Accepted
            }
            // The connection is dropped: a late answer would be taken for that of the next query.
            Err(error) => KillOutcome::Failed(error.to_string()),
        }
    }

    /// Checks that the server is alive while the first connection is silent. Reads the lag instead if that is due.
    /// After an error the connection must be reopened.
    pub(super) async fn heartbeat(&mut self, events: &EventSender) -> Result<(), SessionError> {
        match self.conn.as_mut() {
            Some(_) if self.probe.is_due() => self.report_lag(events).await,
            Some(conn) => ping(conn).await,
            None if self.absence.is_some() => Ok(()),
            None => Err(SessionError::TimedOut(limits::HEARTBEAT_ANSWER)),
        }
    }

    /// Returns when the lag is read next.
    pub(super) fn lag_due(&self) -> Instant {
        self.probe.due()
    }

    /// Reads how far the replica is behind, and reports it. After an error the connection must be reopened.
    pub(super) async fn report_lag(&mut self, events: &EventSender) -> Result<(), SessionError> {
        // Taken out, so that a connection whose query is cut short is not used again.
        let Some(mut conn) = self.conn.take() else {
            self.probe.postpone();
            let reason = self.absence.map_or("there is no second connection to the same server", Absence::reason);
            events.send(SessionEvent::Lag(Lag::Unknown(reason.into()))).await;
            return Ok(());
        };
        match self.probe.read(&mut conn, events).await {
            Ok(lag) => {
                self.conn = Some(conn);
                events.send(SessionEvent::Lag(lag)).await;
                Ok(())
            }
            Err(error) => {
                events.send(SessionEvent::Lag(Lag::Unknown(error.to_string()))).await;
                Err(error)
            }
        }
    }

    pub(super) async fn close(self) {
        if let Some(conn) = self.conn {
            let _ = timeout(limits::KILL, conn.disconnect()).await;
        }
    }
}

/// Sends a KILL. It compares the server first: a proxy may have moved the connection to another server, where the same id
/// belongs to another user's statement.
pub(super) async fn kill_on(
    conn: &mut Conn,
    identity: &str,
    query: &InternalQuery,
    events: &EventSender,
) -> Result<(), SessionError> {
    let answer = async {
        let variables = ServerVariables::read(conn, &internal_query::identity(), events).await?;
        if server::identity(&variables) != identity {
            return Err(SessionError::OtherServer);
        }
        match run_internal_within(conn, query, events, limits::KILL).await {
            // The connection has ended by itself, and so has its statement.
            Err(error) if error.server_code() == Some(NO_SUCH_CONNECTION) => Ok(()),
            other => other.map(drop),
        }
    };
    match timeout(limits::KILL, answer).await {
        Ok(result) => result,
        Err(_) => Err(SessionError::TimedOut(limits::KILL)),
    }
}

/// Checks that the connection is alive.
pub(super) async fn ping(conn: &mut Conn) -> Result<(), SessionError> {
    match timeout(limits::HEARTBEAT_ANSWER, conn.ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(SessionError::Driver(error)),
        Err(_) => Err(SessionError::TimedOut(limits::HEARTBEAT_ANSWER)),
    }
}

/// Sends an internal query after a KILL whose statement has ended. It receives a late "interrupted" error, which would
/// otherwise hit the user's next statement.
pub(super) async fn barrier(conn: &mut Conn, events: &EventSender) -> Result<(), SessionError> {
    loop {
        match run_internal(conn, &internal_query::barrier(), events).await {
            // A KILL came after the statement had ended, and hit this query. No KILL is sent any more, so one answers soon.
            Err(error) if error.server_code() == Some(INTERRUPTED) => {}
            Err(error) => return Err(error),
            Ok(rows) if rows.first().and_then(|row| convert::number(row, 0)) == Some(1) => return Ok(()),
            Ok(_) => return Err(SessionError::OutOfSync),
        }
    }
}
