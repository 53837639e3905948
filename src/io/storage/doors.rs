//! Sockets in the file system for other programs of this user: 0600, in a folder that only this user can change. Knows
//! nothing of what comes in by them.

use std::fs::{self, Permissions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use super::peers::own_uid;

/// A socket's file; gone when this is dropped. Drop the listener first: a file behind which somebody listens is left alone.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    /// Device and number: only our own file is removed.
    identity: (u64, u64),
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = fs::symlink_metadata(&self.path).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.identity);
        // The number of a file that is gone is given to the next one soon.
        if is_ours && UnixStream::connect(&self.path).is_err() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a socket that this user alone can reach. One that is left there by a process that ended is replaced.
///
/// # Errors
/// The system's own; [`ErrorKind::PermissionDenied`] for a folder that others may change, [`ErrorKind::AddrInUse`] where
/// something is there.
pub fn open(path: &Path) -> std::io::Result<(UnixListener, SocketFile)> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let meta = fs::metadata(folder)?;
    if meta.uid() != own_uid() || meta.mode() & 0o022 != 0 {
        let words = format!("{} is not a folder that only you can change", folder.display());
        return Err(Error::new(ErrorKind::PermissionDenied, words));
    }
    if let Ok(there) = fs::symlink_metadata(path) {
        if !there.file_type().is_socket() || UnixStream::connect(path).is_ok() {
            return Err(Error::new(ErrorKind::AddrInUse, "something is there already"));
        }
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    let meta = fs::symlink_metadata(path)?;
    Ok((listener, SocketFile { path: path.to_owned(), identity: (meta.dev(), meta.ino()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_the_users_alone_replaces_a_dead_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        let path = folder.path().join("s");
        let (listener, file) = open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::AddrInUse, "it lives");
        drop(listener);
        let (second, second_file) = open(&path).unwrap();
        drop(file);
        assert!(path.exists(), "the first one's end leaves the second one alone");
        drop(second);
        drop(second_file);
        assert!(!path.exists());
        fs::write(&path, "mine").unwrap();
        assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        assert_eq!(open(&folder.path().join("t")).unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
}
