//! Hands effects to the workers, and never waits for one: a full queue gives the effect back.

use std::collections::HashMap;
use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::app::{Effect, Message};
use crate::commands::outside::Place;
use crate::domain::access_log::{Begin, CopyRecord, ExportRecord};
use crate::domain::limits::{BATCH_QUEUE, SESSION_QUEUE, STORAGE_QUEUE, STORE_QUEUE};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Environment;
use crate::domain::protocol::{HostCmd, HostEvent, Rows, SessionCmd, SessionEvent, SessionId, StorageCmd, StoreCmd};
use crate::io::host::clipboard::Surroundings;
use crate::io::runtime::compute::Desk;
use crate::io::terminal::Screen;
use crate::io::{session, storage, store};

use super::FAREWELL;
use super::clipboard::{Clipboards, Step};
use super::export::Exports;
use super::inbox::News;
use super::taps::Taps;

/// The name of the built-in profile; no other can have it.
const DEMO: &str = "demo";

/// What the workers are lent.
pub struct Outside {
    /// The place of the user's own profiles.
    pub own: Place,
    /// The place of the built-in profile, where there is one.
    pub demo: Option<Place>,
    /// Memory and spill of results.
    pub store: store::Options,
    /// Which clipboards may be here.
    pub here: Surroundings,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outside")
    }
}

/// The workers' queues.
pub(super) struct Dispatch {
    event: mpsc::Sender<News>,
    rows: mpsc::Sender<Rows>,
    store: mpsc::Sender<StoreCmd>,
    exports: Exports,
    taps: Taps,
    own: Room,
    demo: Option<Room>,
    /// Whether the profile connected to last is the built-in one.
    is_in_demo: bool,
    /// What the user typed for sessions, until their story is over.
    stories: session::Stories,
    sessions: HashMap<SessionId, (mpsc::Sender<SessionCmd>, JoinHandle<()>)>,
    desk: Desk,
    clipboards: Clipboards,
}

/// The storage of one place, and what its sessions are lent.
struct Room {
    storage: mpsc::Sender<StorageCmd>,
    task: JoinHandle<()>,
    session: session::Outside,
    /// Where copies lie that no clipboard takes.
    copies: PathBuf,
}

impl Room {
    /// Starts the storage task; it touches nothing before its first command.
    fn open(place: Place, event: &mpsc::Sender<News>) -> Self {
        let (storage, commands) = mpsc::channel(STORAGE_QUEUE);
        let told = event.clone();
        let tell = move |event| {
            // The loop may be gone while the last worksheets are written.
            let _ = told.blocking_send(News::Storage(event));
        };
        let copies = place.paths.copies();
        let task = storage::task::spawn(commands, tell, place.paths, place.lent);
        Self { storage, task, session: place.session, copies }
    }
}

impl Dispatch {
    /// Starts storage, store and the desk for heavy work.
    pub(super) fn new(outside: Outside, event: mpsc::Sender<News>) -> Self {
        let (rows, rows_out) = mpsc::channel(BATCH_QUEUE);
        let (store, store_out) = mpsc::channel(STORE_QUEUE);
        let (feeds, feeds_out) = mpsc::channel(BATCH_QUEUE);
        // The store ends with its queues; nothing of it outlives the program, so nobody waits for it.
        drop(store::spawn_feeding(rows_out, store_out, feeds_out, event.clone(), outside.store));
        let taps = Taps::default();
        let exports = Exports::new(feeds, taps.clone(), outside.own.paths.home.clone());
        let desk = Desk::new(&event);
        let own = Room::open(outside.own, &event);
        let demo = outside.demo.map(|place| Room::open(place, &event));
        let (stories, sessions) = (session::Stories::default(), HashMap::new());
        let folders = std::iter::once(&own).chain(&demo).map(|room| room.copies.clone()).collect();
        let clipboards = Clipboards::new(outside.here, folders, event.clone());
        Self { event, rows, store, exports, taps, own, demo, is_in_demo: false, stories, sessions, desk, clipboards }
    }

    /// Hands one effect on; answers with it when its queue is full or its worker gone.
    pub(super) fn run(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Session(id, command) => self.session(id, command),
            Effect::Store(command) => self.store.try_send(command).err().map(|error| Effect::Store(error.into_inner())),
            Effect::Export(command) => self.exports.run(command, &self.event).map(Effect::Export),
            Effect::Storage(command) => {
                let room = self.room(self.is_of_demo(&command));
                room.storage.try_send(command).err().map(|error| Effect::Storage(error.into_inner()))
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
            Effect::Host(_) | Effect::Redraw | Effect::Wake(_) | Effect::Quit(_) => None,
        }
    }

