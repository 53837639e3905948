//! What interrupts a command: Ctrl-C, SIGTERM, or the end of its terminal.

use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::problem::{Problem, ProblemKind};
use crate::io::host::nohup;

/// The interrupts of a command.
pub struct Interrupts {
    requests: mpsc::Receiver<()>,
    interrupted: CancellationToken,
}

impl Interrupts {
    /// Listens for signals from now on; for the end of the terminal only without `nohup`.
    ///
    /// # Errors
    /// Returns a problem if the system does not deliver signals.
    pub fn listen() -> Result<Self, Problem> {
        let (mut interrupt, mut terminate) =
            (listen_for(SignalKind::interrupt())?, listen_for(SignalKind::terminate())?);
        let mut hang_up = if nohup::is_active() { None } else { Some(listen_for(SignalKind::hangup())?) };
        let (sender, requests) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                let hung_up = async {
                    match &mut hang_up {
                        Some(hang_up) => hang_up.recv().await,
                        None => std::future::pending().await,
                    }
                };
                select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hung_up => {}
                }
                // If the queue is full, a request is waiting already.
                let _ = sender.try_send(());
            }
        });
        Ok(Self::from_requests(requests))
    }

    /// Takes interrupts from a channel instead of signals.
    #[must_use]
    pub fn from_requests(requests: mpsc::Receiver<()>) -> Self {
        Self { requests, interrupted: CancellationToken::new() }
    }

    /// Waits for the next interrupt.
    pub async fn next(&mut self) {
        if self.requests.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
        self.interrupted.cancel();
    }

    /// Returns whether there was an interrupt.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.is_cancelled()
    }

    /// Returns a token that the first interrupt cancels.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.interrupted.clone()
    }
}

fn listen_for(kind: SignalKind) -> Result<Signal, Problem> {
    signal(kind)
        .map_err(|error| Problem::new(ProblemKind::Local, "rrx cannot listen for Ctrl-C").because(error.to_string()))
}
