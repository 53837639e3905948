//! Reads and writes the files of the user to which worksheets are tied. A file is replaced in one step, keeps its mode, and is
//! never overwritten in another state than the user knows.

use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use super::atomic;
use super::paths::Paths;
use crate::domain::limits::WORKSHEET_BYTES;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{
    ExpectedFile, FileTie, FileVersion, FoundFile, SaveSqlFile, SqlFileCmd, SqlFileEvent, TextForm, fingerprint,
};
use crate::domain::quantity::byte_size;

/// Runs a command. Returns its answer.
#[must_use]
pub fn run(command: SqlFileCmd, paths: &Paths) -> SqlFileEvent {
    let event = match command {
        SqlFileCmd::Open { path } => open(&path, paths).map(|(tie, text)| SqlFileEvent::Opened { tie, text }),
        SqlFileCmd::Reload { worksheet, path } => {
            open(&path, paths).map(|(tie, text)| SqlFileEvent::Reloaded { worksheet, tie, text })
        }
        SqlFileCmd::Check { worksheet, tie } => check(Path::new(&tie.path), &tie.version)
            .map(|found| SqlFileEvent::Checked { worksheet, path: tie.path.clone(), found })
            .map_err(|error| read_problem(Path::new(&tie.path), &error)),
        SqlFileCmd::Save(save) => write(save, paths),
    };
    event.unwrap_or_else(SqlFileEvent::Failed)
}

fn open(typed: &str, paths: &Paths) -> Result<(FileTie, String), Problem> {
    let named = absolute(typed, &paths.home)?;
    let problem = |error: &Error| read_problem(&named, error);
    let path = std::fs::canonicalize(&named).map_err(|error| problem(&error))?;
    let metadata = std::fs::metadata(&path).map_err(|error| problem(&error))?;
    if metadata.is_dir() {
        return Err(read_problem(&named, &Error::from(ErrorKind::IsADirectory)));
    }
    if metadata.len() > WORKSHEET_BYTES as u64 {
        return Err(too_large(&path, metadata.len(), paths));
    }
    let bytes = atomic::read_bytes(&path).map_err(|error| problem(&error))?;
    let version = version(&metadata, &bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + String::from_utf8_lossy(valid).matches('\n').count();
        file_problem(&path, "cannot be opened").because(format!("line {line} is not UTF-8")).hint(format!(
            "convert it first, for example with `iconv -f LATIN1 -t UTF-8 {} -o NEW.sql`",
            path.display()
        ))
    })?;
    let (form, text) = TextForm::split(&text);
    if text.len() > WORKSHEET_BYTES {
        return Err(too_large(&path, text.len() as u64, paths));
    }
    Ok((FileTie { path: utf8(&path)?, form, version, text: fingerprint(text.as_bytes()) }, text))
}

/// Compares a file with a version of it.
fn check(path: &Path, known: &FileVersion) -> std::io::Result<FoundFile> {
    let metadata = match std::fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(FoundFile::Missing);
        }
        metadata => metadata?,
    };
    if known.modified != 0 && (metadata.len(), modified(&metadata)) == (known.bytes, known.modified) {
        return Ok(FoundFile::Same(*known));
    }
    let found = version(&metadata, &atomic::read_bytes(path)?);
    Ok(if found.has_content_of(known) { FoundFile::Same(found) } else { FoundFile::Changed(found) })
}

