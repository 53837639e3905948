//! Passes effects to the workers without ever waiting for one. If a queue is full, it returns the effect.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::clipboard::{Clipboards, CopyStep};
use super::export::Exports;
use super::inbox::WorkerEvent;
use super::row_router::RowRouter;
use crate::app::{Effect, Message};
use crate::domain::access_log::{CopyRecord, ExportRecord};
use crate::domain::limits::{BATCH_QUEUE, SESSION_QUEUE, STORAGE_QUEUE, STORE_QUEUE};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Environment;
use crate::domain::protocol::{HostCmd, HostEvent, Rows, SessionCmd, SessionEvent, SessionId, StorageCmd, StoreCmd};
use crate::io::env::{HostEnv, ProfileContext};
use crate::io::runtime::worker_pool::WorkerPool;
use crate::io::session::SessionEnv;
use crate::io::terminal::Screen;
use crate::io::{session, storage, store};

/// How long each worker may take to finish its work when the program quits.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);
/// The name of the built-in profile. No other profile can have it.
const DEMO: &str = "demo";

/// What the workers of the TUI need.
pub struct ShellDeps {
    pub env: Arc<HostEnv>,
    /// The context of the built-in profile, if it is compiled in.
    pub demo: Option<ProfileContext>,
    /// Memory and disk limits of results.
    pub store: store::StoreOptions,
}

impl std::fmt::Debug for ShellDeps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShellDeps")
    }
}

/// The queues of all workers.
pub(super) struct Dispatch {
    events: mpsc::Sender<WorkerEvent>,
    rows: mpsc::Sender<Rows>,
    store: mpsc::Sender<StoreCmd>,
    exports: Exports,
    router: RowRouter,
    user: ProfileWorker,
    demo: Option<ProfileWorker>,
    /// Whether the last connection was to the built-in profile.
    is_in_demo: bool,
    /// Secrets that the user typed, kept for reconnecting.
    credentials: session::CredentialCaches,
    sessions: HashMap<SessionId, SessionWorker>,
    compute: WorkerPool,
    clipboards: Clipboards,
}

/// A running session: the queue of its commands, and its task.
struct SessionWorker {
    commands: mpsc::Sender<SessionCmd>,
    task: JoinHandle<()>,
}

/// The storage task of one profile context, and what its sessions need.
struct ProfileWorker {
    storage: mpsc::Sender<StorageCmd>,
    task: JoinHandle<()>,
    session: SessionEnv,
    /// The directory for copies that no clipboard accepts.
    copies: PathBuf,
}

impl ProfileWorker {
    /// Starts the storage task. It touches no file before its first command.
    fn start(context: ProfileContext, events: &mpsc::Sender<WorkerEvent>) -> Self {
        let (storage, commands) = mpsc::channel(STORAGE_QUEUE);
        let events = events.clone();
        let send_event = move |event| {
            // The event loop may have ended while the last worksheets are written.
            let _ = events.blocking_send(WorkerEvent::Storage(event));
        };
        let copies = context.paths.copies();
        let task = storage::task::spawn(commands, send_event, context.paths, context.storage);
        Self { storage, task, session: context.session, copies }
    }
}

impl Dispatch {
    /// Starts the storage tasks, the result store, the compute workers and the clipboard worker.
    pub(super) fn new(deps: ShellDeps, events: mpsc::Sender<WorkerEvent>) -> Self {
        let (rows, rows_out) = mpsc::channel(BATCH_QUEUE);
        let (store, store_out) = mpsc::channel(STORE_QUEUE);
        let (feeds, feeds_out) = mpsc::channel(BATCH_QUEUE);
        // The task is not awaited: the store ends with its queues and leaves no files.
        drop(store::spawn_with_exports(rows_out, store_out, feeds_out, events.clone(), deps.store));
        let router = RowRouter::default();
        let exports = Exports::new(feeds, router.clone(), deps.env.paths.home.clone());
        let compute = WorkerPool::new(&events);
        let user = ProfileWorker::start(deps.env.profile_context(), &events);
        let demo = deps.demo.map(|context| ProfileWorker::start(context, &events));
        let directories = std::iter::once(&user).chain(&demo).map(|worker| worker.copies.clone()).collect();
        let clipboards = Clipboards::new(deps.env.clipboard(), directories, events.clone());
        Self {
            events,
            rows,
            store,
            exports,
            router,
            user,
            demo,
            is_in_demo: false,
            credentials: session::CredentialCaches::default(),
            sessions: HashMap::new(),
            compute,
            clipboards,
        }
    }

