//! A TCP proxy that can delay, discard, stall, half-open and reset the connections through it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// How the proxy treats bytes and connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Bytes pass.
    Pass,
    /// Bytes pass after a delay, in both directions.
    Delay(Duration),
    /// Bytes are read and discarded. Nothing is sent or closed. New connections are accepted, but not connected to the server.
    BlackHole,
    /// Bytes are not read, so the sender's buffers fill up. They pass after the mode changes.
    Stall,
    /// The connection to the server is closed without closing that to the client, as with a lost NAT entry.
    HalfOpen,
    /// Bytes pass. In those of the server the first sequence is replaced by the second, as if another server answered.
    Rewrite([u8; 5], [u8; 5]),
    /// All connections are reset (RST) to the client and closed to the server.
    Reset,
}

/// The target of a connection after each target had one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetOrder {
    /// The targets take turns.
    Cycle,
    /// Always the last target.
    RepeatLast,
}

/// A proxy on a loopback port. Dropping it closes all its connections.
pub struct Forwarder {
    port: u16,
    mode: watch::Sender<Mode>,
    counts: Arc<Counts>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Counts {
    accepted: AtomicU64,
    live: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
}

impl Forwarder {
    /// Starts a proxy to an address, in mode [`Mode::Pass`].
    pub fn to(host: &str, port: u16) -> Self {
        Self::to_targets(&[(host, port)], TargetOrder::Cycle)
    }

    /// Starts a proxy whose connections go to several addresses, like the endpoint of a cluster.
    pub fn to_targets(targets: &[(&str, u16)], order: TargetOrder) -> Self {
        let targets: Vec<SocketAddr> =
            targets.iter().map(|(host, port)| format!("{host}:{port}").parse().expect("an address")).collect();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mode, modes) = watch::channel(Mode::Pass);
        let (end, ended) = oneshot::channel::<()>();
        let counts = Arc::new(Counts::default());
        let shared = Arc::clone(&counts);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, (targets, order), modes, shared) => {}
                    _ = ended => {}
                }
            });
        });
        Self { port, mode, counts, end: Some(end), thread: Some(thread) }
    }

    /// Returns the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the mode of open and new connections.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Returns the number of connections so far.
    pub fn accepted(&self) -> u64 {
        self.counts.accepted.load(Ordering::SeqCst)
    }

    /// Returns the number of open connections.
    pub fn live(&self) -> u64 {
        self.counts.live.load(Ordering::SeqCst)
    }

    /// Returns the number of bytes that passed to the server and from it.
    pub fn byte_counts(&self) -> (u64, u64) {
        (self.counts.up.load(Ordering::SeqCst), self.counts.down.load(Ordering::SeqCst))
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: std::net::TcpListener,
    (targets, order): (Vec<SocketAddr>, TargetOrder),
    modes: watch::Receiver<Mode>,
    counts: Arc<Counts>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        let turn = usize::try_from(counts.accepted.fetch_add(1, Ordering::SeqCst)).unwrap();
        let server = targets[match order {
            TargetOrder::Cycle => turn % targets.len(),
            TargetOrder::RepeatLast => turn.min(targets.len() - 1),
        }];
        counts.live.fetch_add(1, Ordering::SeqCst);
        let (modes, counts) = (modes.clone(), Arc::clone(&counts));
        tokio::spawn(async move {
            serve(client, server, modes, &counts).await;
            counts.live.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Forwards one connection until it ends or is reset.
async fn serve(mut client: TcpStream, server: SocketAddr, mut modes: watch::Receiver<Mode>, counts: &Counts) {
    let mode = *modes.borrow();
    let mut server = match mode {
        Mode::Pass | Mode::Delay(_) | Mode::Stall | Mode::Rewrite(..) => TcpStream::connect(server).await.ok(),
        Mode::BlackHole | Mode::HalfOpen | Mode::Reset => None,
    };
    if server.is_none() && !matches!(mode, Mode::BlackHole | Mode::HalfOpen | Mode::Reset) {
        return;
    }
    let _ = client.set_nodelay(true);
    if let Some(server) = &server {
        let _ = server.set_nodelay(true);
    }
    let (mut from_client, mut from_server) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let mode = *modes.borrow_and_update();
        match mode {
            Mode::Reset => {
                let _ = client.set_zero_linger();
                return;
            }
            Mode::Stall => {
                if modes.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Mode::HalfOpen => server = None,
            Mode::Pass | Mode::Delay(_) | Mode::Rewrite(..) | Mode::BlackHole => {}
        }
        let (count, up) = tokio::select! {
            changed = modes.changed() => match changed { Ok(()) => continue, Err(_) => return },
            count = client.read(&mut from_client) => (count, true),
            count = read_if_open(server.as_mut(), &mut from_server) => (count, false),
        };
        let Ok(count) = count else { return };
        if count == 0 && server.is_some() && mode == Mode::BlackHole && !up {
            server = None;
            continue;
        }
        if count == 0 {
            return;
        }
        if let Mode::Delay(time) = mode {
            tokio::time::sleep(time).await;
        }
        if mode == Mode::BlackHole {
            continue;
        }
        if let (Mode::Rewrite(from, to), false) = (mode, up) {
            let positions: Vec<usize> = from_server[..count]
                .windows(5)
                .enumerate()
                .filter(|(_, part)| **part == from)
                .map(|(at, _)| at)
                .collect();
            for at in positions {
                from_server[at..at + 5].copy_from_slice(&to);
            }
        }
        let (bytes, to, counter) = if up {
            (&from_client[..count], server.as_mut(), &counts.up)
        } else {
            (&from_server[..count], Some(&mut client), &counts.down)
        };
        let Some(to) = to else { continue };
        let mut resets = modes.clone();
        tokio::select! {
            written = to.write_all(bytes) => if written.is_err() { return },
            // A reset must also work while the other side does not read.
            _ = resets.wait_for(|mode| *mode == Mode::Reset) => continue,
        }
        counter.fetch_add(count as u64, Ordering::SeqCst);
    }
}

async fn read_if_open(stream: Option<&mut TcpStream>, buffer: &mut [u8]) -> std::io::Result<usize> {
    match stream {
        Some(stream) => stream.read(buffer).await,
        None => std::future::pending().await,
    }
}
