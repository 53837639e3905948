//! Opens the secondary connections of a session: pinned like the first one, and only to the same server.

use std::sync::Arc;

use mysql_async::Conn;
use tokio::time::timeout;

use super::connector::Connector;
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query::{self, PinnedVariables, SafeIdentifier};
use super::pin::{Pins, pin_to};
use super::run_internal::Batching;
use super::server;
use super::variables::ServerVariables;
use crate::domain::limits;

/// Opens secondary connections to the server of the first connection.
pub(super) struct SecondaryConnector {
    pub(super) connector: Arc<Connector>,
    /// The server of the first connection.
    pub(super) identity: String,
    pinned: PinnedVariables,
    /// How the server accepts internal queries.
    batching: Batching,
}

impl SecondaryConnector {
    /// Takes over what the first connection was pinned to. Secondary connections run only internal queries, in UTC and with an
    /// empty `sql_mode`.
    pub(super) fn new(connector: Arc<Connector>, pins: &Pins) -> Self {
        Self {
            connector,
            identity: server::identity(&pins.read_back.variables),
            pinned: PinnedVariables {
                time_zone: Some(SafeIdentifier::utc()),
                sql_mode: Some(SafeIdentifier::no_mode()),
                ..pins.pinned.clone()
            },
            batching: pins.read_back.batching,
        }
    }

    /// Opens and pins a connection. See [`Self::pin_or_reopen`].
    pub(super) async fn open(&self, events: &EventSender) -> Result<Option<Conn>, SessionError> {
        self.pin_or_reopen(None, events).await
    }

    /// Pins this connection, or a new one, and returns it if it leads to the server of the first connection.
    ///
    /// An endpoint of several servers may lead to another server. Then new connections are tried a few times. If none
    /// reaches the same server, returns `None`: another server must not be read, and a KILL there would stop another
    /// user's statement.
    pub(super) async fn pin_or_reopen(
        &self,
        mut opened: Option<Conn>,
        events: &EventSender,
    ) -> Result<Option<Conn>, SessionError> {
        for _ in 0..limits::CONTROL_ATTEMPTS {
            let mut conn = match opened.take() {
                Some(conn) => conn,
                None => self.connector.open(None).await?,
            };
            if self.pin_if_same_server(&mut conn, events).await? {
                return Ok(Some(conn));
            }
            // No statement is in flight on it, so it can be closed.
            let _ = timeout(limits::KILL, conn.disconnect()).await;
        }
        Ok(None)
    }

    /// Pins the connection and returns whether it leads to the server of the first connection.
    async fn pin_if_same_server(&self, conn: &mut Conn, events: &EventSender) -> Result<bool, SessionError> {
        match pin_to(conn, &self.pinned, self.batching, events).await {
            Ok(read_back) => Ok(server::identity(&read_back.variables) == self.identity),
            // Another server may have other variables, which is not an error of this session.
            Err(error) if error.is_refusal() || matches!(error, SessionError::VariableMismatch { .. }) => {
                let variables = ServerVariables::read(conn, &internal_query::identity(), events).await?;
                if server::identity(&variables) == self.identity { Err(error) } else { Ok(false) }
            }
            Err(error) => Err(error),
        }
    }
}
