//! The access log on disk: `access.log.jsonl` in the state folder, appended by any number of processes. A line is
//! written in one piece and synced before a permit exists. It never rewrites what is there.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use nix::unistd::{User, getuid};
use ring::rand::{SecureRandom, SystemRandom};

use super::Clock;
use super::lock::{self, LockError};
use crate::domain::access_log::{self, Begin, CopyRecord, Entry, ExportRecord, Ledger, Permit, TunnelRecord};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::sql::Checked;

/// The file's name in the state folder.
pub const FILE_NAME: &str = "access.log.jsonl";

/// What keeps a line from being on disk.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The folder or the file cannot be opened.
    #[error("the access log {path} cannot be opened: {source}", path = path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process holds the lock and does not let go.
    #[error("the access log {path} is held by another process", path = path.display())]
    Busy {
        /// Which file.
        path: PathBuf,
    },
    /// The line could not be written or synced.
    #[error("the access log {path} cannot be written: {source}", path = path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The record does not become a line.
    #[error("the record cannot be written down: {0}")]
    Form(#[from] serde_json::Error),
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        let hint = match &error {
            LedgerError::Open { path, .. } => format!("make {} a folder that you may write to", folder(path).display()),
            LedgerError::Busy { .. } => "end or continue the other rrx (a stopped one keeps its lock)".into(),
            LedgerError::Write { path, .. } => format!("make room on the disk of {}", folder(path).display()),
            LedgerError::Form(_) => "report this as a defect of rrx".into(),
        };
        Self::new(ProblemKind::Local, "The access log cannot take the record, so nothing is sent")
            .because(error.to_string())
            .hint(hint)
    }
}

/// The access log of this user, open for appending.
#[derive(Debug)]
pub struct AccessLog {
    path: PathBuf,
    file: File,
    clock: Clock,
    os_user: String,
    /// Process and random part of the ids: two machines that share a home never make the same.
    stem: String,
    count: u64,
}

