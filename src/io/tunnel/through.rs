//! A forward for a connection that somebody else made: opens it, and carries the bytes both ways, counted. Knows nothing of
//! what they mean, and nothing of who came.
//!
//! It takes the channel's messages one by one. Copying the channel as a stream is as fast (`benches/tunnel.rs` saw no
//! difference beyond its noise), but does not tell a far side that has ended from a connection that was lost.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::forward::{self, Carried};
use super::problem::TunnelError;
use super::{Tunnel, limits};

/// Bytes that flowed through, on the way to the target and back.
#[derive(Debug, Default)]
pub struct Flow {
    up: AtomicU64,
    down: AtomicU64,
}

impl Flow {
    /// Towards the target.
    #[must_use]
    pub fn up(&self) -> u64 {
        self.up.load(Ordering::Relaxed)
    }

    /// From the target.
    #[must_use]
    pub fn down(&self) -> u64 {
        self.down.load(Ordering::Relaxed)
    }
}

/// An open forward that nothing flows through yet.
pub struct Through {
    channel: Channel<Msg>,
    carried: Carried,
    gone: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Tunnel {
    /// Opens a forward from the last hop to this target, on an SSH connection of its own where that can be had unasked.
    ///
    /// # Errors
    /// As [`Tunnel::local_end`].
    pub async fn through(&self, host: &str, port: u16) -> Result<Through, TunnelError> {
        let (own, carried) = self.carrier().await?;
        let chain = own.as_deref().unwrap_or(&self.first);
        let channel = forward::open(chain.last(), chain.last_hop(), (host, port)).await?;
        Ok(Through { channel, carried, gone: Box::pin(chain.last().gone()) })
    }
}

impl Through {
    /// Closes it unused.
    pub async fn close(self) {
        let _ = tokio::time::timeout(super::GOOD_BYE, self.channel.close()).await;
    }

    /// Carries bytes until one side ends or the way is lost; all of them are counted.
    ///
    /// # Errors
    /// The system's own for the near side; [`io::ErrorKind::ConnectionAborted`] where the way is lost.
    pub async fn carry(self, near: impl AsyncRead + AsyncWrite + Send, flow: &Flow) -> io::Result<()> {
        let (mut near_read, mut near_write) = tokio::io::split(near);
        let (mut from, to) = self.channel.split();
        let pump = async {
            let up = up(&mut near_read, &to, flow);
            let down = down(&mut from, &mut near_write, flow);
            // A side that has said its last may still listen; once the far side is closed there is nobody to talk to.
            tokio::pin!(up, down);
            tokio::select! {
                ended = &mut down => ended,
                ended = &mut up => match ended {
                    Ok(()) => down.await,
                    Err(error) => Err(error),
                },
            }
        };
        let ended = tokio::select! {
            ended = pump => ended,
            () = self.carried.cut() => lost(),
            // A write that waits for the hop is not woken by its end.
            () = self.gone => lost(),
        };
        // The far side may be gone already, or take nothing any more.
        let _ = tokio::time::timeout(super::GOOD_BYE, to.close()).await;
        ended
    }
}

fn lost() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the way is lost"))
}

async fn up(near: &mut (impl AsyncRead + Unpin), to: &ChannelWriteHalf<Msg>, flow: &Flow) -> io::Result<()> {
    let mut buffer = vec![0; limits::PUMP_BYTES];
    loop {
        let count = near.read(&mut buffer).await?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        to.data(bytes).await.map_err(io::Error::other)?;
        flow.up.fetch_add(count as u64, Ordering::Relaxed);
    }
    to.eof().await.map_err(io::Error::other)
}

async fn down(from: &mut ChannelReadHalf, near: &mut (impl AsyncWrite + Unpin), flow: &Flow) -> io::Result<()> {
    loop {
        match from.wait().await {
            Some(ChannelMsg::Data { data }) => {
                near.write_all(&data).await?;
                flow.down.fetch_add(data.len() as u64, Ordering::Relaxed);
            }
            Some(ChannelMsg::Eof | ChannelMsg::Close) => return near.shutdown().await,
            Some(_) => {}
            // The connection has ended before the far side did.
            None => return lost(),
        }
    }
}
