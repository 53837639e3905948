//! Reads and appends to `known_hosts` files. Knows nothing of what their lines mean.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::bounded::{Bounded, without_waiting};
use crate::domain::limits;

/// Bytes of a `known_hosts` or key file that are read at most.
const MOST: u64 = 16 << 20;

/// The bytes of a file; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read, is larger than 16 MiB, or is a pipe that does not end within
/// [`limits::PIPE`].
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match Bounded::open(path, limits::PIPE) {
        Ok(file) => file.whole(MOST).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Adds one line (with its newline) behind all others, in one write; a last line without newline is ended first. What is
/// there is never touched. A new file, and a new folder for it, are readable by the user only. A device such as `/dev/null`
/// takes the line and keeps what it likes.
///
/// # Errors
/// When the file cannot be made or written, or is a pipe: nothing can be recorded there.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    let options = options.read(true).append(true).create(true).mode(0o600).custom_flags(without_waiting());
    let mut file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_char_device() {
        return file.write_all(line.as_bytes());
    }
    if !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file: what is written there is not kept"));
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
