//! Doc packs: folders of pages read as bytes and handed to the domain's reader, which is lent as a [`PackForm`]. Follows
//! no links out of a pack and renders nothing.

use std::path::{Path, PathBuf};

use super::atomic;
use crate::domain::docs::DocPack;
use crate::domain::limits;
use crate::domain::problem::{Kind, Problem};

/// Folders inside a pack, at most so deep.
const DEPTH: usize = 8;

/// One file of a pack: its path inside the pack with `/`, and its text.
pub type PackFile = (String, String);

/// How the files of a pack become one; the texts name what could not be read, with file and line.
pub type PackForm = fn(&[PackFile]) -> (DocPack, Vec<String>);

/// Reads the packs of these folders, in their order.
#[must_use]
pub fn load(folders: &[PathBuf], form: PackForm) -> (Vec<DocPack>, Vec<Problem>) {
    let (mut packs, mut problems) = (Vec::new(), Vec::new());
    for folder in folders {
        let mut walk = Walk { files: Vec::new(), problems: Vec::new() };
        walk.folder(folder, "", DEPTH);
        problems.append(&mut walk.problems);
        if walk.files.is_empty() {
            continue;
        }
        walk.files.sort();
        let (mut pack, wrong) = form(&walk.files);
        if pack.title.is_empty() {
            pack.title = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        }
        problems.extend(wrong.into_iter().map(|why| unreadable(folder, &why)));
        packs.push(pack);
    }
    (packs, problems)
}

struct Walk {
    files: Vec<PackFile>,
    problems: Vec<Problem>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, inside: &str, depth: usize) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(unreadable(folder, &error.to_string())),
        };
        for entry in entries.filter_map(Result::ok) {
            if self.files.len() >= limits::FOLDER_FILES {
                return;
            }
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let inside = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            if kind.is_dir() && depth > 0 {
                self.folder(&entry.path(), &inside, depth - 1);
            } else if kind.is_file() && (has_ending(&inside, "md") || has_ending(&inside, "toml")) {
                self.file(&entry.path(), inside);
            }
        }
    }

    fn file(&mut self, path: &Path, inside: String) {
        match atomic::read_text(path) {
            Ok(text) => self.files.push((inside, text)),
            Err(error) => self.problems.push(unreadable(path, &error.to_string())),
        }
    }
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::new(Kind::Local, format!("The doc pack file {} cannot be read", path.display()))
        .because(why)
        .hint("the other pages are there")
}
