//! Finds and reads the files of `ssh_config(5)`, without parsing them.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use crate::domain::limits;
use crate::io::host::bounded_file::BoundedFile;
use crate::io::host::user::own_uid;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 4 << 20;
/// The mode bits that let others write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Reads a file; `None` if there is none.
///
/// # Errors
/// Returns an error if the file cannot be read, if it is a pipe that does not end within [`limits::PIPE`], or if others than the
/// user and root can write it, because they could redirect connections. OpenSSH refuses such a file too.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match BoundedFile::open(path, limits::PIPE) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata();
    let is_trusted = metadata.uid() == 0 || metadata.uid() == own_uid();
    // Others may write to a device such as /dev/null, because that changes nothing.
    if !metadata.file_type().is_char_device() && (!is_trusted || metadata.mode() & WRITABLE_BY_OTHERS != 0) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("bad owner or permissions: other users can change it (chmod go-w {})", path.display()),
        ));
    }
    file.read_all(MAX_BYTES).map(Some)
}

/// Returns the files that match a pattern with `*`, `?` and `[…]`, in the order of glob(3).
#[must_use]
pub fn matching(pattern: &Path) -> Vec<PathBuf> {
    let options =
        glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };
    let Some(pattern) = pattern.to_str() else { return vec![pattern.to_owned()] };
    glob::glob_with(pattern, options).map(|found| found.filter_map(Result::ok).collect()).unwrap_or_default()
}
