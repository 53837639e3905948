//! Reads files of any kind (regular file, pipe, character device) with limits on size and time: a pipe without a writer
//! must not block a sign-in.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// An open file that is read within a time limit.
#[derive(Debug)]
pub struct BoundedFile {
    file: File,
    metadata: Metadata,
    time_limit: Duration,
    deadline: Instant,
    /// Whether a pipe has had a writer. Until then, reading nothing does not mean the end.
    had_writer: bool,
}

impl BoundedFile {
    /// Opens a file, a pipe or a character device without waiting.
    ///
    /// # Errors
    /// Returns the system's error, or an error for directories, sockets and block devices.
    pub fn open(path: &Path, time_limit: Duration) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).custom_flags(nonblocking_flags()).open(path)?;
        let metadata = file.metadata()?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        if !(kind.is_file() || kind.is_fifo() || kind.is_char_device()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a file nor a pipe"));
        }
        Ok(Self { file, time_limit, deadline: now() + time_limit, had_writer: !kind.is_fifo(), metadata })
    }

    /// Returns owner, mode and kind.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Reads everything. A regular file is read into one allocation, so that a secret leaves no copies in memory.
    ///
    /// # Errors
    /// Returns the system's error, or an error if the file is longer than `max_bytes` or does not end in time.
    pub fn read_all(self, max_bytes: u64) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.metadata.len().min(max_bytes)).unwrap_or_default();
        // One byte more, so that the end is found without growing the buffer.
        let mut bytes = Vec::with_capacity(length + 1);
        self.take(max_bytes + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max_bytes {
            let message = format!("the file is larger than {} MiB", max_bytes >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(bytes)
    }

    /// Waits until there are bytes to read, or the end.
    fn wait(&mut self) -> io::Result<()> {
        let remaining = self.deadline.saturating_duration_since(now());
        let mut polled = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        match poll(&mut polled, PollTimeout::try_from(remaining).unwrap_or(PollTimeout::MAX)) {
            Ok(0) => {
                let message = format!("it sent nothing within {} s", self.time_limit.as_secs_f32());
                Err(io::Error::new(io::ErrorKind::TimedOut, message))
            }
            Ok(_) => {
                // Data or the end: in both cases there was a writer.
                self.had_writer = true;
                Ok(())
            }
            Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for BoundedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(buffer) {
                Ok(0) if !self.had_writer && !buffer.is_empty() => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => {
                    self.had_writer = true;
                    return other;
                }
            }
            self.wait()?;
        }
    }
}

/// Returns the flags to open and use a file without waiting, and without making it the controlling terminal.
#[must_use]
pub fn nonblocking_flags() -> i32 {
    (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits()
}

#[expect(clippy::disallowed_methods, reason = "measures a time limit, reads no time of day")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::path::PathBuf;

    const LONG_TIME: Duration = Duration::from_secs(30);

    fn pipe() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        (directory, path)
    }

    fn open_error(path: &Path) -> io::ErrorKind {
        BoundedFile::open(path, LONG_TIME).unwrap_err().kind()
    }

    #[test]
    fn a_pipe_without_writer_or_end_times_out() {
        let (_directory, path) = pipe();
        let no_writer = BoundedFile::open(&path, Duration::from_millis(50)).unwrap();
        assert_eq!(no_writer.read_all(9).unwrap_err().kind(), io::ErrorKind::TimedOut);
        let silent = BoundedFile::open(&path, Duration::from_millis(50)).unwrap();
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(b"half").unwrap();
        assert_eq!(silent.read_all(9).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_pipe_is_read_to_its_end() {
        for text in [&b""[..], b"a key\nof two lines\n"] {
            let (_directory, path) = pipe();
            let reader = BoundedFile::open(&path, LONG_TIME).unwrap();
            let writer = std::thread::spawn(move || {
                let mut writer = OpenOptions::new().write(true).open(path).unwrap();
                for byte in text {
                    writer.write_all(&[*byte]).unwrap();
                }
            });
            assert_eq!(reader.read_all(99).unwrap(), text);
            writer.join().unwrap();
        }
    }

    #[test]
    fn directories_and_long_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(open_error(directory.path()), io::ErrorKind::IsADirectory);
        let file = directory.path().join("file");
        std::fs::write(&file, "ten bytes.").unwrap();
        let read = |max_bytes| BoundedFile::open(&file, LONG_TIME).unwrap().read_all(max_bytes);
        assert_eq!(read(10).unwrap(), b"ten bytes.");
        assert_eq!(read(9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let null = BoundedFile::open(Path::new("/dev/null"), LONG_TIME).unwrap();
        assert_eq!(null.read_all(9).unwrap(), b"");
        let zero = BoundedFile::open(Path::new("/dev/zero"), LONG_TIME).unwrap();
        assert_eq!(zero.read_all(9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
