//! The local end of a forward: a loopback port for one connection of this very process. Knows no hop but the last.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelOpenFailure};
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::callers::Callers;
use super::context::IsOwnSocket;
use super::problem::{TunnelError, plain};
use super::route::{Chain, Joint};
use super::watched::{Watch, Watched};
use crate::domain::limits;

/// Bytes of each of the two buffers of a pump.
pub(super) const BUFFER: usize = 64 << 10;
/// How long a hop's words about a failed forward are waited for: they come right behind the failure.
const WORDS: Duration = Duration::from_millis(500);

/// A loopback port that leads to the target, for one connection. Dropping it does not end the connection.
#[derive(Debug)]
pub struct LocalEnd {
    port: u16,
}

impl LocalEnd {
    /// The port, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// What a local end keeps while it is used.
pub(super) enum Carried {
    /// The tunnel's first chain; the flag falls when it is free again.
    First(Arc<AtomicBool>),
    /// The tunnel's first chain, beside others.
    Shared,
    /// A chain of its own, which ends with it or with the tunnel.
    Own(Arc<Chain>, CancellationToken),
}

impl Carried {
    /// Waits until the tunnel is dropped, where that does not end the chain by itself.
    pub(super) async fn cut(&self) {
        match self {
            Self::First(_) | Self::Shared => std::future::pending().await,
            Self::Own(_chain, kill) => kill.cancelled().await,
        }
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        if let Self::First(flag) = self {
            flag.store(false, Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First(_) => "First",
            Self::Shared => "Shared",
            Self::Own(..) => "Own",
        })
    }
}

/// A loopback port that waits for our own connection.
pub(super) struct Port {
    listener: TcpListener,
    number: u16,
}

impl Port {
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let number = listener.local_addr()?.port();
        Ok(Self { listener, number })
    }

    pub(super) fn end(&self) -> LocalEnd {
        LocalEnd { port: self.number }
    }

    /// Waits for our own connection, as long as a local end waits; after it the port is closed.
    pub(super) async fn take_ours(self, is_own: IsOwnSocket, strangers: &AtomicU64) -> Option<TcpStream> {
        timeout(limits::LOCAL_END, accept_ours(self.listener, is_own, strangers)).await.ok()
    }
}

/// Opens the forward, then the port, and lets a task wait for our connection and pump.
pub(super) async fn local_end(
    (chain, carried): (&Chain, Carried),
    target: (&str, u16),
    watch: Option<Box<dyn Watch>>,
    (is_own, strangers): (IsOwnSocket, Arc<AtomicU64>),
) -> Result<LocalEnd, TunnelError> {
    let channel = open(chain.last(), chain.last_hop(), target).await?;
    let port = Port::open().await.map_err(TunnelError::LocalEnd)?;
    let end = port.end();
    let gone = chain.last().gone();
    tokio::spawn(async move {
        let mut channel = Watched::new(channel.into_stream(), watch);
        let serve = async {
            if let Some(mut ours) = port.take_ours(is_own, &strangers).await {
                // How a connection ends is told by those who use it.
                let _ = copy_bidirectional_with_sizes(&mut ours, &mut channel, BUFFER, BUFFER).await;
            }
        };
        tokio::select! {
            () = serve => {}
            () = carried.cut() => {}
            // A write that waits for the hop is not woken by its end.
            () = gone => {}
        }
    });
    Ok(end)
}

/// Opens a forward from a hop to a target.
pub(super) async fn open(joint: &Joint, hop: &str, target: (&str, u16)) -> Result<Channel<Msg>, TunnelError> {
    let (host, port) = (target.0.to_owned(), target.1);
    let hop = hop.to_owned();
    let mut told = joint.told.clone();
    told.mark_unchanged();
    let opening = joint.handle.channel_open_direct_tcpip(host.clone(), u32::from(port), "127.0.0.1", 0);
    match timeout(limits::REACH, opening).await {
        Ok(Ok(channel)) => Ok(channel),
        Ok(Err(russh::Error::ChannelOpenFailure(reason))) => {
            let words = timeout(WORDS, told.changed()).await;
            let told =
                words.is_ok().then(|| told.borrow().as_deref().map(plain)).flatten().filter(|text| !text.is_empty());
            Err(match reason {
                ChannelOpenFailure::ConnectFailed => TunnelError::ForwardFailed { hop, host, port, told },
                ChannelOpenFailure::AdministrativelyProhibited
                | ChannelOpenFailure::UnknownChannelType
                | ChannelOpenFailure::ResourceShortage
                | ChannelOpenFailure::Other { .. } => TunnelError::ForwardRefused { hop, host, port, told },
            })
        }
        Ok(Err(error)) => Err(TunnelError::Lost { host: hop, why: plain(&error.to_string()) }),
        Err(_) => Err(TunnelError::ForwardTimedOut { hop, host, port }),
    }
}

/// Accepts until our own connection is there. Others are closed at once and counted. Where the system cannot tell whose
/// a connection is, the first one is taken, as with `ssh -L`.
async fn accept_ours(listener: TcpListener, is_own: IsOwnSocket, strangers: &AtomicU64) -> TcpStream {
    let welcome = move |from: &[SocketAddrV4], port| is_own(from, port).unwrap_or_else(|| vec![true]);
    let mut callers = Callers::new(listener, Arc::new(welcome));
    loop {
        let mut ours = None;
        for (stream, is_ours) in callers.next().await {
            if is_ours && ours.is_none() {
                ours = Some(stream);
            } else {
                strangers.fetch_add(1, Ordering::SeqCst);
            }
        }
        if let Some(stream) = ours {
            // A refused option costs speed, not the connection.
            let _ = stream.set_nodelay(true);
            return stream;
        }
    }
}
