//! Reads and writes the `.sql` files of snippet directories. The domain parses their text.

use std::path::{Path, PathBuf};

use super::access_log::is_not_found;
use super::atomic;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::IfExists;
use crate::domain::snippets::{Snippet, SnippetError, SnippetNameError, check_name, render};

/// Reads the snippets of these directories, sorted by name. If a name appears twice, the first directory wins and the
/// other file is reported. Only the first directory, which is the user's, may be missing.
#[must_use]
pub fn load(directories: &[PathBuf]) -> (Vec<Snippet>, Vec<Problem>) {
    let (mut snippets, mut problems): (Vec<Snippet>, Vec<Problem>) = (Vec::new(), Vec::new());
    for (index, directory) in directories.iter().enumerate() {
        let files = match sql_files(directory) {
            Ok(files) => files,
            Err(error) if is_not_found(&error) && index == 0 => continue,
            Err(error) => {
                problems.push(unreadable(directory, &error.to_string()));
                continue;
            }
        };
        for (name, path) in files {
            let (snippet, problem) = read(&name, &path);
            problems.extend(problem);
            if let Some(snippet) = snippet {
                match snippets.iter().find(|other| other.name == name) {
                    Some(other) => problems.push(hidden_problem(&path, other)),
                    None => snippets.push(snippet),
                }
            }
        }
    }
    snippets.sort_by(|a, b| a.name.cmp(&b.name));
    (snippets, problems)
}

/// Writes a snippet to its path; a new or renamed one goes to this directory, under its name.
///
/// # Errors
/// Returns a problem if the name cannot be a file name, if the file exists and may not be replaced, or if writing fails.
pub fn save(directory: &Path, snippet: &Snippet, if_exists: IfExists) -> Result<PathBuf, Problem> {
    let path = match &snippet.path {
        Some(path) if path.file_stem().is_some_and(|stem| stem == snippet.name.as_str()) => path.clone(),
        Some(_) | None => {
            check_name(&snippet.name).map_err(name_problem)?;
            directory.join(format!("{}.sql", snippet.name))
        }
    };
    let text = render(snippet);
    if let Some(directory) = path.parent() {
        atomic::create_directory(directory).map_err(|error| unwritable(&path, &error.to_string()))?;
    }
    let written = match if_exists {
        IfExists::Replace => atomic::replace(&path, text.as_bytes()),
        IfExists::Fail => atomic::create(&path, text.as_bytes()),
    };
    match written {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Problem::new(ProblemKind::Local, format!("The snippet {} exists already", path.display()))
                .hint("choose another name, or replace it"))
        }
        Err(error) => Err(unwritable(&path, &error.to_string())),
    }
}

/// Writes the bundled snippets that have no file in this directory yet. Errors are ignored; saving a snippet reports them.
pub fn write_missing(directory: &Path, snippets: Vec<Snippet>) {
    for snippet in snippets {
        if !directory.join(format!("{}.sql", snippet.name)).exists() {
            let _ = save(directory, &snippet, IfExists::Fail);
        }
    }
}

/// Reads one file. Returns its snippet, a problem, or both: with a wrong header, the statement can still be used.
fn read(name: &str, path: &Path) -> (Option<Snippet>, Option<Problem>) {
    let text = match atomic::read_text(path) {
        Ok(text) => text,
        Err(error) => return (None, Some(unreadable(path, &error.to_string()))),
    };
    let (snippet, problem) = match Snippet::parse(name, &text) {
        Ok(snippet) => (Some(snippet), None),
        Err(SnippetError { line, reason, usable }) => {
            let rest = if usable.is_some() { "the statement can still be used" } else { "the snippet is ignored" };
            let what = format!("{}:{line}: {reason}", path.display());
            (
                usable.map(|snippet| *snippet),
                Some(Problem::new(ProblemKind::Local, what).because(rest).hint("correct this line")),
            )
        }
    };
    (snippet.map(|snippet| Snippet { path: Some(path.to_path_buf()), ..snippet }), problem)
}

/// Returns the names and paths of the `.sql` files of a directory, sorted.
fn sql_files(directory: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)?.take(limits::DIRECTORY_FILES) {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| !stem.starts_with('.'));
        if let Some(stem) = stem
            && path.extension().is_some_and(|extension| extension == "sql")
        {
            files.push((stem.to_owned(), path));
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("{} cannot be read", path.display()))
        .because(why)
        .hint("the other snippets are loaded")
}

fn unwritable(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("The snippet {} cannot be written", path.display()))
        .because(why)
        .hint("make the directory writable, or choose another name")
}

fn name_problem(why: SnippetNameError) -> Problem {
    Problem::new(ProblemKind::Local, "This cannot be the name of a snippet")
        .because(why.to_string())
        .hint("use a name such as subjects-by-status")
}

fn hidden_problem(path: &Path, other: &Snippet) -> Problem {
    let winner = other.path.as_deref().map_or_else(|| "a built-in one".into(), |path| path.display().to_string());
    Problem::new(ProblemKind::Local, format!("{} is hidden by another snippet of the same name", path.display()))
        .because(format!("{winner} comes first"))
        .hint("rename one of the two files")
}
