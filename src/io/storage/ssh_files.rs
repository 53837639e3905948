//! Finds and reads the files of `ssh_config(5)`. Knows nothing of what stands in them.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Bytes of a file that are read at most.
const MOST: u64 = 4 << 20;
/// Bits of a file's mode that let others write.
const WRITABLE: u32 = 0o022;

/// The bytes of a file; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read, or when others than the user and root could have written it: whoever can write it
/// chooses where connections go. OpenSSH refuses such a file too.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let about = file.metadata()?;
    let is_trusted = about.uid() == 0 || about.uid() == nix::unistd::getuid().as_raw();
    if about.is_file() && (!is_trusted || about.mode() & WRITABLE != 0) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("bad owner or permissions: others could have written it (chmod go-w {})", path.display()),
        ));
    }
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is larger than 4 MiB"));
    }
    Ok(Some(bytes))
}

/// The files that a pattern with `*`, `?` and `[…]` means, in order, as glob(3) has them.
#[must_use]
pub fn matching(pattern: &Path) -> Vec<PathBuf> {
    let options =
        glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };
    let Some(pattern) = pattern.to_str() else { return vec![pattern.to_owned()] };
    glob::glob_with(pattern, options).map(|found| found.filter_map(Result::ok).collect()).unwrap_or_default()
}
