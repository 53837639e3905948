//! A stream whose received bytes an inspector checks before the reader gets them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Inspects what the target sends, in order, before the reader gets it.
pub trait StreamInspector: Send {
    /// Decides about the next bytes of the stream.
    fn inspect(&mut self, bytes: &[u8]) -> Inspection;
}

/// The decision of an inspector about the bytes it received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspection {
    /// Pass the bytes on, and inspect the next ones too.
    Pass,
    /// Pass the bytes on, and inspect nothing more.
    Finish,
    /// Discard the bytes and end the connection.
    Abort,
}

/// A stream that is read through an inspector.
pub struct InspectedStream<S> {
    stream: S,
    /// `None` once it has finished.
    inspector: Option<Box<dyn StreamInspector>>,
}

impl<S> InspectedStream<S> {
    pub fn new(stream: S, inspector: Box<dyn StreamInspector>) -> Self {
        Self { stream, inspector: Some(inspector) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for InspectedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let decision = match &mut self.inspector {
            Some(inspector) => inspector.inspect(buf.filled().get(before..).unwrap_or_default()),
            None => return Poll::Ready(Ok(())),
        };
        match decision {
            Inspection::Pass => {}
            Inspection::Finish => self.inspector = None,
            Inspection::Abort => {
                buf.set_filled(before);
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for InspectedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// Aborts at a `!`, and finishes at a `.`.
    struct MarkInspector;

    impl StreamInspector for MarkInspector {
        fn inspect(&mut self, bytes: &[u8]) -> Inspection {
            match bytes.iter().find(|byte| matches!(byte, b'!' | b'.')) {
                Some(b'!') => Inspection::Abort,
                Some(_) => Inspection::Finish,
                None => Inspection::Pass,
            }
        }
    }

    /// Returns one chunk at each read.
    struct ChunkReader(Vec<&'static [u8]>);

    impl AsyncRead for ChunkReader {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            if !self.0.is_empty() {
                buf.put_slice(self.0.remove(0));
            }
            Poll::Ready(Ok(()))
        }
    }

    async fn received(chunks: &[&'static [u8]]) -> (Vec<u8>, bool) {
        let mut stream = InspectedStream::new(ChunkReader(chunks.to_vec()), Box::new(MarkInspector));
        let mut read = Vec::new();
        let ended = stream.read_to_end(&mut read).await;
        (read, ended.is_ok())
    }

    #[tokio::test]
    async fn aborted_bytes_and_everything_after_them_are_discarded() {
        assert_eq!(received(&[b"good", b" and b!d"]).await, (b"good".to_vec(), false));
    }

    #[tokio::test]
    async fn after_the_end_of_the_inspection_everything_passes() {
        assert_eq!(received(&[b"good.", b" and b!d"]).await, (b"good. and b!d".to_vec(), true));
    }
}
