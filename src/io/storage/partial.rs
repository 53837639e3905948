//! A file that gets its name only when it is whole: until then it is `NAME.partial`, held by one writer. A link is followed to
//! what it names; a device or a pipe has no name to be given, and is written into as the rows come. Knows no form of rows.

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

use super::atomic::{name_of, new_file};

/// Links that are followed from one to the next, as Linux does.
const LINKS: usize = 40;
/// How often the passing name is tried where another writer comes and goes.
const TRIES: usize = 8;
/// How long a full pipe is waited for between two looks whether the writing was given up.
const LOOK: u16 = 50;

/// A file on its way to its name.
#[derive(Debug)]
pub struct Partial {
    file: File,
    /// Says that nobody waits for it any more; looked at while a pipe has no room.
    give_up: Option<Arc<AtomicBool>>,
    /// Where it lies until it is whole; the goal itself for a device or a pipe.
    path: PathBuf,
    goal: PathBuf,
}

impl Partial {
    /// Makes `NAME.partial`, readable by the user only, in place of one that was left from before; or opens the device or pipe
    /// that has this name.
    ///
    /// # Errors
    /// The system's own; [`ErrorKind::InvalidInput`] where the path names no file, [`ErrorKind::ResourceBusy`] while another
    /// writer has `NAME.partial`, [`ErrorKind::AlreadyExists`] where that is no file.
    pub fn create(goal: &Path) -> std::io::Result<Self> {
        let goal = followed(goal)?;
        match std::fs::metadata(&goal) {
            Ok(there) if is_open_file(&goal) && !there.file_type().is_fifo() => {
                // Somebody writes there already: `rrx … -o /dev/fd/3 3>>all.csv`.
                let file = OpenOptions::new().append(true).open(&goal)?;
                return Ok(Self::of(file, goal.clone(), goal));
            }
            Ok(there) if there.is_dir() => return Err(Error::new(ErrorKind::IsADirectory, "it is a folder")),
            Ok(there) if !there.is_file() => {
                let file = open_stream(&goal, there.file_type().is_fifo())?;
                return Ok(Self::of(file, goal.clone(), goal));
            }
            Ok(_) | Err(_) => {}
        }
        let path = passing(&goal)?;
        let file = hold(&path)?;
        Ok(Self::of(file, path, goal))
    }

    fn of(file: File, path: PathBuf, goal: PathBuf) -> Self {
        Self { file, give_up: None, path, goal }
    }

    /// Gives up waiting for room in a pipe when this is set; else it waits as long as its reader takes.
    #[must_use]
    pub fn until(self, give_up: Arc<AtomicBool>) -> Self {
        Self { give_up: Some(give_up), ..self }
    }

    /// Whether it is a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.file.is_terminal()
    }

    /// Where it lies now.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what is written is there at once, and cannot be taken back: a device or a pipe.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.path == self.goal
    }

    /// Nobody wants it: takes it away.
    pub fn discard(self) {
        if !self.is_stream() {
            // One that is gone already, or cannot be removed, still has no final name.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// It is whole: puts it on disk and gives it its name, in place of a file that had it.
    ///
    /// # Errors
    /// The system's own; then it is still there under its passing name.
    pub fn keep(mut self) -> std::io::Result<()> {
        if self.is_stream() {
            return self.file.flush();
        }
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.goal)
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                other => return other,
            }
            let time = match &self.give_up {
                Some(give_up) if give_up.load(Ordering::SeqCst) => return Err(Error::other("given up")),
                Some(_) => PollTimeout::from(LOOK),
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

/// Whether two files under their way would spoil each other: they are one file, or one is the passing name of the other.
///
/// # Errors
/// Where a folder or a link on the way is not there, as [`Partial::create`] would say.
pub fn are_in_each_others_way(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (one, other) = (followed(one)?, followed(other)?);
    let is_device = std::fs::metadata(&one).is_ok_and(|there| there.file_type().is_char_device());
    Ok((one == other && !is_device) || one == passing(&other)? || passing(&one)? == other)
}

/// What a path names once its links are followed, whether it is there or not.
fn followed(path: &Path) -> std::io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if is_open_file(&path) {
            // A pipe has a link there that names nothing: it is opened by this name.
            return Ok(path);
        }
        let Ok(to) = std::fs::read_link(&path) else {
            return match std::fs::canonicalize(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => placed(&path),
                real => real,
            };
        };
        path = path.parent().map_or_else(|| to.clone(), |folder| folder.join(&to));
    }
    Err(Errno::ELOOP.into())
}

