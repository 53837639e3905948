//! Serves the clients of a tunnel listener: admits them, opens a forward for each, and sends a message to refused ones.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::acceptor::{ClientAcceptor, IncomingClient};
use super::counts::ListenerCounts;
use super::event::{ClientEnd, ListenerEvent};
use super::reconnect::FIRST_PAUSE;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::tunnel::error::TunnelError;
use crate::io::tunnel::forward_stream::ByteCounts;
use crate::io::tunnel::ssh_tunnel::Tunnel;
use crate::io::tunnel::stream_relay::ByteStream;

/// The shortest time between two events about rejected clients: a flood of them is counted, not reported one by one.
const REJECTION_EVENTS: Duration = Duration::from_secs(1);
/// The time limit for writing the last message to a client.
const LAST_MESSAGE: Duration = Duration::from_secs(1);

/// The target of a listener, as the last hop resolves it, and the format of its messages.
#[derive(Clone)]
pub(super) struct ClientTarget {
    pub(super) host: String,
    pub(super) port: u16,
    /// Formats the reason of a refusal in the client's protocol.
    pub(super) refusal_message: fn(&str) -> Vec<u8>,
}

/// What all clients of a listener share.
#[derive(Clone)]
pub(super) struct ClientServer {
    pub(super) target: ClientTarget,
    /// The open tunnel; `None` while it is lost.
    pub(super) current: watch::Receiver<Option<Arc<Tunnel>>>,
    pub(super) counts: Arc<ListenerCounts>,
    /// Limits the concurrent sign-ins: sshd drops connections if there are many.
    pub(super) sign_ins: Arc<Semaphore>,
    pub(super) closed: CancellationToken,
    pub(super) events: mpsc::Sender<ListenerEvent>,
}

impl ClientServer {
    /// Accepts clients until the listener is closed.
    pub(super) async fn accept_clients(self, mut acceptor: ClientAcceptor) {
        let mut client = 0;
        let mut last_report: Option<Instant> = None;
        loop {
            let incoming = tokio::select! {
                incoming = acceptor.next() => incoming,
                () = self.closed.cancelled() => return,
            };
            for attempt in incoming {
                match attempt {
                    IncomingClient::Allowed(stream) => {
                        client += 1;
                        tokio::spawn(self.clone().serve(client, stream));
                    }
                    IncomingClient::Rejected => {
                        self.counts.add_rejected();
                        if last_report.is_none_or(|last| last.elapsed() >= REJECTION_EVENTS) {
                            last_report = Some(Instant::now());
                            // Accepting must not wait for the receiver of events.
                            let _ = self.events.try_send(ListenerEvent::ClientRejected);
                        }
                    }
                    // Most likely no file descriptor is left until a client disconnects.
                    IncomingClient::AcceptFailed => sleep(FIRST_PAUSE).await,
                }
            }
        }
    }

    async fn serve(self, client: u64, mut stream: Box<dyn ByteStream>) {
        let bytes = self.counts.add_client();
        if self.counts.connected() > limits::TUNNEL_CLIENTS {
            self.refuse(&mut stream, "too many clients are connected").await;
            self.counts.remove_client(&bytes);
            return;
        }
        let (admit, admitted) = oneshot::channel();
        let started = Instant::now();
        if self.events.send(ListenerEvent::ClientConnected { client, admit }).await.is_ok() {
            match admitted.await {
                Ok(Ok(())) => {
                    let end = tokio::select! {
                        end = self.forward(stream, &bytes) => end,
                        () = self.closed.cancelled() => ClientEnd::ListenerClosed,
                    };
                    let (sent, received, duration) = (bytes.sent(), bytes.received(), started.elapsed());
                    let event = ListenerEvent::ClientDisconnected { client, sent, received, duration, end };
                    let _ = self.events.send(event).await;
                }
                Ok(Err(why)) => self.refuse(&mut stream, &why).await,
                Err(_) => {}
            }
        }
        self.counts.remove_client(&bytes);
    }

    /// Opens a forward, and copies the client's bytes. If the tunnel is lost, waits for a while until it is open again.
    async fn forward(&self, mut stream: Box<dyn ByteStream>, bytes: &ByteCounts) -> ClientEnd {
        let deadline = Instant::now() + limits::TUNNEL_WAIT;
        let mut current = self.current.clone();
        let mut lost: Option<(Arc<Tunnel>, TunnelError)> = None;
        loop {
            let is_usable = |tunnel: &Option<Arc<Tunnel>>| match (tunnel, &lost) {
                (Some(tunnel), Some((lost, _))) => !Arc::ptr_eq(tunnel, lost),
                (Some(_), None) => true,
                (None, _) => false,
            };
            let found = timeout_at(deadline, current.wait_for(is_usable)).await;
            let found = found.ok().and_then(Result::ok).and_then(|tunnel| tunnel.clone());
            let Some(tunnel) = found else {
                let why = "the tunnel to the server was lost and did not reconnect in time";
                self.refuse(&mut stream, why).await;
                let problem = lost.map_or_else(|| Problem::new(ProblemKind::Lost, why), |(_, error)| error.problem());
                return ClientEnd::NoForward(problem);
            };
            let opened = {
                // The semaphore is never closed.
                let _permit = self.sign_ins.acquire().await;
                tunnel.forward(&self.target.host, self.target.port).await
            };
            match opened {
                Ok(forward) => {
                    let copied = forward.copy(stream, bytes).await;
                    return copied.map_or_else(|error| ClientEnd::Broken(error.to_string()), |()| ClientEnd::Closed);
                }
                Err(error @ TunnelError::Lost { .. }) => lost = Some((tunnel, error)),
                Err(error) => {
                    let problem = error.problem();
                    self.refuse(&mut stream, &problem.what).await;
                    return ClientEnd::NoForward(problem);
                }
            }
        }
    }

    /// Sends a client the reason why its connection is closed.
    async fn refuse(&self, stream: &mut Box<dyn ByteStream>, why: &str) {
        let message = (self.target.refusal_message)(why);
        // A client that does not read gets no message.
        let _ = timeout(LAST_MESSAGE, async {
            let _ = stream.write_all(&message).await;
            let _ = stream.shutdown().await;
        })
        .await;
    }
}
