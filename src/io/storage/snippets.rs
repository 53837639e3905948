//! Snippet folders: `.sql` files read and written whole. The form of their text is the domain's; nothing here reads SQL.

use std::path::{Path, PathBuf};

use super::access_log::is_absent;
use super::atomic;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::Replace;
use crate::domain::snippets::{NameProblem, Snippet, SnippetProblem, check_name, render};

/// The snippets of these folders, sorted by name; where a name is there twice the nearer folder (the first) wins and
/// the other is named. A folder that is absent is empty only where it is the user's own, the first.
#[must_use]
pub fn load(folders: &[PathBuf]) -> (Vec<Snippet>, Vec<Problem>) {
    let (mut snippets, mut problems): (Vec<Snippet>, Vec<Problem>) = (Vec::new(), Vec::new());
    for (number, folder) in folders.iter().enumerate() {
        let files = match sql_files(folder) {
            Ok(files) => files,
            Err(error) if is_absent(&error) && number == 0 => continue,
            Err(error) => {
                problems.push(unreadable(folder, &error.to_string()));
                continue;
            }
        };
        for (name, path) in files {
            let (snippet, problem) = read(&name, &path);
            problems.extend(problem);
            if let Some(snippet) = snippet {
                match snippets.iter().find(|other| other.name == name) {
                    Some(other) => problems.push(hidden(&path, other)),
                    None => snippets.push(snippet),
                }
            }
        }
    }
    snippets.sort_by(|a, b| a.name.cmp(&b.name));
    (snippets, problems)
}

/// Writes a snippet: to where it lies, or into this folder under its name.
///
/// # Errors
/// A problem for a name that cannot be a file's, for a file that is there and may not be replaced, or from the disk.
pub fn save(folder: &Path, snippet: &Snippet, replace: Replace) -> Result<PathBuf, Problem> {
    let path = match &snippet.path {
        Some(path) if path.file_stem().is_some_and(|stem| stem == snippet.name.as_str()) => path.clone(),
        Some(_) | None => {
            check_name(&snippet.name).map_err(misnamed)?;
            folder.join(format!("{}.sql", snippet.name))
        }
    };
    let text = render(snippet);
    if let Some(folder) = path.parent() {
        atomic::make_folder(folder).map_err(|error| unwritable(&path, &error.to_string()))?;
    }
    let written = match replace {
        Replace::Allowed => atomic::replace(&path, text.as_bytes()),
        Replace::Forbidden => atomic::create(&path, text.as_bytes()),
    };
    match written {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Problem::new(ProblemKind::Local, format!("There is a snippet {} already", path.display()))
                .hint("give another name, or replace it"))
        }
        Err(error) => Err(unwritable(&path, &error.to_string())),
    }
}

/// Writes the snippets that have no file in this folder yet. What cannot be written is left out: whoever saves one of
/// their own there is told why.
pub fn plant(folder: &Path, snippets: Vec<Snippet>) {
    for snippet in snippets {
        if !folder.join(format!("{}.sql", snippet.name)).exists() {
            let _ = save(folder, &snippet, Replace::Forbidden);
        }
    }
}

/// A file's snippet, what is wrong in it, or both: a wrong header leaves the statement usable.
fn read(name: &str, path: &Path) -> (Option<Snippet>, Option<Problem>) {
    let text = match atomic::read_text(path) {
        Ok(text) => text,
        Err(error) => return (None, Some(unreadable(path, &error.to_string()))),
    };
    let (snippet, problem) = match Snippet::parse(name, &text) {
        Ok(snippet) => (Some(snippet), None),
        Err(SnippetProblem { line, reason, usable }) => {
            let rest = if usable.is_some() { "its statement can be used" } else { "it is left out" };
            let what = format!("{}:{line}: {reason}", path.display());
            (
                usable.map(|snippet| *snippet),
                Some(Problem::new(ProblemKind::Local, what).because(rest).hint("repair this line")),
            )
        }
    };
    (snippet.map(|snippet| Snippet { path: Some(path.to_path_buf()), ..snippet }), problem)
}

/// Names and paths of the `.sql` files of a folder, sorted.
fn sql_files(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(limits::FOLDER_FILES) {
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
        .hint("the others are there")
}

fn unwritable(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("The snippet {} cannot be written", path.display()))
        .because(why)
        .hint("make the folder writable, or choose another name")
}

fn misnamed(why: NameProblem) -> Problem {
    Problem::new(ProblemKind::Local, "This cannot be a snippet's name")
        .because(why.to_string())
        .hint("use a name such as subjects-by-status")
}

fn hidden(path: &Path, other: &Snippet) -> Problem {
    let winner = other.path.as_deref().map_or_else(|| "a built-in one".into(), |path| path.display().to_string());
    Problem::new(ProblemKind::Local, format!("{} is hidden by a snippet of the same name", path.display()))
        .because(format!("{winner} comes first"))
        .hint("rename one of the two files")
}
