//! A stream whose received bytes an inspector checks before the reader gets them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Inspects what the target sends, in order, before the reader gets it.
pub trait StreamInspector: Send {
    /// Decides about the next bytes of the stream.
    fn inspect(&mut self, bytes: &[u8]) -> Inspection;

    /// Takes note that something is sent to the target.
    fn on_request(&mut self) {}
}

/// The decision of an inspector about the bytes it received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspection {
    /// Pass the bytes on, and inspect the next ones too.
    Pass,
    /// Pass so many of the bytes on, and inspect the others again, together with the next ones.
    PassPart(usize),
    /// Pass the bytes on, and inspect nothing more.
    Finish,
    /// Discard the bytes and end the connection.
    Abort,
    /// Pass so many of the bytes on, then others in place of the rest, and end the connection.
    Replace { passed: usize, with: Vec<u8> },
}

/// A stream that is read through an inspector.
pub struct InspectedStream<S> {
    stream: S,
    /// `None` once it has finished.
    inspector: Option<Box<dyn StreamInspector>>,
    /// Received bytes that the inspector has not passed yet.
    held: Vec<u8>,
    /// Bytes that are passed on before anything else is read.
    ready: Vec<u8>,
    /// Whether the connection ends after the ready bytes.
    has_ended: bool,
}

impl<S> InspectedStream<S> {
    pub fn new(stream: S, inspector: Box<dyn StreamInspector>) -> Self {
        Self { stream, inspector: Some(inspector), held: Vec::new(), ready: Vec::new(), has_ended: false }
    }

    /// Gives the reader what is ready. Returns whether there was anything.
    fn give_ready(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let count = self.ready.len().min(buf.remaining());
        buf.put_slice(self.ready.get(..count).unwrap_or_default());
        self.ready.drain(..count);
        count > 0
    }

    /// Applies a decision about the held bytes.
    fn apply(&mut self, decision: Inspection) -> io::Result<()> {
        match decision {
            Inspection::Pass => self.ready.append(&mut self.held),
            Inspection::PassPart(count) => self.ready.extend(self.held.drain(..count.min(self.held.len()))),
            Inspection::Finish => {
                self.inspector = None;
                self.ready.append(&mut self.held);
            }
            Inspection::Abort => return Err(io::ErrorKind::ConnectionAborted.into()),
            Inspection::Replace { passed, mut with } => {
                self.ready.extend(self.held.drain(..passed.min(self.held.len())));
                self.ready.append(&mut with);
                self.has_ended = true;
            }
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for InspectedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.give_ready(buf) || this.has_ended {
                return Poll::Ready(Ok(()));
            }
            let before = buf.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
            let received = buf.filled().get(before..).unwrap_or_default();
            let Some(inspector) = &mut this.inspector else { return Poll::Ready(Ok(())) };
            if received.is_empty() {
                // A packet that the end has cut off is passed on as it came.
                this.has_ended = true;
                this.ready.append(&mut this.held);
                continue;
            }
            if this.held.is_empty() {
                match inspector.inspect(received) {
                    Inspection::Pass => return Poll::Ready(Ok(())),
                    Inspection::Finish => {
                        this.inspector = None;
                        return Poll::Ready(Ok(()));
                    }
                    decision => {
                        this.held.extend_from_slice(received);
                        buf.set_filled(before);
                        this.apply(decision)?;
                    }
                }
            } else {
                this.held.extend_from_slice(received);
                buf.set_filled(before);
                let decision = inspector.inspect(&this.held);
                this.apply(decision)?;
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for InspectedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(inspector) = &mut self.inspector {
            inspector.on_request();
        }
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

    /// Holds a chunk until it ends with `;`, and replaces everything from a `#` on.
    struct HoldingInspector;

    impl StreamInspector for HoldingInspector {
        fn inspect(&mut self, bytes: &[u8]) -> Inspection {
            if let Some(at) = bytes.iter().position(|byte| *byte == b'#') {
                return Inspection::Replace { passed: at, with: b"END".to_vec() };
            }
            match bytes.iter().rposition(|byte| *byte == b';') {
                Some(last) if last + 1 == bytes.len() => Inspection::Pass,
                Some(last) => Inspection::PassPart(last + 1),
                None => Inspection::PassPart(0),
            }
        }
    }

    #[tokio::test]
    async fn held_bytes_are_inspected_again_and_replaced_ones_end_the_stream() {
        for (chunks, expected) in [
            (&[&b"a;"[..], b"b", b"c;d", b"e;"][..], &b"a;bc;de;"[..]),
            (&[b"a;b", b"c#d", b"e;"], b"a;bcEND"),
            (&[b"a;b"], b"a;b"),
        ] {
            let mut stream = InspectedStream::new(ChunkReader(chunks.to_vec()), Box::new(HoldingInspector));
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await.unwrap();
            assert_eq!(read, expected);
        }
    }

    #[tokio::test]
    async fn after_the_end_of_the_inspection_everything_passes() {
        assert_eq!(received(&[b"good.", b" and b!d"]).await, (b"good. and b!d".to_vec(), true));
    }
}