    /// Passes one effect to its worker. Returns the effect if the queue is full or the worker has ended.
    pub(super) fn run(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Session(id, command) => self.session(id, command),
            Effect::Store(command) => self.store.try_send(command).err().map(|error| Effect::Store(error.into_inner())),
            Effect::Export(command) => self.exports.run(command, &self.events).map(Effect::Export),
            Effect::Storage(command) => {
                let worker = self.profile_worker(self.is_for_demo(&command));
                worker.storage.try_send(command).err().map(|error| Effect::Storage(error.into_inner()))
            }
            Effect::Compute(job) => {
                self.compute.submit(job);
                None
            }
            Effect::Discard(catalog) => {
                drop(tokio::task::spawn_blocking(move || drop(catalog)));
                None
            }
            // The event loop handles these itself.
            Effect::Host(_) | Effect::Redraw | Effect::Wake(_) | Effect::Quit(_) => None,
        }
    }

    fn session(&mut self, id: SessionId, command: SessionCmd) -> Option<Effect> {
        self.sessions.retain(|_, session| !session.task.is_finished());
        if matches!(command, SessionCmd::Close) {
            self.credentials.end_session(id);
        }
        if let SessionCmd::Connect { profile, after, .. } = &command {
            if after.is_none() {
                self.credentials.retain(|id| self.sessions.contains_key(&id));
            }
            let credentials = self.credentials.start_session(id, profile, *after);
            self.is_in_demo = profile.environment == Environment::Demo;
            let env = SessionEnv { credentials, ..self.profile_worker(self.is_in_demo).session.clone() };
            let session = self.start_session(id, env);
            self.sessions.insert(id, session);
        }
        let session = self.sessions.get(&id)?;
        session.commands.try_send(command).err().map(|error| Effect::Session(id, error.into_inner()))
    }

    /// Starts a session with its row router. If the session panics, the model gets an event that the session failed.
    fn start_session(&self, id: SessionId, env: SessionEnv) -> SessionWorker {
        let (commands, commands_out) = mpsc::channel(SESSION_QUEUE);
        let (rows, rows_out) = mpsc::channel(BATCH_QUEUE);
        // The task is not awaited: the router ends with its session.
        drop(tokio::spawn(self.router.clone().forward(rows_out, self.rows.clone())));
        let session = session::spawn(id, commands_out, rows, self.events.clone(), env);
        let events = self.events.clone();
        let task = tokio::spawn(async move {
            if let Err(fault) = session.await {
                let problem = Problem::new(ProblemKind::Lost, "The session ended because of a defect of rrx")
                    .because(fault.to_string())
                    .hint("reconnect; the worksheets are kept");
                let _ = events.send(WorkerEvent::Session(id, SessionEvent::Failed(problem))).await;
            }
        });
        SessionWorker { commands, task }
    }

    /// Returns the worker of the user's profiles, or that of the built-in profile.
    fn profile_worker(&self, is_demo: bool) -> &ProfileWorker {
        self.demo.as_ref().filter(|_| is_demo).unwrap_or(&self.user)
    }

    /// Returns whether a command belongs to the built-in profile. The profile in the command decides, or else the last
    /// connection.
    fn is_for_demo(&self, command: &StorageCmd) -> bool {
        match command {
            StorageCmd::Begin { statement, .. } => statement.profile() == DEMO,
            StorageCmd::SaveWorksheets { profile, .. }
            | StorageCmd::LoadWorksheets { profile }
            | StorageCmd::Exported(ExportRecord { profile, .. })
            | StorageCmd::Copied(CopyRecord { profile, .. })
            | StorageCmd::End { profile, .. } => profile == DEMO,
            // The demo has no settings of its own.
            StorageCmd::LoadSettings { .. } | StorageCmd::AddProfile { .. } => false,
            StorageCmd::LoadHistory { .. }
            | StorageCmd::SaveSnippet { .. }
            | StorageCmd::LoadSnippets { .. }
            | StorageCmd::LoadDocs { .. } => self.is_in_demo,
        }
    }

    /// Copies a text. Returns the outcome if it is known at once; otherwise the clipboard worker reports it later.
    pub(super) fn copy(&self, command: HostCmd, screen: &mut Screen) -> Option<Message> {
        let directory = || self.profile_worker(self.is_in_demo).copies.clone();
        match self.clipboards.copy(command, directory) {
            CopyStep::ToTerminal { sequence, event } => Some(Message::Host(match screen.send(&sequence) {
                Ok(()) => event,
                Err(error) => HostEvent::Failed(
                    Problem::new(ProblemKind::Local, "The copy cannot be sent to the terminal")
                        .because(error.to_string()),
                ),
            })),
            CopyStep::Queued => None,
            CopyStep::QueueFull(command) => Some(Message::Refused(Effect::Host(command))),
        }
    }

    /// Waits until the workers have finished, so that the last worksheets and records reach the disk.
    pub(super) async fn finish(self) {
        let Self { sessions, exports, user, demo, clipboards, .. } = self;
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, exports.finish()).await;
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, clipboards.finish()).await;
        for SessionWorker { commands, task } in sessions.into_values() {
            drop(commands);
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, task).await;
        }
        for ProfileWorker { storage, task, .. } in std::iter::once(user).chain(demo) {
            drop(storage);
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, task).await;
        }
    }
}
