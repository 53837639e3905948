//! Logs and state files that are links to something that is not a regular file of the user.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rrx::domain::access_log::EndRecord;
use rrx::domain::problem::Problem;
use rrx::domain::protocol::{SavedWorksheet, WorksheetSet};
use rrx::io::storage::access_log::AccessLog;
use rrx::io::storage::paths::Paths;
use rrx::io::storage::worksheets::WorksheetFiles;
use rrx::io::storage::{history, settings};
use tempfile::tempdir;

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

/// Makes a pipe, a directory and a dangling link, and a link to each of the first two. Returns what files of rrx may not be.
fn special_files(root: &Path) -> Vec<PathBuf> {
    let at = |name: &str| root.join(name);
    nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::from_bits_truncate(0o700)).unwrap();
    fs::create_dir(at("directory")).unwrap();
    for name in ["pipe", "directory"] {
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    vec![at("pipe"), at("directory"), at("nothing")]
}

fn is_untouched(target: &Path) -> bool {
    match fs::symlink_metadata(target) {
        Ok(found) => found.permissions().mode() & 0o7777 == 0o755 && !found.is_file(),
        Err(_) => target.ends_with("nothing"),
    }
}

#[test]
fn a_log_that_is_a_link_to_something_else_is_refused_and_the_target_stays_as_it_is() {
    let root = tempdir().unwrap();
    for target in special_files(root.path()) {
        let state = root.path().join("state");
        fs::create_dir(&state).unwrap();
        let log = state.join("access.log.jsonl");
        symlink(&target, &log).unwrap();
        let problem: Problem = AccessLog::open(&state, noon).unwrap_err().into();
        assert!(problem.to_string().contains("it is a link to"), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("move"), "{problem}");
        let history = history::read(&state, 9);
        assert!(history.problems.len() <= 1 && history.statements.is_empty());
        // While rrx runs.
        fs::remove_file(&log).unwrap();
        let mut open = AccessLog::open(&state, noon).unwrap();
        fs::remove_file(&log).unwrap();
        symlink(&target, &log).unwrap();
        let end = EndRecord { id: "1".into(), time: String::new(), milliseconds: 0, rows: 0, end: "complete".into() };
        assert!(open.end(end).is_err());
        assert!(is_untouched(&target) && log.is_symlink(), "{target:?}");
        fs::remove_dir_all(&state).unwrap();
    }
}

#[test]
fn state_and_settings_files_that_are_links_to_something_else_are_refused() {
    let root = tempdir().unwrap();
    for target in special_files(root.path()) {
        let paths = Paths::under(&root.path().join("home"));
        for file in ["0/index.json", "0/a.sql", "0/lock"] {
            let file = paths.worksheets().join("eu").join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            symlink(&target, &file).unwrap();
            let open = vec![SavedWorksheet::new("a", "a", "SELECT 1")];
            let saved =
                WorksheetFiles::new(paths.worksheets()).save("eu", &WorksheetSet { open, ..WorksheetSet::default() });
            // A slot that cannot be used may be skipped, but nothing behind the link changes.
            assert!(is_untouched(&target) && file.is_symlink(), "{file:?} {saved:?}");
            fs::remove_dir_all(paths.worksheets()).unwrap();
        }
        fs::create_dir_all(paths.config_directory()).unwrap();
        for name in ["config.toml", ".config.toml.lock"] {
            let file = paths.config_directory().join(name);
            symlink(&target, &file).unwrap();
            let problem = settings::change(&paths, |_, _| Ok("[ui]\n".into())).unwrap_err();
            assert!(problem.because[0].contains("it is a link to"), "{problem}");
            assert!(is_untouched(&target) && file.is_symlink());
            fs::remove_file(&file).unwrap();
        }
        fs::remove_dir_all(&paths.home).unwrap();
    }
}
