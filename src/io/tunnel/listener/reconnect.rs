//! Watches the tunnel of a listener, and reconnects it when it is lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::event::ListenerEvent;
use crate::domain::limits;
use crate::domain::problem::Problem;
use crate::io::tunnel::ssh_tunnel::Tunnel;

/// The pause before the first attempt to reconnect; it doubles with each attempt.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Publishes the open tunnel in `current` (`None` while it is lost), until the listener is closed or reconnecting is given up.
pub(super) async fn keep_connected(
    mut tunnel: Arc<Tunnel>,
    current: watch::Sender<Option<Arc<Tunnel>>>,
    events: mpsc::Sender<ListenerEvent>,
    closed: CancellationToken,
) {
    loop {
        let lost = tokio::select! {
            lost = tunnel.closed() => lost,
            () = closed.cancelled() => return,
        };
        current.send_replace(None);
        let _ = events.send(ListenerEvent::Disconnected(lost.problem())).await;
        let reconnected = tokio::select! {
            reconnected = reconnect(&tunnel, &events) => reconnected,
            () = closed.cancelled() => return,
        };
        match reconnected {
            // Clients of the lost tunnel keep it until their connections end.
            Ok(new) => tunnel = Arc::new(new),
            Err(problem) => {
                let _ = events.send(ListenerEvent::GaveUp(problem)).await;
                return;
            }
        }
        current.send_replace(Some(Arc::clone(&tunnel)));
        let _ = events.send(ListenerEvent::Reconnected).await;
    }
}

/// Tries until the tunnel is open again. Returns the problem if another attempt cannot help.
async fn reconnect(lost: &Tunnel, events: &mpsc::Sender<ListenerEvent>) -> Result<Tunnel, Problem> {
    let mut pause = FIRST_PAUSE;
    loop {
        sleep(pause).await;
        let problem = match lost.reopen().await {
            Ok(tunnel) => return Ok(tunnel),
            Err(error) => error.problem(),
        };
        if !problem.is_transient {
            return Err(problem);
        }
        pause = (pause * 2).min(limits::TUNNEL_PAUSE);
        let _ = events.send(ListenerEvent::ReconnectFailed { problem, retry_in: pause }).await;
    }
}
