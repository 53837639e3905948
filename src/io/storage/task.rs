//! The storage task: runs storage commands in order on a thread that may block, and reports what happened. It keeps what it
//! cannot write, writes it again on request, and at its end writes texts that are still unsaved to another directory.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::access_log::{AccessLog, AccessLogError, format_time, now};
use super::due_records::{DueRecords, LogEntry};
use super::paths::Paths;
use super::settings::Presence;
use super::worksheets::{SavedWorksheets, WorksheetFiles};
use super::{docs, history, last_uses, panel_sizes, rescue, settings, snippets, sql_files};
use crate::domain::access_log::{AuthorizedStatement, CopyRecord, ExportRecord, Permit};
use crate::domain::docs::DocPack;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{self, Overwrite, ProfileDraft, Settings};
use crate::domain::protocol::{
    FileOwner, SavedWorksheet, SqlFileEvent, StorageCmd, StorageEvent, UnsavedPart, UnsavedWorksheets, WorksheetSet,
};
use crate::domain::quantity::counted;
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

/// What the task could not write to its place until its end.
#[derive(Debug, Default)]
pub struct StorageReport {
    pub problems: Vec<Problem>,
    /// The worksheets whose texts could be written nowhere.
    pub lost: Vec<SavedWorksheet>,
}

/// Starts the task. It ends when the queue of commands is closed and everything is written: await the handle before the program
/// ends. `send_event` may block.
pub fn spawn<N>(
    commands: mpsc::Receiver<StorageCmd>,
    send_event: N,
    paths: Paths,
    deps: StorageDeps,
) -> JoinHandle<StorageReport>
where
    N: FnMut(StorageEvent) + Send + 'static,
{
    tokio::task::spawn_blocking(move || Storage::new(paths, deps, send_event).serve(commands))
}

struct Storage<N> {
    log: Option<AccessLog>,
    worksheets: WorksheetFiles,
    /// The worksheets of profiles that could not be saved, and why.
    due_worksheets: BTreeMap<String, (WorksheetSet, Problem)>,
    due_records: DueRecords,
    paths: Paths,
    deps: StorageDeps,
    send_event: N,
}

impl<N: FnMut(StorageEvent)> Storage<N> {
    fn new(paths: Paths, deps: StorageDeps, send_event: N) -> Self {
        Self {
            log: None,
            worksheets: WorksheetFiles::new(paths.worksheets()),
            due_worksheets: BTreeMap::new(),
            due_records: DueRecords::default(),
            paths,
            deps,
            send_event,
        }
    }

