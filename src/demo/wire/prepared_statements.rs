//! The commands of prepared statements: prepare, execute, send long data, reset and close.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use super::bound_values::read_bound_values;
use super::client_connection::{ClientConnection, PreparedStatement};
use super::encoding::PacketReader;
use super::packet_stream::MAX_COMMAND;
use super::row_encoding::ValueEncoding;
use crate::demo::server::Session;
use crate::demo::server::errors::{error, invalid_utf8};
use crate::demo::translate::{Parameter, SqlError};
use crate::domain::results::{Column, ColumnOrigin, WireType};

/// Prepared statements that one client may have, as `max_prepared_stmt_count`.
const MAX_PREPARED: usize = 1024;

impl<S: AsyncRead + AsyncWrite + Unpin> ClientConnection<S> {
    /// Handles `COM_STMT_PREPARE`.
    pub(super) async fn prepare(&mut self, text: &[u8]) -> io::Result<()> {
        let Ok(text) = std::str::from_utf8(text) else {
            return self.fail(&invalid_utf8()).await;
        };
        if self.prepared.len() >= MAX_PREPARED {
            let message =
                format!("Can't create more than max_prepared_stmt_count statements (current value: {MAX_PREPARED})");
            return self.fail(&error(1461, "42000", message)).await;
        }
        let count = Session::parameter_count(text);
        let (Ok(parameters), columns) =
            (u16::try_from(count), self.session.columns(text, &vec![Parameter::Integer(1); count]))
        else {
            return self.fail(&error(1390, "HY000", "Prepared statement contains too many placeholders")).await;
        };
        let columns = match columns {
            Ok(columns) => columns,
            Err(error) => return self.fail(&error).await,
        };
        self.last_prepared += 1;
        let id = self.last_prepared;
        let mut header = vec![0];
        header.extend_from_slice(&id.to_le_bytes());
        header.extend_from_slice(&u16::try_from(columns.len()).unwrap_or(u16::MAX).to_le_bytes());
        header.extend_from_slice(&parameters.to_le_bytes());
        header.extend_from_slice(&[0, 0, 0]);
        self.packets.write(&header).await?;
        self.write_definitions(&vec![placeholder_column(); count]).await?;
        self.write_definitions(&columns).await?;
        self.packets.flush().await?;
        let (text, long_values) = (text.to_owned(), vec![None; count]);
        let prepared = PreparedStatement { text, parameter_count: count, types: Vec::new(), long_values };
        self.prepared.insert(id, prepared);
        Ok(())
    }

    /// Handles `COM_STMT_EXECUTE`.
    pub(super) async fn execute(&mut self, rest: &[u8]) -> io::Result<()> {
        let mut reader = PacketReader::new(rest);
        let id = statement_id(&mut reader);
        let Some(prepared) = id.and_then(|id| self.prepared.get_mut(&id)) else {
            return self.fail(&unknown_statement()).await;
        };
        // Skips the flags (cursors are not supported) and the iteration count, which is always 1.
        reader.take(5);
        let values =
            read_bound_values(&mut reader, prepared.parameter_count, &mut prepared.types, &prepared.long_values);
        prepared.long_values = vec![None; prepared.parameter_count];
        let text = prepared.text.clone();
        match values {
            Some(values) => self.run_statement(text.as_bytes(), &values, ValueEncoding::Binary).await,
            None => self.fail(&error(1210, "HY000", "Incorrect arguments to EXECUTE")).await,
        }
    }

    /// Handles `COM_STMT_SEND_LONG_DATA`. It has no response, not even for an error.
    pub(super) fn append_long_value(&mut self, rest: &[u8]) {
        let mut reader = PacketReader::new(rest);
        let id = statement_id(&mut reader);
        let index = reader.number(2).and_then(|index| usize::try_from(index).ok());
        let prepared = id.and_then(|id| self.prepared.get_mut(&id));
        if let Some(value) = prepared.zip(index).and_then(|(prepared, index)| prepared.long_values.get_mut(index)) {
            let value = value.get_or_insert_default();
            if value.len() + rest.len() <= MAX_COMMAND {
                value.extend_from_slice(reader.rest());
            }
        }
    }

    /// Handles `COM_STMT_CLOSE`. It has no response.
    pub(super) fn close_statement(&mut self, rest: &[u8]) {
        if let Some(id) = statement_id(&mut PacketReader::new(rest)) {
            self.prepared.remove(&id);
        }
    }

    /// Handles `COM_STMT_RESET`: drops the long values.
    pub(super) async fn reset_statement(&mut self, rest: &[u8]) -> io::Result<()> {
        let known = statement_id(&mut PacketReader::new(rest)).and_then(|id| self.prepared.get_mut(&id));
        let reset = known.map(|prepared| prepared.long_values = vec![None; prepared.parameter_count]);
        self.respond(reset.ok_or_else(unknown_statement)).await
    }
}

fn statement_id(reader: &mut PacketReader<'_>) -> Option<u32> {
    reader.number(4).and_then(|id| u32::try_from(id).ok())
}

fn unknown_statement() -> SqlError {
    error(1243, "HY000", "Unknown prepared statement handler given to EXECUTE")
}

/// Returns the column definition of a `?`.
fn placeholder_column() -> Column {
    Column {
        name: "?".into(),
        table: String::new(),
        origin: ColumnOrigin::default(),
        wire: WireType::VarString,
        flags: 0,
        length: 0,
        decimals: 0,
        charset: 63,
    }
}
