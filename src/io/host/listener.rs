//! Listening Unix sockets for other programs of this user: mode 0600, in a directory that only this user can change.

use std::fs::{self, Permissions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use super::user::own_uid;

/// The file of a socket; deleted when this is dropped. Drop the listener first: a socket with a listener is not deleted.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    /// Device and inode, so that only the file of this socket is deleted.
    identity: (u64, u64),
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = fs::symlink_metadata(&self.path).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.identity);
        // The inode of a deleted file is soon used again, so the socket must also have no listener.
        if is_ours && UnixStream::connect(&self.path).is_err() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Opens a socket that only this user can connect to. A socket left by a process that ended is replaced.
///
/// # Errors
/// Returns the system's error; [`ErrorKind::PermissionDenied`] for a directory that others can change,
/// [`ErrorKind::AddrInUse`] if the path is taken.
pub fn open(path: &Path) -> std::io::Result<(UnixListener, SocketFile)> {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        Some(_) | None => Path::new("."),
    };
    let meta = fs::metadata(directory)?;
    if meta.uid() != own_uid() || meta.mode() & 0o022 != 0 {
        let message = format!("others can change the directory {}", directory.display());
        return Err(Error::new(ErrorKind::PermissionDenied, message));
    }
    if let Ok(existing) = fs::symlink_metadata(path) {
        if !existing.file_type().is_socket() || UnixStream::connect(path).is_ok() {
            return Err(Error::new(ErrorKind::AddrInUse, "the path is already in use"));
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
    fn a_socket_is_private_and_replaces_only_a_dead_socket() {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).unwrap();
        let path = directory.path().join("s");
        let (listener, file) = open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::AddrInUse, "it has a listener");
        drop(listener);
        let (second, second_file) = open(&path).unwrap();
        drop(file);
        assert!(path.exists(), "the first file does not delete the second");
        drop(second);
        drop(second_file);
        assert!(!path.exists());
        fs::write(&path, "mine").unwrap();
        assert_eq!(open(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
        fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
        assert_eq!(open(&directory.path().join("t")).unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
}
