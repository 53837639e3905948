//! Watches a task: if it panics, the event loop gets an event.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Watches a task. If it panics, sends the event that `lost` makes of the message of the panic. The returned task ends with it.
pub(super) fn watched<N>(
    task: JoinHandle<()>,
    events: &mpsc::Sender<N>,
    lost: impl FnOnce(String) -> N + Send + 'static,
) -> JoinHandle<()>
where
    N: Send + 'static,
{
    let events = events.clone();
    tokio::spawn(async move {
        if let Err(fault) = task.await {
            // The event loop may have ended.
            let _ = events.send(lost(fault.to_string())).await;
        }
    })
}
