//! A TCP proxy of tests that can delay, swallow, stall, half-open and reset what passes through it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// What happens to bytes on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They pass.
    Pass,
    /// Each portion waits this long, in both directions.
    Delay(Duration),
    /// They are read and thrown away; nothing is answered, nothing is closed. New connections are accepted and lead nowhere.
    BlackHole,
    /// They are not read: the sender's buffers fill up. Goes on where it stopped when the mode changes.
    Stall,
    /// The far side is closed, the near side is not told: what a forgotten NAT entry looks like.
    HalfOpen,
    /// They pass; on the way back each of these five bytes in a row becomes the other five, as if another server answered.
    Rewrite([u8; 5], [u8; 5]),
    /// Live connections and new ones are reset (RST) on the near side, closed on the far side.
    Reset,
}

/// What comes after the last of several targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    /// The first one again.
    Around,
    /// The last one for ever.
    Stay,
}

/// A proxy from a loopback port of its own to one address. Ends with everything in it when dropped.
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
    /// Starts a proxy to this address, in mode [`Mode::Pass`].
    pub fn to(host: &str, port: u16) -> Self {
        Self::to_each(&[(host, port)], Turns::Around)
    }

    /// Starts a proxy whose connections go to these addresses in turn, as an endpoint of several servers has it.
    pub fn to_each(targets: &[(&str, u16)], turns: Turns) -> Self {
        let far: Vec<SocketAddr> =
            targets.iter().map(|(host, port)| format!("{host}:{port}").parse().expect("an address")).collect();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let near = listener.local_addr().unwrap().port();
        let (mode, modes) = watch::channel(Mode::Pass);
        let (end, ended) = oneshot::channel::<()>();
        let counts = Arc::new(Counts::default());
        let shared = Arc::clone(&counts);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, (far, turns), modes, shared) => {}
                    _ = ended => {}
                }
            });
        });
        Self { port: near, mode, counts, end: Some(end), thread: Some(thread) }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes what happens, for live connections and new ones.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Connections accepted so far.
    pub fn accepted(&self) -> u64 {
        self.counts.accepted.load(Ordering::SeqCst)
    }

    /// Connections open now.
    pub fn live(&self) -> u64 {
        self.counts.live.load(Ordering::SeqCst)
    }

    /// Bytes that passed towards the far side and back.
    pub fn passed(&self) -> (u64, u64) {
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
    (targets, turns): (Vec<SocketAddr>, Turns),
    modes: watch::Receiver<Mode>,
    counts: Arc<Counts>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((near, _)) = listener.accept().await else { continue };
        let turn = usize::try_from(counts.accepted.fetch_add(1, Ordering::SeqCst)).unwrap();
        let far = targets[match turns {
            Turns::Around => turn % targets.len(),
            Turns::Stay => turn.min(targets.len() - 1),
        }];
        counts.live.fetch_add(1, Ordering::SeqCst);
        let (modes, counts) = (modes.clone(), Arc::clone(&counts));
        tokio::spawn(async move {
            serve(near, far, modes, &counts).await;
            counts.live.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Carries one connection until it ends or is reset.
async fn serve(mut near: TcpStream, far: SocketAddr, mut modes: watch::Receiver<Mode>, counts: &Counts) {
    let mode = *modes.borrow();
    let mut far = match mode {
        Mode::Pass | Mode::Delay(_) | Mode::Stall | Mode::Rewrite(..) => TcpStream::connect(far).await.ok(),
        Mode::BlackHole | Mode::HalfOpen | Mode::Reset => None,
    };
    if far.is_none() && !matches!(mode, Mode::BlackHole | Mode::HalfOpen | Mode::Reset) {
        return;
    }
    let _ = near.set_nodelay(true);
    if let Some(far) = &far {
        let _ = far.set_nodelay(true);
    }
    let (mut from_near, mut from_far) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        let mode = *modes.borrow_and_update();
        match mode {
            Mode::Reset => {
                let _ = near.set_zero_linger();
                return;
            }
            Mode::Stall => {
                if modes.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Mode::HalfOpen => far = None,
            Mode::Pass | Mode::Delay(_) | Mode::Rewrite(..) | Mode::BlackHole => {}
        }
        let (count, up) = tokio::select! {
            changed = modes.changed() => match changed { Ok(()) => continue, Err(_) => return },
            count = near.read(&mut from_near) => (count, true),
            count = read_some(far.as_mut(), &mut from_far) => (count, false),
        };
        let Ok(count) = count else { return };
        if count == 0 && far.is_some() && mode == Mode::BlackHole && !up {
            far = None;
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
            let places: Vec<usize> =
                from_far[..count].windows(5).enumerate().filter(|(_, part)| **part == from).map(|(at, _)| at).collect();
            for at in places {
                from_far[at..at + 5].copy_from_slice(&to);
            }
        }
        let (portion, to, counter) = if up {
            (&from_near[..count], far.as_mut(), &counts.up)
        } else {
            (&from_far[..count], Some(&mut near), &counts.down)
        };
        let Some(to) = to else { continue };
        let mut resets = modes.clone();
        tokio::select! {
            written = to.write_all(portion) => if written.is_err() { return },
            // Also while the other side does not read.
            _ = resets.wait_for(|mode| *mode == Mode::Reset) => continue,
        }
        counter.fetch_add(count as u64, Ordering::SeqCst);
    }
}

async fn read_some(stream: Option<&mut TcpStream>, buffer: &mut [u8]) -> std::io::Result<usize> {
    match stream {
        Some(stream) => stream.read(buffer).await,
        None => std::future::pending().await,
    }
}
