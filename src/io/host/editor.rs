//! Runs the user's own editor on a text, as other programs do: with the command in `VISUAL` or `EDITOR`, on a private temporary file,
//! in the terminal and the process group of rrx.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use super::bounded_file::nonblocking_flags;
use super::secrets::hidden_variables;
use crate::domain::limits::WORKSHEET_BYTES;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::fingerprint;
use crate::domain::quantity::byte_size;

/// The editor of a user who has named none.
const DEFAULT_EDITOR: &str = "vi";

/// The editor of the user, and where its files may be.
#[derive(Debug, Clone)]
pub struct UserEditor {
    /// A command of the shell, which may have arguments.
    command: String,
    /// Directories for the temporary file, the best first. They are created if needed.
    directories: Vec<PathBuf>,
}

/// A way to end the editor.
#[derive(Debug, Clone, Default)]
pub struct EditorProcess {
    pid: Arc<Mutex<Option<Pid>>>,
}

impl EditorProcess {
    /// Ends the editor as a closed terminal does, so that it can keep its own text.
    pub fn hang_up(&self) {
        if let Some(pid) = *self.pid.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = kill(pid, Signal::SIGHUP);
        }
    }

    fn set(&self, pid: Option<Pid>) {
        *self.pid.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    }
}

/// The text as the editor has left it. Until it is taken, it is also in its file.
#[derive(Debug)]
pub struct EditedText {
    text: String,
    file: TextFile,
}

impl EditedText {
    /// Returns the text, and deletes its file.
    #[must_use]
    pub fn take(self) -> String {
        self.file.delete();
        self.text
    }
}

impl UserEditor {
    /// Chooses the editor: `VISUAL`, else `EDITOR`, else `vi`.
    #[must_use]
    pub fn choose(variable: impl Fn(&str) -> Option<OsString>, directories: Vec<PathBuf>) -> Self {
        let value = |name| variable(name)?.into_string().ok().filter(|command: &String| !command.trim().is_empty());
        let command = value("VISUAL").or_else(|| value("EDITOR")).unwrap_or_else(|| DEFAULT_EDITOR.to_owned());
        Self { command, directories }
    }

    /// Lets the user edit a text, and waits for the end of the editor. The terminal must be as a shell expects it.
    ///
    /// # Errors
    /// Returns a problem if the file cannot be used, or if the editor cannot be started or fails. The problem names the file if the
    /// user has saved something in it.
    pub fn edit(&self, text: &str, process: &EditorProcess) -> Result<EditedText, Problem> {
        // Many editors add the last line break themselves. Then it is no change.
        let adds_line_break = !text.is_empty() && !text.ends_with('\n');
        let file = TextFile::create(&self.directories, text, adds_line_break)?;
        let status = self.run(&file.path, process).map_err(|error| self.problem().because(error.to_string()))?;
        if !status.success() {
            return Err(file.named_in(self.problem().because(failure(status))));
        }
        let mut edited = file.read().map_err(|error| {
            let what = "The text of the editor cannot be used; the worksheet keeps its own";
            file.named_in(Problem::new(ProblemKind::Local, what).because(error.to_string()))
        })?;
        if adds_line_break && edited.ends_with('\n') {
            edited.pop();
        }
        Ok(EditedText { text: edited, file })
    }

    fn run(&self, path: &Path, process: &EditorProcess) -> std::io::Result<ExitStatus> {
        let mut child = self.spawn(path)?;
        process.set(i32::try_from(child.id()).ok().map(Pid::from_raw));
        let status = child.wait();
        process.set(None);
        status
    }

    #[expect(clippy::disallowed_methods, reason = "the user names this command in the environment")]
    fn spawn(&self, path: &Path) -> std::io::Result<Child> {
        let mut command = Command::new("/bin/sh");
        for name in hidden_variables() {
            command.env_remove(name);
        }
        // `$0` names the shell in its messages.
        command.arg("-c").arg(format!("{} \"$@\"", self.command)).arg("rrx").arg(path).spawn()
    }

    fn problem(&self) -> Problem {
        let what = format!("The editor `{}` has failed; the worksheet keeps its text", self.command);
        Problem::new(ProblemKind::Local, what).hint("name your editor in the environment variable VISUAL or EDITOR")
    }
}