fn write(save: SaveSqlFile, paths: &Paths) -> Result<SqlFileEvent, Problem> {
    let named = absolute(&save.path, &paths.home)?;
    let path = real_path(&named).map_err(|error| write_problem(&named, &error))?;
    let name = utf8(&path)?;
    if std::fs::metadata(&path).is_ok_and(|found| is_read_only(&path, &found)) {
        return Err(file_problem(&path, "is not saved").because("the file is read-only").hint(format!(
            "save the worksheet in another file, or make this one writable with `chmod u+w {}`",
            path.display()
        )));
    }
    let bytes = save.form.join(&save.text).into_bytes();
    let mut found = None;
    let is_expected = |now: Option<&[u8]>| {
        found = now.map(<[u8]>::to_vec);
        match (&save.expected, now) {
            (ExpectedFile::Missing, None) => true,
            (ExpectedFile::Version(known), Some(now)) => known.has_content_of(&FileVersion {
                bytes: now.len() as u64,
                modified: 0,
                fingerprint: fingerprint(now),
            }),
            (ExpectedFile::Missing, Some(_)) | (ExpectedFile::Version(_), None) => false,
        }
    };
    let written = atomic::replace_if(&path, is_expected, &bytes).map_err(|error| write_problem(&path, &error))?;
    let metadata = std::fs::metadata(&path).ok();
    if !written {
        let found = match (found, metadata) {
            (Some(bytes), Some(metadata)) => FoundFile::Changed(version(&metadata, &bytes)),
            (Some(_), None) | (None, _) => FoundFile::Missing,
        };
        return Ok(SqlFileEvent::NotAsExpected { save, found });
    }
    let modified = metadata.as_ref().map_or(0, modified);
    let version = FileVersion { bytes: bytes.len() as u64, modified, fingerprint: fingerprint(&bytes) };
    let SaveSqlFile { worksheet, form, text, .. } = save;
    let tie = FileTie { path: name, form, version, text: fingerprint(text.as_bytes()) };
    Ok(SqlFileEvent::Saved { worksheet, tie })
}

/// Returns the absolute path of what the user typed.
fn absolute(typed: &str, home: &Path) -> Result<PathBuf, Problem> {
    let path = match typed.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None if typed == "~" => home.to_owned(),
        None => PathBuf::from(typed),
    };
    if typed.ends_with('/') {
        return Err(read_problem(&path, &Error::from(ErrorKind::IsADirectory)));
    }
    std::path::absolute(&path).map_err(|error| read_problem(&path, &error))
}

/// Follows the links of a path, because replacing a link would leave its file as it was. The file itself may be missing.
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => {
            let path = std::fs::canonicalize(path)?;
            if path.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok(path) }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let directory = path.parent().ok_or(ErrorKind::NotFound)?;
            Ok(std::fs::canonicalize(directory)?.join(atomic::file_name(path)?))
        }
        Err(error) => Err(error),
    }
}

/// Returns whether a file must not be changed. Replacing it needs only the right to change its directory.
fn is_read_only(path: &Path, found: &Metadata) -> bool {
    found.permissions().mode() & 0o222 == 0 || access(path, AccessFlags::W_OK).is_err()
}

fn version(metadata: &Metadata, bytes: &[u8]) -> FileVersion {
    FileVersion { bytes: bytes.len() as u64, modified: modified(metadata), fingerprint: fingerprint(bytes) }
}

fn modified(metadata: &Metadata) -> u64 {
    let seconds = u64::try_from(metadata.mtime()).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(metadata.mtime_nsec()).unwrap_or(0))
}

/// Returns a path as text: the index of the worksheets has only text.
fn utf8(path: &Path) -> Result<String, Problem> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        file_problem(path, "cannot be used").because("its path is not UTF-8").hint("rename the file or its directory")
    })
}

fn file_problem(path: &Path, what: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("{} {what}", path.display()))
}

fn too_large(path: &Path, bytes: u64, paths: &Paths) -> Problem {
    let limit = byte_size(WORKSHEET_BYTES as u64, 1024);
    file_problem(path, "cannot be opened")
        .because(format!("it has {}, and a worksheet holds at most {limit}", byte_size(bytes, 1024)))
        .hint(format!("run it with `{}`, or split it", paths.command_line.with("run -p PROFILE -f FILE")))
}

fn read_problem(path: &Path, error: &Error) -> Problem {
    let hint = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            "check the path; a relative one starts in the directory in which rrx was started"
        }
        ErrorKind::IsADirectory => "add the name of a file in it",
        ErrorKind::PermissionDenied => "ask its owner for the right to read it, or open a copy",
        _ => "open another file",
    };
    file_problem(path, "cannot be opened").because(reason(error)).hint(hint)
}

fn write_problem(path: &Path, error: &Error) -> Problem {
    let hint = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "create the directory first, or choose an existing one",
        ErrorKind::IsADirectory => "add the name of a file to the path",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "choose a directory that you can write to",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space there, or choose another disk",
        ErrorKind::InvalidFilename => "choose a shorter name",
        _ => "choose another file",
    };
    file_problem(path, "is not saved").because(reason(error)).hint(hint)
}

/// Returns the error in words. An error of rrx itself has no words of the system.
fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => "it is a directory".into(),
        _ => error.to_string(),
    }
}
