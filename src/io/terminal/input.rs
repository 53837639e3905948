//! Reads the terminal: keys, the mouse, pastes and sizes.
//!
//! A thread waits for bytes and decodes them. rrx does not use the event source of crossterm: it reads at most 1,024 bytes each
//! time the terminal reports new ones, so that the rest of a paste waits for the next key; it blocks the event loop in the
//! middle of a sequence; it takes Alt with an arrow apart; and it panics without a terminal.

use std::collections::VecDeque;
use std::io::stdin;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::decoder::{Decoder, Input};
use super::job_control::is_in_background;
use crate::domain::keys::Chord;
use crate::domain::limits::{BACKGROUND_PAUSE, INPUT_BYTES, INPUT_QUEUE};
use crate::domain::mouse::MouseEvent;

/// An input event of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEvent {
    Key(Chord),
    Mouse(MouseEvent),
    /// The text of a bracketed paste.
    Paste(String),
    /// The terminal has the focus again.
    Focus,
    /// The new size in columns and rows.
    Resize(u16, u16),
}

/// The stream of input events. Drop it before anything else reads the terminal.
#[derive(Debug)]
pub struct TerminalEvents {
    /// `None` after its end.
    reads: Option<mpsc::Receiver<Vec<Input>>>,
    /// What was read and not returned yet.
    waiting: VecDeque<Input>,
    /// The changes of the size. If the system does not report them, the size stays.
    resizes: Option<Signal>,
    /// Dropping it ends the thread.
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Default for TerminalEvents {
    fn default() -> Self {
        let (sender, reads) = mpsc::channel(INPUT_QUEUE);
        let resizes = signal(SignalKind::window_change()).ok();
        let started = UnixStream::pair().ok().and_then(|(stop, stopped)| {
            let thread = std::thread::Builder::new().name("terminal".into());
            thread.spawn(move || read_terminal(&sender, &stopped)).ok().map(|thread| (stop, thread))
        });
        let (stop, thread) = started.unzip();
        Self { reads: Some(reads), waiting: VecDeque::new(), resizes, stop, thread }
    }
}

impl TerminalEvents {
    /// Ends reading the terminal, and waits until no byte is read any more: what is typed from then on is for another program.
    pub fn close(self) {
        let Self { reads, stop, thread, .. } = self;
        drop((reads, stop));
        if let Some(thread) = thread {
            // Nothing is left to do after a panic of the thread.
            let _ = thread.join();
        }
    }

    /// Waits for the next event. Returns `None` once if the terminal was closed, and then waits forever.
    pub async fn next(&mut self) -> Option<TerminalEvent> {
        loop {
            tokio::select! {
                biased;
                () = resized(&mut self.resizes) => {
                    if let Ok((width, height)) = crossterm::terminal::size() {
                        return Some(TerminalEvent::Resize(width, height));
                    }
                }
                () = std::future::ready(()), if !self.waiting.is_empty() => {
                    return self.waiting.pop_front().map(|input| match input {
                        Input::Key(chord) => TerminalEvent::Key(chord),
                        Input::Mouse(event) => TerminalEvent::Mouse(event),
                        Input::Paste(text) => TerminalEvent::Paste(text),
                        Input::Focus => TerminalEvent::Focus,
                    });
                }
                read = received(&mut self.reads) => {
                    let Some(inputs) = read else {
                        self.reads = None;
                        return None;
                    };
                    self.waiting = inputs.into();
                }
            }
        }
    }
}

async fn received(reads: &mut Option<mpsc::Receiver<Vec<Input>>>) -> Option<Vec<Input>> {
    match reads {
        Some(reads) => reads.recv().await,
        None => std::future::pending().await,
    }
}

async fn resized(signal: &mut Option<Signal>) {
    let is_open = match signal {
        Some(signal) => signal.recv().await.is_some(),
        None => false,
    };
    if !is_open {
        std::future::pending::<()>().await;
    }
}

/// Reads the terminal until it is closed, no receiver is left, or `stopped` is closed.
fn read_terminal(reads: &mpsc::Sender<Vec<Input>>, stopped: &UnixStream) {
    let terminal = stdin();
    let mut decoder = Decoder::default();
    let mut bytes = vec![0; INPUT_BYTES];
    loop {
        let mut inputs = Vec::new();
        let mut ready =
            [PollFd::new(terminal.as_fd(), PollFlags::POLLIN), PollFd::new(stopped.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, poll_timeout(decoder.wait())) {
            Err(Errno::EINTR) => continue,
            Err(_) => return,
            Ok(0) => decoder.pause(&mut inputs),
            Ok(_) if ready.get(1).is_some_and(|stopped| stopped.any().unwrap_or(true)) => return,
            // The bytes are for the shell, or for another job. There is no notice when the terminal is given back.
            Ok(_) if is_in_background() => {
                let mut stop = [PollFd::new(stopped.as_fd(), PollFlags::POLLIN)];
                if poll(&mut stop, poll_timeout(Some(BACKGROUND_PAUSE))).is_ok_and(|count| count > 0) {
                    return;
                }
                continue;
            }
            // The terminal has bytes, so this does not wait for them; without bytes it was closed.
            Ok(_) => match nix::unistd::read(terminal.as_fd(), &mut bytes) {
                Err(Errno::EINTR | Errno::EAGAIN) => continue,
                Ok(0) | Err(_) => return,
                Ok(count) => decoder.feed(bytes.get(..count).unwrap_or_default(), &mut inputs),
            },
        }
        if !inputs.is_empty() && reads.blocking_send(inputs).is_err() {
            return;
        }
    }
}

fn poll_timeout(wait: Option<Duration>) -> PollTimeout {
    wait.map_or(PollTimeout::NONE, |wait| PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX))
}
