//! Doc packs: directories of pages, read as bytes and parsed by the domain. Follows no links out of a pack.

use std::path::{Path, PathBuf};

use super::atomic;
use crate::domain::docs::DocPack;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};

/// How deep the directories inside a pack may be nested.
const MAX_DEPTH: usize = 8;

/// Reads the packs of these directories, in this order.
#[must_use]
pub fn load(directories: &[PathBuf]) -> (Vec<DocPack>, Vec<Problem>) {
    let (mut packs, mut problems) = (Vec::new(), Vec::new());
    for directory in directories {
        let mut found = PackFiles { files: Vec::new(), problems: Vec::new() };
        found.add_directory(directory, MAX_DEPTH);
        problems.append(&mut found.problems);
        if found.files.is_empty() {
            continue;
        }
        found.files.sort();
        let (mut pack, faults) = DocPack::read(found.files);
        if pack.title.is_empty() {
            pack.title = directory.file_name().unwrap_or(directory.as_os_str()).to_string_lossy().into_owned();
        }
        problems.extend(faults.into_iter().map(|fault| {
            let what = format!("{}:{}: {}", fault.file.display(), fault.line, fault.reason);
            Problem::new(ProblemKind::Local, what).hint("correct this line; the other pages are loaded")
        }));
        packs.push(pack);
    }
    (packs, problems)
}

struct PackFiles {
    files: Vec<(PathBuf, Vec<u8>)>,
    problems: Vec<Problem>,
}

impl PackFiles {
    fn add_directory(&mut self, directory: &Path, depth: usize) {
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(unreadable(directory, &error.to_string())),
        };
        for entry in entries.filter_map(Result::ok) {
            if self.files.len() >= limits::DIRECTORY_FILES {
                return;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if kind.is_dir() && depth > 0 {
                self.add_directory(&path, depth - 1);
            } else if kind.is_file() && (has_extension(&path, "md") || has_extension(&path, "toml")) {
                self.add_file(path);
            }
        }
    }

    fn add_file(&mut self, path: PathBuf) {
        match atomic::read_bytes(&path) {
            Ok(bytes) => self.files.push((path, bytes)),
            Err(error) => self.problems.push(unreadable(&path, &error.to_string())),
        }
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("The doc pack file {} cannot be read", path.display()))
        .because(why)
        .hint("the other pages are loaded")
}
