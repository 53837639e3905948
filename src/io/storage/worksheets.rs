//! Worksheets on disk. Each profile has slots, and each running rrx locks one; a slot is an index and one `.sql` file for each
//! worksheet. When an rrx has ended or was killed, the next one takes over its slot.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::access_log::is_not_found;
use super::atomic;
use super::lock::FileLock;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{SavedWorksheet, WorksheetSet};
use crate::io::host::own_file::{self, OwnFileUse};

/// The version of the index format; files of newer versions are not used.
const FORMAT: u32 = 1;
/// How many rrx processes can use one profile at the same time.
const MAX_SLOTS: u32 = 64;
/// The name of the index file.
const INDEX: &str = "index.json";

/// The saved worksheets of one profile.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SavedWorksheets {
    pub worksheets: WorksheetSet,
    /// The problems found while reading the files.
    pub problems: Vec<Problem>,
}

/// The slots that this rrx has locked, one for each profile that it has opened.
#[derive(Debug)]
pub struct WorksheetFiles {
    root: PathBuf,
    slots: BTreeMap<String, Slot>,
}

impl WorksheetFiles {
    /// Creates the value for this directory. Uses no file before the first profile is opened.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root, slots: BTreeMap::new() }
    }

    /// Reads the worksheets of a profile, and takes over those of rrx processes that have ended.
    ///
    /// # Errors
    /// Returns a problem if the directory cannot be used.
    pub fn load(&mut self, profile: &str) -> Result<SavedWorksheets, Problem> {
        let directory = self.directory(profile)?;
        if let Some(slot) = self.slots.get_mut(profile) {
            return Ok(slot.read());
        }
        let mut slots = free_slots(&directory).map_err(|error| directory_problem(&directory, &error))?.into_iter();
        let mut slot = slots.next().ok_or_else(|| no_free_slot(&directory))?;
        let mut kept = slot.read();
        for mut left_over in slots {
            let more = left_over.read();
            kept.problems.extend(more.problems);
            if is_empty(&more.worksheets) {
                continue;
            }
            append(&mut kept.worksheets, more.worksheets);
            // Write first, then delete: a crash in between leaves two copies, never none.
            slot.write(&kept.worksheets)?;
            left_over.write(&WorksheetSet::default())?;
        }
        self.slots.insert(profile.to_owned(), slot);
        Ok(kept)
    }

    /// Writes all worksheets of a profile. The files of worksheets that are missing here are deleted.
    ///
    /// # Errors
    /// Returns a problem that names the file; the previous files are still there.
    pub fn save(&mut self, profile: &str, worksheets: &WorksheetSet) -> Result<(), Problem> {
        let directory = self.directory(profile)?;
        if !self.slots.contains_key(profile) {
            // Saved before anything was read: use an empty slot, so that no other worksheets are overwritten.
            let slot = empty_slot(&directory).map_err(|error| directory_problem(&directory, &error))?;
            let slot = slot.ok_or_else(|| no_free_slot(&directory))?;
            self.slots.insert(profile.to_owned(), slot);
        }
        match self.slots.get_mut(profile) {
            Some(slot) => slot.write(worksheets),
            None => Ok(()),
        }
    }

    fn directory(&self, profile: &str) -> Result<PathBuf, Problem> {
        if is_safe_name(profile) {
            return Ok(self.root.join(profile));
        }
        Err(Problem::new(ProblemKind::Local, "Worksheets cannot be saved for a profile of this name")
            .hint("use letters, digits, '-', '_' and '.' in its name"))
    }
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
    database: Option<String>,
}

impl Tab {
    fn of(worksheet: &SavedWorksheet) -> Self {
        Self {
            key: worksheet.key.clone(),
            title: worksheet.title.clone(),
            cursor: worksheet.cursor,
            profile: worksheet.profile.clone(),
            database: worksheet.database.clone(),
        }
    }
}

/// One directory, locked by its `lock` file while this value lives.
#[derive(Debug)]
struct Slot {
    directory: PathBuf,
    _lock: FileLock,
    /// The worksheets that this rrx has read or written: key and text.
    written: BTreeMap<String, String>,
}

