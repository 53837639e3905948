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
use super::user_editor::{self, RunningEditor};
use super::watched::watched;
use crate::app::{Effect, Message, Model, Worker};
use crate::domain::access_log::{CopyRecord, ExportRecord};
use crate::domain::limits::{BATCH_QUEUE, SESSION_QUEUE, STORAGE_QUEUE, STORE_QUEUE};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Environment;
use crate::domain::protocol::{
    EditorJob, FileOwner, HostCmd, HostEvent, Rows, SessionCmd, SessionId, StorageCmd, StoreCmd, WorksheetSet,
};
use crate::io::env::{HostEnv, ProfileContext};
use crate::io::host::editor::UserEditor;
use crate::io::runtime::worker_pool::WorkerPool;
use crate::io::session::SessionEnv;
use crate::io::storage::paths::Paths;
use crate::io::storage::task::StorageReport;
use crate::io::store::ExportFeed;
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
    store: StoreWorker,
    exports: Exports,
    router: RowRouter,
    user: ProfileWorker,
    demo: Option<ProfileWorker>,
    /// Secrets that the user typed, kept for reconnecting.
    credentials: session::CredentialCaches,
    sessions: HashMap<SessionId, SessionWorker>,
    compute: WorkerPool,
    clipboards: Clipboards,
    editor: UserEditor,
}

/// A running session: the queue of its commands, and its task.
struct SessionWorker {
    commands: mpsc::Sender<SessionCmd>,
    task: JoinHandle<()>,
}

/// The storage task of one profile context, and what its sessions need.
struct ProfileWorker {
    storage: mpsc::Sender<StorageCmd>,
    task: JoinHandle<StorageReport>,
    context: ProfileContext,
    /// The directory for copies that no clipboard accepts.
    copies: PathBuf,
}

/// The result store.
struct StoreWorker {
    rows: mpsc::Sender<Rows>,
    commands: mpsc::Sender<StoreCmd>,
    options: store::StoreOptions,
}

impl StoreWorker {
    /// Starts the store. Returns it with the queue of exports that need its rows.
    fn start(options: store::StoreOptions, events: &mpsc::Sender<WorkerEvent>) -> (Self, mpsc::Sender<ExportFeed>) {
        let (rows, rows_out) = mpsc::channel(BATCH_QUEUE);
        let (commands, commands_out) = mpsc::channel(STORE_QUEUE);
        let (feeds, feeds_out) = mpsc::channel(BATCH_QUEUE);
        let store = store::spawn_with_exports(rows_out, commands_out, feeds_out, events.clone(), options.clone());
        // The task is not awaited: the store ends with its queues and leaves no files.
        drop(watched(store, events, |why| WorkerEvent::Lost(Worker::Store, why)));
        (Self { rows, commands, options }, feeds)
    }
}

impl ProfileWorker {
    /// Starts the storage task. It touches no file before its first command.
    fn start(context: ProfileContext, events: &mpsc::Sender<WorkerEvent>) -> Self {
        let (storage, commands) = mpsc::channel(STORAGE_QUEUE);
        let sender = events.clone();
        let send_event = move |event| {
            // The event loop may have ended while the last worksheets are written.
            let _ = sender.blocking_send(WorkerEvent::Storage(event));
        };
        let copies = context.paths.copies();
        let task = storage::task::spawn(commands, send_event, context.paths.clone(), context.storage);
        Self { storage, task, context, copies }
    }

    /// Waits until everything is written. If the task does not end, writes these worksheets to another directory.
    async fn finish(self, unsaved: Option<(String, WorksheetSet)>) -> StorageReport {
        let Self { storage, task, context, .. } = self;
        drop(storage);
        let why = match tokio::time::timeout(SHUTDOWN_TIMEOUT, task).await {
            Ok(Ok(report)) => return report,
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => "the disk does not answer".to_owned(),
        };
        let why = Problem::new(ProblemKind::Local, "The last changes may not be on disk").because(why);
        let mut report = StorageReport::default();
        let Some((profile, worksheets)) = unsaved else {
            report.problems.push(why);
            return report;
        };
        // Each place by itself: one of them may be on the disk that does not answer.
        for place in context.paths.fallbacks.clone() {
            let paths = Paths { fallbacks: vec![place], ..context.paths.clone() };
            let (profile, worksheets, why) = (profile.clone(), worksheets.clone(), why.clone());
            let writing = tokio::task::spawn_blocking(move || {
                let mut report = StorageReport::default();
                report.rescue(&paths, &profile, worksheets, why);
                report
            });
            if let Ok(Ok(report)) = tokio::time::timeout(SHUTDOWN_TIMEOUT, writing).await
                && report.lost.is_empty()
            {
                return report;
            }
        }
        // Without a place, the report has the texts.
        let nowhere = Paths { fallbacks: Vec::new(), ..context.paths };
        report.rescue(&nowhere, &profile, worksheets, why);
        report
    }
}

