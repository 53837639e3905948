//! A tunnel that is held for other programs: takes their connections at a loopback port or a socket, turns other users away,
//! gives each client a forward, and comes back when a hop was lost. It writes down nothing: it tells.
//!
//! Each client has an SSH connection of its own, for the reason that [`super`] names: a client that does not read would
//! hold up all others.

use std::net::SocketAddrV4;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::callers::{Callers, Welcome};
use super::link::Wire;
use super::problem::TunnelError;
use super::through::Flow;
use super::{Tunnel, limits};
use crate::domain::problem::Problem;

/// The wait before the first try to come back; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The shortest time between two news of strangers: a flood of them is counted, not told one by one.
const STRANGER_NEWS: Duration = Duration::from_secs(1);

/// Tells the user at the near side of each loopback connection from one of these ends to that one; `None` where that cannot
/// be told (`io::storage::peers::uids_of`).
pub type PeerUids = Arc<dyn Fn(&[SocketAddrV4], SocketAddrV4) -> Vec<Option<u32>> + Send + Sync>;

/// Where clients come in.
#[derive(Debug)]
pub enum Door {
    /// A port on 127.0.0.1.
    Port(TcpListener),
    /// A socket in the file system.
    Socket(UnixListener),
}

/// What a held tunnel leads to, and who may use it.
#[derive(Clone)]
pub struct Terms {
    /// The target as the last hop resolves it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The only user whose clients are served.
    pub uid: u32,
    /// Who is at the other end of a port.
    pub peers: PeerUids,
    /// How a client is told, in its own protocol, why it is closed.
    pub farewell: fn(&str) -> Vec<u8>,
}

/// News of a held tunnel.
#[derive(Debug)]
pub enum HoldNews {
    /// A client is there; nothing flows until it is admitted.
    Came {
        /// Its number, from 1.
        client: u64,
        /// Whether it is: a refusal says why.
        admit: oneshot::Sender<Result<(), String>>,
    },
    /// An admitted client is gone.
    Left {
        /// Its number.
        client: u64,
        /// Bytes towards the target.
        up: u64,
        /// Bytes from the target.
        down: u64,
        /// How long it was there.
        took: Duration,
        /// How it ended.
        ending: Ending,
    },
    /// A connection of another user, or of nobody who can be told, was closed at once. Many at once are counted and told of
    /// once: nobody waits for these news.
    Stranger,
    /// The way is lost; clients that come now wait for a while.
    Lost(Problem),
    /// It is still lost.
    NotBack {
        /// Why.
        problem: Problem,
        /// When it is tried again.
        again: Duration,
    },
    /// The way is there again.
    Back,
    /// It does not come back by itself: a refused sign-in is not repeated, a key that changed is not trusted.
    Gone(Problem),
}

/// How a client ended.
#[derive(Debug)]
pub enum Ending {
    /// By itself, or by the server.
    Closed,
    /// With the tunnel.
    Ended,
    /// There was no forward for it.
    Refused(Problem),
    /// In the middle.
    Broken(String),
}

/// Counts of a held tunnel.
#[derive(Debug, Default)]
pub struct Counts {
    live: AtomicU64,
    strangers: AtomicU64,
    /// Bytes of clients that are gone.
    past: (AtomicU64, AtomicU64),
    flows: std::sync::Mutex<Vec<Arc<Flow>>>,
}

impl Counts {
    /// Clients that are there now.
    #[must_use]
    pub fn live(&self) -> u64 {
        self.live.load(Ordering::SeqCst)
    }

    /// Connections that were turned away.
    #[must_use]
    pub fn strangers(&self) -> u64 {
        self.strangers.load(Ordering::SeqCst)
    }

