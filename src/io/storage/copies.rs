//! Copies that no clipboard accepts, as files: a limited number, for the user only, deleted after a day.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::atomic;
use crate::domain::limits::{COPIES_KEPT, COPY_AGE};
use crate::io::runtime::clock::Clock;

/// How many names are tried for one copy, because several processes can copy in the same millisecond.
const NAMES: u32 = 100;

/// Writes a copy to a new file in this directory, readable by the user only, and deletes the oldest copies if there are more than
/// [`COPIES_KEPT`]. Creates the directory if there is none.
///
/// # Errors
/// Returns the system's error; then there is no such file.
pub fn write(directory: &Path, text: &str, clock: Clock) -> std::io::Result<PathBuf> {
    atomic::create_directory(directory)?;
    let now = clock();
    let time = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let stem = format!("copy-{time:.3}").replace(':', ".");
    for number in 1..=NAMES {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = directory.join(format!("{stem}{number}.txt"));
        match atomic::create(&path, text.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => {
                let mut names = files(directory);
                // Temporary files may belong to another process that is writing.
                names.retain(|name| name.extension().is_some_and(|extension| extension == "txt"));
                names.sort();
                let too_many = names.len().saturating_sub(COPIES_KEPT);
                names.iter().filter(|name| **name != path).take(too_many).for_each(|name| remove(name));
                return Ok(path);
            }
        }
    }
    Err(Error::new(ErrorKind::AlreadyExists, "too many copies at the same time"))
}

/// Deletes the copies that are older than [`COPY_AGE`]. A missing directory is not created.
pub fn sweep(directory: &Path, clock: Clock) {
    let now = clock();
    let is_old = |path: &PathBuf| {
        let changed = std::fs::symlink_metadata(path).and_then(|meta| meta.modified());
        changed.is_ok_and(|changed| age(now, changed) > COPY_AGE)
    };
    files(directory).iter().filter(|path| is_old(path)).for_each(|path| remove(path));
}

fn age(now: SystemTime, changed: SystemTime) -> std::time::Duration {
    now.duration_since(changed).unwrap_or_default()
}

/// Returns the files of copies, and temporary files that a crash left. Other files are never touched.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("txt") => name.starts_with("copy-"),
            Some("tmp") => name.starts_with(".copy-"),
            Some(_) | None => false,
        }
    };
    entries.map(|entry| entry.path()).filter(is_ours).collect()
}

fn remove(path: &Path) {
    // Another process may have deleted it already.
    let _ = std::fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_copy_is_a_private_file_and_a_limited_number_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("state/copies");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("mine.txt"), "the user's own").unwrap();
        let first = write(&directory, "first", noon).unwrap();
        let second = write(&directory, "second", noon).unwrap();
        assert!(first != second && first.exists(), "two copies at the same time");
        let clock = || {
            static LATER: AtomicU64 = AtomicU64::new(1);
            noon() + Duration::from_secs(LATER.fetch_add(1, Ordering::Relaxed))
        };
        let kept: Vec<PathBuf> =
            (0..COPIES_KEPT + 3).map(|number| write(&directory, &number.to_string(), clock).unwrap()).collect();
        let exist: Vec<bool> = kept.iter().map(|path| path.exists()).collect();
        assert_eq!(exist, [vec![false; 3], vec![true; COPIES_KEPT]].concat(), "the newest");
        assert!(!first.exists() && !second.exists());
        let last = kept.last().unwrap();
        assert_eq!(std::fs::read_to_string(last).unwrap(), (COPIES_KEPT + 2).to_string());
        assert_eq!(mode(last), 0o600);
        assert_eq!(first.file_name().unwrap(), "copy-2026-09-21T14.13.20.000Z.txt");
        assert!(directory.join("mine.txt").exists());
    }

    #[test]
    fn the_directory_is_private_and_old_copies_are_deleted() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("copies");
        sweep(&directory, noon);
        assert!(!directory.exists(), "sweeping creates no directory");
        let clock = || SystemTime::UNIX_EPOCH + Duration::from_secs(40_000_000_000);
        let path = write(&directory, "x", clock).unwrap();
        assert_eq!(mode(&directory), 0o700);
        std::fs::write(directory.join("mine.txt"), "the user's own").unwrap();
        // The file's time is now, long after the first clock and long before the second.
        sweep(&directory, || SystemTime::UNIX_EPOCH);
        assert!(path.exists());
        sweep(&directory, clock);
        assert!(!path.exists() && directory.join("mine.txt").exists());
    }
}
