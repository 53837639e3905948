//! Worksheets on disk: for each profile some slots, each held by one running program; a slot is an index and one `.sql`
//! file for each worksheet. A slot that nobody holds any more (ended, or killed) is taken over by the next program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::access_log::is_absent;
use super::atomic;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::SavedWorksheet;

/// The form of the index; a reader leaves a newer one alone.
const FORMAT: u32 = 1;
/// Programs that may hold worksheets of one profile at the same time.
const SLOTS: u32 = 64;
/// The index of a slot.
const INDEX: &str = "index.json";

/// The worksheets of one profile, as they were.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// In tab order.
    pub worksheets: Vec<SavedWorksheet>,
    /// Which tab is in front.
    pub front: usize,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// The slots that this program holds, one for each profile that it has opened.
#[derive(Debug)]
pub struct Worksheets {
    root: PathBuf,
    held: BTreeMap<String, Slot>,
}

impl Worksheets {
    /// Nothing is touched before the first profile is opened.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root, held: BTreeMap::new() }
    }

    /// Reads the worksheets of a profile, and takes over what programs that ended have left.
    ///
    /// # Errors
    /// A problem where the folder cannot be used at all.
    pub fn load(&mut self, profile: &str) -> Result<Kept, Problem> {
        let folder = self.folder(profile)?;
        if let Some(slot) = self.held.get_mut(profile) {
            return Ok(slot.read());
        }
        let mut slots = free_slots(&folder).map_err(|error| unusable(&folder, &error))?.into_iter();
        let mut own = slots.next().ok_or_else(|| crowded(&folder))?;
        let mut kept = own.read();
        for mut left_over in slots {
            let more = left_over.read();
            kept.problems.extend(more.problems);
            if more.worksheets.is_empty() {
                continue;
            }
            adopt(&mut kept.worksheets, more.worksheets);
            // Ours first, then theirs go: a crash in between leaves two copies, never none.
            own.write(&kept.worksheets, kept.front)?;
            left_over.write(&[], 0)?;
        }
        self.held.insert(profile.to_owned(), own);
        Ok(kept)
    }

    /// Writes the worksheets of a profile, all of them; a key that is missing is closed and its file goes.
    ///
    /// # Errors
    /// A problem that names the file; what was on disk before is still there.
    pub fn save(&mut self, profile: &str, worksheets: &[SavedWorksheet], front: usize) -> Result<(), Problem> {
        let folder = self.folder(profile)?;
        if !self.held.contains_key(profile) {
            // Saved before anything was read: what other programs left must not be overwritten, so an empty slot it is.
            let slot = empty_slot(&folder).map_err(|error| unusable(&folder, &error))?;
            let slot = slot.ok_or_else(|| crowded(&folder))?;
            self.held.insert(profile.to_owned(), slot);
        }
        match self.held.get_mut(profile) {
            Some(slot) => slot.write(worksheets, front),
            None => Ok(()),
        }
    }

    fn folder(&self, profile: &str) -> Result<PathBuf, Problem> {
        if is_stem(profile) {
            return Ok(self.root.join(profile));
        }
        Err(Problem::new(ProblemKind::Local, "Worksheets cannot be kept for a profile of this name")
            .hint("use letters, digits, '-', '_' and '.' in its name"))
    }
}

/// The index file.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    v: u32,
    front: usize,
    worksheets: Vec<Tab>,
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

/// One folder, held by the lock on its `lock` file for as long as this value lives.
#[derive(Debug)]
struct Slot {
    folder: PathBuf,
    _lock: File,
    /// What is on disk as far as we know: key and text.
    written: BTreeMap<String, String>,
}

impl Slot {
    fn if_empty(mut self) -> Option<Self> {
        let kept = self.read();
        (kept.worksheets.is_empty() && kept.problems.is_empty()).then_some(self)
    }