fn failure(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(127), _) => "there is no such program".into(),
        (Some(126), _) => "it is no program that can be started".into(),
        (Some(code), _) => format!("its exit code is {code}"),
        (None, Some(signal)) => format!("signal {signal} has ended it"),
        (None, None) => "its end is unknown".into(),
    }
}

/// A private temporary file. When it is dropped, it is deleted, unless the user has saved something in it.
#[derive(Debug)]
struct TextFile {
    path: PathBuf,
    /// How many bytes rrx has written.
    bytes: u64,
    /// The fingerprint of what rrx has written.
    fingerprint: u64,
}

impl TextFile {
    fn create(directories: &[PathBuf], text: &str, adds_line_break: bool) -> Result<Self, Problem> {
        let mut last = Error::from(ErrorKind::NotFound);
        for directory in directories {
            match Self::create_in(directory, text, adds_line_break) {
                Ok(file) => return Ok(file),
                Err(error) => last = error,
            }
        }
        Err(Problem::new(ProblemKind::Local, "The editor was not started: its file cannot be written")
            .because(last.to_string())
            .hint(match last.kind() {
                ErrorKind::PermissionDenied => "delete the directory, or make it your own with the mode 0700",
                _ => "free some space on the disk",
            }))
    }

    fn create_in(directory: &Path, text: &str, adds_line_break: bool) -> std::io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        check_private(directory)?;
        let content = if adds_line_break { format!("{text}\n") } else { text.to_owned() };
        let mut number = 1_u32;
        loop {
            let path = directory.join(format!("rrx-{}-{number}.sql", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1_000 => number += 1,
                Err(error) => return Err(error),
                Ok(mut file) => {
                    let bytes = content.as_bytes();
                    let written = Self { path, bytes: bytes.len() as u64, fingerprint: fingerprint(bytes) };
                    if let Err(error) = file.write_all(bytes) {
                        // A part of the text is no edit of the user.
                        written.delete();
                        return Err(error);
                    }
                    return Ok(written);
                }
            }
        }
    }

    fn read(&self) -> std::io::Result<String> {
        let mut bytes = Vec::new();
        self.open()?.take(WORKSHEET_BYTES as u64 + 2).read_to_end(&mut bytes)?;
        // One byte more is the line break that was added.
        if bytes.len() > WORKSHEET_BYTES + 1 {
            let limit = byte_size(WORKSHEET_BYTES as u64, 1024);
            return Err(Error::new(ErrorKind::FileTooLarge, format!("a worksheet holds at most {limit}")));
        }
        String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "the text is not UTF-8"))
    }

    fn open(&self) -> std::io::Result<File> {
        OpenOptions::new().read(true).custom_flags(nonblocking_flags()).open(&self.path)
    }

    /// Returns whether the file has something else than what rrx has written. A file that cannot be read may have.
    fn is_edited(&self) -> bool {
        let content = || {
            let mut bytes = Vec::new();
            self.open()?.take(self.bytes + 1).read_to_end(&mut bytes)?;
            Ok::<_, Error>((bytes.len() as u64, fingerprint(&bytes)))
        };
        match content() {
            Ok(content) => content != (self.bytes, self.fingerprint),
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// Leaves the file where it is if the user has saved something in it. Returns its path.
    fn keep_edits(&self) -> Option<PathBuf> {
        if !self.is_edited() {
            return None;
        }
        // An editor may have put a file of its own in its place.
        if let Ok(file) = self.open() {
            let _ = file.set_permissions(Permissions::from_mode(0o600));
        }
        Some(self.path.clone())
    }

    /// Names the file in a problem if the user has saved something in it.
    fn named_in(&self, problem: Problem) -> Problem {
        match self.keep_edits() {
            Some(path) => problem.hint(format!("the text of the editor is in {}", path.display())),
            None => problem,
        }
    }

    fn delete(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        if self.keep_edits().is_none() {
            self.delete();
        }
    }
}

/// Refuses a directory in which another user could read or replace a file.
fn check_private(directory: &Path) -> std::io::Result<()> {
    let found = directory.symlink_metadata()?;
    // No bit of the group and of others is set.
    if found.is_dir() && found.uid() == geteuid().as_raw() && found.mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    let why = format!("{} is not a private directory of yours", directory.display());
    Err(Error::new(ErrorKind::PermissionDenied, why))
}
