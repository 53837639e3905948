//! The access log on disk: `access.log.jsonl` in the state directory. Any number of processes append to it. A line is written
//! in one piece and synced before a permit exists. Existing lines are never changed.

use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};

use super::lock::{self, LockError};
use crate::domain::access_log::{
    self, AuthorizedStatement, BeginRecord, CopyRecord, EndRecord, ExportRecord, Permit, RecordSink, TunnelRecord,
};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::host::own_file::{self, OwnFile, OwnFileUse};
use crate::io::host::user;
use crate::io::runtime::clock::Clock;

/// The name of the file in the state directory.
pub const FILE_NAME: &str = "access.log.jsonl";

/// Why a line cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum AccessLogError {
    #[error("the access log {path} cannot be opened: {source}", path = path.display())]
    Open { path: PathBuf, source: std::io::Error },
    /// Another process has the lock.
    #[error("another process has locked the access log {path}", path = path.display())]
    Busy { path: PathBuf },
    #[error("the access log {path} cannot be written: {source}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("the record cannot be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

impl From<AccessLogError> for Problem {
    fn from(error: AccessLogError) -> Self {
        let hint = match &error {
            AccessLogError::Open { path, source } if source.kind() == ErrorKind::InvalidInput => {
                format!("move {} to another place; rrx then creates a new log", path.display())
            }
            AccessLogError::Open { path, .. } => {
                format!("make {} a directory that you can write to", directory(path).display())
            }
            AccessLogError::Busy { .. } => "quit the other rrx, or continue it if it is suspended".into(),
            AccessLogError::Write { path, .. } => {
                format!("free some space on the disk of {}", directory(path).display())
            }
            AccessLogError::Encode(_) => "report this as a defect of rrx".into(),
        };
        Self::new(ProblemKind::Local, "The access log cannot be written").because(error.to_string()).hint(hint)
    }
}

impl AccessLogError {
    /// Returns the problem of a begin record that cannot be written.
    #[must_use]
    pub fn into_begin_problem(self) -> Problem {
        Problem { what: "The access log cannot be written, so the statement was not sent".into(), ..self.into() }
    }

    /// Returns the problem of an end record that cannot be written.
    #[must_use]
    pub fn into_end_problem(self) -> Problem {
        let what = "The statement has run, but its end cannot be written to the access log";
        Problem { what: what.into(), ..self.into() }
    }
}

/// The access log of this user, open for appending.
#[derive(Debug)]
pub struct AccessLog {
    path: PathBuf,
    file: File,
    clock: Clock,
    os_user: String,
    /// The process id and a random number, so that two machines that share a home directory never make the same id.
    stem: String,
    count: u64,
}