impl Dispatch {
    /// Starts the storage tasks, the result store, the compute workers and the clipboard worker.
    pub(super) fn new(deps: ShellDeps, events: mpsc::Sender<WorkerEvent>) -> Self {
        let (store, feeds) = StoreWorker::start(deps.store, &events);
        let router = RowRouter::default();
        let exports = Exports::new(feeds, router.clone(), deps.env.paths.home.clone());
        let compute = WorkerPool::new(&events);
        let editor = user_editor::of(&deps.env);
        let user = ProfileWorker::start(deps.env.profile_context(), &events);
        let demo = deps.demo.map(|context| ProfileWorker::start(context, &events));
        let directories = std::iter::once(&user).chain(&demo).map(|worker| worker.copies.clone()).collect();
        let clipboards = Clipboards::new(deps.env.clipboard(), directories, &events);
        Self {
            events,
            store,
            exports,
            router,
            user,
            demo,
            credentials: session::CredentialCaches::default(),
            sessions: HashMap::new(),
            compute,
            clipboards,
            editor,
        }
    }

    /// Starts the user's own editor. The terminal must be restored, and nothing else may read it.
    pub(super) fn edit(&self, job: EditorJob) -> RunningEditor {
        RunningEditor::start(self.editor.clone(), job)
    }

    /// Passes one effect to its worker. Returns the effect if the queue is full or the worker has ended.
    pub(super) fn run(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Session(id, command) => self.session(id, command),
            Effect::Store(command) => {
                self.restart_store();
                self.store.commands.try_send(command).err().map(|error| Effect::Store(error.into_inner()))
            }
            Effect::Export(command) => self.exports.run(command, &self.events).map(Effect::Export),
            Effect::Storage(command) => {
                let worker = self.profile_worker(owner(&command));
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
            Effect::Host(_)
            | Effect::Edit(_)
            | Effect::Mouse(_)
            | Effect::Redraw
            | Effect::Wake(_)
            | Effect::Quit(_) => None,
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
            let is_demo = profile.environment == Environment::Demo;
            let owner = if is_demo { FileOwner::Demo } else { FileOwner::User };
            let env = SessionEnv { credentials, ..self.profile_worker(owner).context.session.clone() };
            let session = self.start_session(id, env);
            self.sessions.insert(id, session);
        }
        let session = self.sessions.get(&id)?;
        session.commands.try_send(command).err().map(|error| Effect::Session(id, error.into_inner()))
    }

    /// Starts the store again if it was lost.
    fn restart_store(&mut self) {
        if self.store.commands.is_closed() {
            let (store, feeds) = StoreWorker::start(self.store.options.clone(), &self.events);
            self.store = store;
            self.exports.read_from(feeds);
        }
    }

    /// Starts a session with its row router.
    fn start_session(&mut self, id: SessionId, env: SessionEnv) -> SessionWorker {
        self.restart_store();
        let (commands, commands_out) = mpsc::channel(SESSION_QUEUE);
        let (rows, rows_out) = mpsc::channel(BATCH_QUEUE);
        // The task is not awaited: the router ends with its session.
        drop(tokio::spawn(self.router.clone().forward(rows_out, self.store.rows.clone())));
        let session = session::spawn(id, commands_out, rows, self.events.clone(), env);
        let lost = move |why| WorkerEvent::Lost(Worker::Session(id), why);
        SessionWorker { commands, task: watched(session, &self.events, lost) }
    }

    /// Returns the worker of the user's profiles, or that of the built-in profile.
    fn profile_worker(&self, owner: FileOwner) -> &ProfileWorker {
        self.demo.as_ref().filter(|_| owner == FileOwner::Demo).unwrap_or(&self.user)
    }

