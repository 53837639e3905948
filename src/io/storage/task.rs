//! The storage task: serves commands in order on a thread that may block, and tells what happened. It decides nothing.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::access_log::{AccessLog, LedgerError};
use super::paths::Paths;
use super::worksheets::Worksheets;
use super::{Clock, docs, history, settings, snippets};
use crate::domain::access_log::{Begin, Entry, Permit};
use crate::domain::docs::DocPack;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{self, Draft, Overwrite, Settings};
use crate::domain::protocol::{Demo, StorageCmd, StorageEvent};
use crate::domain::snippets::Snippet;
use crate::domain::sql::Checked;

/// What the task is lent.
#[derive(Debug, Clone, Copy)]
pub struct Lent {
    /// The time of day.
    pub clock: Clock,
    /// The demo's own pack, where it is built in.
    pub demo_pack: fn() -> Option<DocPack>,
    /// Snippets that lie in the folder from the start; one that is there already is the user's.
    pub planted: fn() -> Vec<Snippet>,
}

/// Starts the task. It ends, everything written, when the queue of commands is closed: await the handle before the
/// program ends. `event` may block (a bounded queue to the loop); nobody waits for it.
pub fn spawn<N>(commands: mpsc::Receiver<StorageCmd>, event: N, paths: Paths, lent: Lent) -> JoinHandle<()>
where
    N: FnMut(StorageEvent) + Send + 'static,
{
    tokio::task::spawn_blocking(move || Storage::new(paths, lent, event).serve(commands))
}

struct Storage<N> {
    log: Option<AccessLog>,
    worksheets: Worksheets,
    paths: Paths,
    lent: Lent,
    event: N,
}

impl<N: FnMut(StorageEvent)> Storage<N> {
    fn new(paths: Paths, lent: Lent, event: N) -> Self {
        Self { log: None, worksheets: Worksheets::new(paths.worksheets()), paths, lent, event }
    }

    fn serve(mut self, mut commands: mpsc::Receiver<StorageCmd>) {
        let mut waiting = VecDeque::new();
        while let Some(command) = commands.blocking_recv() {
            waiting.push_back(command);
            while let Some(command) = waiting.pop_front() {
                while waiting.len() < limits::STORAGE_QUEUE
                    && let Ok(more) = commands.try_recv()
                {
                    waiting.push_back(more);
                }
                if !is_overtaken(&command, &waiting) {
                    self.obey(command);
                }
            }
        }
    }

