//! The state of one client's connection, and the responses that every command uses.

use std::collections::HashMap;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::bound_values::BoundType;
use super::packet_stream::PacketStream;
use super::response_packets::{self, ResponseStatus};
use crate::demo::server::Session;
use crate::demo::translate::SqlError;

pub(super) struct PreparedStatement {
    pub(super) text: String,
    pub(super) parameter_count: usize,
    /// The parameter types of the last execution.
    pub(super) types: Vec<BoundType>,
    /// Values that were sent before the execution.
    pub(super) long_values: Vec<Option<Vec<u8>>>,
}

/// The connection of one client.
pub(super) struct ClientConnection<S> {
    pub(super) packets: PacketStream<S>,
    pub(super) session: Session,
    /// Whether the client expects no EOF packets.
    pub(super) omits_eof: bool,
    /// Whether a command may contain several statements, separated by `;`.
    pub(super) allows_multi_statements: bool,
    /// Whether another result follows the one that is being written.
    pub(super) has_more: bool,
    pub(super) prepared: HashMap<u32, PreparedStatement>,
    pub(super) last_prepared: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ClientConnection<S> {
    /// Writes OK or the error.
    pub(super) async fn respond(&mut self, result: Result<(), SqlError>) -> io::Result<()> {
        match result {
            Ok(()) => {
                self.packets.write(&response_packets::ok(self.status())).await?;
                self.end_result().await
            }
            Err(error) => self.fail(&error).await,
        }
    }

    pub(super) fn status(&self) -> ResponseStatus {
        let status = session_status(&self.session);
        let more = if self.has_more { response_packets::MORE_RESULTS } else { 0 };
        ResponseStatus { flags: status.flags | more, ..status }
    }

    /// Sends a finished result, unless another result follows.
    pub(super) async fn end_result(&mut self) -> io::Result<()> {
        if self.has_more { Ok(()) } else { self.packets.flush().await }
    }

    /// Sends an error. The remaining statements of the command are not run.
    pub(super) async fn fail(&mut self, error: &SqlError) -> io::Result<()> {
        self.has_more = false;
        self.packets.write(&response_packets::err(error)).await?;
        self.packets.flush().await
    }
}

/// Returns the status flags and the warning count of a session.
pub(super) fn session_status(session: &Session) -> ResponseStatus {
    let flags = if session.is_autocommit() { response_packets::AUTOCOMMIT } else { 0 };
    ResponseStatus { flags, warnings: session.warning_count() }
}
