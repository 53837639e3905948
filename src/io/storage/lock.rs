//! Locks between processes, on open files, with a time limit. A lock ends when its file is closed, so a killed process leaves
//! none.

use std::fs::{File, Metadata, TryLockError};
use std::io::Error;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::atomic::file_name;
use crate::io::host::own_file::{self, OwnFileUse};

/// The time between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// Why a lock was not acquired.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("another process has kept the lock for longer than {0:?}")]
    Busy(Duration),
    #[error(transparent)]
    System(#[from] Error),
}

/// A lock. Dropping it releases the lock.
#[derive(Debug)]
pub struct FileLock {
    file: File,
}

impl FileLock {
    /// Locks an open file if no other process has locked it.
    #[must_use]
    pub fn try_acquire(file: File) -> Option<Self> {
        file.try_lock().ok().map(|()| Self { file })
    }

    /// Returns whether the locked file is the one at this path.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        let same = |ours: Metadata, there: Metadata| (ours.dev(), ours.ino()) == (there.dev(), there.ino());
        self.file.metadata().ok().zip(std::fs::metadata(path).ok()).is_some_and(|(ours, there)| same(ours, there))
    }
}

impl Drop for FileLock {
    /// Releases the lock. Closing the file is not enough: a child process that another thread is just starting has a copy of
    /// it until its `exec`.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Locks a file that is replaced as a whole, by a second file `.NAME.lock`, which stays. A lock on the file itself would not
/// work: a process that waits for it would get the lock of the replaced file.
///
/// # Errors
/// Returns [`LockError::Busy`] after the time limit, or the system's error.
pub fn acquire_for(path: &Path, time_limit: Duration) -> Result<FileLock, LockError> {
    let lock_path = lock_path(path)?;
    let file = own_file::open(&lock_path, OwnFileUse::Lock)?.file;
    acquire(&file, time_limit)?;
    Ok(FileLock { file })
}

fn lock_path(path: &Path) -> std::io::Result<PathBuf> {
    let name = file_name(path)?;
    let mut lock = std::ffi::OsString::from(".");
    lock.push(name);
    lock.push(".lock");
    Ok(path.with_file_name(lock))
}

/// Locks an open file.
///
/// # Errors
/// Returns [`LockError::Busy`] after the time limit, or the system's error.
pub fn acquire(file: &File, time_limit: Duration) -> Result<(), LockError> {
    let tries = time_limit.as_millis() / RETRY_INTERVAL.as_millis();
    for _ in 0..=tries {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => pause(),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(LockError::Busy(time_limit))
}

/// Waits until the next attempt. There is no event to wait for, because a file lock has no timeout.
fn pause() {
    let (_sender, never) = std::sync::mpsc::sync_channel::<()>(0);
    let _ = never.recv_timeout(RETRY_INTERVAL);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_lock_is_free_even_while_a_copy_of_the_file_is_open() {
        let directory = tempfile::tempdir().unwrap();
        let open = || File::create(directory.path().join("lock")).unwrap();
        let file = open();
        // What a child process has between its `fork` and its `exec`.
        let _copy = file.try_clone().unwrap();
        let lock = FileLock::try_acquire(file).unwrap();
        assert!(FileLock::try_acquire(open()).is_none());
        drop(lock);
        assert!(FileLock::try_acquire(open()).is_some());
    }
}
