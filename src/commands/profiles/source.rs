//! The source of an import: the text of a URL or a file, from the command line, from disk or from standard input.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Interview;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{ImportedConnection, absolute_path, is_shared_profile, read_url};
use crate::io::storage::atomic;
use crate::io::storage::paths::Paths;

/// The text to import, and its name for messages. The text may contain a password.
pub(super) struct ImportSource {
    pub(super) text: Zeroizing<String>,
    pub(super) name: String,
    pub(super) is_url: bool,
    /// Whether the text was on the command line, where others can see it.
    is_argument: bool,
}

impl ImportSource {
    /// Reads a URL, a file, or standard input (`-`).
    ///
    /// # Errors
    /// Returns a problem if the source cannot be read.
    pub(super) fn read(argument: &str, paths: &Paths, interview: &mut Interview<'_>) -> Result<Self, Problem> {
        if argument == "-" || argument.contains("://") {
            return Self::url_or_stdin(argument, interview);
        }
        let path = if argument.starts_with("~/") {
            absolute_path(Path::new(argument), &paths.home, Path::new(""))
        } else {
            PathBuf::from(argument)
        };
        let text = atomic::read_text(&path).map_err(|error| {
            Problem::new(ProblemKind::Settings, format!("{} cannot be read", path.display()))
                .because(error.to_string())
                .hint("name a file, or a URL such as mysql://USER@HOST/DATABASE")
        })?;
        Ok(Self { text: Zeroizing::new(text), name: path.display().to_string(), is_url: false, is_argument: false })
    }

    /// Takes a URL, or reads standard input (`-`).
    ///
    /// # Errors
    /// Returns a problem if standard input cannot be read.
    pub(super) fn url_or_stdin(argument: &str, interview: &mut Interview<'_>) -> Result<Self, Problem> {
        if argument != "-" {
            return Ok(Self {
                text: Zeroizing::new(argument.to_owned()),
                name: "the URL".into(),
                is_url: true,
                is_argument: true,
            });
        }
        let mut text = Zeroizing::new(String::new());
        let mut limited = (&mut *interview.input).take(limits::TEXT_FILE_BYTES);
        limited.read_to_string(&mut text).map_err(|error| {
            Problem::new(ProblemKind::Settings, "Standard input cannot be read").because(error.to_string())
        })?;
        let is_url = text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains("://"))
            && !is_shared_profile(&text);
        Ok(Self { text, name: "standard input".into(), is_url, is_argument: false })
    }

    /// Parses the text as a URL.
    ///
    /// # Errors
    /// Returns a problem that describes the error in the URL.
    pub(super) fn parse_url(&self) -> Result<ImportedConnection, Problem> {
        let mut imported = read_url(&self.text).map_err(|error| {
            Problem::new(ProblemKind::Settings, "The URL cannot be read").because(error.to_string()).hint(error.hint())
        })?;
        if imported.password.is_some() && self.is_argument {
            imported.notes.push(
                "the URL contained its password on the command line, where process lists and the shell history show it; \
                 use `-` to read the URL from standard input"
                    .into(),
            );
        }
        Ok(imported)
    }
}
