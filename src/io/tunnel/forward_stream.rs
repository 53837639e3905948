//! An open forward that carries the bytes of a connection that the caller accepted, and counts them.
//!
//! It takes the channel's messages one by one. Copying the channel as a stream is as fast (`benches/tunnel.rs` measured
//! no difference beyond its noise), but does not distinguish the end of the data from a lost connection.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use super::chain_lease::ChainLease;
use crate::domain::limits;

/// The time limit for closing a channel in an orderly way.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes that passed through a forward so far.
#[derive(Debug, Default)]
pub struct ByteCounts {
    sent: AtomicU64,
    received: AtomicU64,
}

impl ByteCounts {
    /// Returns the bytes towards the target.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns the bytes from the target.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// An open forward that carries no bytes yet.
pub struct ForwardStream {
    channel: Channel<Msg>,
    lease: ChainLease,
    connection_ended: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl ForwardStream {
    pub(super) fn new(
        channel: Channel<Msg>,
        connection_ended: Pin<Box<dyn Future<Output = ()> + Send>>,
        lease: ChainLease,
    ) -> Self {
        Self { channel, lease, connection_ended }
    }

    /// Closes the forward without using it.
    pub async fn close(self) {
        let _ = timeout(CLOSE_TIMEOUT, self.channel.close()).await;
    }

    /// Copies bytes both ways until one side ends or the tunnel is lost, and counts them.
    ///
    /// # Errors
    /// Returns the system's error of the local side, or [`io::ErrorKind::ConnectionAborted`] if the tunnel is lost.
    pub async fn copy(self, local: impl AsyncRead + AsyncWrite + Send, counts: &ByteCounts) -> io::Result<()> {
        let (mut local_read, mut local_write) = tokio::io::split(local);
        let (mut from_target, to_target) = self.channel.split();
        let copying = async {
            let sending = send(&mut local_read, &to_target, counts);
            let receiving = receive(&mut from_target, &mut local_write, counts);
            // A local side that has sent everything may still receive. Once the target has closed, nothing more can be sent.
            tokio::pin!(sending, receiving);
            tokio::select! {
                ended = &mut receiving => ended,
                ended = &mut sending => match ended {
                    Ok(()) => receiving.await,
                    Err(error) => Err(error),
                },
            }
        };
        let ended = tokio::select! {
            ended = copying => ended,
            () = self.lease.cancelled() => lost(),
            // A write that waits for the hop is not woken when the hop's connection ends.
            () = self.connection_ended => lost(),
        };
        // The target may have closed already, or accept nothing more.
        let _ = timeout(CLOSE_TIMEOUT, to_target.close()).await;
        ended
    }
}

fn lost() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the tunnel was lost"))
}

async fn send(
    local: &mut (impl AsyncRead + Unpin),
    to_target: &ChannelWriteHalf<Msg>,
    counts: &ByteCounts,
) -> io::Result<()> {
    let mut buffer = vec![0; limits::TUNNEL_READ_BYTES];
    loop {
        let count = local.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        to_target.data(bytes).await.map_err(io::Error::other)?;
        counts.sent.fetch_add(count as u64, Ordering::Relaxed);
    }
    to_target.eof().await.map_err(io::Error::other)
}

async fn receive(
    from_target: &mut ChannelReadHalf,
    local: &mut (impl AsyncWrite + Unpin),
    counts: &ByteCounts,
) -> io::Result<()> {
    loop {
        match from_target.wait().await {
            Some(ChannelMsg::Data { data }) => {
                local.write_all(&data).await?;
                counts.received.fetch_add(data.len() as u64, Ordering::Relaxed);
            }
            Some(ChannelMsg::Eof | ChannelMsg::Close) => return local.shutdown().await,
            Some(_) => {}
            // The connection ended before the target did.
            None => return lost(),
        }
    }
}
