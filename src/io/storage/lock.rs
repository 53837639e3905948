//! Locks between processes: taken on an open file, waited for with an end. They end with their file, so a process that is
//! killed leaves none. Knows nothing of what is written under them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Error;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::atomic::name_of;

/// How long to wait before a lock is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// Why a lock is not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it and does not let go.
    #[error("another process holds it for longer than {0:?}")]
    Busy(Duration),
    /// The system does not give it, or the file that stands for it cannot be opened.
    #[error(transparent)]
    System(#[from] Error),
}

/// The lock beside a file, for as long as this lives.
#[derive(Debug)]
pub struct Held {
    /// Closing it lets go.
    _file: File,
}

/// Takes the lock of a file that is replaced as a whole: `.NAME.lock` beside it, which stays there. The file itself would not
/// do: whoever waits for it would hold the one that has been replaced.
///
/// # Errors
/// [`LockError::Busy`] after this time, or the system's own.
pub fn beside(path: &Path, time: Duration) -> Result<Held, LockError> {
    let place = place(path)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(place)?;
    take(&file, time)?;
    Ok(Held { _file: file })
}

/// Where the lock of this file lies.
fn place(path: &Path) -> std::io::Result<PathBuf> {
    let name = name_of(path)?;
    let mut lock = std::ffi::OsString::from(".");
    lock.push(name);
    lock.push(".lock");
    Ok(path.with_file_name(lock))
}

/// Takes the lock of an open file.
///
/// # Errors
/// [`LockError::Busy`] after this time, or the system's own.
pub fn take(file: &File, time: Duration) -> Result<(), LockError> {
    let tries = time.as_millis() / PAUSE.as_millis();
    for _ in 0..=tries {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => pause(),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(LockError::Busy(time))
}

/// Waits a moment for another process. There is no event to wait for: a file lock wakes nobody with a time-out.
fn pause() {
    let (_keep, never) = std::sync::mpsc::sync_channel::<()>(0);
    let _ = never.recv_timeout(PAUSE);
}
