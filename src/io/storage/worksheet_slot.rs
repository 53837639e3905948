//! A slot of worksheets: a directory with a lock, an index, and one `.sql` file for each worksheet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::access_log::is_not_found;
use super::atomic;
use super::lock::FileLock;
use super::safe_name::is_safe_name;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{FileTie, SavedWorksheet, TitleSource, WorksheetSet};
use crate::io::host::own_file::{self, OwnFileUse};

/// The version of the index format; files of newer versions are not used.
pub(super) const FORMAT: u32 = 1;
/// How many rrx processes can use one profile at the same time.
pub(super) const MAX_SLOTS: u32 = 64;
/// The name of the index file.
const INDEX: &str = "index.json";
/// The name of the lock file.
const LOCK: &str = "lock";

/// The saved worksheets of one profile.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SavedWorksheets {
    pub worksheets: WorksheetSet,
    /// The problems found while reading the files.
    pub problems: Vec<Problem>,
    /// Why they cannot be saved now, if that is known already.
    pub obstacle: Option<Problem>,
}

/// The slots of a profile that no other rrx uses.
#[derive(Debug, Default)]
pub(super) struct FoundSlots {
    /// In order; a new one if all are in use.
    pub free: Vec<Slot>,
    /// The directories that a newer version wrote, with the version of their index.
    pub newer: Vec<(PathBuf, u64)>,
    /// Why nothing can be written, if that was seen.
    pub obstacle: Option<std::io::Error>,
}

/// Whether a slot belongs to this rrx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    Own,
    /// Another rrx uses it, or has changed it since it was read.
    Foreign,
}

/// What was found in the directory of a slot.
enum FoundSlot {
    Free(Slot),
    InUse,
    /// A newer version wrote it, with this version of the index.
    Newer(u64),
}

/// One directory, locked by its `lock` file while this value lives.
#[derive(Debug)]
pub(super) struct Slot {
    directory: PathBuf,
    /// `None` if the lock file could not be made. The worksheets were read without it.
    lock: Option<FileLock>,
    /// The worksheets that this rrx has read or written: key and text.
    written: BTreeMap<String, String>,
}

impl FoundSlots {
    /// Finds and locks every slot that no other rrx uses.
    pub(super) fn in_directory(directory: &Path) -> Self {
        let mut found = Self::default();
        for number in 1..=MAX_SLOTS {
            let slot = directory.join(number.to_string());
            let is_last = !slot.exists();
            if is_last && !found.free.is_empty() {
                break;
            }
            match find(&slot) {
                Ok((FoundSlot::Free(slot), obstacle)) => {
                    found.free.push(slot);
                    found.obstacle = found.obstacle.or(obstacle);
                }
                Ok((FoundSlot::InUse, _)) => {}
                Ok((FoundSlot::Newer(version), _)) => found.newer.push((slot, version)),
                Err(error) => {
                    found.obstacle.get_or_insert(error);
                    if is_last {
                        break;
                    }
                }
            }
        }
        found
    }

    /// Locks the first free slot without worksheets.
    ///
    /// # Errors
    /// Returns the system's error if nothing can be written.
    pub(super) fn empty_in(directory: &Path) -> std::io::Result<Option<Slot>> {
        let mut obstacle = None;
        for number in 1..=MAX_SLOTS {
            let mut slot = match find(&directory.join(number.to_string())) {
                Ok((FoundSlot::Free(slot), None)) => slot,
                Ok((FoundSlot::Free(_), Some(error))) | Err(error) => {
                    obstacle.get_or_insert(error);
                    continue;
                }
                Ok((FoundSlot::InUse | FoundSlot::Newer(_), _)) => continue,
            };
            let kept = slot.read();
            if kept.worksheets == WorksheetSet::default() && kept.problems.is_empty() {
                return Ok(Some(slot));
            }
        }
        obstacle.map_or(Ok(None), Err)
    }
}

/// Creates and locks a slot. If that is not possible, finds one that can be read, with the error.
fn find(directory: &Path) -> std::io::Result<(FoundSlot, Option<std::io::Error>)> {
    let (lock, obstacle) = match create_and_lock(directory) {
        Ok(None) => return Ok((FoundSlot::InUse, None)),
        Ok(Some(lock)) => (Some(lock), None),
        Err(error) if directory.is_dir() => match lock_existing(&directory.join(LOCK)) {
            Ok(None) => return Ok((FoundSlot::InUse, None)),
            Ok(Some(lock)) => (Some(lock), Some(error)),
            // No process can lock it, so no process writes there.
            Err(_) => (None, Some(error)),
        },
        Err(error) => return Err(error),
    };
    let slot = match newer_version(&directory.join(INDEX)) {
        Some(version) => FoundSlot::Newer(version),
        None => FoundSlot::Free(Slot { directory: directory.to_owned(), lock, written: BTreeMap::new() }),
    };
    Ok((slot, obstacle))
}

