//! Serves one client: reads its commands and runs them until it disconnects.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::capability;
use super::client_connection::ClientConnection;
use super::encoding::PacketReader;
use super::packet_stream::PacketStream;
use super::response_packets;
use super::row_encoding::ValueEncoding;
use super::sign_in::sign_in;
use crate::demo::server::errors::error;
use crate::demo::server::{Server, Session};
use crate::demo::translate::SqlError;

/// Time limit for signing in, as `connect_timeout`.
const SIGN_IN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a closed connection may take to send its last response.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves one client until it disconnects. `host` is its address for the process list.
///
/// # Errors
/// Returns the stream's error, or `InvalidData` if the client violates the protocol.
pub async fn serve_client<S>(server: Arc<Server>, stream: S, host: String) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut packets = PacketStream::new(stream);
    let signed_in = tokio::time::timeout(SIGN_IN_TIMEOUT, sign_in(&server, &mut packets, host)).await;
    let Some((session, capabilities)) = signed_in.map_err(|_| io::ErrorKind::TimedOut)?? else {
        return Ok(());
    };
    let closed = session.closed();
    let mut client = ClientConnection {
        packets,
        session,
        omits_eof: capabilities & capability::DEPRECATE_EOF != 0,
        allows_multi_statements: capabilities & capability::MULTI_STATEMENTS != 0,
        has_more: false,
        prepared: HashMap::new(),
        last_prepared: 0,
    };
    loop {
        client.packets.begin_command();
        let command = tokio::select! {
            () = closed.cancelled() => return Ok(()),
            command = client.packets.read() => command?,
        };
        let Some(command) = command else { return Ok(()) };
        let next = tokio::select! {
            next = client.run_command(&command) => next?,
            () = async { closed.cancelled().await; tokio::time::sleep(CLOSE_TIMEOUT).await } => return Ok(()),
        };
        if next == AfterCommand::Disconnect {
            return Ok(());
        }
    }
}

/// What happens after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterCommand {
    Continue,
    Disconnect,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ClientConnection<S> {
    async fn run_command(&mut self, command: &[u8]) -> io::Result<AfterCommand> {
        let Some((&code, rest)) = command.split_first() else {
            self.fail(&unknown_command()).await?;
            return Ok(AfterCommand::Continue);
        };
        match code {
            // COM_QUIT
            0x01 => return Ok(AfterCommand::Disconnect),
            // COM_INIT_DB
            0x02 => {
                let chosen = self.session.use_database(&String::from_utf8_lossy(rest));
                self.respond(chosen).await?;
            }
            // COM_QUERY
            0x03 => self.run_statements(rest).await?,
            0x04 => self.field_list(rest).await?,
            // COM_STATISTICS
            0x09 => {
                let statistics = self.session.statistics();
                self.packets.write(statistics.as_bytes()).await?;
                self.packets.flush().await?;
            }
            // COM_PROCESS_KILL
            0x0c => {
                let id = PacketReader::new(rest).number(4).unwrap_or_default();
                self.run_statement(format!("KILL {id}").as_bytes(), &[], ValueEncoding::Text).await?;
            }
            // COM_PING
            0x0e => self.respond(Ok(())).await?,
            0x16 => self.prepare(rest).await?,
            0x17 => self.execute(rest).await?,
            0x18 => self.append_long_value(rest),
            0x19 => self.close_statement(rest),
            0x1a => self.reset_statement(rest).await?,
            // COM_SET_OPTION
            0x1b => {
                self.packets.write(&self.end_of_rows()).await?;
                self.packets.flush().await?;
            }
            // COM_RESET_CONNECTION
            0x1f => {
                self.session.reset();
                self.prepared.clear();
                self.respond(Ok(())).await?;
            }
            _ => self.fail(&unknown_command()).await?,
        }
        Ok(AfterCommand::Continue)
    }

    /// Runs the statements of a text one after another, until one fails.
    async fn run_statements(&mut self, text: &[u8]) -> io::Result<()> {
        let all = std::str::from_utf8(text).ok().filter(|_| self.allows_multi_statements);
        let all = all.map_or_else(Vec::new, Session::split_statements);
        let Some((last, before)) = all.split_last().filter(|(_, before)| !before.is_empty()) else {
            return self.run_statement(text, &[], ValueEncoding::Text).await;
        };
        for statement in before {
            self.has_more = true;
            self.run_statement(statement.as_bytes(), &[], ValueEncoding::Text).await?;
            if !std::mem::take(&mut self.has_more) {
                return Ok(());
            }
        }
        self.run_statement(last.as_bytes(), &[], ValueEncoding::Text).await
    }

    /// Handles `COM_FIELD_LIST`: writes the columns of a table. Clients use it for completion.
    async fn field_list(&mut self, rest: &[u8]) -> io::Result<()> {
        let name = PacketReader::new(rest).zero_ended().unwrap_or(rest);
        let name = String::from_utf8_lossy(name).replace('`', "``");
        match self.session.columns(&format!("SELECT * FROM `{name}`"), &[]) {
            Ok(columns) => {
                for column in &columns {
                    let mut definition = response_packets::column_definition(column);
                    // The default value is always NULL.
                    definition.push(0xfb);
                    self.packets.write(&definition).await?;
                }
                self.packets.write(&self.end_of_rows()).await?;
                self.packets.flush().await
            }
            Err(error) => self.fail(&error).await,
        }
    }
}

fn unknown_command() -> SqlError {
    error(1047, "08S01", "Unknown command")
}