impl Slot {
    fn if_empty(mut self) -> Option<Self> {
        let kept = self.read();
        (is_empty(&kept.worksheets) && kept.problems.is_empty()).then_some(self)
    }

    fn read(&mut self) -> SavedWorksheets {
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
            let tab = Tab { title: key.clone(), key, cursor: (0, 0), profile: None, database: None };
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
                let Tab { key, title, cursor, profile, database } = tab;
                Some(SavedWorksheet { key, title, text, cursor, profile, database })
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

    fn write(&mut self, worksheets: &WorksheetSet) -> Result<(), Problem> {
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

/// Locks every slot that no other rrx uses, in order; a new one if all are in use.
fn free_slots(directory: &Path) -> std::io::Result<Vec<Slot>> {
    let mut free = Vec::new();
    for number in 1..=MAX_SLOTS {
        if !free.is_empty() && !directory.join(number.to_string()).exists() {
            break;
        }
        free.extend(lock_slot(directory, number)?);
    }
    Ok(free)
}

/// Locks the first free slot without worksheets.
fn empty_slot(directory: &Path) -> std::io::Result<Option<Slot>> {
    for number in 1..=MAX_SLOTS {
        if let Some(slot) = lock_slot(directory, number)?.and_then(Slot::if_empty) {
            return Ok(Some(slot));
        }
    }
    Ok(None)
}

/// Creates and locks a slot; `None` if another rrx uses it, or if a newer version has written it.
fn lock_slot(directory: &Path, number: u32) -> std::io::Result<Option<Slot>> {
    let directory = directory.join(number.to_string());
    atomic::create_directory(&directory)?;
    let lock = own_file::open(&directory.join("lock"), OwnFileUse::Lock)?.file;
    let lock = FileLock::try_acquire(lock).filter(|_| !is_newer(&directory.join(INDEX)));
    Ok(lock.map(|lock| Slot { directory, _lock: lock, written: BTreeMap::new() }))
}

/// The version of an index, read before the rest.
#[derive(Deserialize)]
struct IndexVersion {
    v: u32,
}

fn is_newer(index: &Path) -> bool {
    let version = atomic::read_text(index).ok().and_then(|text| serde_json::from_str::<IndexVersion>(&text).ok());
    version.is_some_and(|version| version.v > FORMAT)
}

fn read_index(path: &Path) -> std::io::Result<WorksheetIndex> {
    Ok(serde_json::from_str(&atomic::read_text(path)?)?)
}

fn is_empty(worksheets: &WorksheetSet) -> bool {
    worksheets.open.is_empty() && worksheets.closed.is_empty()
}

/// Appends the worksheets of another slot. A key that is already in use gets a number.
fn append(kept: &mut WorksheetSet, more: WorksheetSet) {
    for mut worksheet in more.open {
        worksheet.key = free_key(kept, &worksheet.key);
        kept.open.push(worksheet);
    }
    for mut worksheet in more.closed {
        worksheet.key = free_key(kept, &worksheet.key);
        kept.closed.push(worksheet);
    }
}

fn free_key(kept: &WorksheetSet, key: &str) -> String {
    let is_taken = |key: &str| kept.open.iter().chain(&kept.closed).any(|other| other.key == key);
    let mut free = key.to_owned();
    let mut number = 2;
    while is_taken(&free) {
        free = format!("{key}-{number}");
        number += 1;
    }
    free
}

/// Returns whether a text is safe as a file name without extension: no path, no hidden file, no character special to a shell.
pub(super) fn is_safe_name(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn directory_problem(directory: &Path, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("Worksheets cannot be saved in {}", directory.display()))
        .because(error.to_string())
        .hint("make it a directory that you can write to")
}

fn write_problem(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("{} cannot be written", path.display()))
        .because(error.to_string())
        .hint("free some space on the disk, or make the directory writable")
}

fn no_free_slot(directory: &Path) -> Problem {
    Problem::new(ProblemKind::Local, format!("There is no free slot for worksheets in {}", directory.display()))
        .because(format!("{MAX_SLOTS} running rrx use this profile, or a newer version wrote the slots"))
        .hint("quit some of them")
}