/// Creates the directory and the lock file if needed, and locks it; `None` if another rrx has locked it.
fn create_and_lock(directory: &Path) -> std::io::Result<Option<FileLock>> {
    atomic::create_directory(directory)?;
    let file = own_file::open(&directory.join(LOCK), OwnFileUse::Lock)?.file;
    Ok(FileLock::try_acquire(file))
}

/// Locks the lock file where it cannot be opened for writing.
fn lock_existing(lock: &Path) -> std::io::Result<Option<FileLock>> {
    let file = own_file::open(lock, OwnFileUse::ReadOnlyLock)?.file;
    Ok(FileLock::try_acquire(file))
}

/// The content of the index file.
#[derive(Debug, Serialize, Deserialize)]
struct WorksheetIndex {
    v: u32,
    front: usize,
    worksheets: Vec<Tab>,
    /// The closed worksheets that are kept, oldest first.
    #[serde(default)]
    closed: Vec<Tab>,
}

/// One worksheet of the index; its text is in `KEY.sql`.
#[derive(Debug, Serialize, Deserialize)]
struct Tab {
    key: String,
    title: String,
    cursor: (usize, usize),
    profile: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    database: Option<String>,
    #[serde(default)]
    title_source: TitleSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<FileTie>,
}

impl Tab {
    fn of(worksheet: &SavedWorksheet) -> Self {
        Self {
            key: worksheet.key.clone(),
            title: worksheet.title.clone(),
            cursor: worksheet.cursor,
            profile: worksheet.profile.clone(),
            environment: worksheet.environment.clone(),
            database: worksheet.database.clone(),
            title_source: worksheet.title_source,
            file: worksheet.file.clone(),
        }
    }
}

impl Slot {
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns whether a file that this rrx has read or written has this text.
    pub(super) fn has_text(&self, text: &str) -> bool {
        self.written.values().any(|written| written == text)
    }

    /// Locks the slot again if it was read without a lock, or if its directory was deleted or replaced.
    ///
    /// # Errors
    /// Returns the system's error if the lock file cannot be made.
    pub(super) fn own(&mut self) -> std::io::Result<Ownership> {
        if self.lock.as_ref().is_some_and(|lock| lock.is_at(&self.directory.join(LOCK))) {
            return Ok(Ownership::Own);
        }
        let Some(lock) = create_and_lock(&self.directory)? else { return Ok(Ownership::Foreign) };
        self.lock = Some(lock);
        let before = std::mem::take(&mut self.written);
        self.read();
        let is_unchanged = self.written.is_empty() || self.written == before;
        Ok(if is_unchanged { Ownership::Own } else { Ownership::Foreign })
    }

    pub(super) fn read(&mut self) -> SavedWorksheets {
        let mut kept = SavedWorksheets::default();
        let mut listed = BTreeSet::new();
        let path = self.directory.join(INDEX);
        match read_index(&path) {
            Ok(index) => {
                kept.worksheets.front = index.front;
                for tab in index.worksheets {
                    listed.insert(tab.key.clone());
                    let read = self.read_tab(tab, &mut kept.problems);
                    kept.worksheets.open.extend(read);
                }
                for tab in index.closed {
                    listed.insert(tab.key.clone());
                    let read = self.read_tab(tab, &mut kept.problems);
                    kept.worksheets.closed.extend(read);
                }
            }
            Err(error) if is_not_found(&error) => {}
            Err(error) => {
                kept.problems.push(
                    Problem::new(ProblemKind::Local, format!("{} cannot be read", path.display()))
                        .because(error.to_string())
                        .hint("the texts of the worksheets are kept; their titles and order are lost"),
                );
            }
        }
        for key in self.keys().into_iter().filter(|key| !listed.contains(key)) {
            let tab = Tab::of(&SavedWorksheet::new(&key, &key, ""));
            let read = self.read_tab(tab, &mut kept.problems);
            kept.worksheets.open.extend(read);
        }
        let set = &mut kept.worksheets;
        set.front = set.front.min(set.open.len().saturating_sub(1));
        kept
    }

