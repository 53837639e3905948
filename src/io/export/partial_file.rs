//! An output file that gets its name only when it is complete: until then it is `NAME.partial`, locked by one writer. Links are
//! followed. A device or a pipe is written directly.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::io::storage::atomic::{create_new, file_name, keep_access};

/// How many links are followed, as on Linux.
const MAX_LINKS: usize = 40;
/// How many times creating `NAME.partial` is tried while other writers create and delete it.
const TRIES: usize = 8;
/// The milliseconds between two checks for cancellation while a pipe is full.
const CANCEL_CHECK: u16 = 50;

/// An output file that is being written.
#[derive(Debug)]
pub struct PartialFile {
    file: File,
    /// Set when the writing is cancelled; checked while a pipe is full.
    cancelled: Option<Arc<AtomicBool>>,
    /// The path until the file is complete; equal to `target` for a device or a pipe.
    path: PathBuf,
    target: PathBuf,
}

impl PartialFile {
    /// Creates `NAME.partial`, readable by the user only, and replaces one that an earlier run left; or opens the
    /// device or pipe of this name.
    ///
    /// # Errors
    /// Returns the system's error; [`ErrorKind::InvalidInput`] if the path names no file, [`ErrorKind::ResourceBusy`] while another
    /// writer has `NAME.partial`, [`ErrorKind::AlreadyExists`] if that is not a file of rrx.
    pub fn create(target: &Path) -> std::io::Result<Self> {
        let target = follow_links(target)?;
        match std::fs::metadata(&target) {
            Ok(existing) if is_open_file(&target) && !existing.file_type().is_fifo() => {
                // Opened by the shell: `rrx … -o /dev/fd/3 3>>all.csv`.
                let file = OpenOptions::new().append(true).open(&target)?;
                return Ok(Self::new(file, target.clone(), target));
            }
            Ok(existing) if existing.is_dir() => return Err(Error::new(ErrorKind::IsADirectory, "it is a directory")),
            Ok(existing) if !existing.is_file() => {
                let file = open_stream(&target, existing.file_type().is_fifo())?;
                return Ok(Self::new(file, target.clone(), target));
            }
            Ok(_) | Err(_) => {}
        }
        let path = partial_path(&target)?;
        let file = create_locked(&path)?;
        Ok(Self::new(file, path, target))
    }

    fn new(file: File, path: PathBuf, target: PathBuf) -> Self {
        Self { file, cancelled: None, path, target }
    }

    /// Stops waiting for a full pipe when this flag is set. Without a flag it waits for the reader.
    #[must_use]
    pub fn cancelled_by(self, cancelled: Arc<AtomicBool>) -> Self {
        Self { cancelled: Some(cancelled), ..self }
    }

    /// Returns whether the file is a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.file.is_terminal()
    }

    /// Returns the current path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path that the complete file gets.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Returns whether it is a device or a pipe: what is written there cannot be undone.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.path == self.target
    }

    /// Deletes the file, unless it is a stream.
    pub fn discard(self) {
        if !self.is_stream() {
            // If it cannot be deleted, it still does not have its final name.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Syncs the complete file and gives it its name. A file of that name is replaced; its mode and group stay.
    ///
    /// # Errors
    /// Returns the system's error; then the file is still there as `NAME.partial`.
    pub fn keep(mut self) -> std::io::Result<()> {
        if self.is_stream() {
            return self.file.flush();
        }
        keep_access(&self.file, &self.target)?;
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.target)
    }
}

impl Write for PartialFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                other => return other,
            }
            let time = match &self.cancelled {
                Some(cancelled) if cancelled.load(Ordering::SeqCst) => return Err(Error::other("cancelled")),
                Some(_) => PollTimeout::from(CANCEL_CHECK),
                None => PollTimeout::NONE,
            };
            match poll(&mut [PollFd::new(self.file.as_fd(), PollFlags::POLLOUT)], time) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Returns whether two output files would overwrite each other: they are the same file, or one is the partial file of the other.
///
/// # Errors
/// Returns an error if a directory or a link on the path does not exist, as [`PartialFile::create`] does.
pub fn would_collide(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (one, other) = (follow_links(one)?, follow_links(other)?);
    let is_device = std::fs::metadata(&one).is_ok_and(|existing| existing.file_type().is_char_device());
    Ok((one == other && !is_device) || one == partial_path(&other)? || partial_path(&one)? == other)
}

/// Follows the links of a path, whether its target exists or not.
fn follow_links(path: &Path) -> std::io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if is_open_file(&path) {
            // The link of a pipe in this directory names no file, so the pipe is opened by this path.
            return Ok(path);
        }
        let Ok(to) = std::fs::read_link(&path) else {
            return match std::fs::canonicalize(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => in_real_directory(&path),
                real => real,
            };
        };
        path = path.parent().map_or_else(|| to.clone(), |directory| directory.join(&to));
    }
    Err(Errno::ELOOP.into())
}

