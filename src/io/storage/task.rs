//! The storage task: runs storage commands in order on a thread that may block, and reports what happened.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::access_log::{AccessLog, AccessLogError};
use super::paths::Paths;
use super::settings::Presence;
use super::worksheets::WorksheetFiles;
use super::{docs, history, settings, snippets};
use crate::domain::access_log::{AuthorizedStatement, EndRecord, Permit};
use crate::domain::docs::DocPack;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{self, Overwrite, ProfileDraft, Settings};
use crate::domain::protocol::{DemoDocs, StorageCmd, StorageEvent, WorksheetSet};
use crate::domain::snippets::Snippet;
use crate::io::runtime::clock::Clock;

/// The dependencies of the storage task, apart from its files.
#[derive(Debug, Clone, Copy)]
pub struct StorageDeps {
    pub clock: Clock,
    /// Returns the doc pack of the demo, if it is built in.
    pub demo_pack: fn() -> Option<DocPack>,
    /// Returns the bundled snippets. They are written only if their files do not exist.
    pub bundled_snippets: fn() -> Vec<Snippet>,
}

/// Starts the task. It ends when the queue of commands is closed and everything is written: await the handle before the program
/// ends. `send_event` may block.
pub fn spawn<N>(commands: mpsc::Receiver<StorageCmd>, send_event: N, paths: Paths, deps: StorageDeps) -> JoinHandle<()>
where
    N: FnMut(StorageEvent) + Send + 'static,
{
    tokio::task::spawn_blocking(move || Storage::new(paths, deps, send_event).serve(commands))
}

struct Storage<N> {
    log: Option<AccessLog>,
    worksheets: WorksheetFiles,
    paths: Paths,
    deps: StorageDeps,
    send_event: N,
}

impl<N: FnMut(StorageEvent)> Storage<N> {
    fn new(paths: Paths, deps: StorageDeps, send_event: N) -> Self {
        Self { log: None, worksheets: WorksheetFiles::new(paths.worksheets()), paths, deps, send_event }
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
                if !is_superseded(&command, &waiting) {
                    self.run(command);
                }
            }
        }
    }

    fn run(&mut self, command: StorageCmd) {
        let event = match command {
            StorageCmd::Begin { result, statement } => match self.begin(statement) {
                Ok(permit) => StorageEvent::Permitted { result, permit },
                Err(error) => StorageEvent::NotPermitted { result, problem: error.into_begin_problem() },
            },
            StorageCmd::End { entry, .. } => match self.end(entry) {
                Ok(()) => return,
                Err(error) => StorageEvent::Failed(error.into_end_problem()),
            },
            StorageCmd::Exported(record) => match self.log().and_then(|log| log.export(record)) {
                Ok(()) => return,
                Err(error) => StorageEvent::Failed(
                    Problem::new(ProblemKind::Local, "The file is written, but its record in the access log is not")
                        .because(error.to_string())
                        .hint("free some space on the disk of the access log, then export again"),
                ),
            },
            StorageCmd::Copied(record) => match self.log().and_then(|log| log.copy(record)) {
                Ok(()) => return,
                Err(error) => StorageEvent::Failed(
                    Problem::new(
                        ProblemKind::Local,
                        "The values are copied, but their record in the access log is not written",
                    )
                    .because(error.to_string())
                    .hint("free some space on the disk of the access log"),
                ),
            },
            StorageCmd::LoadHistory { max } => self.history(max),
            StorageCmd::SaveWorksheets { profile, worksheets } => match self.worksheets.save(&profile, &worksheets) {
                Ok(()) => StorageEvent::WorksheetsSaved,
                Err(problem) => StorageEvent::WorksheetsNotSaved(problem),
            },
            StorageCmd::LoadWorksheets { profile } => match self.worksheets.load(&profile) {
                Ok(kept) => StorageEvent::Worksheets { profile, worksheets: kept.worksheets, problems: kept.problems },
                Err(problem) => {
                    StorageEvent::Worksheets { profile, worksheets: WorksheetSet::default(), problems: vec![problem] }
                }
            },
            StorageCmd::SaveSnippet { snippet, if_exists } => {
                match snippets::save(&self.paths.snippets(), &snippet, if_exists) {
                    Ok(path) => StorageEvent::SnippetSaved(path),
                    Err(problem) => StorageEvent::Failed(problem),
                }
            }
            StorageCmd::LoadSnippets { mut directories } => {
                snippets::write_missing(&self.paths.snippets(), (self.deps.bundled_snippets)());
                directories.insert(0, self.paths.snippets());
                let (snippets, problems) = snippets::load(&directories);
                StorageEvent::Snippets { snippets: Arc::new(snippets), problems }
            }
            StorageCmd::LoadSettings { then } => {
                StorageEvent::Settings { loaded: settings::load(&self.paths, Presence::of(&self.paths)), then }
            }
            StorageCmd::AddProfile { draft } => match self.add_profile(&draft) {
                Ok(settings) => StorageEvent::ProfileAdded { name: draft.name, settings },
                Err(problem) => StorageEvent::ProfileNotAdded(problem),
            },
            StorageCmd::LoadDocs { directories, demo } => {
                let (mut packs, problems) = docs::load(&directories);
                if demo == DemoDocs::Included {
                    packs.extend((self.deps.demo_pack)());
                }
                StorageEvent::Docs { packs: Arc::new(packs), problems }
            }
        };
        if let StorageEvent::NotPermitted { problem, .. }
        | StorageEvent::ProfileNotAdded(problem)
        | StorageEvent::WorksheetsNotSaved(problem)
        | StorageEvent::Failed(problem) = &event
        {
            tracing::error!(%problem, "storage failed");
        }
        (self.send_event)(event);
    }

    fn add_profile(&self, draft: &ProfileDraft) -> Result<Arc<Settings>, Problem> {
        settings::change(&self.paths, |text, file| profile::add(text, file, draft, Overwrite::Forbidden))?;
        Ok(settings::load(&self.paths, Presence::Required).settings)
    }

    fn begin(&mut self, statement: AuthorizedStatement) -> Result<Permit, AccessLogError> {
        self.log()?.begin(statement)
    }

    fn end(&mut self, entry: EndRecord) -> Result<(), AccessLogError> {
        self.log()?.end(entry)
    }

    /// Returns the access log, opened with the first record: if no statement runs, no file is created.
    fn log(&mut self) -> Result<&mut AccessLog, AccessLogError> {
        let log = match self.log.take() {
            Some(log) => log,
            None => AccessLog::open(&self.paths.state, self.deps.clock)?,
        };
        Ok(self.log.insert(log))
    }

    fn history(&mut self, most: usize) -> StorageEvent {
        let state: &Path = &self.paths.state;
        let read = history::read(state, most);
        for problem in read.problems {
            (self.send_event)(StorageEvent::Failed(problem));
        }
        StorageEvent::History(read.statements)
    }
}

/// Returns whether a save of worksheets is out of date, because a later one of the same profile is waiting, and no command
/// between the two reads them.
fn is_superseded(command: &StorageCmd, waiting: &VecDeque<StorageCmd>) -> bool {
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
            | StorageCmd::LoadSettings { .. }
            | StorageCmd::AddProfile { .. }
            | StorageCmd::LoadDocs { .. } => {}
        }
    }
    false
}