    /// Bytes towards the target and back, of all clients so far.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        let flows = self.flows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let past = (self.past.0.load(Ordering::SeqCst), self.past.1.load(Ordering::SeqCst));
        flows.iter().fold(past, |sum, flow| (sum.0 + flow.up(), sum.1 + flow.down()))
    }

    fn enter(&self) -> Arc<Flow> {
        let flow = Arc::<Flow>::default();
        self.live.fetch_add(1, Ordering::SeqCst);
        self.flows.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(Arc::clone(&flow));
        flow
    }

    fn leave(&self, flow: &Arc<Flow>) {
        let mut flows = self.flows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        flows.retain(|known| !Arc::ptr_eq(known, flow));
        self.past.0.fetch_add(flow.up(), Ordering::SeqCst);
        self.past.1.fetch_add(flow.down(), Ordering::SeqCst);
        self.live.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A held tunnel. Dropping it ends it.
pub struct Held {
    counts: Arc<Counts>,
    end: CancellationToken,
}

impl Held {
    /// Its counts.
    #[must_use]
    pub fn counts(&self) -> &Arc<Counts> {
        &self.counts
    }

    /// Ends it: the door is closed, clients are cut and told of; then the news end.
    pub fn end(&self) {
        self.end.cancel();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// Holds this tunnel open behind this door, and tells what happens.
#[must_use]
pub fn hold(tunnel: Tunnel, door: Door, terms: Terms, event: mpsc::Sender<HoldNews>) -> Held {
    let end = CancellationToken::new();
    let counts = Arc::<Counts>::default();
    let tunnel = Arc::new(tunnel);
    let (way, ways) = watch::channel(Some(Arc::clone(&tunnel)));
    let house = House {
        terms,
        ways,
        counts: Arc::clone(&counts),
        climbing: Arc::new(Semaphore::new(limits::TUNNEL_CLIMBS)),
        end: end.clone(),
        event: event.clone(),
    };
    tokio::spawn(keep(tunnel, way, event, end.clone()));
    tokio::spawn(house.receive(door));
    Held { counts, end }
}

/// Watches the way, and brings it back.
async fn keep(
    mut tunnel: Arc<Tunnel>,
    way: watch::Sender<Option<Arc<Tunnel>>>,
    event: mpsc::Sender<HoldNews>,
    end: CancellationToken,
) {
    loop {
        let lost = tokio::select! {
            lost = tunnel.closed() => lost,
            () = end.cancelled() => return,
        };
        way.send_replace(None);
        let _ = event.send(HoldNews::Lost(lost.problem())).await;
        let back = tokio::select! {
            back = come_back(&tunnel, &event) => back,
            () = end.cancelled() => return,
        };
        let back = match back {
            Ok(back) => back,
            Err(problem) => {
                let _ = event.send(HoldNews::Gone(problem)).await;
                return;
            }
        };
        // Clients of the lost one keep it until their own connections end.
        tunnel = Arc::new(back);
        way.send_replace(Some(Arc::clone(&tunnel)));
        let _ = event.send(HoldNews::Back).await;
    }
}

/// Tries until the way is back; fails with what waiting does not mend.
async fn come_back(lost: &Tunnel, event: &mpsc::Sender<HoldNews>) -> Result<Tunnel, Problem> {
    let mut pause = FIRST_PAUSE;
    loop {
        sleep(pause).await;
        let problem = match lost.renew().await {
            Ok(tunnel) => return Ok(tunnel),
            Err(error) => error.problem(),
        };
        if !problem.passes {
            return Err(problem);
        }
        pause = (pause * 2).min(limits::TUNNEL_PAUSE);
        let _ = event.send(HoldNews::NotBack { problem, again: pause }).await;
    }
}

/// What all clients share.
#[derive(Clone)]
struct House {
    terms: Terms,
    ways: watch::Receiver<Option<Arc<Tunnel>>>,
    counts: Arc<Counts>,
    /// Few sign in at once: sshd drops connections when many do.
    climbing: Arc<Semaphore>,
    end: CancellationToken,
    event: mpsc::Sender<HoldNews>,
}

impl House {
    async fn receive(self, door: Door) {
        let mut gate = Gate::of(door, &self.terms);
        let mut client = 0;
        let mut told: Option<Instant> = None;
        loop {
            let came = tokio::select! {
                came = gate.knock() => came,
                () = self.end.cancelled() => return,
            };
            for knock in came {
                match knock {
                    Knock::Ours(near) => {
                        client += 1;
                        tokio::spawn(self.clone().serve(client, near));
                    }
                    Knock::Stranger => {
                        self.counts.strangers.fetch_add(1, Ordering::SeqCst);
                        if told.is_none_or(|told| told.elapsed() >= STRANGER_NEWS) {
                            told = Some(Instant::now());
                            // The door waits for nobody who listens.
                            let _ = self.event.try_send(HoldNews::Stranger);
                        }
                    }
                    // No descriptor is left, most likely: it will be, once a client has gone.
                    Knock::Nobody => sleep(FIRST_PAUSE).await,
                }
            }
        }
    }

    async fn serve(self, client: u64, mut near: Box<dyn Wire>) {
        let flow = self.counts.enter();
        if self.counts.live() > limits::TUNNEL_CLIENTS {
            self.say(&mut near, "it serves as many clients as it can").await;
            self.counts.leave(&flow);
            return;
        }
        let (admit, admitted) = oneshot::channel();
        let begun = Instant::now();
        if self.event.send(HoldNews::Came { client, admit }).await.is_ok() {
            match admitted.await {
                Ok(Ok(())) => {
                    let ending = tokio::select! {
                        ending = self.flow(near, &flow) => ending,
                        () = self.end.cancelled() => Ending::Ended,
                    };
                    let (up, down, took) = (flow.up(), flow.down(), begun.elapsed());
                    let _ = self.event.send(HoldNews::Left { client, up, down, took, ending }).await;
                }
                Ok(Err(why)) => self.say(&mut near, &why).await,
                Err(_) => {}
            }
        }
        self.counts.leave(&flow);
    }

    /// Finds a forward, waiting for a lost way to come back for a while, and carries the client's bytes.
    async fn flow(&self, mut near: Box<dyn Wire>, flow: &Flow) -> Ending {
        let until = Instant::now() + limits::TUNNEL_WAIT;
        let mut ways = self.ways.clone();
        let mut lost: Option<(Arc<Tunnel>, TunnelError)> = None;
        loop {
            let is_new = |way: &Option<Arc<Tunnel>>| match (way, &lost) {
                (Some(way), Some((lost, _))) => !Arc::ptr_eq(way, lost),
                (Some(_), None) => true,
                (None, _) => false,
            };
            let found = timeout_at(until, ways.wait_for(is_new)).await;
            let way = found.ok().and_then(Result::ok).and_then(|way| way.clone());
            let Some(way) = way else {
                let words = "the way to the server is lost and did not come back in time";
                self.say(&mut near, words).await;
                let problem = lost.map_or_else(
                    || Problem::new(crate::domain::problem::ProblemKind::Lost, words),
                    |(_, error)| error.problem(),
                );
                return Ending::Refused(problem);
            };
            let opened = {
                // It is never closed.
                let _turn = self.climbing.acquire().await;
                way.through(&self.terms.host, self.terms.port).await
            };
            match opened {
                Ok(through) => {
                    let carried = through.carry(near, flow).await;
                    return carried.map_or_else(|error| Ending::Broken(error.to_string()), |()| Ending::Closed);
                }
                Err(error @ TunnelError::Lost { .. }) => lost = Some((way, error)),
                Err(error) => {
                    let problem = error.problem();
                    self.say(&mut near, &problem.what).await;
                    return Ending::Refused(problem);
                }
            }
        }
    }

    /// Tells a client why it is closed.
    async fn say(&self, near: &mut Box<dyn Wire>, why: &str) {
        let words = (self.terms.farewell)(why);
        // A client that does not read goes without.
        let _ = tokio::time::timeout(super::GOOD_BYE, async {
            let _ = near.write_all(&words).await;
            let _ = near.shutdown().await;
        })
        .await;
    }
}

/// Who is at the door.
enum Knock {
    /// This user.
    Ours(Box<dyn Wire>),
    /// Another user, or nobody who can be told.
    Stranger,
    /// The connection could not be taken.
    Nobody,
}

/// A door, and who is told apart at it.
enum Gate {
    Port(Callers),
    Socket(UnixListener, u32),
}

impl Gate {
    fn of(door: Door, terms: &Terms) -> Self {
        let (uid, peers) = (terms.uid, Arc::clone(&terms.peers));
        match door {
            Door::Socket(listener) => Self::Socket(listener, uid),
            Door::Port(listener) => {
                let welcome = move |from: &[SocketAddrV4], port| {
                    peers(from, port).into_iter().map(|peer| peer == Some(uid)).collect()
                };
                Self::Port(Callers::new(listener, Arc::new(welcome) as Welcome))
            }
        }
    }

    async fn knock(&mut self) -> Vec<Knock> {
        match self {
            Self::Socket(listener, uid) => {
                let Ok((stream, _)) = listener.accept().await else { return vec![Knock::Nobody] };
                vec![match stream.peer_cred() {
                    Ok(peer) if peer.uid() == *uid => Knock::Ours(Box::new(stream)),
                    Ok(_) | Err(_) => Knock::Stranger,
                }]
            }
            Self::Port(callers) => {
                let knock = |(stream, is_ours): (TcpStream, bool)| {
                    if !is_ours {
                        return Knock::Stranger;
                    }
                    // A refused option costs speed, not the connection.
                    let _ = stream.set_nodelay(true);
                    Knock::Ours(Box::new(stream))
                };
                callers.next().await.into_iter().map(knock).collect()
            }
        }
    }
}
