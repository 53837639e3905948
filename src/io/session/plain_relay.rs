//! Carries a connection of the driver to the replica without TLS. It reads the greeting itself, and the watches see all
//! bytes after it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures_util::future::BoxFuture;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::first_packet::{FirstPacketReport, read_greeting};
use super::packet_watch::PacketWatch;
use super::password_watch::PasswordWatch;
use crate::domain::limits;
use crate::io::tunnel::{ByteStream, InspectedStream, StreamRelay, copy_streams};

/// Carries one connection without TLS.
pub(super) struct PlainRelay {
    first_packet: FirstPacketReport,
    password_watch: PasswordWatch,
}

impl PlainRelay {
    pub(super) fn new(first_packet: FirstPacketReport) -> Self {
        Self { first_packet, password_watch: PasswordWatch::default() }
    }

    /// Returns a flag that is set when the connection is cut because the server asks for the whole password.
    pub(super) fn was_cut(&self) -> Arc<AtomicBool> {
        self.password_watch.was_cut()
    }

    /// Passes the greeting on, then copies until one side ends.
    async fn run(self, mut local: TcpStream, mut target: Box<dyn ByteStream>) -> io::Result<()> {
        // The driver can give up at any time, and only the target is read here.
        let reading = timeout(limits::HANDSHAKE, read_greeting(&mut target, &self.first_packet));
        let greeting = reading.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        local.write_all(&greeting).await?;
        let packets = InspectedStream::new(target, Box::new(PacketWatch::after_greeting(&greeting)));
        copy_streams(local, InspectedStream::new(packets, Box::new(self.password_watch))).await;
        Ok(())
    }
}

impl StreamRelay for PlainRelay {
    fn relay(self: Box<Self>, local: TcpStream, target: Box<dyn ByteStream>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // The driver notices that its connection ends.
            let _ = self.run(local, target).await;
        })
    }
}