    fn serve(mut self, mut commands: mpsc::Receiver<StorageCmd>) -> StorageReport {
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
                    self.run_or_report(command);
                }
            }
        }
        self.finish()
    }

    /// Runs a command. If it panics, reports that in place of its answer: what is kept and the commands after it must not be lost.
    fn run_or_report(&mut self, command: StorageCmd) {
        let answer = answer_to_panic(&command);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.run(command))) {
            // Opened again with the next record.
            self.log = None;
            self.send(answer(panic_problem(panic)));
        }
    }

    fn run(&mut self, command: StorageCmd) {
        let event = match command {
            StorageCmd::Begin { result, statement } => match self.begin(statement) {
                Ok(permit) => StorageEvent::Permitted { result, permit },
                Err(error) => StorageEvent::NotPermitted { result, problem: error.into_begin_problem() },
            },
            StorageCmd::End { profile, entry } => return self.record(LogEntry::End(profile, entry)),
            StorageCmd::Exported(record) => return self.record(LogEntry::Export(record)),
            StorageCmd::Copied(record) => return self.record(LogEntry::Copy(record)),
            StorageCmd::WriteDue { profile } => return self.write_due(&profile),
            StorageCmd::LoadHistory { max, .. } => self.history(max),
            StorageCmd::SaveWorksheets { profile, worksheets } => self.save(profile, worksheets),
            StorageCmd::LoadWorksheets { profile } => return self.load(profile),
            StorageCmd::SaveSnippet { snippet, if_exists, .. } => {
                match snippets::save(&self.paths.snippets(), &snippet, if_exists) {
                    Ok(path) => StorageEvent::SnippetSaved(path),
                    Err(problem) => StorageEvent::Failed(problem),
                }
            }
            StorageCmd::LoadSnippets { owner, mut directories } => {
                snippets::write_missing(&self.paths.snippets(), (self.deps.bundled_snippets)());
                directories.insert(0, self.paths.snippets());
                let (snippets, problems) = snippets::load(&directories);
                StorageEvent::Snippets { owner, snippets: Arc::new(snippets), problems }
            }
            StorageCmd::LoadSettings { then } => {
                StorageEvent::Settings { loaded: settings::load(&self.paths, Presence::of(&self.paths)), then }
            }
            StorageCmd::LoadLastUses => StorageEvent::LastUses(last_uses::load(&self.paths.state)),
            StorageCmd::ProfileUsed { profile } => {
                if let Err(error) = last_uses::record(&self.paths.state, &profile, now(self.deps.clock)) {
                    tracing::warn!(%error, "the last use of a profile is not recorded");
                }
                StorageEvent::LastUses(last_uses::load(&self.paths.state))
            }
            StorageCmd::AddProfile { draft } => match self.add_profile(&draft) {
                Ok(settings) => StorageEvent::ProfileAdded { name: draft.name, settings },
                Err(problem) => StorageEvent::ProfileNotAdded(problem),
            },
            StorageCmd::SqlFile { profile, command } => {
                StorageEvent::SqlFile { profile, event: sql_files::run(command, &self.paths) }
            }
            StorageCmd::SavePanelSizes(sizes) => match panel_sizes::save(&self.paths.state, sizes) {
                Ok(()) => return,
                Err(problem) => StorageEvent::Failed(problem),
            },
            StorageCmd::LoadDocs { owner, directories } => {
                let (mut packs, problems) = docs::load(&directories);
                if owner == FileOwner::Demo {
                    packs.extend((self.deps.demo_pack)());
                }
                StorageEvent::Docs { owner, packs: Arc::new(packs), problems }
            }
        };
        self.send(event);
    }

    fn send(&mut self, event: StorageEvent) {
        if let StorageEvent::NotPermitted { problem, .. }
        | StorageEvent::ProfileNotAdded(problem)
        | StorageEvent::SettingsNotLoaded(problem)
        | StorageEvent::WorksheetsNotSaved(UnsavedWorksheets { problem, .. })
        | StorageEvent::RecordsNotWritten { problem, .. }
        | StorageEvent::SqlFile { event: SqlFileEvent::Failed(problem), .. }
        | StorageEvent::Failed(problem) = &event
        {
            tracing::error!(%problem, "storage failed");
        }
        (self.send_event)(event);
    }

    /// Saves worksheets, or keeps them until they can be saved.
    fn save(&mut self, profile: String, worksheets: WorksheetSet) -> StorageEvent {
        let saving = AssertUnwindSafe(|| self.worksheets.save(&profile, &worksheets));
        match catch_unwind(saving).unwrap_or_else(|panic| Err(panic_problem(panic))) {
            Ok(()) => {
                self.due_worksheets.remove(&profile);
                StorageEvent::WorksheetsSaved { profile }
            }
            Err(problem) => self.keep(profile, worksheets, problem),
        }
    }

    fn keep(&mut self, profile: String, worksheets: WorksheetSet, problem: Problem) -> StorageEvent {
        let part = self.worksheets.unsaved_part(&profile, &worksheets);
        self.due_worksheets.insert(profile.clone(), (worksheets, problem.clone()));
        StorageEvent::WorksheetsNotSaved(UnsavedWorksheets { profile, problem, part })
    }

    /// Saves the worksheets of a profile that are due.
    fn save_due(&mut self, profile: &str) -> StorageEvent {
        match self.due_worksheets.get(profile).cloned() {
            Some((worksheets, _)) => self.save(profile.to_owned(), worksheets),
            None => StorageEvent::WorksheetsSaved { profile: profile.to_owned() },
        }
    }

    fn write_due(&mut self, profile: &str) {
        let event = self.save_due(profile);
        self.send(event);
        if let Err(error) = self.write_due_records() {
            let profile = self.due_records.first_profile().unwrap_or(profile).to_owned();
            self.due_records.on_failed(&profile);
            self.send(StorageEvent::RecordsNotWritten { profile, problem: error.into() });
        }
    }

    /// Reads the worksheets of a profile. Those that are due are newer than the files.
    fn load(&mut self, profile: String) {
        let mut problems = Vec::new();
        let attempt = self.save_due(&profile);
        let (worksheets, unsaved) = if let Some((worksheets, _)) = self.due_worksheets.get(&profile) {
            (worksheets.clone(), Some(attempt))
        } else {
            match self.worksheets.load(&profile) {
                Ok(SavedWorksheets { worksheets, problems: found, obstacle }) => {
                    problems.extend(found);
                    let unsaved = obstacle.map(|problem| self.keep(profile.clone(), worksheets.clone(), problem));
                    (worksheets, unsaved)
                }
                Err(problem) => {
                    problems.push(problem);
                    (WorksheetSet::default(), None)
                }
            }
        };
        problems.extend(rescue::find(&self.paths.fallbacks, &profile).iter().map(|path| rescue::found_problem(path)));
        self.send(StorageEvent::Worksheets { profile, worksheets, problems });
        if let Some(unsaved) = unsaved {
            self.send(unsaved);
        }
    }

    /// Writes a record, or keeps it until it can be written.
    fn record(&mut self, mut entry: LogEntry) {
        entry.stamp(format_time(now(self.deps.clock)));
        let profile = entry.profile().to_owned();
        self.due_records.push(entry.clone());
        if let Err(error) = self.write_due_records() {
            self.due_records.on_failed(&profile);
            self.send(StorageEvent::RecordsNotWritten { profile, problem: entry.problem(error) });
        }
    }

    /// Writes the records that are due.
    fn write_due_records(&mut self) -> Result<(), AccessLogError> {
        if self.due_records.is_idle() {
            return Ok(());
        }
        self.log()?;
        let written = match &mut self.log {
            Some(log) => self.due_records.write(log)?,
            None => BTreeSet::new(),
        };
        for profile in written {
            self.send(StorageEvent::RecordsWritten { profile });
        }
        Ok(())
    }

    /// Writes what is due for the last time. Unsaved texts go to another directory.
    fn finish(mut self) -> StorageReport {
        let mut report = StorageReport::default();
        for (profile, (worksheets, _)) in std::mem::take(&mut self.due_worksheets) {
            let Err(problem) = self.worksheets.save(&profile, &worksheets) else { continue };
            if self.worksheets.unsaved_part(&profile, &worksheets) == UnsavedPart::Texts {
                report.rescue(&self.paths, &profile, worksheets, problem);
            }
        }
        if let Err(error) = self.write_due_records() {
            let count = counted(self.due_records.count() as u64, "record");
            report
                .problems
                .push(Problem { what: format!("{count} could not be written to the access log"), ..error.into() });
        }
        for problem in &report.problems {
            tracing::error!(%problem, "not written until the end");
        }
        report
    }

    fn add_profile(&self, draft: &ProfileDraft) -> Result<Arc<Settings>, Problem> {
        settings::change(&self.paths, |text, file| profile::add(text, file, draft, Overwrite::Forbidden))?;
        Ok(settings::load(&self.paths, Presence::Required).settings)
    }

    /// Writes the begin record of a statement, after all records that are due.
    fn begin(&mut self, statement: AuthorizedStatement) -> Result<Permit, AccessLogError> {
        self.write_due_records()?;
        self.log()?.begin(statement)
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
        let today = history::today(now(self.deps.clock));
        StorageEvent::History { entries: read.statements, today }
    }
}

