//! Doc packs: folders of pages read as bytes and handed to the domain's reader. Follows no links out of a pack and
//! renders nothing.

use std::path::{Path, PathBuf};

use super::atomic;
use crate::domain::docs::DocPack;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};

/// Folders inside a pack, at most so deep.
const DEPTH: usize = 8;

/// Reads the packs of these folders, in their order.
#[must_use]
pub fn load(folders: &[PathBuf]) -> (Vec<DocPack>, Vec<Problem>) {
    let (mut packs, mut problems) = (Vec::new(), Vec::new());
    for folder in folders {
        let mut walk = Walk { files: Vec::new(), problems: Vec::new() };
        walk.folder(folder, DEPTH);
        problems.append(&mut walk.problems);
        if walk.files.is_empty() {
            continue;
        }
        walk.files.sort();
        let (mut pack, wrong) = DocPack::read(walk.files);
        if pack.title.is_empty() {
            pack.title = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        }
        problems.extend(wrong.into_iter().map(|wrong| {
            let what = format!("{}:{}: {}", wrong.file.display(), wrong.line, wrong.reason);
            Problem::new(ProblemKind::Local, what).hint("repair this line; the other pages are there")
        }));
        packs.push(pack);
    }
    (packs, problems)
}

struct Walk {
    files: Vec<(PathBuf, Vec<u8>)>,
    problems: Vec<Problem>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(unreadable(folder, &error.to_string())),
        };
        for entry in entries.filter_map(Result::ok) {
            if self.files.len() >= limits::FOLDER_FILES {
                return;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if kind.is_dir() && depth > 0 {
                self.folder(&path, depth - 1);
            } else if kind.is_file() && (has_ending(&path, "md") || has_ending(&path, "toml")) {
                self.file(path);
            }
        }
    }

    fn file(&mut self, path: PathBuf) {
        match atomic::read_bytes(&path) {
            Ok(bytes) => self.files.push((path, bytes)),
            Err(error) => self.problems.push(unreadable(&path, &error.to_string())),
        }
    }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::new(ProblemKind::Local, format!("The doc pack file {} cannot be read", path.display()))
        .because(why)
        .hint("the other pages are there")
}
