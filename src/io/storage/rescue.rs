//! Writes worksheets that cannot be saved to a new directory in another place, and finds such directories again.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::atomic;
use super::safe_name::is_safe_name;
use crate::domain::limits::RESCUE_DIRECTORIES;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{SavedWorksheet, WorksheetSet};

/// Returns the worksheets that have a text.
#[must_use]
pub fn with_text(worksheets: WorksheetSet) -> Vec<SavedWorksheet> {
    worksheets.open.into_iter().chain(worksheets.closed).filter(|worksheet| !worksheet.text.is_empty()).collect()
}

/// Writes each text to a file of its own, in a new directory in the first place where that succeeds. Only the user can read the
/// directory. Returns its path.
///
/// # Errors
/// Returns a problem that names why each place fails.
pub fn write(places: &[PathBuf], profile: &str, worksheets: &[SavedWorksheet]) -> Result<PathBuf, Problem> {
    let mut problem = Problem::new(ProblemKind::Local, format!("The worksheets of {profile} could be written nowhere"));
    for place in places {
        match write_in(place, profile, worksheets) {
            Ok(directory) => return Ok(directory),
            Err(error) => problem = problem.because(format!("{}: {error}", place.display())),
        }
    }
    Err(problem.hint("free some space on a disk before you start rrx again"))
}

fn write_in(place: &Path, profile: &str, worksheets: &[SavedWorksheet]) -> std::io::Result<PathBuf> {
    let directory = create_directory(place, profile)?;
    let written = worksheets.iter().enumerate().try_for_each(|(number, worksheet)| {
        let key = if is_safe_name(&worksheet.key) { worksheet.key.clone() } else { format!("unnamed-{number}") };
        // The directory is new, and only the user can put something there. A link is never followed.
        let mut file = atomic::create_new(&directory.join(format!("{key}.sql")))?;
        file.write_all(worksheet.text.as_bytes())?;
        file.sync_all()
    });
    let synced = written.and_then(|()| File::open(&directory)?.sync_all()).and_then(|()| File::open(place)?.sync_all());
    match synced {
        Ok(()) => Ok(directory),
        Err(error) => {
            // It has only the files that were just made.
            let _ = std::fs::remove_dir_all(&directory);
            Err(error)
        }
    }
}

/// Creates a directory with a number that is free. A name that is taken, also by a link, is never used.
fn create_directory(place: &Path, profile: &str) -> std::io::Result<PathBuf> {
    for number in 1..=RESCUE_DIRECTORIES {
        let directory = place.join(format!("{}{number}", prefix(profile)));
        match DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::Error::new(ErrorKind::AlreadyExists, format!("it has {RESCUE_DIRECTORIES} such directories already")))
}

/// Returns the directories with worksheets of a profile that earlier runs have written.
#[must_use]
pub fn find(places: &[PathBuf], profile: &str) -> Vec<PathBuf> {
    let own = nix::unistd::geteuid().as_raw();
    let mut found = Vec::new();
    for place in places {
        let directories = (1..=RESCUE_DIRECTORIES).map(|number| place.join(format!("{}{number}", prefix(profile))));
        let is_ours = |path: &PathBuf| path.symlink_metadata().is_ok_and(|found| found.is_dir() && found.uid() == own);
        found.extend(directories.filter(is_ours));
    }
    found
}

fn prefix(profile: &str) -> String {
    let name = if is_safe_name(profile) { profile } else { "profile" };
    format!("rrx-unsaved-{name}-")
}

/// Describes where unsaved worksheets are now.
#[must_use]
pub fn written_problem(profile: &str, directory: &Path, why: Problem) -> Problem {
    let what = format!("The worksheets of {profile} could not be saved; their texts are in {}", directory.display());
    let problem = Problem::new(ProblemKind::Local, what).because(why.what);
    let problem = why.because.into_iter().fold(problem, Problem::because);
    problem.hint("open or copy the files there; rrx does not read them by itself")
}

/// Describes directories that an earlier run has written.
#[must_use]
pub fn found_problem(directory: &Path) -> Problem {
    let what = format!("An earlier rrx could not save its worksheets; their texts are in {}", directory.display());
    Problem::new(ProblemKind::Local, what).hint("copy what you need from there, then delete the directory")
}
