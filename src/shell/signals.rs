//! The signals that the TUI handles: SIGTERM and SIGHUP quit, SIGINT stops what is running.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The request that a signal means.
pub(super) enum SignalRequest {
    /// Save the worksheets and quit.
    Quit,
    /// Stop what is running, and never quit.
    Stop,
}

/// Listens for signals. If the system does not allow listening for one, rrx ignores that.
pub(super) struct Signals {
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
    interrupt: Option<Signal>,
}

impl Signals {
    pub(super) fn new() -> Self {
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            hang_up: signal(SignalKind::hangup()).ok(),
            interrupt: signal(SignalKind::interrupt()).ok(),
        }
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) -> SignalRequest {
        async fn received(signal: &mut Option<Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = received(&mut self.terminate) => SignalRequest::Quit,
            () = received(&mut self.hang_up) => SignalRequest::Quit,
            () = received(&mut self.interrupt) => SignalRequest::Stop,
        }
    }
}
