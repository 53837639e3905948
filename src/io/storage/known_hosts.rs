//! Reads and appends to `known_hosts` files, without parsing them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::domain::limits;
use crate::io::host::bounded_file::{BoundedFile, nonblocking_flags};

/// The largest `known_hosts` or key file that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Reads a `known_hosts` or key file; `None` if there is none.
///
/// # Errors
/// Returns an error if the file cannot be read, is larger than 16 MiB, or is a pipe that does not end within
/// [`limits::PIPE`].
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match BoundedFile::open(path, limits::PIPE) {
        Ok(file) => file.read_all(MAX_BYTES).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Appends one line (with its newline) in one write; a last line without newline is ended first. Existing lines are never
/// changed. A new file, and a new directory for it, are readable by the user only. Devices such as `/dev/null` are accepted.
///
/// # Errors
/// Returns an error if the file cannot be created or written, or if it is a pipe, which records nothing.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mut options = fs::OpenOptions::new();
    let options = options.read(true).append(true).create(true).mode(0o600).custom_flags(nonblocking_flags());
    let mut file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_char_device() {
        return file.write_all(line.as_bytes());
    }
    if !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut text = String::with_capacity(line.len() + 1);
    if last_byte(&mut file)?.is_some_and(|byte| byte != b'\n') {
        text.push('\n');
    }
    text.push_str(line);
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn last_byte(file: &mut fs::File) -> io::Result<Option<u8>> {
    use std::io::{Seek as _, SeekFrom};
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte.first().copied())
}