impl StorageReport {
    /// Adds what another task reports.
    pub fn add(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.lost.extend(other.lost);
    }

    /// Writes unsaved texts to another directory, and reports where they are.
    pub fn rescue(&mut self, paths: &Paths, profile: &str, worksheets: WorksheetSet, why: Problem) {
        let texts = rescue::with_text(worksheets);
        if texts.is_empty() {
            return;
        }
        match rescue::write(&paths.fallbacks, profile, &texts) {
            Ok(directory) => self.problems.push(rescue::written_problem(profile, &directory, why)),
            Err(problem) => {
                self.problems.push(problem);
                self.lost.extend(texts);
            }
        }
    }
}

/// Returns what makes the answer to a command that panics.
fn answer_to_panic(command: &StorageCmd) -> Box<dyn FnOnce(Problem) -> StorageEvent> {
    match command {
        StorageCmd::Begin { result, .. } => {
            let result = *result;
            Box::new(move |problem| StorageEvent::NotPermitted { result, problem })
        }
        StorageCmd::End { profile, .. }
        | StorageCmd::Exported(ExportRecord { profile, .. })
        | StorageCmd::Copied(CopyRecord { profile, .. }) => {
            let profile = profile.clone();
            Box::new(move |problem| StorageEvent::RecordsNotWritten { profile, problem })
        }
        StorageCmd::SaveWorksheets { profile, .. } | StorageCmd::WriteDue { profile } => {
            let profile = profile.clone();
            let part = UnsavedPart::Texts;
            Box::new(move |problem| StorageEvent::WorksheetsNotSaved(UnsavedWorksheets { profile, problem, part }))
        }
        StorageCmd::LoadWorksheets { profile } => {
            let (profile, worksheets) = (profile.clone(), WorksheetSet::default());
            Box::new(move |problem| StorageEvent::Worksheets { profile, worksheets, problems: vec![problem] })
        }
        StorageCmd::LoadSettings { .. } => Box::new(StorageEvent::SettingsNotLoaded),
        StorageCmd::AddProfile { .. } => Box::new(StorageEvent::ProfileNotAdded),
        StorageCmd::LoadHistory { .. }
        | StorageCmd::SaveSnippet { .. }
        | StorageCmd::LoadSnippets { .. }
        | StorageCmd::SqlFile { .. }
        | StorageCmd::SavePanelSizes(_)
        | StorageCmd::LoadLastUses
        | StorageCmd::ProfileUsed { .. }
        | StorageCmd::LoadDocs { .. } => Box::new(StorageEvent::Failed),
    }
}

fn panic_problem(panic: Box<dyn Any + Send>) -> Problem {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or("a panic").to_owned(),
    };
    Problem::new(ProblemKind::Local, "A file operation ended because of a defect of rrx").because(text)
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
            | StorageCmd::WriteDue { .. }
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
            | StorageCmd::SqlFile { .. }
            | StorageCmd::SavePanelSizes(_)
            | StorageCmd::LoadLastUses
            | StorageCmd::ProfileUsed { .. }
            | StorageCmd::LoadDocs { .. } => {}
        }
    }
    false
}
