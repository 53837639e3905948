//! Reads files that a profile or `ssh_config` names, of whatever kind they are, within a time: a pipe that nobody writes
//! into must not hang a sign-in. Knows nothing of what stands in them.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// An open file whose reading ends in time.
#[derive(Debug)]
pub(super) struct Bounded {
    file: File,
    about: Metadata,
    time: Duration,
    until: Instant,
    /// Whether a pipe that gives nothing has ended, and is not one into which nobody has written yet.
    has_begun: bool,
}

impl Bounded {
    /// Opens a file, a pipe or a character device, and waits for none of them.
    ///
    /// # Errors
    /// What the system says; for folders, sockets and disks that they are no files.
    pub(super) fn open(path: &Path, time: Duration) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).custom_flags(without_waiting()).open(path)?;
        let about = file.metadata()?;
        let kind = about.file_type();
        if kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        if !(kind.is_file() || kind.is_fifo() || kind.is_char_device()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a file nor a pipe"));
        }
        Ok(Self { file, time, until: now() + time, has_begun: !kind.is_fifo(), about })
    }

    /// Owner, mode and kind.
    pub(super) fn about(&self) -> &Metadata {
        &self.about
    }

    /// Everything in it, in one allocation where it is a plain file: a secret leaves no copies behind.
    ///
    /// # Errors
    /// What the system says, when it is longer than `most` bytes, or when it does not end in time.
    pub(super) fn whole(self, most: u64) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.about.len().min(most)).unwrap_or_default();
        // One byte more: the end is found without growing.
        let mut bytes = Vec::with_capacity(length + 1);
        self.take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            let words = format!("the file is larger than {} MiB", most >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
        }
        Ok(bytes)
    }

    /// Waits until there is something to read, or nothing more to come.
    fn wait(&mut self) -> io::Result<()> {
        let left = self.until.saturating_duration_since(now());
        let mut asked = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        match poll(&mut asked, PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)) {
            Ok(0) => {
                let words = format!("nothing came from it within {} s", self.time.as_secs_f32());
                Err(io::Error::new(io::ErrorKind::TimedOut, words))
            }
            Ok(_) => {
                // Data or the end: either way a writer has been there.
                self.has_begun = true;
                Ok(())
            }
            Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(buffer) {
                Ok(0) if !self.has_begun && !buffer.is_empty() => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => {
                    self.has_begun = true;
                    return other;
                }
            }
            self.wait()?;
        }
    }
}

/// Flags of a file that is opened and used without waiting for anybody, and never becomes the controlling terminal.
pub(super) fn without_waiting() -> i32 {
    (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits()
}

#[expect(clippy::disallowed_methods, reason = "a time to wait is measured, no time of day is read")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::path::PathBuf;

    const LONG: Duration = Duration::from_secs(30);

    fn pipe() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        (folder, path)
    }

    fn why(path: &Path) -> io::ErrorKind {
        Bounded::open(path, LONG).unwrap_err().kind()
    }

    #[test]
    fn a_pipe_that_nobody_writes_into_or_ends_is_given_up_in_time() {
        let (_folder, path) = pipe();
        let nobody = Bounded::open(&path, Duration::from_millis(50)).unwrap();
        assert_eq!(nobody.whole(9).unwrap_err().kind(), io::ErrorKind::TimedOut);
        let silent = Bounded::open(&path, Duration::from_millis(50)).unwrap();
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(b"half").unwrap();
        assert_eq!(silent.whole(9).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_pipe_is_read_to_its_end_however_it_comes() {
        for text in [&b""[..], b"a key\nof two lines\n"] {
            let (_folder, path) = pipe();
            let reader = Bounded::open(&path, LONG).unwrap();
            let writer = std::thread::spawn(move || {
                let mut writer = OpenOptions::new().write(true).open(path).unwrap();
                for byte in text {
                    writer.write_all(&[*byte]).unwrap();
                }
            });
            assert_eq!(reader.whole(99).unwrap(), text);
            writer.join().unwrap();
        }
    }

    #[test]
    fn what_is_no_file_is_refused_and_what_is_too_long_as_well() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(why(folder.path()), io::ErrorKind::IsADirectory);
        let file = folder.path().join("file");
        std::fs::write(&file, "ten bytes.").unwrap();
        let read = |most| Bounded::open(&file, LONG).unwrap().whole(most);
        assert_eq!(read(10).unwrap(), b"ten bytes.");
        assert_eq!(read(9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let null = Bounded::open(Path::new("/dev/null"), LONG).unwrap();
        assert_eq!(null.whole(9).unwrap(), b"");
        let zero = Bounded::open(Path::new("/dev/zero"), LONG).unwrap();
        assert_eq!(zero.whole(9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