/// Returns whether a path is an open file of a process (`/dev/fd/3` is `/proc/self/fd/3`), which must not be replaced.
fn is_open_file(path: &Path) -> bool {
    let directory = path.parent().and_then(|directory| std::fs::canonicalize(directory).ok());
    directory.is_some_and(|directory| directory.starts_with("/proc") && directory.ends_with("fd"))
}

/// Resolves the directory of a path that does not exist yet.
fn in_real_directory(path: &Path) -> std::io::Result<PathBuf> {
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    Ok(std::fs::canonicalize(directory)?.join(file_name(path)?))
}

fn partial_path(target: &Path) -> std::io::Result<PathBuf> {
    let name: OsString = [file_name(target)?, OsStr::new(".partial")].into_iter().collect();
    Ok(target.with_file_name(name))
}

/// Creates the file and locks it while it is open. An unlocked file was left by an earlier run: it is deleted and not
/// written to, because it may also have another name.
fn create_locked(path: &Path) -> std::io::Result<File> {
    for _ in 0..TRIES {
        match create_new(path) {
            Ok(file) => {
                let file = lock(file)?;
                // In the meantime another writer may have deleted it as a leftover file.
                if is_same_file(&file, path) {
                    return Ok(file);
                }
                continue;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        match std::fs::symlink_metadata(path) {
            Ok(existing) if !existing.is_file() => {
                let message = format!("{} exists and is not a file of rrx", path.display());
                return Err(Error::new(ErrorKind::AlreadyExists, message));
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        let leftover = OpenOptions::new().write(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path);
        match leftover.and_then(lock) {
            // Still locked while it is deleted: another writer that has it open fails, or sees that it is deleted.
            Ok(locked) if is_same_file(&locked, path) => std::fs::remove_file(path)?,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(busy())
}

/// Returns whether an open file is the one at this path.
fn is_same_file(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

fn lock(file: File) -> std::io::Result<File> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(busy()),
        // A file system without locks: continue without a lock.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn busy() -> Error {
    Error::new(ErrorKind::ResourceBusy, "another rrx is writing this file")
}

/// Opens a device, or a pipe for writing without blocking. A pipe without a reader is an error, because opening it would wait.
fn open_stream(path: &Path, is_pipe: bool) -> std::io::Result<File> {
    let flags = if is_pipe { OFlag::O_NONBLOCK } else { OFlag::empty() };
    OpenOptions::new().write(true).custom_flags(flags.bits()).open(path).map_err(|error| {
        let has_no_reader = error.raw_os_error() == Some(Errno::ENXIO as i32);
        if has_no_reader { Error::new(ErrorKind::NotConnected, "no program reads from this pipe") } else { error }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn written(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut partial = PartialFile::create(target)?;
        partial.write_all(bytes)?;
        partial.keep()
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_complete_and_the_old_file_stays_until_then() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("rows.csv");
        std::fs::write(&target, "old").unwrap();
        let mut partial = PartialFile::create(&target).unwrap();
        partial.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        assert!(partial.path().ends_with("rows.csv.partial"));
        assert_eq!(partial.path().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        partial.keep().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"new");
        PartialFile::create(&target).unwrap().discard();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_replaced_file_keeps_its_mode_and_a_new_one_is_for_the_user_only() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("rows.csv");
        written(&target, b"new").unwrap();
        let mode = || target.metadata().unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(), 0o600);
        for kept in [0o640, 0o664, 0o444] {
            std::fs::set_permissions(&target, std::fs::Permissions::from_mode(kept)).unwrap();
            let partial = PartialFile::create(&target).unwrap();
            assert_eq!(partial.path().metadata().unwrap().permissions().mode() & 0o777, 0o600, "until it is complete");
            partial.keep().unwrap();
            assert_eq!(mode(), kept);
        }
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o4755)).unwrap();
        written(&target, b"rows").unwrap();
        assert_eq!(mode(), 0o755, "no file of rows runs as its owner");
    }

    /// Only root can give a file to any group.
    #[test]
    fn a_replaced_file_keeps_its_group() {
        use std::os::unix::fs::MetadataExt as _;
        if !nix::unistd::geteuid().is_root() {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("rows.csv");
        std::fs::write(&target, "old").unwrap();
        std::os::unix::fs::chown(&target, None, Some(4711)).unwrap();
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o660)).unwrap();
        written(&target, b"rows").unwrap();
        let kept = target.metadata().unwrap();
        assert_eq!((kept.gid(), kept.permissions().mode() & 0o777), (4711, 0o660));
    }

    #[test]
    fn two_writers_of_one_file_do_not_mix() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("rows.csv");
        let first = PartialFile::create(&target).unwrap();
        assert_eq!(PartialFile::create(&target).unwrap_err().kind(), ErrorKind::ResourceBusy);
        assert!(first.path().exists(), "the first one still has its file");
        drop(first);
        written(&target, b"the leftover file is replaced").unwrap();
    }

    #[test]
    fn a_leftover_partial_file_is_never_written_to() {
        let directory = tempfile::tempdir().unwrap();
        let (target, victim) = (directory.path().join("y.csv"), directory.path().join("victim"));
        std::fs::write(&victim, "victim").unwrap();
        symlink(&victim, directory.path().join("y.csv.partial")).unwrap();
        assert_eq!(written(&target, b"rows").unwrap_err().kind(), ErrorKind::AlreadyExists);
        std::fs::remove_file(directory.path().join("y.csv.partial")).unwrap();
        std::fs::hard_link(&victim, directory.path().join("y.csv.partial")).unwrap();
        written(&target, b"rows").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"victim");
        assert_eq!(std::fs::read(&target).unwrap(), b"rows");
    }

    #[test]
    fn a_link_is_followed_whether_its_target_exists_or_not() {
        let directory = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let (link, real) = (directory.path().join("link.csv"), other.path().join("real.csv"));
        symlink(&real, &link).unwrap();
        for bytes in [b"first", b"again"] {
            written(&link, bytes).unwrap();
            assert_eq!(std::fs::read(&real).unwrap(), bytes);
            assert!(link.is_symlink());
        }
        symlink("ring", directory.path().join("ring")).unwrap();
        assert!(PartialFile::create(&directory.path().join("ring")).is_err());
    }

    #[test]
    fn a_device_and_a_pipe_stay_what_they_are() {
        let directory = tempfile::tempdir().unwrap();
        let null = PartialFile::create(Path::new("/dev/null")).unwrap();
        assert!(null.is_stream());
        null.discard();
        written(Path::new("/dev/null"), b"rows").unwrap();
        assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
        let pipe = directory.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
        let error = PartialFile::create(&pipe).unwrap_err();
        assert!(error.to_string().contains("no program reads"), "{error}");
        let reader = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::read(pipe).unwrap())
        };
        while PartialFile::create(&pipe).is_err() {
            std::thread::yield_now();
        }
        // The first success closes the pipe at once, so the reader ends without bytes.
        assert_eq!(reader.join().unwrap(), b"");
        let (mut from, into) = std::io::pipe().unwrap();
        let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&into));
        written(Path::new(&name), b"through").unwrap();
        drop(into);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut from, &mut bytes).unwrap();
        assert_eq!(bytes, b"through");
        // An open file is appended to and never replaced, because other programs write to it too.
        let all = directory.path().join("all");
        std::fs::write(&all, "before ").unwrap();
        let open = OpenOptions::new().append(true).open(&all).unwrap();
        let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
        symlink(&name, directory.path().join("link")).unwrap();
        written(&directory.path().join("link"), b"rows").unwrap();
        (&open).write_all(b" after").unwrap();
        assert_eq!(std::fs::read(&all).unwrap(), b"before rows after");
    }

    #[test]
    fn many_writers_of_one_file_at_once_leave_the_rows_of_one() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("rows.csv");
        for round in 0..20 {
            // A leftover file makes the start harder.
            std::fs::write(directory.path().join("rows.csv.partial"), "left").unwrap();
            let write = |writer: u8| {
                let rows = [writer; 64];
                let mut partial = PartialFile::create(&target).ok()?;
                for row in rows.chunks(8) {
                    partial.write_all(row).unwrap();
                    std::thread::yield_now();
                }
                Some(partial.keep().map(|()| writer))
            };
            let kept: Vec<u8> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..4).map(|writer| scope.spawn(move || write(writer))).collect();
                writers.into_iter().filter_map(|writer| writer.join().unwrap()).map(Result::unwrap).collect()
            });
            let found = std::fs::read(&target).unwrap();
            assert!(!kept.is_empty() && found.len() == 64, "{round}: {kept:?} {found:?}");
            assert!(found.iter().all(|byte| *byte == found[0]) && kept.contains(&found[0]), "{round}: {found:?}");
        }
    }

    #[test]
    fn writing_to_a_full_pipe_stops_when_it_is_cancelled() {
        let (_from, into) = std::io::pipe().unwrap();
        let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&into));
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut partial = PartialFile::create(Path::new(&name)).unwrap().cancelled_by(Arc::clone(&cancelled));
        let writing = std::thread::spawn(move || partial.write_all(&vec![b'x'; 1 << 20]));
        let has_space = || poll(&mut [PollFd::new(into.as_fd(), PollFlags::POLLOUT)], PollTimeout::ZERO).unwrap() > 0;
        while has_space() {
            std::thread::yield_now();
        }
        cancelled.store(true, Ordering::SeqCst);
        assert!(writing.join().unwrap().unwrap_err().to_string().contains("cancelled"));
    }

    #[test]
    fn output_files_that_would_overwrite_each_other_are_detected() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        symlink("rows.csv", at("link")).unwrap();
        for (one, other, expected) in [
            ("rows.csv", "rows.csv", true),
            ("rows.csv", "link", true),
            ("link.partial", "rows.csv", false),
            ("rows.csv.partial", "rows.csv", true),
            ("link", "rows.csv.partial", true),
            ("rows.csv", "rows.json", false),
        ] {
            assert_eq!(would_collide(&at(one), &at(other)).unwrap(), expected, "{one} {other}");
        }
    }
}