    fn read(&mut self) -> Kept {
        let mut kept = Kept::default();
        let mut listed = BTreeSet::new();
        let path = self.folder.join(INDEX);
        match read_index(&path) {
            Ok(index) => {
                kept.front = index.front;
                for tab in index.worksheets {
                    listed.insert(tab.key.clone());
                    self.take(tab, &mut kept);
                }
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => {
                kept.problems.push(
                    Problem::new(ProblemKind::Local, format!("{} cannot be read", path.display()))
                        .because(error.to_string())
                        .hint("the worksheets' texts are there, their titles and order are lost"),
                );
            }
        }
        for key in self.stems().into_iter().filter(|key| !listed.contains(key)) {
            let tab = Tab { title: key.clone(), key, cursor: (0, 0), profile: None, database: None };
            self.take(tab, &mut kept);
        }
        kept.front = kept.front.min(kept.worksheets.len().saturating_sub(1));
        kept
    }

    fn take(&mut self, tab: Tab, kept: &mut Kept) {
        if !is_stem(&tab.key) {
            let path = self.folder.join(INDEX);
            kept.problems.push(Problem::new(ProblemKind::Local, format!("{} names a worksheet badly", path.display())));
            return;
        }
        let path = self.sheet(&tab.key);
        match atomic::read_text(&path) {
            Ok(text) => {
                self.written.insert(tab.key.clone(), text.clone());
                let Tab { key, title, cursor, profile, database } = tab;
                kept.worksheets.push(SavedWorksheet { key, title, text, cursor, profile, database });
            }
            Err(error) => kept.problems.push(
                Problem::new(ProblemKind::Local, format!("The worksheet {} cannot be read", path.display()))
                    .because(error.to_string())
                    .hint("the file stays where it is"),
            ),
        }
    }

    fn write(&mut self, worksheets: &[SavedWorksheet], front: usize) -> Result<(), Problem> {
        if let Some(bad) = worksheets.iter().find(|worksheet| !is_stem(&worksheet.key)) {
            return Err(Problem::new(ProblemKind::Local, format!("The worksheet \"{}\" has no usable key", bad.title)));
        }
        for SavedWorksheet { key, text, .. } in worksheets {
            if self.written.get(key) != Some(text) {
                let path = self.sheet(key);
                atomic::replace(&path, text.as_bytes()).map_err(|error| unwritable(&path, &error))?;
                self.written.insert(key.clone(), text.clone());
            }
        }
        let path = self.folder.join(INDEX);
        let tabs = worksheets.iter().map(|worksheet| Tab {
            key: worksheet.key.clone(),
            title: worksheet.title.clone(),
            cursor: worksheet.cursor,
            profile: worksheet.profile.clone(),
            database: worksheet.database.clone(),
        });
        let index = Index { v: FORMAT, front, worksheets: tabs.collect() };
        let text = serde_json::to_string_pretty(&index).map_err(|error| unwritable(&path, &error.into()))?;
        atomic::replace(&path, text.as_bytes()).map_err(|error| unwritable(&path, &error))?;
        self.forget_closed(worksheets);
        Ok(())
    }

    /// Removes the files of closed worksheets, and only of those that we have read or written ourselves.
    fn forget_closed(&mut self, open: &[SavedWorksheet]) {
        let open: BTreeSet<&str> = open.iter().map(|worksheet| worksheet.key.as_str()).collect();
        let closed: Vec<String> = self.written.keys().filter(|key| !open.contains(key.as_str())).cloned().collect();
        for key in closed {
            if std::fs::remove_file(self.sheet(&key)).is_ok() {
                self.written.remove(&key);
            }
        }
    }

    fn sheet(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.sql"))
    }

    /// The keys of the texts that lie in the folder.
    fn stems(&self) -> BTreeSet<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return BTreeSet::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter_map(|name| name.strip_suffix(".sql").map(str::to_owned)).filter(|key| is_stem(key)).collect()
    }
}

/// Every slot that no other program holds, in order; a new one where all that exist are held.
fn free_slots(folder: &Path) -> std::io::Result<Vec<Slot>> {
    let mut free = Vec::new();
    for number in 1..=SLOTS {
        if !free.is_empty() && !folder.join(number.to_string()).exists() {
            break;
        }
        free.extend(lock_slot(folder, number)?);
    }
    Ok(free)
}

/// The first slot that nobody holds and in which nothing lies.
fn empty_slot(folder: &Path) -> std::io::Result<Option<Slot>> {
    for number in 1..=SLOTS {
        if let Some(slot) = lock_slot(folder, number)?.and_then(Slot::if_empty) {
            return Ok(Some(slot));
        }
    }
    Ok(None)
}

/// Makes and locks a slot; `None` where another program holds it or a newer one has written it.
fn lock_slot(folder: &Path, number: u32) -> std::io::Result<Option<Slot>> {
    let folder = folder.join(number.to_string());
    atomic::make_folder(&folder)?;
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(folder.join("lock"))?;
    if lock.try_lock().is_err() || is_newer(&folder.join(INDEX)) {
        return Ok(None);
    }
    Ok(Some(Slot { folder, _lock: lock, written: BTreeMap::new() }))
}

/// The version alone, read before the rest is believed.
#[derive(Deserialize)]
struct Version {
    v: u32,
}

fn is_newer(index: &Path) -> bool {
    let version = atomic::read_text(index).ok().and_then(|text| serde_json::from_str::<Version>(&text).ok());
    version.is_some_and(|version| version.v > FORMAT)
}

fn read_index(path: &Path) -> std::io::Result<Index> {
    Ok(serde_json::from_str(&atomic::read_text(path)?)?)
}

/// Appends worksheets of another slot, with new keys where theirs are taken.
fn adopt(own: &mut Vec<SavedWorksheet>, theirs: Vec<SavedWorksheet>) {
    for mut worksheet in theirs {
        let stem = worksheet.key.clone();
        let mut number = 2;
        while own.iter().any(|other| other.key == worksheet.key) {
            worksheet.key = format!("{stem}-{number}");
            number += 1;
        }
        own.push(worksheet);
    }
}

/// Whether a text can be a file's stem as it is: no path, no hidden file, nothing that a shell reads.
pub(super) fn is_stem(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn unusable(folder: &Path, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("Worksheets cannot be kept in {}", folder.display()))
        .because(error.to_string())
        .hint("make it a folder that you may write to")
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("{} cannot be written", path.display()))
        .because(error.to_string())
        .hint("make room on the disk, or let the folder be written to")
}

fn crowded(folder: &Path) -> Problem {
    Problem::new(ProblemKind::Local, format!("No room for worksheets in {}", folder.display()))
        .because(format!("{SLOTS} programs hold one there, or a newer rrx wrote them"))
        .hint("end some of them")
}
