//! Worksheets on disk. Each profile has slots, and each running rrx locks one. When an rrx has ended or was killed, the next one
//! takes over its slot. A directory in which nothing can be written is read too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::atomic;
use super::safe_name::is_safe_name;
pub use super::worksheet_slot::SavedWorksheets;
use super::worksheet_slot::{FORMAT, FoundSlots, MAX_SLOTS, Ownership, Slot};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{UnsavedPart, WorksheetSet};

/// The slots that this rrx uses, one for each profile that it has opened.
#[derive(Debug)]
pub struct WorksheetFiles {
    root: PathBuf,
    slots: BTreeMap<String, ProfileSlots>,
}

/// The slot of a profile.
#[derive(Debug)]
struct ProfileSlots {
    slot: Slot,
    /// Slots of rrx processes that have ended, until their worksheets are written to the slot.
    absorbed: Vec<Slot>,
}

impl WorksheetFiles {
    /// Creates the value for this directory. Uses no file before the first profile is opened.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root, slots: BTreeMap::new() }
    }

    /// Reads the worksheets of a profile, and takes over those of rrx processes that have ended. Reads them also if nothing
    /// can be written.
    ///
    /// # Errors
    /// Returns a problem if the directory has no slot for this rrx.
    pub fn load(&mut self, profile: &str) -> Result<SavedWorksheets, Problem> {
        let directory = self.directory(profile)?;
        if let Some(slots) = self.slots.get_mut(profile) {
            return Ok(slots.slot.read());
        }
        let FoundSlots { free, newer, obstacle } = FoundSlots::in_directory(&directory);
        let obstacle = obstacle.map(|error| directory_problem(&directory, &error));
        let mut slots = free.into_iter();
        let Some(mut slot) = slots.next() else {
            let Some(obstacle) = obstacle else { return Err(no_free_slot(&directory)) };
            let problems = newer.iter().map(newer_problem).collect();
            return Ok(SavedWorksheets { problems, obstacle: Some(obstacle), ..SavedWorksheets::default() });
        };
        let mut kept = slot.read();
        let mut absorbed = Vec::new();
        for mut left_over in slots {
            let more = left_over.read();
            kept.problems.extend(more.problems);
            if !is_empty(&more.worksheets) {
                append(&mut kept.worksheets, more.worksheets);
                absorbed.push(left_over);
            }
        }
        kept.problems.extend(newer.iter().map(newer_problem));
        let mut slots = ProfileSlots { slot, absorbed };
        kept.obstacle = obstacle.or_else(|| slots.check(&kept.worksheets).err());
        self.slots.insert(profile.to_owned(), slots);
        Ok(kept)
    }

    /// Writes all worksheets of a profile. The files of worksheets that are missing here are deleted.
    ///
    /// # Errors
    /// Returns a problem that names the file; the previous files are still there.
    pub fn save(&mut self, profile: &str, worksheets: &WorksheetSet) -> Result<(), Problem> {
        let directory = self.directory(profile)?;
        if let Some(slots) = self.slots.get_mut(profile) {
            match slots.own().map_err(|error| directory_problem(&directory, &error))? {
                Ownership::Own => return slots.write(worksheets),
                // Another rrx has used the files since they were read, so they stay as they are.
                Ownership::Foreign => drop(self.slots.remove(profile)),
            }
        }
        // Saved before anything was read: use an empty slot, so that no other worksheets are overwritten.
        let slot = FoundSlots::empty_in(&directory).map_err(|error| directory_problem(&directory, &error))?;
        let slot = slot.ok_or_else(|| no_free_slot(&directory))?;
        let mut slots = ProfileSlots { slot, absorbed: Vec::new() };
        let written = slots.write(worksheets);
        self.slots.insert(profile.to_owned(), slots);
        written
    }

    /// Returns what is lost if these worksheets of a profile are dropped, after they could not be saved.
    #[must_use]
    pub fn unsaved_part(&self, profile: &str, worksheets: &WorksheetSet) -> UnsavedPart {
        let is_on_disk = |text: &str| {
            text.is_empty()
                || self.slots.get(profile).is_some_and(|slots| {
                    std::iter::once(&slots.slot).chain(&slots.absorbed).any(|slot| slot.has_text(text))
                })
        };
        let mut all = worksheets.open.iter().chain(&worksheets.closed);
        if all.all(|worksheet| is_on_disk(&worksheet.text)) { UnsavedPart::Positions } else { UnsavedPart::Texts }
    }

    fn directory(&self, profile: &str) -> Result<PathBuf, Problem> {
        if is_safe_name(profile) {
            return Ok(self.root.join(profile));
        }
        Err(Problem::new(ProblemKind::Local, "Worksheets cannot be saved for a profile of this name")
            .hint("use letters, digits, '-', '_' and '.' in its name"))
    }
}

impl ProfileSlots {
    /// Writes the worksheets if some are in absorbed slots, or else checks that a file can be written.
    fn check(&mut self, worksheets: &WorksheetSet) -> Result<(), Problem> {
        if self.absorbed.is_empty() {
            return atomic::check_writable(self.slot.directory())
                .map_err(|error| directory_problem(self.slot.directory(), &error));
        }
        self.write(worksheets)
    }

    /// Locks the slots that could only be read so far.
    fn own(&mut self) -> std::io::Result<Ownership> {
        for slot in std::iter::once(&mut self.slot).chain(&mut self.absorbed) {
            if slot.own()? == Ownership::Foreign {
                return Ok(Ownership::Foreign);
            }
        }
        Ok(Ownership::Own)
    }

    fn write(&mut self, worksheets: &WorksheetSet) -> Result<(), Problem> {
        self.slot.write(worksheets)?;
        // Written first, then deleted: a crash in between leaves two copies, never none.
        while let Some(slot) = self.absorbed.last_mut() {
            slot.write(&WorksheetSet::default())?;
            self.absorbed.pop();
        }
        Ok(())
    }
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

fn directory_problem(directory: &Path, error: &std::io::Error) -> Problem {
    Problem::new(ProblemKind::Local, format!("Worksheets cannot be saved in {}", directory.display()))
        .because(error.to_string())
        .hint("make it a directory that you can write to; rrx then saves them by itself")
}

fn newer_problem((directory, version): &(PathBuf, u64)) -> Problem {
    Problem::new(ProblemKind::Local, format!("The worksheets in {} are not shown", directory.display()))
        .because(format!("a newer rrx wrote them: their format is {version}, and this rrx reads format {FORMAT}"))
        .hint("use the newer rrx to see them; this rrx leaves them unchanged")
}

fn no_free_slot(directory: &Path) -> Problem {
    Problem::new(ProblemKind::Local, format!("There is no free slot for worksheets in {}", directory.display()))
        .because(format!("{MAX_SLOTS} running rrx use this profile, or a newer version wrote the slots"))
        .hint("quit some of them")
}
