//! A file that gets its name only when it is whole: until then it is `NAME.partial`. Knows no form of rows.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A file on its way to its name.
#[derive(Debug)]
pub struct Partial {
    file: File,
    path: PathBuf,
    goal: PathBuf,
}

impl Partial {
    /// Makes (or empties) `NAME.partial`, readable by the user only.
    ///
    /// # Errors
    /// The system's own; [`ErrorKind::InvalidInput`] where the path names no file.
    pub fn create(goal: &Path) -> std::io::Result<Self> {
        let name = goal.file_name().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the path names no file"))?;
        if goal.is_dir() {
            return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
        }
        let path = goal.with_file_name(passing(name));
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        // One that was left from before keeps its own mode otherwise.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { file, path, goal: goal.to_owned() })
    }

    /// Takes away what was left under the passing name of this file.
    pub fn forget(goal: &Path) {
        if let Some(name) = goal.file_name() {
            // One that is gone already is gone.
            let _ = std::fs::remove_file(goal.with_file_name(passing(name)));
        }
    }

    /// Where it lies now.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Nobody wants it: takes it away.
    pub fn discard(self) {
        // One that is gone already, or cannot be removed, still has no final name.
        let _ = std::fs::remove_file(&self.path);
    }

    /// It is whole: puts it on disk and gives it its name, in place of a file that had it.
    ///
    /// # Errors
    /// The system's own; then it is still there under its passing name.
    pub fn keep(self) -> std::io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.goal)
    }
}

fn passing(name: &OsStr) -> OsString {
    [name, OsStr::new(".partial")].into_iter().collect()
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
