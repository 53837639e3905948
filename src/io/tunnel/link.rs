//! The stream under an SSH connection, with a cord to cut it and an end to its patience. Knows bytes only.
//!
//! The SSH library's task lives on when the future that made it is dropped, and waits for ever for a peer that reads
//! nothing. Both would keep a dead connection open; this stream ends them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Anything that bytes flow through.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// Bytes after which reading pauses for one turn of the scheduler. The library's task would otherwise read as long as
/// bytes are there, and whoever waits for them would find them gone from the processor's cache: with bursts of a mebibyte
/// `benches/tunnel.rs` saw a sixth more CPU for each byte and a tenth less throughput.
const BURST: usize = 128 << 10;

/// Bytes read ahead. The library asks for the four bytes of a packet's length, then for the packet: two calls of the system
/// for each packet, where this takes several packets with one.
const AHEAD: usize = 128 << 10;

/// A stream that fails at once when it is cut, and when the peer takes no byte for a time; it is read in short bursts.
pub(super) struct Link {
    wire: BufReader<Box<dyn Wire>>,
    burst: usize,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    patience: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Link {
    pub(super) fn new(wire: Box<dyn Wire>, cut: CancellationToken, patience: Duration) -> Self {
        let wire = BufReader::with_capacity(AHEAD, wire);
        Self { wire, burst: 0, cut: Box::pin(cut.cancelled_owned()), patience, stuck: None }
    }

    fn poll_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.cut.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the tunnel was closed")),
            Poll::Pending => Ok(()),
        }
    }

    /// Turns a write that waits too long into an error.
    fn hurry<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stuck = None;
            return polled;
        }
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match stuck.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the hop takes no more bytes"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        if self.burst >= BURST {
            self.burst = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.wire).poll_read(cx, buffer);
        match polled {
            Poll::Ready(_) => self.burst += buffer.filled().len() - before,
            Poll::Pending => self.burst = 0,
        }
        polled
    }
}

impl AsyncWrite for Link {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        let polled = Pin::new(&mut self.wire).poll_write(cx, bytes);
        self.hurry(polled, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        let polled = Pin::new(&mut self.wire).poll_flush(cx);
        self.hurry(polled, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.poll_cut(cx).is_err() {
            // Cut on purpose: there is nothing left to say to the peer.
            return Poll::Ready(Ok(()));
        }
        let polled = Pin::new(&mut self.wire).poll_shutdown(cx);
        self.hurry(polled, cx)
    }
}