impl AccessLog {
    /// Opens (or makes) the log in this state folder.
    ///
    /// # Errors
    /// [`LedgerError::Open`] where folder or file cannot be made.
    pub fn open(state: &Path, clock: Clock) -> Result<Self, LedgerError> {
        let path = state.join(FILE_NAME);
        let file = open_for_appending(&path).map_err(|source| LedgerError::Open { path: path.clone(), source })?;
        Ok(Self { path, file, clock, os_user: os_user(), stem: id_stem(), count: 0 })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the begin record of a checked statement on disk and answers with its permit. Id, time and OS user are
    /// filled in here, whatever the caller wrote.
    ///
    /// # Errors
    /// A [`LedgerError`]; then there is no permit.
    pub fn begin(&mut self, checked: Checked, begin: Begin) -> Result<Permit, LedgerError> {
        let begin = self.stamp(begin);
        access_log::record(self, checked, begin)
    }

    /// Fills in what only this room knows: id, time, OS user.
    #[must_use]
    pub fn stamp(&mut self, mut begin: Begin) -> Begin {
        begin.id = self.new_id();
        begin.time = written_time(self.now());
        begin.os_user.clone_from(&self.os_user);
        begin
    }

    /// Puts an end record on disk; its time is filled in here.
    ///
    /// # Errors
    /// A [`LedgerError`]: the statement has run, only its end is not written down.
    pub fn end(&mut self, mut entry: Entry) -> Result<(), LedgerError> {
        entry.time = written_time(self.now());
        let line = access_log::write_end(&entry)?;
        self.append_line(&line)
    }

    /// Puts a record of a held tunnel on disk; time and OS user are filled in here, and an id where it has none. Answers
    /// with the id.
    ///
    /// # Errors
    /// A [`LedgerError`]; then what it says must not happen, where it has not happened yet.
    pub fn tunnel(&mut self, mut record: TunnelRecord) -> Result<String, LedgerError> {
        if record.id.is_empty() {
            record.id = self.new_id();
        }
        record.time = written_time(self.now());
        record.os_user.clone_from(&self.os_user);
        let line = access_log::write_tunnel(&record)?;
        self.append_line(&line)?;
        Ok(record.id)
    }

    /// Puts a record of an export on disk; id, time and OS user are filled in here.
    ///
    /// # Errors
    /// A [`LedgerError`]: the file is written, only its record is not.
    pub fn export(&mut self, mut record: ExportRecord) -> Result<(), LedgerError> {
        record.id = self.new_id();
        record.time = written_time(self.now());
        record.os_user.clone_from(&self.os_user);
        let line = access_log::write_export(&record)?;
        self.append_line(&line)
    }

    /// Puts a record of a copy on disk; id, time and OS user are filled in here.
    ///
    /// # Errors
    /// A [`LedgerError`]: the values are copied, only their record is not there.
    pub fn copied(&mut self, mut record: CopyRecord) -> Result<(), LedgerError> {
        record.id = self.new_id();
        record.time = written_time(self.now());
        record.os_user.clone_from(&self.os_user);
        let line = access_log::write_copy(&record)?;
        self.append_line(&line)
    }

    fn new_id(&mut self) -> String {
        self.count += 1;
        format!("{:x}-{}-{:x}", self.now().as_millisecond(), self.stem, self.count)
    }

    fn now(&self) -> Timestamp {
        Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Appends one line under the lock, whole or not at all, and syncs it.
    fn append_line(&mut self, line: &str) -> Result<(), LedgerError> {
        self.follow_the_path()?;
        self.lock()?;
        let written = self.append_locked(line.as_bytes());
        // The lock ends with the file anyway; an error here changes nothing that is on disk.
        let _ = self.file.unlock();
        written.map_err(|source| LedgerError::Write { path: self.path.clone(), source })
    }

    fn append_locked(&mut self, line: &[u8]) -> std::io::Result<()> {
        let length = self.file.metadata()?.len();
        let mut bytes = Vec::with_capacity(line.len() + 1);
        if length > 0 && last_byte(&mut self.file)? != b'\n' {
            // A crash tore the line before: end it, so that ours stands alone. The reader names the torn one.
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(line);
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Our own half line goes (a full disk); nobody else wrote since the lock is ours.
            let _ = self.file.set_len(length);
        }
        written
    }

    /// Opens the file anew where the path leads elsewhere by now (moved away or deleted while we run).
    fn follow_the_path(&mut self) -> Result<(), LedgerError> {
        let open = self.file.metadata().map(|meta| (meta.dev(), meta.ino()));
        let named = std::fs::metadata(&self.path).map(|meta| (meta.dev(), meta.ino()));
        if let (Ok(open), Ok(named)) = (open, named)
            && open == named
        {
            return Ok(());
        }
        self.file =
            open_for_appending(&self.path).map_err(|source| LedgerError::Open { path: self.path.clone(), source })?;
        Ok(())
    }

    fn lock(&self) -> Result<(), LedgerError> {
        lock::take(&self.file, limits::LEDGER_LOCK).map_err(|error| match error {
            LockError::Busy(_) => LedgerError::Busy { path: self.path.clone() },
            LockError::System(source) => LedgerError::Write { path: self.path.clone(), source },
        })
    }
}

impl Ledger for AccessLog {
    type Error = LedgerError;

    fn append(&mut self, begin: &Begin) -> Result<(), LedgerError> {
        let line = access_log::write_begin(begin)?;
        self.append_line(&line)
    }
}

/// The form of every time in the log: UTC, RFC 3339, milliseconds.
#[must_use]
pub fn written_time(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// The operating system's user, from the user id and never from the environment.
#[must_use]
pub fn os_user() -> String {
    let uid = getuid();
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid {uid}"),
    }
}

fn id_stem() -> String {
    let mut random = [0_u8; 4];
    // Without randomness the process id and the time still tell processes of one machine apart.
    let _ = SystemRandom::new().fill(&mut random);
    format!("{:x}-{:08x}", std::process::id(), u32::from_be_bytes(random))
}

fn open_for_appending(path: &Path) -> std::io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder(path))?;
    let made = !path.exists();
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    if made {
        File::open(folder(path))?.sync_all()?;
    }
    Ok(file)
}

fn last_byte(file: &mut File) -> std::io::Result<u8> {
    let mut byte = [0_u8];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Whether this error only says that there is no log yet.
pub(super) fn is_absent(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}
