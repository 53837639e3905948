//! Reads and appends to `known_hosts` files. Knows nothing of what their lines mean.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Bytes of a `known_hosts` or key file that are read at most.
const MOST: u64 = 16 << 20;

/// The bytes of a file; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read, or is larger than 16 MiB.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // All of it at once: it may be a private key, and a buffer that grows leaves what it held behind.
    let length = file.metadata()?.len().min(MOST);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is larger than 16 MiB"));
    }
    Ok(Some(bytes))
}

/// Adds one line (with its newline) behind all others, in one write; a last line without newline is ended first. What is
/// there is never touched. A new file, and a new folder for it, are readable by the user only.
///
/// # Errors
/// When the file cannot be made or written.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
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
