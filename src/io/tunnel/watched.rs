//! A way whose first bytes are looked at before our own side gets them, and a straight way of that kind. What is looked for
//! is the watcher's: this room knows bytes only.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, ReadBuf, copy_buf};
use tokio::net::TcpStream;

use super::context::IsOwnSocket;
use super::forward::{BUFFER, LocalEnd, Port};

/// Looks at what the target sends, in order, before our own side gets it.
pub trait Watch: Send {
    /// Judges these bytes together with all before them.
    fn look(&mut self, bytes: &[u8]) -> Verdict;
}

/// What a watcher says of what it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may pass, and more is to be looked at.
    Pass,
    /// They may pass, and nothing more is looked at.
    Enough,
    /// They may not pass: the way ends here.
    Cut,
}

/// A stream that is read under a watcher's eyes.
pub(super) struct Watched<S> {
    stream: S,
    watch: Option<Box<dyn Watch>>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, watch: Option<Box<dyn Watch>>) -> Self {
        Self { stream, watch }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let verdict = match &mut self.watch {
            Some(watch) => watch.look(buf.filled().get(before..).unwrap_or_default()),
            None => return Poll::Ready(Ok(())),
        };
        match verdict {
            Verdict::Pass => {}
            Verdict::Enough => self.watch = None,
            Verdict::Cut => {
                buf.set_filled(before);
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
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

/// Connects to the target itself, without any hop, and opens a loopback port that leads there under a watcher's eyes; the
/// port is like that of [`super::Tunnel::local_end`]. `keepalive` is the silence after which the system asks whether the
/// target lives.
///
/// # Errors
/// When the target has no address or cannot be reached, or when no loopback port can be had.
pub async fn straight(
    target: (&str, u16),
    keepalive: Duration,
    is_own: IsOwnSocket,
    watch: Box<dyn Watch>,
) -> io::Result<LocalEnd> {
    let far = TcpStream::connect(target).await?;
    // A refused option costs speed, or a word of a dead link that the session's own heartbeat finds out too.
    let _ = far.set_nodelay(true);
    let _ = setsockopt(&far, sockopt::KeepAlive, &true);
    #[cfg(target_os = "linux")]
    let _ = setsockopt(&far, sockopt::TcpKeepIdle, &u32::try_from(keepalive.as_secs()).unwrap_or(u32::MAX));
    #[cfg(not(target_os = "linux"))]
    let _ = keepalive;
    let port = Port::open().await?;
    let end = port.end();
    tokio::spawn(async move {
        let Some(mut ours) = port.take_ours(is_own, &Arc::<AtomicU64>::default()).await else { return };
        let (near_reads, mut near_writes) = ours.split();
        let (far_reads, mut far_writes) = tokio::io::split(Watched::new(far, Some(watch)));
        let (mut near_reads, mut far_reads) =
            (BufReader::with_capacity(BUFFER, near_reads), BufReader::with_capacity(BUFFER, far_reads));
        // Whichever side ends, the other one has nothing left to say: who asks closes, and who is asked has answered.
        tokio::select! {
            _ = copy_buf(&mut near_reads, &mut far_writes) => {}
            _ = copy_buf(&mut far_reads, &mut near_writes) => {}
        }
        let _ = far_writes.shutdown().await;
    });
    Ok(end)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    /// Cuts at a `!`, and has enough at a `.`.
    struct Marks;

    impl Watch for Marks {
        fn look(&mut self, bytes: &[u8]) -> Verdict {
            match bytes.iter().find(|byte| matches!(byte, b'!' | b'.')) {
                Some(b'!') => Verdict::Cut,
                Some(_) => Verdict::Enough,
                None => Verdict::Pass,
            }
        }
    }

    /// Gives one piece at each read.
    struct Pieces(Vec<&'static [u8]>);

    impl AsyncRead for Pieces {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            if !self.0.is_empty() {
                buf.put_slice(self.0.remove(0));
            }
            Poll::Ready(Ok(()))
        }
    }

    async fn heard(pieces: &[&'static [u8]]) -> (Vec<u8>, bool) {
        let mut watched = Watched::new(Pieces(pieces.to_vec()), Some(Box::new(Marks)));
        let mut read = Vec::new();
        let ended = watched.read_to_end(&mut read).await;
        (read, ended.is_ok())
    }

    #[tokio::test]
    async fn nothing_of_what_is_cut_passes_and_nothing_after_it() {
        assert_eq!(heard(&[b"good", b" and b!d"]).await, (b"good".to_vec(), false));
    }

    #[tokio::test]
    async fn after_enough_nothing_is_looked_at() {
        assert_eq!(heard(&[b"good.", b" and b!d"]).await, (b"good. and b!d".to_vec(), true));
    }
}
