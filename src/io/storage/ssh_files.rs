//! Finds and reads the files of `ssh_config(5)`. Knows nothing of what stands in them.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::bounded::Bounded;
use crate::domain::limits;

/// Bytes of a file that are read at most.
const MOST: u64 = 4 << 20;
/// Bits of a file's mode that let others write.
const WRITABLE: u32 = 0o022;

/// The bytes of a file; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read, or when others than the user and root could have written it: whoever can write it
/// chooses where connections go. OpenSSH refuses such a file too. When it is a pipe that does not end within
/// [`limits::PIPE`].
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match Bounded::open(path, limits::PIPE) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let about = file.about();
    let is_trusted = about.uid() == 0 || about.uid() == nix::unistd::getuid().as_raw();
    // Whoever may write to a device such as /dev/null chooses nothing by it.
    if !about.file_type().is_char_device() && (!is_trusted || about.mode() & WRITABLE != 0) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("bad owner or permissions: others could have written it (chmod go-w {})", path.display()),
        ));
    }
    file.whole(MOST).map(Some)
}

/// The files that a pattern with `*`, `?` and `[…]` means, in order, as glob(3) has them.
#[must_use]
pub fn matching(pattern: &Path) -> Vec<PathBuf> {
    let options =
        glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };
    let Some(pattern) = pattern.to_str() else { return vec![pattern.to_owned()] };
    glob::glob_with(pattern, options).map(|found| found.filter_map(Result::ok).collect()).unwrap_or_default()
}