    /// Copies a text for a profile of this owner. Returns the outcome if it is known at once; otherwise the clipboard worker reports it later.
    pub(super) fn copy(&self, command: HostCmd, owner: FileOwner, screen: &mut Screen) -> Option<Message> {
        let directory = || self.profile_worker(owner).copies.clone();
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

    /// Waits until the workers have finished, so that the last worksheets and records reach the disk. Returns what could not be
    /// written to its place.
    pub(super) async fn finish(self, model: &mut Model) -> StorageReport {
        let last_save = unsaved_worksheets(model)
            .map(|(profile, worksheets)| Effect::Storage(StorageCmd::SaveWorksheets { profile, worksheets }));
        let sending = async {
            for effect in std::mem::take(&mut model.refused).into_iter().chain(last_save) {
                if let Effect::Storage(command) = effect {
                    let _ = self.profile_worker(owner(&command)).storage.send(command).await;
                }
            }
        };
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, sending).await;
        let Self { sessions, exports, user, demo, clipboards, .. } = self;
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, exports.finish()).await;
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, clipboards.finish()).await;
        for SessionWorker { commands, task } in sessions.into_values() {
            drop(commands);
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, task).await;
        }
        let mut report = StorageReport::default();
        rescue_unplaced(model, &user.context.paths, &mut report);
        let has_demo = demo.is_some();
        for (worker, is_demo) in std::iter::once((user, false)).chain(demo.map(|demo| (demo, true))) {
            let unsaved = unsaved_worksheets(model).filter(|(profile, _)| is_demo == (has_demo && profile == DEMO));
            report.add(worker.finish(unsaved).await);
        }
        report
    }
}

/// Returns whose files a command reads or writes. The command says it, or its profile does.
fn owner(command: &StorageCmd) -> FileOwner {
    let profile = match command {
        StorageCmd::Begin { statement, .. } => statement.profile(),
        StorageCmd::SaveWorksheets { profile, .. }
        | StorageCmd::WriteDue { profile }
        | StorageCmd::LoadWorksheets { profile }
        | StorageCmd::Exported(ExportRecord { profile, .. })
        | StorageCmd::Copied(CopyRecord { profile, .. })
        | StorageCmd::End { profile, .. } => profile,
        // The demo has no settings, no panels and no SQL files of its own.
        StorageCmd::LoadSettings { .. }
        | StorageCmd::AddProfile { .. }
        | StorageCmd::SqlFile { .. }
        | StorageCmd::SavePanelSizes(_)
        | StorageCmd::LoadLastUses
        | StorageCmd::ProfileUsed { .. } => return FileOwner::User,
        StorageCmd::LoadHistory { owner, .. }
        | StorageCmd::SaveSnippet { owner, .. }
        | StorageCmd::LoadSnippets { owner, .. }
        | StorageCmd::LoadDocs { owner, .. } => return *owner,
    };
    if profile == DEMO { FileOwner::Demo } else { FileOwner::User }
}

/// Writes texts that were typed before the worksheets of the profile were read. They have no place among those yet.
fn rescue_unplaced(model: &Model, paths: &Paths, report: &mut StorageReport) {
    if model.worksheets.profile.is_none() {
        let profile = model.context.profile.as_ref().map_or("none", |profile| profile.name.as_str());
        let why = Problem::new(ProblemKind::Local, "The saved worksheets of the profile were not read before the end");
        report.rescue(paths, profile, model.worksheets.saved(), why);
    }
}

