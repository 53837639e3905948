//! Copies that no clipboard takes, as files: few, for the user only, and gone after a day. Knows no clipboard.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::{Clock, atomic};
use crate::domain::limits::{COPIES_KEPT, COPY_AGE};

/// Names that are tried for one copy: several in one millisecond, of several processes.
const NAMES: u32 = 100;

/// Writes a copy into this folder (made where there is none) as a file of its own, readable by the user only, and takes the
/// oldest away where there are more than [`COPIES_KEPT`].
///
/// # Errors
/// The system's own; then there is no such file.
pub fn keep(folder: &Path, text: &str, clock: Clock) -> std::io::Result<PathBuf> {
    atomic::make_folder(folder)?;
    let now = clock();
    let time = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH);
    let stem = format!("copy-{time:.3}").replace(':', ".");
    for number in 1..=NAMES {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{stem}{number}.txt"));
        match atomic::create(&path, text.as_bytes()) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => {
                let mut names = files(folder);
                // A draft may be another process's, under way.
                names.retain(|name| name.extension().is_some_and(|ending| ending == "txt"));
                names.sort();
                let too_many = names.len().saturating_sub(COPIES_KEPT);
                names.iter().filter(|name| **name != path).take(too_many).for_each(|name| remove(name));
                return Ok(path);
            }
        }
    }
    Err(Error::new(ErrorKind::AlreadyExists, "too many copies at one time"))
}

/// Takes away what is older than [`COPY_AGE`]; no folder is nothing to do.
pub fn sweep(folder: &Path, clock: Clock) {
    let now = clock();
    let is_old = |path: &PathBuf| {
        let changed = std::fs::symlink_metadata(path).and_then(|meta| meta.modified());
        changed.is_ok_and(|changed| age(now, changed) > COPY_AGE)
    };
    files(folder).iter().filter(|path| is_old(path)).for_each(|path| remove(path));
}

fn age(now: SystemTime, changed: SystemTime) -> std::time::Duration {
    now.duration_since(changed).unwrap_or_default()
}

/// Our own files there, and drafts of them that a crash left; nothing else is ever touched.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("txt") => name.starts_with("copy-"),
            Some("tmp") => name.starts_with(".copy-"),
            Some(_) | None => false,
        }
    };
    entries.map(|entry| entry.path()).filter(is_ours).collect()
}

fn remove(path: &Path) {
    // What another process has taken away already is gone too.
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
    fn a_copy_is_a_file_for_the_user_only_and_few_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("state/copies");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("mine.txt"), "the user's own").unwrap();
        let first = keep(&folder, "first", noon).unwrap();
        let second = keep(&folder, "second", noon).unwrap();
        assert!(first != second && first.exists(), "two of one moment");
        let clock = || {
            static LATER: AtomicU64 = AtomicU64::new(1);
            noon() + Duration::from_secs(LATER.fetch_add(1, Ordering::Relaxed))
        };
        let kept: Vec<PathBuf> =
            (0..COPIES_KEPT + 3).map(|number| keep(&folder, &number.to_string(), clock).unwrap()).collect();
        let there: Vec<bool> = kept.iter().map(|path| path.exists()).collect();
        assert_eq!(there, [vec![false; 3], vec![true; COPIES_KEPT]].concat(), "the newest");
        assert!(!first.exists() && !second.exists());
        let last = kept.last().unwrap();
        assert_eq!(std::fs::read_to_string(last).unwrap(), (COPIES_KEPT + 2).to_string());
        assert_eq!(mode(last), 0o600);
        assert_eq!(first.file_name().unwrap(), "copy-2026-09-21T14.13.20.000Z.txt");
        assert!(folder.join("mine.txt").exists());
    }

    #[test]
    fn the_folder_is_the_users_alone_and_what_is_older_than_a_day_goes() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("copies");
        sweep(&folder, noon);
        assert!(!folder.exists(), "nothing is made to be swept");
        let clock = || SystemTime::UNIX_EPOCH + Duration::from_secs(40_000_000_000);
        let path = keep(&folder, "x", clock).unwrap();
        assert_eq!(mode(&folder), 0o700);
        std::fs::write(folder.join("mine.txt"), "the user's own").unwrap();
        // Its time is the file system's: now, which is long after one clock and long before the other.
        sweep(&folder, || SystemTime::UNIX_EPOCH);
        assert!(path.exists());
        sweep(&folder, clock);
        assert!(!path.exists() && folder.join("mine.txt").exists());
    }
}