impl AccessLog {
    /// Opens the log in a state directory, and creates it if there is none.
    ///
    /// # Errors
    /// Returns [`AccessLogError::Open`] if the directory or the file cannot be created.
    pub fn open(state: &Path, clock: Clock) -> Result<Self, AccessLogError> {
        let path = state.join(FILE_NAME);
        let file = open_for_appending(&path).map_err(|source| AccessLogError::Open { path: path.clone(), source })?;
        Ok(Self { path, file, clock, os_user: user::user_name(), stem: id_stem(), count: 0 })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the begin record of an authorized statement, and returns its permit.
    ///
    /// # Errors
    /// Returns an [`AccessLogError`]; then there is no permit.
    pub fn begin(&mut self, statement: AuthorizedStatement) -> Result<Permit, AccessLogError> {
        access_log::record(self, statement)
    }

    /// Writes an end record. Its time is filled in here if it is empty.
    ///
    /// # Errors
    /// Returns an [`AccessLogError`]. The statement has run; only its end is not recorded.
    pub fn end(&mut self, mut entry: EndRecord) -> Result<(), AccessLogError> {
        self.stamp_time(&mut entry.time);
        let line = access_log::write_end(&entry)?;
        self.append_line(&line)
    }

    /// Writes a record of a tunnel, and returns its id. Time and OS user are filled in here, and the id if it is empty.
    ///
    /// # Errors
    /// Returns an [`AccessLogError`]. If the recorded event has not happened yet, it must not happen.
    pub fn tunnel(&mut self, mut record: TunnelRecord) -> Result<String, AccessLogError> {
        if record.id.is_empty() {
            record.id = self.new_id();
        }
        record.time = format_time(self.now());
        record.os_user.clone_from(&self.os_user);
        let line = access_log::write_tunnel(&record)?;
        self.append_line(&line)?;
        Ok(record.id)
    }

    /// Writes a record of an export. Id and OS user are filled in here, and the time if it is empty.
    ///
    /// # Errors
    /// Returns an [`AccessLogError`]. The file is written; only its record is not.
    pub fn export(&mut self, mut record: ExportRecord) -> Result<(), AccessLogError> {
        record.id = self.new_id();
        self.stamp_time(&mut record.time);
        record.os_user.clone_from(&self.os_user);
        let line = access_log::write_export(&record)?;
        self.append_line(&line)
    }

    /// Writes a record of a copy. Id and OS user are filled in here, and the time if it is empty.
    ///
    /// # Errors
    /// Returns an [`AccessLogError`]. The values are copied; only the record is not written.
    pub fn copy(&mut self, mut record: CopyRecord) -> Result<(), AccessLogError> {
        record.id = self.new_id();
        self.stamp_time(&mut record.time);
        record.os_user.clone_from(&self.os_user);
        let line = access_log::write_copy(&record)?;
        self.append_line(&line)
    }

    fn stamp_time(&self, time: &mut String) {
        if time.is_empty() {
            *time = format_time(self.now());
        }
    }

    fn new_id(&mut self) -> String {
        self.count += 1;
        format!("{:x}-{}-{:x}", self.now().as_millisecond(), self.stem, self.count)
    }

    fn now(&self) -> Timestamp {
        now(self.clock)
    }

    /// Appends one line under the lock, completely or not at all, and syncs it.
    fn append_line(&mut self, line: &str) -> Result<(), AccessLogError> {
        self.reopen_if_moved()?;
        self.lock()?;
        let written = self.append_locked(line.as_bytes());
        // The lock ends with the file anyway, and an error changes nothing on disk.
        let _ = self.file.unlock();
        written.map_err(|source| AccessLogError::Write { path: self.path.clone(), source })
    }

    fn append_locked(&mut self, line: &[u8]) -> std::io::Result<()> {
        let length = self.file.metadata()?.len();
        let mut bytes = Vec::with_capacity(line.len() + 1);
        if length > 0 && last_byte(&mut self.file)? != b'\n' {
            // A crash cut the previous line: end it, so that the new line is readable. The reader reports the cut one.
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(line);
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Remove the incomplete line (full disk). No other process has written, because of the lock.
            let _ = self.file.set_len(length);
        }
        written
    }

    /// Opens the file again if it was moved or deleted while rrx runs.
    fn reopen_if_moved(&mut self) -> Result<(), AccessLogError> {
        let open = self.file.metadata().map(|meta| (meta.dev(), meta.ino()));
        let named = std::fs::metadata(&self.path).map(|meta| (meta.dev(), meta.ino()));
        if let (Ok(open), Ok(named)) = (open, named)
            && open == named
        {
            return Ok(());
        }
        self.file = open_for_appending(&self.path)
            .map_err(|source| AccessLogError::Open { path: self.path.clone(), source })?;
        Ok(())
    }

    fn lock(&self) -> Result<(), AccessLogError> {
        lock::acquire(&self.file, limits::ACCESS_LOG_LOCK).map_err(|error| match error {
            LockError::Busy(_) => AccessLogError::Busy { path: self.path.clone() },
            LockError::System(source) => AccessLogError::Write { path: self.path.clone(), source },
        })
    }
}

impl RecordSink for AccessLog {
    type Error = AccessLogError;

    fn stamp(&mut self, begin: &mut BeginRecord) {
        begin.id = self.new_id();
        begin.time = format_time(self.now());
        begin.os_user.clone_from(&self.os_user);
    }

    fn append(&mut self, begin: &BeginRecord) -> Result<(), AccessLogError> {
        let line = access_log::write_begin(begin)?;
        self.append_line(&line)
    }
}

/// Returns the time of a record that is made now.
pub(super) fn now(clock: Clock) -> Timestamp {
    Timestamp::try_from(clock()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Formats a time as in all records of the log: UTC, RFC 3339, milliseconds.
#[must_use]
pub fn format_time(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn id_stem() -> String {
    let mut random = [0_u8; 4];
    // If this fails, the process id and the time still make the ids of one machine unique.
    let _ = SystemRandom::new().fill(&mut random);
    format!("{:x}-{:08x}", std::process::id(), u32::from_be_bytes(random))
}

fn open_for_appending(path: &Path) -> std::io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory(path))?;
    let OwnFile { file, is_new } = own_file::open(path, OwnFileUse::AccessLog)?;
    if is_new {
        File::open(directory(path))?.sync_all()?;
    }
    Ok(file)
}

fn last_byte(file: &mut File) -> std::io::Result<u8> {
    let mut byte = [0_u8];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Returns whether an error only means that the file does not exist.
pub(super) fn is_not_found(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}