    fn read_tab(&mut self, tab: Tab, problems: &mut Vec<Problem>) -> Option<SavedWorksheet> {
        if !is_safe_name(&tab.key) {
            let path = self.directory.join(INDEX);
            problems.push(Problem::new(ProblemKind::Local, format!("{} has an invalid worksheet key", path.display())));
            return None;
        }
        let path = self.sheet(&tab.key);
        match atomic::read_text(&path) {
            Ok(text) => {
                self.written.insert(tab.key.clone(), text.clone());
                let Tab { key, title, cursor, profile, environment, database, title_source, file } = tab;
                Some(SavedWorksheet { key, title, text, cursor, profile, environment, database, title_source, file })
            }
            Err(error) => {
                problems.push(
                    Problem::new(ProblemKind::Local, format!("The worksheet {} cannot be read", path.display()))
                        .because(error.to_string())
                        .hint("rrx leaves the file unchanged"),
                );
                None
            }
        }
    }

    pub(super) fn write(&mut self, worksheets: &WorksheetSet) -> Result<(), Problem> {
        let WorksheetSet { open, front, closed } = worksheets;
        if let Some(bad) = open.iter().chain(closed).find(|worksheet| !is_safe_name(&worksheet.key)) {
            return Err(Problem::new(
                ProblemKind::Local,
                format!("The worksheet \"{}\" has an invalid key", bad.title),
            ));
        }
        for SavedWorksheet { key, text, .. } in open.iter().chain(closed) {
            if self.written.get(key) != Some(text) {
                let path = self.sheet(key);
                if !self.written.contains_key(key) {
                    self.keep_unknown(key).map_err(|error| write_problem(&path, &error))?;
                }
                atomic::replace(&path, text.as_bytes()).map_err(|error| write_problem(&path, &error))?;
                self.written.insert(key.clone(), text.clone());
            }
        }
        let path = self.directory.join(INDEX);
        let tabs = |worksheets: &[SavedWorksheet]| worksheets.iter().map(Tab::of).collect();
        let index = WorksheetIndex { v: FORMAT, front: *front, worksheets: tabs(open), closed: tabs(closed) };
        let text = serde_json::to_string_pretty(&index).map_err(|error| write_problem(&path, &error.into()))?;
        atomic::replace(&path, text.as_bytes()).map_err(|error| write_problem(&path, &error))?;
        self.delete_others(worksheets);
        Ok(())
    }

    /// Renames a file of this key that rrx could not read: a new worksheet does not replace it.
    fn keep_unknown(&self, key: &str) -> std::io::Result<()> {
        let path = self.sheet(key);
        if !path.exists() {
            return Ok(());
        }
        let mut number = 1;
        let mut free = self.sheet(&format!("{key}-unread-{number}"));
        while free.exists() {
            number += 1;
            free = self.sheet(&format!("{key}-unread-{number}"));
        }
        std::fs::rename(path, free)
    }

    /// Deletes the files of all other worksheets, but only files that this rrx has read or written.
    fn delete_others(&mut self, kept: &WorksheetSet) {
        let kept: BTreeSet<&str> =
            kept.open.iter().chain(&kept.closed).map(|worksheet| worksheet.key.as_str()).collect();
        let others: Vec<String> = self.written.keys().filter(|key| !kept.contains(key.as_str())).cloned().collect();
        for key in others {
            if std::fs::remove_file(self.sheet(&key)).is_ok() {
                self.written.remove(&key);
            }
        }
    }

    fn sheet(&self, key: &str) -> PathBuf {
        self.directory.join(format!("{key}.sql"))
    }

    /// Returns the keys of the files in the directory.
    fn keys(&self) -> BTreeSet<String> {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return BTreeSet::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter_map(|name| name.strip_suffix(".sql").map(str::to_owned)).filter(|key| is_safe_name(key)).collect()
    }
}

/// The version of an index, read before the rest.
#[derive(Deserialize)]
struct IndexVersion {
    v: u64,
}

/// Returns the version of an index that a newer version wrote.
fn newer_version(index: &Path) -> Option<u64> {
    let text = atomic::read_text(index).ok()?;
    let IndexVersion { v } = serde_json::from_str(&text).ok()?;
    (v > u64::from(FORMAT)).then_some(v)
}

fn read_index(path: &Path) -> std::io::Result<WorksheetIndex> {
    Ok(serde_json::from_str(&atomic::read_text(path)?)?)
}

fn write_problem(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("{} cannot be written", path.display()))
        .because(error.to_string())
        .hint("free some space on the disk, or make the directory writable")
}
