//! Carries the bytes between a connection of this process and the target, once both are open.

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;

/// A two-way stream of bytes.
pub trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> ByteStream for T {}

/// The size in bytes of each of the two buffers of a copied connection.
const COPY_BUFFER: usize = 64 << 10;

/// Carries the bytes of one connection.
pub trait StreamRelay: Send {
    /// Copies until both sides have ended or one of them fails. The users of the connection report how it ends.
    fn relay(self: Box<Self>, local: TcpStream, target: Box<dyn ByteStream>) -> BoxFuture<'static, ()>;
}

/// Copies the bytes as they are.
pub(super) struct PlainRelay;

impl StreamRelay for PlainRelay {
    fn relay(self: Box<Self>, local: TcpStream, target: Box<dyn ByteStream>) -> BoxFuture<'static, ()> {
        Box::pin(copy_streams(local, target))
    }
}

/// Copies bytes both ways until both sides have ended or one of them fails.
pub async fn copy_streams(mut local: impl ByteStream, mut target: impl ByteStream) {
    let _ = copy_bidirectional_with_sizes(&mut local, &mut target, COPY_BUFFER, COPY_BUFFER).await;
}