    fn session(&mut self, id: SessionId, command: SessionCmd) -> Option<Effect> {
        self.sessions.retain(|_, (_, task)| !task.is_finished());
        if matches!(command, SessionCmd::Close) {
            self.stories.end(id);
        }
        if let SessionCmd::Connect { profile, after, .. } = &command {
            if after.is_none() {
                self.stories.keep_only(|id| self.sessions.contains_key(&id));
            }
            let typed = self.stories.begin(id, profile, *after);
            self.is_in_demo = profile.environment == Environment::Demo;
            let (queue, commands) = mpsc::channel(SESSION_QUEUE);
            let (rows, passing) = mpsc::channel(BATCH_QUEUE);
            // It ends with its session.
            drop(tokio::spawn(self.taps.clone().pass(passing, self.rows.clone())));
            let outside = session::Outside { typed, ..self.room(self.is_in_demo).session.clone() };
            let task = session::spawn(id, commands, rows, self.event.clone(), outside);
            let told = self.event.clone();
            let watched = tokio::spawn(async move {
                if let Err(fault) = task.await {
                    let problem = Problem::new(ProblemKind::Lost, "The session ended by a fault of rrx itself")
                        .because(fault.to_string())
                        .hint("connect again; the worksheets are there");
                    let _ = told.send(News::Session(id, SessionEvent::Failed(problem))).await;
                }
            });
            self.sessions.insert(id, (queue, watched));
        }
        let (queue, _) = self.sessions.get(&id)?;
        queue.try_send(command).err().map(|error| Effect::Session(id, error.into_inner()))
    }

    /// The built-in profile has a room of its own.
    fn room(&self, is_demo: bool) -> &Room {
        self.demo.as_ref().filter(|_| is_demo).unwrap_or(&self.own)
    }

    /// What names a profile goes to that profile's room; the rest to that of the profile connected to last.
    fn is_of_demo(&self, command: &StorageCmd) -> bool {
        match command {
            StorageCmd::Begin { begin: Begin { profile, .. }, .. }
            | StorageCmd::SaveWorksheets { profile, .. }
            | StorageCmd::LoadWorksheets { profile }
            | StorageCmd::Exported(ExportRecord { profile, .. })
            | StorageCmd::Copied(CopyRecord { profile, .. })
            | StorageCmd::End { profile, .. } => profile == DEMO,
            // The demo has no settings of its own.
            StorageCmd::AddProfile { .. } => false,
            StorageCmd::LoadHistory { .. }
            | StorageCmd::SaveSnippet { .. }
            | StorageCmd::LoadSnippets { .. }
            | StorageCmd::LoadDocs { .. } => self.is_in_demo,
        }
    }

    /// Copies; answers with what is to be told now, where the clipboards' task does not tell it later.
    pub(super) fn copy(&self, command: HostCmd, screen: &mut Screen) -> Option<Message> {
        let folder = || self.room(self.is_in_demo).copies.clone();
        match self.clipboards.take(command, folder) {
            Step::Send(sequence, event) => Some(Message::Host(match screen.send(&sequence) {
                Ok(()) => event,
                Err(error) => HostEvent::Failed(
                    Problem::new(ProblemKind::Local, "The terminal did not take the copy").because(error.to_string()),
                ),
            })),
            Step::Waits => None,
            Step::Refused(command) => Some(Message::Refused(Effect::Host(command))),
        }
    }

    /// Lets the workers end what they do: the last worksheets and records reach the disk.
    pub(super) async fn finish(self) {
        let Self { sessions, exports, own, demo, clipboards, .. } = self;
        let _ = tokio::time::timeout(FAREWELL, exports.finish()).await;
        let _ = tokio::time::timeout(FAREWELL, clipboards.finish()).await;
        for (_, (queue, task)) in sessions {
            drop(queue);
            let _ = tokio::time::timeout(FAREWELL, task).await;
        }
        for Room { storage, task, .. } in std::iter::once(own).chain(demo) {
            drop(storage);
            let _ = tokio::time::timeout(FAREWELL, task).await;
        }
    }
}
