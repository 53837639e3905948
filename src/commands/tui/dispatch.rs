//! Hands effects to the workers, and never waits for one: a full queue gives the effect back.

use std::collections::HashMap;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::Effect;
use crate::domain::limits::{BATCH_QUEUE, SESSION_QUEUE, STORAGE_QUEUE, STORE_QUEUE};
use crate::domain::port::{HostCmd, HostNews, Rows, SessionCmd, SessionId, StorageCmd, StoreCmd};
use crate::domain::problem::{Kind, Problem};
use crate::io::host::clipboard::{Multiplexer, osc52};
use crate::io::runtime::compute::Desk;
use crate::io::storage::paths::Paths;
use crate::io::storage::task::Lent;
use crate::io::terminal::Screen;
use crate::io::{session, storage, store};

use super::FAREWELL;
use super::inbox::News;

/// What the workers are lent.
pub struct Outside {
    /// Where files lie.
    pub paths: Paths,
    /// Clock and forms of the storage task.
    pub lent: Lent,
    /// Files, secrets and the tunnel for sessions.
    pub session: session::Outside,
    /// Memory and spill of results.
    pub store: store::Options,
    /// Whether tmux stands between us and the terminal.
    pub inside: Multiplexer,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outside")
    }
}

/// The workers' queues.
pub(super) struct Dispatch {
    news: mpsc::Sender<News>,
    rows: mpsc::Sender<Rows>,
    store: mpsc::Sender<StoreCmd>,
    storage: mpsc::Sender<StorageCmd>,
    sessions: HashMap<SessionId, (mpsc::Sender<SessionCmd>, JoinHandle<()>)>,
    storage_task: JoinHandle<()>,
    session_outside: session::Outside,
    desk: Desk,
    inside: Multiplexer,
}

impl Dispatch {
    /// Starts storage, store and the desk for heavy work.
    pub(super) fn new(outside: Outside, news: mpsc::Sender<News>) -> Self {
        let (rows, rows_out) = mpsc::channel(BATCH_QUEUE);
        let (store, store_out) = mpsc::channel(STORE_QUEUE);
        let (storage, storage_out) = mpsc::channel(STORAGE_QUEUE);
        // The store ends with its queues; nothing of it outlives the program, so nobody waits for it.
        drop(store::spawn(rows_out, store_out, news.clone(), outside.store));
        let desk = Desk::new(&news);
        let told = news.clone();
        let tell = move |news| {
            // The loop may be gone while the last worksheets are written.
            let _ = told.blocking_send(News::Storage(news));
        };
        let storage_task = storage::task::spawn(storage_out, tell, outside.paths, outside.lent);
        Self {
            news,
            rows,
            store,
            storage,
            sessions: HashMap::new(),
            storage_task,
            session_outside: outside.session,
            desk,
            inside: outside.inside,
        }
    }

    /// Hands one effect on; answers with it when its queue is full or its worker gone.
    pub(super) fn run(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Session(id, command) => self.session(id, command),
            Effect::Store(command) => self.store.try_send(command).err().map(|error| Effect::Store(error.into_inner())),
            Effect::Storage(command) => {
                self.storage.try_send(command).err().map(|error| Effect::Storage(error.into_inner()))
            }
            Effect::Compute(job) => {
                self.desk.take(job);
                None
            }
            Effect::Discard(catalog) => {
                drop(tokio::task::spawn_blocking(move || drop(catalog)));
                None
            }
            // The loop itself does these.
            Effect::Host(_) | Effect::Wake(_) | Effect::Quit(_) => None,
        }
    }

    fn session(&mut self, id: SessionId, command: SessionCmd) -> Option<Effect> {
        self.sessions.retain(|_, (_, task)| !task.is_finished());
        if matches!(command, SessionCmd::Connect { .. }) {
            let (queue, commands) = mpsc::channel(SESSION_QUEUE);
            let task = session::spawn(id, commands, self.rows.clone(), self.news.clone(), self.session_outside.clone());
            self.sessions.insert(id, (queue, task));
        }
        let (queue, _) = self.sessions.get(&id)?;
        queue.try_send(command).err().map(|error| Effect::Session(id, error.into_inner()))
    }

    /// Puts text on the clipboard by way of the terminal.
    pub(super) fn copy(&self, command: HostCmd, screen: &mut Screen) -> HostNews {
        let HostCmd::Copy(text) = command;
        match osc52(&text, self.inside) {
            Ok(sequence) => match screen.send(&sequence) {
                Ok(()) => HostNews::Copied(format!(
                    "copied {} characters by OSC 52{}",
                    text.chars().count(),
                    if self.inside == Multiplexer::Tmux {
                        " through tmux (needs: set -g set-clipboard on)"
                    } else {
                        ""
                    }
                )),
                Err(error) => HostNews::Failed(
                    Problem::new(Kind::Local, "The terminal did not take the copy").because(error.to_string()),
                ),
            },
            Err(problem) => HostNews::Failed(problem),
        }
    }

    /// Lets the workers end what they do: the last worksheets and records reach the disk.
    pub(super) async fn finish(self) {
        let Self { sessions, storage, storage_task, .. } = self;
        for (_, (queue, task)) in sessions {
            drop(queue);
            let _ = tokio::time::timeout(FAREWELL, task).await;
        }
        drop(storage);
        let _ = tokio::time::timeout(FAREWELL, storage_task).await;
    }
}
