//! Runs a statement and writes its result.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use super::client_connection::ClientConnection;
use super::encoding::put_length;
use super::response_packets;
use super::row_encoding::ValueEncoding;
use crate::demo::server::errors::invalid_utf8;
use crate::demo::server::{Reply, ResultTable, SelectEvent};
use crate::demo::translate::Parameter;
use crate::domain::results::Column;

impl<S: AsyncRead + AsyncWrite + Unpin> ClientConnection<S> {
    /// Runs a statement and writes its result.
    pub(super) async fn run_statement(
        &mut self,
        text: &[u8],
        parameters: &[Parameter],
        format: ValueEncoding,
    ) -> io::Result<()> {
        let Ok(text) = std::str::from_utf8(text) else {
            return self.fail(&invalid_utf8()).await;
        };
        let reply = self.session.run(text, parameters, format).await;
        let written = match reply {
            Ok(Reply::Done) => self.respond(Ok(())).await,
            Ok(Reply::Table(table)) => self.write_table(&table, format).await,
            Ok(Reply::Stream(columns, events)) => self.write_stream(&columns, events).await,
            Err(error) => self.fail(&error).await,
        };
        if written.is_ok() {
            self.session.finish().await;
        }
        written
    }

    async fn write_header(&mut self, columns: &[Column]) -> io::Result<()> {
        let mut count = Vec::new();
        put_length(&mut count, columns.len() as u64);
        self.packets.write(&count).await?;
        self.write_definitions(columns).await
    }

    /// Writes column definitions, and EOF for clients that expect it.
    pub(super) async fn write_definitions(&mut self, columns: &[Column]) -> io::Result<()> {
        for column in columns {
            self.packets.write(&response_packets::column_definition(column)).await?;
        }
        if !self.omits_eof && !columns.is_empty() {
            self.packets.write(&response_packets::eof(self.status())).await?;
        }
        Ok(())
    }

    /// Returns the packet that ends a result set.
    pub(super) fn end_of_rows(&self) -> Vec<u8> {
        let status = self.status();
        if self.omits_eof { response_packets::ok_after_rows(status) } else { response_packets::eof(status) }
    }

    async fn write_table(&mut self, table: &ResultTable, format: ValueEncoding) -> io::Result<()> {
        self.write_header(&table.columns).await?;
        let mut payload = Vec::new();
        for row in &table.rows {
            payload.clear();
            format.put(&mut payload, &table.columns, row.iter().map(Into::into));
            self.packets.write(&payload).await?;
        }
        self.packets.write(&self.end_of_rows()).await?;
        self.end_result().await
    }

    async fn write_stream(&mut self, columns: &[Column], mut events: mpsc::Receiver<SelectEvent>) -> io::Result<()> {
        self.write_header(columns).await?;
        loop {
            // Flush before waiting, so that a slow statement shows its first rows at once.
            let next = if let Ok(next) = events.try_recv() {
                Some(next)
            } else {
                self.packets.flush().await?;
                events.recv().await
            };
            match next {
                Some(SelectEvent::Rows(batch)) => {
                    for row in batch.rows() {
                        self.packets.write(row).await?;
                    }
                }
                Some(SelectEvent::Failed(error)) => {
                    self.session.add_error_warning(&error);
                    return self.fail(&error).await;
                }
                Some(SelectEvent::Columns(_)) => {}
                None => {
                    self.packets.write(&self.end_of_rows()).await?;
                    return self.end_result().await;
                }
            }
        }
    }
}
