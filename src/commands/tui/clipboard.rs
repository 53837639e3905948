//! Copies of the screen: the way that each takes, and a task for the ways that may wait (a desktop's clipboard, a file). Only
//! the terminal's way goes through the loop, which has the terminal.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::domain::limits::HOST_QUEUE;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{CopyText, HostCmd, HostEvent};
use crate::domain::words;
use crate::io::host::clipboard::{Multiplexer, Surroundings, Way, WhyFile, osc52};
use crate::io::host::system::SystemClipboard;
use crate::io::runtime::clock;
use crate::io::storage::copies;

/// A copy for the task.
#[derive(Debug)]
enum Job {
    System(CopyText),
    File { copy: CopyText, why: WhyFile, refused: Option<String>, folder: PathBuf },
}

/// What is to be done with a copy now.
#[derive(Debug)]
pub(super) enum Step {
    /// This is for the terminal; then these are the news.
    Send(String, HostEvent),
    /// The task has it and tells later.
    Waits,
    /// The task has too much to do: the command again.
    Refused(HostCmd),
}

/// Takes copies.
#[derive(Debug)]
pub(super) struct Clipboards {
    here: Surroundings,
    queue: mpsc::Sender<Job>,
    task: JoinHandle<()>,
}

impl Clipboards {
    /// Starts the task; first it takes away what is too old in the folders of copies.
    pub(super) fn new<N>(here: Surroundings, folders: Vec<PathBuf>, event: mpsc::Sender<N>) -> Self
    where
        N: From<HostEvent> + Send + 'static,
    {
        let (queue, jobs) = mpsc::channel(HOST_QUEUE);
        Self { here, queue, task: tokio::spawn(serve(jobs, folders, event)) }
    }

    /// Does as told; a copy that becomes a file lies in this folder.
    pub(super) fn take(&self, command: HostCmd, folder: impl FnOnce() -> PathBuf) -> Step {
        let HostCmd::Copy { copy, refused } = command;
        let has_system = SystemClipboard::IS_BUILT_IN && refused.is_none();
        let job = match self.here.way(copy.text.len(), has_system) {
            Way::Terminal(inside) => {
                let words = format!("{}{}", sent(&copy.what, inside), instead(refused.as_deref()));
                let sequence = osc52(&copy.text, inside);
                return Step::Send(sequence, HostEvent::Copied { words, to: "the terminal (OSC 52)".into(), copy });
            }
            Way::System => Job::System(copy),
            Way::File(why) => Job::File { copy, why, refused, folder: folder() },
        };
        match self.queue.try_send(job) {
            Ok(()) => Step::Waits,
            Err(error) => Step::Refused(match error.into_inner() {
                Job::System(copy) => HostCmd::Copy { copy, refused: None },
                Job::File { copy, refused, .. } => HostCmd::Copy { copy, refused },
            }),
        }
    }

    /// Lets what is under way end; a clipboard that was ours is handed over, where something takes it.
    pub(super) async fn finish(self) {
        drop(self.queue);
        let _ = self.task.await;
    }
}

async fn serve<N: From<HostEvent>>(mut jobs: mpsc::Receiver<Job>, folders: Vec<PathBuf>, event: mpsc::Sender<N>) {
    let swept =
        tokio::task::spawn_blocking(move || folders.iter().for_each(|folder| copies::sweep(folder, clock::now)));
    // A fault of the sweep takes no copy away from the user.
    let _ = swept.await;
    let mut system = SystemClipboard::default();
    while let Some(job) = jobs.recv().await {
        let told = match job {
            Job::System(copy) => match system.put(Arc::clone(&copy.text)).await {
                Ok(()) => HostEvent::Copied {
                    words: format!("copied {} to the system's clipboard", copy.what),
                    to: "the system's clipboard".into(),
                    copy,
                },
                Err(why) => HostEvent::NotTaken { copy, why },
            },
            Job::File { copy, why, refused, folder } => {
                let kept = tokio::task::spawn_blocking(move || keep(copy, &why, refused.as_deref(), &folder)).await;
                kept.unwrap_or_else(|fault| {
                    HostEvent::Failed(unkept(&fault.to_string(), "report this as a defect of rrx"))
                })
            }
        };
        // The loop may be gone by now; what was copied stays copied.
        let _ = event.send(N::from(told)).await;
    }
    system.close().await;
}

fn keep(copy: CopyText, why: &WhyFile, refused: Option<&str>, folder: &std::path::Path) -> HostEvent {
    copies::sweep(folder, clock::now);
    match copies::keep(folder, &copy.text, clock::now) {
        Ok(path) => {
            let path = path.display().to_string();
            let size = words::size(copy.text.len() as u64, 1024);
            let why = match why {
                WhyFile::TooLong => format!("too long for the terminal's clipboard, {size}"),
                WhyFile::Deaf(name) => format!("{name} takes no copies, {size}"),
            };
            let words = format!(
                "copied {} to {path} ({why}{}): open it with another program; a start of rrx after a day takes it away",
                copy.what,
                instead(refused)
            );
            HostEvent::Copied { words, to: path, copy }
        }
        Err(error) => {
            let hint = match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    format!(
                        "make room on the disk of {}, copy less, or export the rows to another disk",
                        folder.display()
                    )
                }
                _ => format!("make {} a folder that you may write to, or copy less", folder.display()),
            };
            HostEvent::Failed(unkept(&error.to_string(), &hint))
        }
    }
}

fn unkept(why: &str, hint: &str) -> Problem {
    Problem::new(ProblemKind::Local, "Nothing was copied: no clipboard takes it, and it cannot be kept in a file")
        .because(why)
        .hint(hint)
}

/// What was done, and what it needs that we do not know.
fn sent(what: &str, inside: Multiplexer) -> String {
    match inside {
        Multiplexer::None => format!("copied {what} by OSC 52"),
        Multiplexer::Tmux => format!(
            "sent {what} to tmux by OSC 52; it passes it on only with: set -g set-clipboard on (or allow-passthrough on)"
        ),
        Multiplexer::Screen => format!("copied {what} by OSC 52 through screen"),
    }
}

/// Why it is not the system's clipboard.
fn instead(refused: Option<&str>) -> String {
    refused.map_or_else(String::new, |why| format!("; the system's clipboard was not to be had: {why}"))
}
