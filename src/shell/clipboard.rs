//! Copies text from the TUI: chooses where each copy goes, and runs the worker for the targets that may block (a desktop
//! clipboard, a file). Only copies to the terminal go through the event loop, which owns the terminal.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::watched::watched;
use crate::domain::limits::HOST_QUEUE;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{CopyText, HostCmd, HostEvent};
use crate::domain::quantity;
use crate::io::host::clipboard::{ClipboardEnv, CopyTarget, FileReason, Multiplexer, osc52};
use crate::io::host::system_clipboard::SystemClipboard;
use crate::io::runtime::clock;
use crate::io::storage::copies;

/// A copy that the worker makes.
#[derive(Debug)]
enum CopyJob {
    System(CopyText),
    File { copy: CopyText, reason: FileReason, refused: Option<String>, directory: PathBuf },
}

/// What the event loop does next with a copy.
#[derive(Debug)]
pub(super) enum CopyStep {
    /// Send the sequence to the terminal; if that succeeds, the copy is made.
    ToTerminal { sequence: String, event: HostEvent },
    /// The worker has the copy and reports later.
    Queued,
    /// The worker's queue is full.
    QueueFull(HostCmd),
}

/// The clipboards, and the worker that serves them.
#[derive(Debug)]
pub(super) struct Clipboards {
    env: ClipboardEnv,
    jobs: mpsc::Sender<CopyJob>,
    task: JoinHandle<()>,
}

impl Clipboards {
    /// Starts the worker, which first deletes old copies from these directories.
    pub(super) fn new<N>(env: ClipboardEnv, directories: Vec<PathBuf>, events: &mpsc::Sender<N>) -> Self
    where
        N: From<HostEvent> + Send + 'static,
    {
        let (jobs, queue) = mpsc::channel(HOST_QUEUE);
        let worker = tokio::spawn(serve(queue, directories, events.clone()));
        let task = watched(worker, events, |why| {
            let problem = copy_problem(&format!("a defect of rrx: {why}"), "quit rrx and start it again");
            N::from(HostEvent::Failed(problem))
        });
        Self { env, jobs, task }
    }

    /// Starts a copy. If it must become a file, the file is written to `directory`.
    pub(super) fn copy(&self, command: HostCmd, directory: impl FnOnce() -> PathBuf) -> CopyStep {
        let HostCmd::Copy { copy, refused } = command;
        let has_system = SystemClipboard::IS_BUILT_IN && refused.is_none();
        let job = match self.env.target(copy.text.len(), has_system) {
            CopyTarget::Terminal(multiplexer) => {
                let message = format!("{}{}", sent_text(&copy.what, multiplexer), refusal_text(refused.as_deref()));
                let sequence = osc52(&copy.text, multiplexer);
                let event = HostEvent::Copied { message, to: "the terminal (OSC 52)".into(), copy };
                return CopyStep::ToTerminal { sequence, event };
            }
            CopyTarget::System => CopyJob::System(copy),
            CopyTarget::File(reason) => CopyJob::File { copy, reason, refused, directory: directory() },
        };
        match self.jobs.try_send(job) {
            Ok(()) => CopyStep::Queued,
            Err(error) => CopyStep::QueueFull(match error.into_inner() {
                CopyJob::System(copy) => HostCmd::Copy { copy, refused: None },
                CopyJob::File { copy, refused, .. } => HostCmd::Copy { copy, refused },
            }),
        }
    }

    /// Waits for the running copies, then closes the system clipboard, so that a clipboard manager can take over the text.
    pub(super) async fn finish(self) {
        drop(self.jobs);
        let _ = self.task.await;
    }
}

async fn serve<N: From<HostEvent>>(
    mut jobs: mpsc::Receiver<CopyJob>,
    directories: Vec<PathBuf>,
    events: mpsc::Sender<N>,
) {
    let swept = tokio::task::spawn_blocking(move || {
        for directory in directories {
            copies::sweep(&directory, clock::now);
        }
    });
    // Copies work even if old ones cannot be deleted.
    let _ = swept.await;
    let mut system = SystemClipboard::default();
    while let Some(job) = jobs.recv().await {
        let event = match job {
            CopyJob::System(copy) => match system.put(Arc::clone(&copy.text)).await {
                Ok(()) => HostEvent::Copied {
                    message: format!("copied {} to the system clipboard", copy.what),
                    to: "the system clipboard".into(),
                    copy,
                },
                Err(why) => HostEvent::Refused { copy, why },
            },
            CopyJob::File { copy, reason, refused, directory } => {
                let written =
                    tokio::task::spawn_blocking(move || write_file(copy, &reason, refused.as_deref(), &directory));
                written.await.unwrap_or_else(|fault| {
                    HostEvent::Failed(copy_problem(&fault.to_string(), "report this as a defect of rrx"))
                })
            }
        };
        // The event loop may have ended already. The copy is made anyway.
        let _ = events.send(N::from(event)).await;
    }
    system.close().await;
}

fn write_file(copy: CopyText, reason: &FileReason, refused: Option<&str>, directory: &Path) -> HostEvent {
    copies::sweep(directory, clock::now);
    match copies::write(directory, &copy.text, clock::now) {
        Ok(path) => {
            let path = path.display().to_string();
            let size = quantity::byte_size(copy.text.len() as u64, 1024);
            let why_file = match reason {
                FileReason::TooLong => format!("{size} is too long for the terminal's clipboard"),
                FileReason::UnsupportedTerminal(name) => format!("the terminal {name} has no clipboard; {size}"),
            };
            let message = format!(
                "copied {} to {path} ({why_file}{}); rrx deletes the file when it starts after a day",
                copy.what,
                refusal_text(refused)
            );
            HostEvent::Copied { message, to: path, copy }
        }
        Err(error) => {
            let hint = match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!(
                    "free some space on the disk of {}, copy less, or export the rows to another disk",
                    directory.display()
                ),
                _ => format!("make {} a directory that you can write to, or copy less", directory.display()),
            };
            HostEvent::Failed(copy_problem(&error.to_string(), &hint))
        }
    }
}

fn copy_problem(why: &str, hint: &str) -> Problem {
    Problem::new(ProblemKind::Local, "Nothing was copied: there is no clipboard, and no file can be written")
        .because(why)
        .hint(hint)
}

/// Describes a copy to the terminal, with the setting that a multiplexer needs for it.
fn sent_text(what: &str, multiplexer: Multiplexer) -> String {
    match multiplexer {
        Multiplexer::None => format!("copied {what} by OSC 52"),
        Multiplexer::Tmux => {
            format!("sent {what} to tmux by OSC 52; tmux needs: set -s set-clipboard on (or allow-passthrough on)")
        }
        Multiplexer::Screen => format!("copied {what} by OSC 52 through screen"),
    }
}

/// Explains why the copy is not in the system clipboard.
fn refusal_text(refused: Option<&str>) -> String {
    refused.map_or_else(String::new, |why| format!("; the system clipboard failed: {why}"))
}
