//! Whole files: replaced in one step, made only where there is none, read with a bound. For the user only (0600, folders
//! 0700). Knows no form of text.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::limits;

/// Makes a folder and those above it; what is made is the user's alone.
///
/// # Errors
/// The system's own.
pub fn make_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Replaces a file in one step: after a crash there is the old text or the new one, never a part.
///
/// # Errors
/// The system's own; then the old file is as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = Draft::write(path, bytes)?;
    std::fs::rename(&draft.path, path)?;
    draft.keep();
    sync_folder(path)
}

/// Replaces a file as [`replace`] does, where it still holds what it held: `before`, or nothing at all. Answers whether it did.
/// Looked at as late as can be, when only the new name is left to be given.
///
/// # Errors
/// As [`replace`]; also where it cannot be looked at.
pub fn exchange(path: &Path, before: Option<&str>, bytes: &[u8]) -> std::io::Result<bool> {
    let draft = Draft::write(path, bytes)?;
    let now = match read_bytes(path) {
        Ok(now) => Some(now),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if now.as_deref() != before.map(str::as_bytes) {
        return Ok(false);
    }
    std::fs::rename(&draft.path, path)?;
    draft.keep();
    sync_folder(path)?;
    Ok(true)
}

/// Makes a file whole, or not at all where one of that name is there already.
///
/// # Errors
/// [`ErrorKind::AlreadyExists`], or the system's own.
pub fn create(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = Draft::write(path, bytes)?;
    // A link, unlike a rename, fails where the name is taken.
    match std::fs::hard_link(&draft.path, path) {
        Ok(()) => sync_folder(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            // A file system without links: claim the name first, then put the whole text there.
            drop(new_file(path)?);
            std::fs::rename(&draft.path, path)?;
            draft.keep();
            sync_folder(path)
        }
    }
}

/// Reads a text file of at most [`limits::TEXT_FILE_BYTES`].
///
/// # Errors
/// The system's own; [`ErrorKind::InvalidData`] with a sentence for what is no file, too large, or not UTF-8.
pub fn read_text(path: &Path) -> std::io::Result<String> {
    text(read_bytes(path)?)
}

/// Reads a text of at most [`limits::TEXT_FILE_BYTES`] from standard input or a pipe: all of it or none.
///
/// # Errors
/// As [`read_text`].
pub fn read_text_from(source: impl Read) -> std::io::Result<String> {
    text(bounded(source)?)
}

fn text(bytes: Vec<u8>) -> std::io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count();
        Error::new(ErrorKind::InvalidData, format!("line {line} is not UTF-8"))
    })
}

/// Reads a file of at most [`limits::TEXT_FILE_BYTES`].
///
/// # Errors
/// As [`read_text`].
pub fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    // Asked before it is opened: opening a named pipe would wait for its writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidData, "it is not a regular file"));
    }
    bounded(File::open(path)?)
}

fn bounded(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limits::TEXT_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::TEXT_FILE_BYTES {
        let most = limits::TEXT_FILE_BYTES >> 20;
        return Err(Error::new(ErrorKind::InvalidData, format!("it is larger than {most} MiB")));
    }
    Ok(bytes)
}

/// A file under a passing name beside its goal; gone when it is dropped.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn write(goal: &Path, bytes: &[u8]) -> std::io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = name_of(goal)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut draft_name = std::ffi::OsString::from(".");
        draft_name.push(name);
        draft_name.push(format!(".{}-{number}.tmp", std::process::id()));
        let path = goal.with_file_name(draft_name);
        let mut file = match new_file(&path) {
            // Left by a process that had our number before.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                std::fs::remove_file(&path)?;
                new_file(&path)?
            }
            other => other?,
        };
        let draft = Self { path };
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(draft)
    }

    /// The draft has become the goal.
    fn keep(mut self) {
        self.path = PathBuf::new();
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The name of a file without its folder.
pub(super) fn name_of(path: &Path) -> std::io::Result<&OsStr> {
    path.file_name().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the path names no file"))
}

/// Makes a file that is the user's alone, where there is none of that name.
pub(super) fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}
