//! The byte stream below an SSH connection: it can be cancelled, and a write that takes too long fails.
//!
//! The SSH library's task continues when the future that made it is dropped, and it waits forever for a peer that reads
//! nothing. Both would keep a dead connection open; this stream ends them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::stream_relay::ByteStream;

/// Bytes after which reading yields to the scheduler once. The library's task would otherwise read as long as bytes are
/// available, and the receiver would no longer find them in the processor's cache: with bursts of a mebibyte
/// `benches/tunnel.rs` measured a sixth more CPU for each byte and a tenth less throughput.
const BURST_BYTES: usize = 128 << 10;

/// Bytes read ahead. The library reads the four bytes of a packet's length, then the packet: two system calls for each
/// packet. A buffer reads several packets with one.
const READ_AHEAD_BYTES: usize = 128 << 10;

/// A stream that fails when it is cancelled, or when the peer accepts no byte for a while. It is read in short bursts.
pub(super) struct GuardedStream {
    inner: BufReader<Box<dyn ByteStream>>,
    burst: usize,
    cancelled: Pin<Box<WaitForCancellationFutureOwned>>,
    write_timeout: Duration,
    stalled_write: Option<Pin<Box<Sleep>>>,
}

impl GuardedStream {
    pub(super) fn new(stream: Box<dyn ByteStream>, cancel: CancellationToken, write_timeout: Duration) -> Self {
        let inner = BufReader::with_capacity(READ_AHEAD_BYTES, stream);
        Self { inner, burst: 0, cancelled: Box::pin(cancel.cancelled_owned()), write_timeout, stalled_write: None }
    }

    fn poll_cancelled(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.cancelled.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the tunnel was closed")),
            Poll::Pending => Ok(()),
        }
    }

    /// Turns a write that waits too long into an error.
    fn limit_write<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled_write = None;
            return polled;
        }
        let limit = self.write_timeout;
        let deadline = self.stalled_write.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        match deadline.as_mut().poll(cx) {
            Poll::Ready(()) => {
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the hop accepts no more data")))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_cancelled(cx)?;
        if self.burst >= BURST_BYTES {
            self.burst = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        match polled {
            Poll::Ready(_) => self.burst += buffer.filled().len() - before,
            Poll::Pending => self.burst = 0,
        }
        polled
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_cancelled(cx)?;
        let polled = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.limit_write(polled, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_cancelled(cx)?;
        let polled = Pin::new(&mut self.inner).poll_flush(cx);
        self.limit_write(polled, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.poll_cancelled(cx).is_err() {
            // Cancelled on purpose: the peer needs no orderly end.
            return Poll::Ready(Ok(()));
        }
        let polled = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.limit_write(polled, cx)
    }
}