/// Returns the worksheets of the model, if the storage task may not have all of their texts on disk.
fn unsaved_worksheets(model: &Model) -> Option<(String, WorksheetSet)> {
    let worksheets = &model.worksheets;
    let profile = worksheets.profile.clone()?;
    let is_due =
        worksheets.has_changes() || worksheets.saving.contains(&profile) || model.due.unsaved(&profile).is_some();
    is_due.then(|| (profile, worksheets.saved()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::parse;
    use crate::domain::protocol::{ResultId, StorageEvent};
    use crate::domain::snippets::Snippet;
    use crate::io::storage::paths::Paths;

    /// Returns a dispatch with files in this directory, and its inbox.
    fn dispatch(root: &std::path::Path) -> (Dispatch, mpsc::Receiver<WorkerEvent>) {
        let env = Arc::new(HostEnv::of_this_process(Paths::under(root)));
        let (events, inbox) = mpsc::channel(16);
        let deps = ShellDeps { env, demo: None, store: store::StoreOptions::memory_only() };
        (Dispatch::new(deps, events), inbox)
    }

    #[tokio::test]
    async fn a_session_whose_task_panics_is_reported_with_its_message() {
        let root = tempfile::tempdir().unwrap();
        let (mut dispatch, mut inbox) = dispatch(root.path());
        dispatch.user.context.session.prepare = Some(Arc::new(|_| panic!("capacity overflow")));
        let profile = Arc::new(parse("[profile.x]\nhost = \"h\"\nuser = \"u\"\n", "f").0.profiles.remove(0));
        let connect = SessionCmd::Connect { profile, database: None, after: None };
        assert!(dispatch.run(Effect::Session(SessionId(3), connect)).is_none());
        let lost = loop {
            match inbox.recv().await.unwrap() {
                WorkerEvent::Lost(worker, why) => break (worker, why),
                WorkerEvent::Session(..) => {}
                other => panic!("{other:?}"),
            }
        };
        assert!(lost.0 == Worker::Session(SessionId(3)) && lost.1.contains("capacity overflow"), "{lost:?}");
    }

    #[tokio::test]
    async fn a_task_that_ends_in_order_is_not_reported() {
        let (events, mut inbox) = mpsc::channel::<WorkerEvent>(4);
        watched(tokio::spawn(async {}), &events, |why| WorkerEvent::Lost(Worker::Store, why)).await.unwrap();
        drop(events);
        assert!(inbox.recv().await.is_none());
    }

    #[tokio::test]
    async fn a_lost_store_starts_again_with_its_next_command() {
        let root = tempfile::tempdir().unwrap();
        let (mut dispatch, _inbox) = dispatch(root.path());
        dispatch.store.commands = mpsc::channel(1).0;
        assert!(dispatch.run(Effect::Store(StoreCmd::Drop(ResultId(1)))).is_none());
        assert!(!dispatch.store.commands.is_closed() && !dispatch.store.rows.is_closed());
    }

    #[tokio::test]
    async fn a_command_about_the_demo_reads_its_files_before_any_connection_to_it() {
        let root = tempfile::tempdir().unwrap();
        let env = Arc::new(HostEnv::of_this_process(Paths::under(&root.path().join("user"))));
        let demo_env = HostEnv::of_this_process(Paths::under(&root.path().join("demo")));
        let mut demo = demo_env.profile_context();
        demo.storage.bundled_snippets = || vec![Snippet::from_statement("studies", "SELECT 1").unwrap()];
        let (events, mut inbox) = mpsc::channel(16);
        let deps = ShellDeps { env, demo: Some(demo), store: store::StoreOptions::memory_only() };
        let mut dispatch = Dispatch::new(deps, events);
        for (owner, count) in [(FileOwner::Demo, 1), (FileOwner::User, 0)] {
            let command = StorageCmd::LoadSnippets { owner, directories: Vec::new() };
            assert!(dispatch.run(Effect::Storage(command)).is_none());
            let event = inbox.recv().await.unwrap();
            assert!(
                matches!(&event, WorkerEvent::Storage(StorageEvent::Snippets { snippets, .. }) if snippets.len() == count),
                "{event:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_panic_of_the_storage_task_is_the_answer_to_its_command_and_the_next_one_runs() {
        let root = tempfile::tempdir().unwrap();
        let env = HostEnv::of_this_process(Paths::under(root.path()));
        let mut context = env.profile_context();
        context.storage.bundled_snippets = || panic!("a planted fault");
        let (events, mut inbox) = mpsc::channel(16);
        let worker = ProfileWorker::start(context, &events);
        worker
            .storage
            .send(StorageCmd::LoadSnippets { owner: FileOwner::User, directories: Vec::new() })
            .await
            .unwrap();
        let failed = inbox.recv().await.unwrap();
        assert!(format!("{failed:?}").contains("a planted fault"), "{failed:?}");
        worker.storage.send(StorageCmd::LoadHistory { owner: FileOwner::User, max: 1 }).await.unwrap();
        let event = inbox.recv().await.unwrap();
        assert!(matches!(event, WorkerEvent::Storage(StorageEvent::History { .. })), "{event:?}");
    }
}