    fn obey(&mut self, command: StorageCmd) {
        let event = match command {
            StorageCmd::Begin { session, result, checked, begin } => {
                let profile = begin.profile.clone();
                match self.begin(checked, begin) {
                    Ok(permit) => StorageEvent::Permitted { session, result, profile, permit },
                    Err(error) => StorageEvent::NotPermitted { result, problem: error.into() },
                }
            }
            StorageCmd::End { entry, .. } => match self.end(entry) {
                Ok(()) => return,
                Err(error) => StorageEvent::Failed(
                    crate::domain::problem::Problem::from(error)
                        .because("only the statement's end is not written down"),
                ),
            },
            StorageCmd::Exported(record) => match self.log().and_then(|log| log.export(record)) {
                Ok(()) => return,
                Err(error) => StorageEvent::Failed(
                    Problem::new(ProblemKind::Local, "The file is written, but the access log cannot take its record")
                        .because(error.to_string())
                        .hint("make room on the disk of the access log, then export again"),
                ),
            },
            StorageCmd::Copied(record) => match self.log().and_then(|log| log.copied(record)) {
                Ok(()) => return,
                Err(error) => StorageEvent::Failed(
                    Problem::new(
                        ProblemKind::Local,
                        "The values are copied, but the access log cannot take their record",
                    )
                    .because(error.to_string())
                    .hint("make room on the disk of the access log"),
                ),
            },
            StorageCmd::LoadHistory { most } => self.history(most),
            StorageCmd::SaveWorksheets { profile, worksheets, front } => {
                match self.worksheets.save(&profile, &worksheets, front) {
                    Ok(()) => StorageEvent::WorksheetsSaved,
                    Err(problem) => StorageEvent::Failed(problem),
                }
            }
            StorageCmd::LoadWorksheets { profile } => match self.worksheets.load(&profile) {
                Ok(kept) => StorageEvent::Worksheets {
                    profile,
                    worksheets: kept.worksheets,
                    front: kept.front,
                    problems: kept.problems,
                },
                Err(problem) => {
                    StorageEvent::Worksheets { profile, worksheets: Vec::new(), front: 0, problems: vec![problem] }
                }
            },
            StorageCmd::SaveSnippet { snippet, replace } => {
                match snippets::save(&self.paths.snippets(), &snippet, replace) {
                    Ok(path) => StorageEvent::SnippetSaved(path),
                    Err(problem) => StorageEvent::Failed(problem),
                }
            }
            StorageCmd::LoadSnippets { mut folders } => {
                snippets::plant(&self.paths.snippets(), (self.lent.planted)());
                folders.insert(0, self.paths.snippets());
                let (snippets, problems) = snippets::load(&folders);
                StorageEvent::Snippets { snippets: Arc::new(snippets), problems }
            }
            StorageCmd::AddProfile { draft } => match self.add_profile(&draft) {
                Ok(settings) => StorageEvent::ProfileAdded { name: draft.name, settings },
                Err(problem) => StorageEvent::ProfileNotAdded(problem),
            },
            StorageCmd::LoadDocs { folders, demo } => {
                let (mut packs, problems) = docs::load(&folders);
                if demo == Demo::Yes {
                    packs.extend((self.lent.demo_pack)());
                }
                StorageEvent::Docs { packs: Arc::new(packs), problems }
            }
        };
        if let StorageEvent::NotPermitted { problem, .. }
        | StorageEvent::ProfileNotAdded(problem)
        | StorageEvent::Failed(problem) = &event
        {
            tracing::error!(%problem, "storage failed");
        }
        (self.event)(event);
    }

    fn add_profile(&self, draft: &Draft) -> Result<Arc<Settings>, Problem> {
        settings::change(&self.paths, |text, file| profile::add(text, file, draft, Overwrite::Forbidden))?;
        Ok(settings::load(&self.paths, settings::Presence::Wanted).settings)
    }

    fn begin(&mut self, checked: Checked, begin: Begin) -> Result<Permit, LedgerError> {
        self.log()?.begin(checked, begin)
    }

    fn end(&mut self, entry: Entry) -> Result<(), LedgerError> {
        self.log()?.end(entry)
    }

    /// The log, opened with the first record: a start that runs nothing writes nothing.
    fn log(&mut self) -> Result<&mut AccessLog, LedgerError> {
        let log = match self.log.take() {
            Some(log) => log,
            None => AccessLog::open(&self.paths.state, self.lent.clock)?,
        };
        Ok(self.log.insert(log))
    }

    fn history(&mut self, most: usize) -> StorageEvent {
        let state: &Path = &self.paths.state;
        let read = history::read(state, most);
        for problem in read.problems {
            (self.event)(StorageEvent::Failed(problem));
        }
        StorageEvent::History(read.past)
    }
}

/// Whether a save of worksheets is out of date: a later one of the same profile waits already, and nothing between the
/// two reads them.
fn is_overtaken(command: &StorageCmd, waiting: &VecDeque<StorageCmd>) -> bool {
    let StorageCmd::SaveWorksheets { profile, .. } = command else { return false };
    for later in waiting {
        match later {
            StorageCmd::SaveWorksheets { profile: other, .. } if other == profile => return true,
            StorageCmd::LoadWorksheets { profile: other } if other == profile => return false,
            StorageCmd::SaveWorksheets { .. }
            | StorageCmd::LoadWorksheets { .. }
            | StorageCmd::Begin { .. }
            | StorageCmd::End { .. }
            | StorageCmd::Exported(_)
            | StorageCmd::Copied(_)
            | StorageCmd::LoadHistory { .. }
            | StorageCmd::SaveSnippet { .. }
            | StorageCmd::LoadSnippets { .. }
            | StorageCmd::AddProfile { .. }
            | StorageCmd::LoadDocs { .. } => {}
        }
    }
    false
}
