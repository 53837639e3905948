//! Opens the files that rrx keeps for itself: logs, locks. A link to a regular file of the user is followed. What is no such file is
//! refused before anything is done to it: a device, a pipe, a file of another user behind a link.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::bounded_file::nonblocking_flags;

/// How often opening is tried while other processes create and delete the file.
const TRIES: usize = 8;

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFileUse {
    /// For reading and appending. Its mode becomes 0600.
    AccessLog,
    /// For appending. Its mode becomes 0600, and it must belong to the user.
    DebugLog,
    /// For locking. Its content does not matter.
    Lock,
    /// For locking where nothing can be written. It is never created.
    ReadOnlyLock,
}

/// An opened file, and whether it was created.
#[derive(Debug)]
pub struct OwnFile {
    pub file: File,
    pub is_new: bool,
}

/// Opens a file, and creates it for the user only if there is none.
///
/// # Errors
/// Returns the system's error, or [`ErrorKind::InvalidInput`] if the file is refused. Then it is unchanged, as is its mode.
pub fn open(path: &Path, purpose: OwnFileUse) -> std::io::Result<OwnFile> {
    for _ in 0..TRIES {
        let named = match std::fs::symlink_metadata(path) {
            Ok(named) => named,
            Err(error) if error.kind() == ErrorKind::NotFound && purpose != OwnFileUse::ReadOnlyLock => {
                // This fails for a link, also for one without a target.
                match options(purpose).create_new(true).mode(0o600).open(path) {
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                    created => return created.map(|file| OwnFile { file, is_new: true }),
                }
            }
            Err(error) => return Err(error),
        };
        // Checked before opening too, because opening a device can do something.
        match std::fs::metadata(path) {
            Ok(found) => check(&named, &found, purpose)?,
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_symlink() => {
                return Err(refused("it is a link to a file that does not exist"));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        let file = match options(purpose).custom_flags(nonblocking_flags()).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        let found = file.metadata()?;
        check(&named, &found, purpose)?;
        let is_private = !matches!(purpose, OwnFileUse::Lock | OwnFileUse::ReadOnlyLock);
        if is_private && found.mode() & 0o077 != 0 {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        return Ok(OwnFile { file, is_new: false });
    }
    Err(Error::new(ErrorKind::ResourceBusy, "other programs create and delete the file"))
}

fn options(purpose: OwnFileUse) -> OpenOptions {
    let mut options = OpenOptions::new();
    match purpose {
        OwnFileUse::AccessLog => options.read(true).append(true),
        OwnFileUse::DebugLog => options.append(true),
        OwnFileUse::Lock => options.read(true).write(true),
        OwnFileUse::ReadOnlyLock => options.read(true),
    };
    options
}

/// Checks that a file may be replaced: there is none, or it is a regular file, or a link to one of the user.
///
/// # Errors
/// Returns the errors of [`open`].
pub fn check_replaceable(path: &Path) -> std::io::Result<()> {
    let named = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        named => named?,
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_symlink() => {
            Err(refused("it is a link to a file that does not exist"))
        }
        found => check(&named, &found?, OwnFileUse::Lock),
    }
}

/// Checks what a name leads to: a regular file, and behind a link one of the user.
fn check(named: &Metadata, found: &Metadata, purpose: OwnFileUse) -> std::io::Result<()> {
    if !found.is_file() {
        let what = if named.is_symlink() { "it is a link to something" } else { "it is something" };
        return Err(refused(&format!("{what} that is not a regular file")));
    }
    let is_theirs = found.uid() != nix::unistd::geteuid().as_raw();
    match (is_theirs, named.is_symlink(), purpose) {
        (true, true, _) => Err(refused("it is a link to a file of another user")),
        (true, false, OwnFileUse::DebugLog) => Err(refused("it belongs to another user")),
        (true, false, OwnFileUse::AccessLog | OwnFileUse::Lock | OwnFileUse::ReadOnlyLock) | (false, _, _) => Ok(()),
    }
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, why)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_regular_file_of_the_user_is_opened_also_by_a_link() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("log"), directory.path().join("link"));
        let created = open(&file, OwnFileUse::AccessLog).unwrap();
        assert!(created.is_new && mode(&file) == 0o600);
        symlink(&file, &link).unwrap();
        set_mode(&file, 0o644);
        let mut opened = open(&link, OwnFileUse::AccessLog).unwrap();
        assert!(!opened.is_new && mode(&file) == 0o600);
        opened.file.write_all(b"line\n").unwrap();
        let mut text = String::new();
        created.file.try_clone().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "line\n");
        set_mode(&file, 0o644);
        open(&link, OwnFileUse::Lock).unwrap();
        assert_eq!(mode(&file), 0o644, "a lock changes nothing");
    }

    #[test]
    fn what_is_no_regular_file_is_refused_with_its_mode_untouched() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::from_bits_truncate(0o644)).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        std::fs::create_dir(at("directory")).unwrap();
        symlink(at("nothing"), at("link-to-nothing")).unwrap();
        for name in ["pipe", "socket", "directory"] {
            set_mode(&at(name), 0o755);
            symlink(at(name), at(&format!("link-to-{name}"))).unwrap();
        }
        for purpose in [OwnFileUse::AccessLog, OwnFileUse::DebugLog, OwnFileUse::Lock] {
            for name in ["pipe", "socket", "directory"] {
                for name in [name, &format!("link-to-{name}")] {
                    let error = open(&at(name), purpose).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
                    assert_eq!(check_replaceable(&at(name)).unwrap_err().kind(), ErrorKind::InvalidInput, "{name}");
                    assert_eq!(mode(&at(name)), 0o755, "{name}");
                }
            }
            let error = open(&at("link-to-nothing"), purpose).unwrap_err();
            assert!(error.to_string().contains("does not exist"), "{error}");
            assert!(!at("nothing").exists(), "nothing is created behind a link");
            assert!(check_replaceable(&at("link-to-nothing")).is_err() && check_replaceable(&at("nothing")).is_ok());
        }
    }

    /// Only root can make a file of another user.
    #[test]
    fn a_link_to_a_file_of_another_user_is_refused_with_its_mode_untouched() {
        if !nix::unistd::geteuid().is_root() {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("theirs"), directory.path().join("link"));
        std::fs::write(&file, "theirs").unwrap();
        std::os::unix::fs::chown(&file, Some(4711), None).unwrap();
        set_mode(&file, 0o644);
        symlink(&file, &link).unwrap();
        for purpose in [OwnFileUse::AccessLog, OwnFileUse::DebugLog, OwnFileUse::Lock] {
            let error = open(&link, purpose).unwrap_err();
            assert!(error.to_string().contains("another user"), "{error}");
            assert!(check_replaceable(&link).is_err());
            assert_eq!((mode(&file), std::fs::read_to_string(&file).unwrap().as_str()), (0o644, "theirs"));
        }
    }
}
