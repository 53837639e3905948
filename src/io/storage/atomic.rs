//! Reads and writes whole files: replaces them in one step, creates them without overwriting, reads them with a size limit.
//! New files are for the user only (mode 0600, directories 0700).

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::limits;
use crate::io::host::own_file;

/// Creates a directory and its parents, for the user only.
///
/// # Errors
/// Returns the system's error.
pub fn create_directory(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Replaces a file in one step: after a crash it has the old text or the new one, never a part. Mode and group stay.
///
/// # Errors
/// Returns the system's error; then the old file is unchanged.
pub fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    own_file::check_replaceable(path)?;
    let temporary = TemporaryFile::write(path, bytes)?;
    std::fs::rename(&temporary.path, path)?;
    temporary.forget();
    sync_directory(path)
}

/// Replaces a file as [`replace`] does, but only if its text is still `before` (`None`: if there is no file). Returns
/// whether it did. The check is made as late as possible, just before the rename.
///
/// # Errors
/// Returns the errors of [`replace`], and an error if the file cannot be read.
pub fn replace_if_unchanged(path: &Path, before: Option<&str>, bytes: &[u8]) -> std::io::Result<bool> {
    replace_if(path, |now| now == before.map(str::as_bytes), bytes)
}

/// Replaces a file as [`replace`] does, but only if its bytes are as expected (`None`: there is no file). Returns whether it did. The
/// check is made as late as possible, just before the rename.
///
/// # Errors
/// Returns the errors of [`replace`], and an error if the file cannot be read.
pub fn replace_if(path: &Path, is_expected: impl FnOnce(Option<&[u8]>) -> bool, bytes: &[u8]) -> std::io::Result<bool> {
    own_file::check_replaceable(path)?;
    let temporary = TemporaryFile::write(path, bytes)?;
    let now = match read_bytes(path) {
        Ok(now) => Some(now),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if !is_expected(now.as_deref()) {
        return Ok(false);
    }
    std::fs::rename(&temporary.path, path)?;
    temporary.forget();
    sync_directory(path)?;
    Ok(true)
}

/// Creates a file completely, or not at all if there is one of that name.
///
/// # Errors
/// Returns [`ErrorKind::AlreadyExists`], or the system's error.
pub fn create(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = TemporaryFile::write(path, bytes)?;
    // A link, unlike a rename, fails if the name is taken.
    match std::fs::hard_link(&temporary.path, path) {
        Ok(()) => sync_directory(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            // A file system without links: claim the name first, then move the text there.
            drop(create_new(path)?);
            std::fs::rename(&temporary.path, path)?;
            temporary.forget();
            sync_directory(path)
        }
    }
}

/// Checks that a file can be created in a directory, by creating an empty one and deleting it.
///
/// # Errors
/// Returns the system's error.
pub fn check_writable(directory: &Path) -> std::io::Result<()> {
    TemporaryFile::write(&directory.join("check"), b"").map(drop)
}

/// Reads a text file of at most [`limits::TEXT_FILE_BYTES`].
///
/// # Errors
/// Returns the system's error, or [`ErrorKind::InvalidData`] if it is no regular file, too large, or not UTF-8.
pub fn read_text(path: &Path) -> std::io::Result<String> {
    text(read_bytes(path)?)
}

/// Reads a text of at most [`limits::TEXT_FILE_BYTES`] from standard input or a pipe.
///
/// # Errors
/// Returns the errors of [`read_text`].
pub fn read_text_from(source: impl Read) -> std::io::Result<String> {
    text(read_limited(source)?)
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
/// Returns the errors of [`read_text`].
pub fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    // Checked before opening, because opening a named pipe waits for its writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Error::new(ErrorKind::InvalidData, "it is not a regular file"));
    }
    read_limited(File::open(path)?)
}

fn read_limited(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limits::TEXT_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::TEXT_FILE_BYTES {
        let max_mib = limits::TEXT_FILE_BYTES >> 20;
        return Err(Error::new(ErrorKind::InvalidData, format!("it is larger than {max_mib} MiB")));
    }
    Ok(bytes)
}

/// A temporary file next to its target; deleted when it is dropped.
struct TemporaryFile {
    path: PathBuf,
}

impl TemporaryFile {
    /// Writes the text, with the mode and the group of the target if there is one.
    fn write(target: &Path, bytes: &[u8]) -> std::io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = file_name(target)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut temporary_name = std::ffi::OsString::from(".");
        temporary_name.push(name);
        temporary_name.push(format!(".{}-{number}.tmp", std::process::id()));
        let path = target.with_file_name(temporary_name);
        let mut file = match create_new(&path) {
            // Left by an earlier process with the same process id.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                std::fs::remove_file(&path)?;
                create_new(&path)?
            }
            other => other?,
        };
        let temporary = Self { path };
        file.write_all(bytes)?;
        keep_access(&file, target)?;
        file.sync_all()?;
        Ok(temporary)
    }

    /// Forgets the file after it was renamed to its target.
    fn forget(mut self) {
        self.path = PathBuf::new();
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Returns the name of a file without its directory.
///
/// # Errors
/// Returns [`ErrorKind::InvalidInput`] if the path names no file.
pub(crate) fn file_name(path: &Path) -> std::io::Result<&OsStr> {
    path.file_name().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the path names no file"))
}

/// Creates a file for the user only.
///
/// # Errors
/// Returns [`ErrorKind::AlreadyExists`], or the system's error.
pub(crate) fn create_new(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Gives a new file the mode and the group of the regular file that it replaces. If the group cannot be given, the group gets no
/// access, because it would be another one.
///
/// # Errors
/// Returns the system's error.
pub(crate) fn keep_access(file: &File, replaced: &Path) -> std::io::Result<()> {
    let old = match std::fs::symlink_metadata(replaced) {
        Ok(old) if old.is_file() => old,
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let new = file.metadata()?;
    let mut mode = old.permissions().mode() & 0o777;
    if new.gid() != old.gid() && std::os::unix::fs::fchown(file, None, Some(old.gid())).is_err() {
        mode &= 0o707;
    }
    if new.permissions().mode() & 0o777 != mode {
        file.set_permissions(Permissions::from_mode(mode))?;
    }
    Ok(())
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => File::open(directory)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}
