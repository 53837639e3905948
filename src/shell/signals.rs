//! The signals that the TUI handles: SIGTERM and SIGHUP quit, SIGINT stops what is running, SIGTSTP suspends the program, and
//! SIGCONT continues it.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::io::terminal::job_control;

/// The request that a signal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignalRequest {
    /// Save the worksheets and quit.
    Quit,
    /// Stop what is running, and never quit.
    Stop,
    /// Give the terminal to the shell, and stop the program.
    Suspend,
    /// The program was stopped, by SIGTSTP or by SIGSTOP, and runs again.
    Continue,
}

/// Listens for signals. If the system does not allow listening for one, rrx ignores that.
pub(super) struct Signals {
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
    interrupt: Option<Signal>,
    resume: Option<Signal>,
    suspend: Option<Signal>,
}

impl Signals {
    pub(super) fn new() -> Self {
        let resume = signal(SignalKind::from_raw(job_control::SIGCONT)).ok();
        // Without notice that it runs again, the program must not restore the terminal.
        let suspend = resume.as_ref().and_then(|_| signal(SignalKind::from_raw(job_control::SIGTSTP)).ok());
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            hang_up: signal(SignalKind::hangup()).ok(),
            interrupt: signal(SignalKind::interrupt()).ok(),
            resume,
            suspend,
        }
    }

    /// Waits for the next signal. A request to quit comes before the continuation that a shell sends with it (`kill %1`).
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
            biased;
            () = received(&mut self.terminate) => SignalRequest::Quit,
            () = received(&mut self.hang_up) => SignalRequest::Quit,
            () = received(&mut self.interrupt) => SignalRequest::Stop,
            () = received(&mut self.resume) => SignalRequest::Continue,
            () = received(&mut self.suspend) => SignalRequest::Suspend,
        }
    }
}