/// Whether a path is an open file of a process (`/dev/fd/3` is `/proc/self/fd/3`): what it names is not to be replaced.
fn is_open_file(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    folder.is_some_and(|folder| folder.starts_with("/proc") && folder.ends_with("fd"))
}

/// A path that names nothing yet, in its real folder.
fn placed(path: &Path) -> std::io::Result<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(std::fs::canonicalize(folder)?.join(name_of(path)?))
}

fn passing(goal: &Path) -> std::io::Result<PathBuf> {
    let name: OsString = [name_of(goal)?, OsStr::new(".partial")].into_iter().collect();
    Ok(goal.with_file_name(name))
}

/// Makes the file, and has its lock for as long as it is open. One that nobody holds was left from before: it goes away, rather
/// than being written into, since it may have another name too.
fn hold(path: &Path) -> std::io::Result<File> {
    for _ in 0..TRIES {
        match new_file(path) {
            Ok(file) => {
                let file = locked(file)?;
                // Between the two somebody may have taken it for one that was left.
                if is_there(&file, path) {
                    return Ok(file);
                }
                continue;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        match std::fs::symlink_metadata(path) {
            Ok(there) if !there.is_file() => {
                let words = format!("{} is there and is no file of rrx", path.display());
                return Err(Error::new(ErrorKind::AlreadyExists, words));
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        let left = OpenOptions::new().write(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path);
        match left.and_then(locked) {
            // Still held while it is removed: whoever else found it is turned away, or finds that it is not there any more.
            Ok(held) if is_there(&held, path) => std::fs::remove_file(path)?,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(busy())
}

/// Whether an open file is the one of this name.
fn is_there(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

fn locked(file: File) -> std::io::Result<File> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(busy()),
        // A file system without locks: as good as it gets.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

fn busy() -> Error {
    Error::new(ErrorKind::ResourceBusy, "another rrx writes this file at the moment")
}

/// Opens a device or a pipe, which is written to without blocking. A pipe without a reader is an error: opening it would wait
/// for one.
fn open_stream(path: &Path, is_pipe: bool) -> std::io::Result<File> {
    let flags = if is_pipe { OFlag::O_NONBLOCK } else { OFlag::empty() };
    OpenOptions::new().write(true).custom_flags(flags.bits()).open(path).map_err(|error| {
        let is_alone = error.raw_os_error() == Some(Errno::ENXIO as i32);
        if is_alone { Error::new(ErrorKind::NotConnected, "nobody reads from this pipe") } else { error }
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn written(goal: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut partial = Partial::create(goal)?;
        partial.write_all(bytes)?;
        partial.keep()
    }

    #[test]
    fn a_file_has_its_name_when_it_is_whole_and_what_was_there_stays_until_then() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("rows.csv");
        std::fs::write(&goal, "old").unwrap();
        let mut partial = Partial::create(&goal).unwrap();
        partial.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&goal).unwrap(), b"old");
        assert!(partial.path().ends_with("rows.csv.partial"));
        assert_eq!(partial.path().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        partial.keep().unwrap();
        assert_eq!(std::fs::read(&goal).unwrap(), b"new");
        Partial::create(&goal).unwrap().discard();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_writers_of_one_file_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("rows.csv");
        let first = Partial::create(&goal).unwrap();
        assert_eq!(Partial::create(&goal).unwrap_err().kind(), ErrorKind::ResourceBusy);
        assert!(first.path().exists(), "the first one still has its file");
        drop(first);
        written(&goal, b"what was left is replaced").unwrap();
    }

    #[test]
    fn what_was_left_under_the_passing_name_is_never_written_into() {
        let folder = tempfile::tempdir().unwrap();
        let (goal, victim) = (folder.path().join("y.csv"), folder.path().join("victim"));
        std::fs::write(&victim, "victim").unwrap();
        symlink(&victim, folder.path().join("y.csv.partial")).unwrap();
        assert_eq!(written(&goal, b"rows").unwrap_err().kind(), ErrorKind::AlreadyExists);
        std::fs::remove_file(folder.path().join("y.csv.partial")).unwrap();
        std::fs::hard_link(&victim, folder.path().join("y.csv.partial")).unwrap();
        written(&goal, b"rows").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"victim");
        assert_eq!(std::fs::read(&goal).unwrap(), b"rows");
    }

    #[test]
    fn a_link_is_followed_to_a_file_that_is_there_and_to_one_that_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let (link, real) = (folder.path().join("link.csv"), other.path().join("real.csv"));
        symlink(&real, &link).unwrap();
        for bytes in [b"first", b"again"] {
            written(&link, bytes).unwrap();
            assert_eq!(std::fs::read(&real).unwrap(), bytes);
            assert!(link.is_symlink());
        }
        symlink("ring", folder.path().join("ring")).unwrap();
        assert!(Partial::create(&folder.path().join("ring")).is_err());
    }

    #[test]
    fn a_device_and_a_pipe_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let null = Partial::create(Path::new("/dev/null")).unwrap();
        assert!(null.is_stream());
        null.discard();
        written(Path::new("/dev/null"), b"rows").unwrap();
        assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
        let alone = Partial::create(&pipe).unwrap_err();
        assert!(alone.to_string().contains("nobody reads"), "{alone}");
        let reader = {
            let pipe = pipe.clone();
            std::thread::spawn(move || std::fs::read(pipe).unwrap())
        };
        while Partial::create(&pipe).is_err() {
            std::thread::yield_now();
        }
        // The one that found the reader is closed again, which ends it: it has read nothing.
        assert_eq!(reader.join().unwrap(), b"");
        let (mut from, into) = std::io::pipe().unwrap();
        let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&into));
        written(Path::new(&name), b"through").unwrap();
        drop(into);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut from, &mut bytes).unwrap();
        assert_eq!(bytes, b"through");
        // An open file is written on, and never replaced: others write to it as well.
        let all = folder.path().join("all");
        std::fs::write(&all, "before ").unwrap();
        let open = OpenOptions::new().append(true).open(&all).unwrap();
        let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
        symlink(&name, folder.path().join("link")).unwrap();
        written(&folder.path().join("link"), b"rows").unwrap();
        (&open).write_all(b" after").unwrap();
        assert_eq!(std::fs::read(&all).unwrap(), b"before rows after");
    }

    #[test]
    fn many_writers_of_one_file_at_once_leave_the_rows_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let goal = folder.path().join("rows.csv");
        for round in 0..20 {
            // What was left from before makes the beginning the harder.
            std::fs::write(folder.path().join("rows.csv.partial"), "left").unwrap();
            let write = |writer: u8| {
                let rows = [writer; 64];
                let mut partial = Partial::create(&goal).ok()?;
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
            let there = std::fs::read(&goal).unwrap();
            assert!(!kept.is_empty() && there.len() == 64, "{round}: {kept:?} {there:?}");
            assert!(there.iter().all(|byte| *byte == there[0]) && kept.contains(&there[0]), "{round}: {there:?}");
        }
    }

    #[test]
    fn a_pipe_that_takes_no_more_is_given_up_when_it_is_said() {
        let (_from, into) = std::io::pipe().unwrap();
        let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&into));
        let give_up = Arc::new(AtomicBool::new(false));
        let mut partial = Partial::create(Path::new(&name)).unwrap().until(Arc::clone(&give_up));
        let writing = std::thread::spawn(move || partial.write_all(&vec![b'x'; 1 << 20]));
        let has_room = || poll(&mut [PollFd::new(into.as_fd(), PollFlags::POLLOUT)], PollTimeout::ZERO).unwrap() > 0;
        while has_room() {
            std::thread::yield_now();
        }
        give_up.store(true, Ordering::SeqCst);
        assert!(writing.join().unwrap().unwrap_err().to_string().contains("given up"));
    }

    #[test]
    fn files_that_would_spoil_each_other_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        symlink("rows.csv", at("link")).unwrap();
        for (one, other, expected) in [
            ("rows.csv", "rows.csv", true),
            ("rows.csv", "link", true),
            ("link.partial", "rows.csv", false),
            ("rows.csv.partial", "rows.csv", true),
            ("link", "rows.csv.partial", true),
            ("rows.csv", "rows.json", false),
        ] {
            assert_eq!(are_in_each_others_way(&at(one), &at(other)).unwrap(), expected, "{one} {other}");
        }
    }
}
