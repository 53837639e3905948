//! Several programs that change the settings at once: nobody's change is lost, nobody waits for ever.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use rrx::domain::problem::Problem;
use rrx::domain::profile::{Overwrite, ProfileDraft, SecretSource, add};
use rrx::io::storage::lock;
use rrx::io::storage::paths::Paths;
use rrx::io::storage::settings::{self, Presence};
use rrx::io::storage::stored_dates::StoredDates;
use tempfile::tempdir;

/// Adds a profile of this name.
fn add_profile(paths: &Paths, name: &str) -> Result<(), Problem> {
    let draft = ProfileDraft {
        name: name.into(),
        environment: None,
        route: Vec::new(),
        identity: Vec::new(),
        host: "h".into(),
        port: None,
        user: "u".into(),
        database: None,
        password: None,
        tls: None,
        ca: None,
        removed_keys: Vec::new(),
    };
    settings::change(paths, |text, file| add(text, file, &draft, Overwrite::Forbidden))
}

fn names(paths: &Paths) -> Vec<String> {
    let loaded = settings::load(paths, Presence::Required);
    assert_eq!(loaded.problems, []);
    let mut names: Vec<_> = loaded.settings.profiles.iter().map(|profile| profile.name.clone()).collect();
    names.sort();
    names
}

#[test]
fn threads_that_save_at_once_lose_nothing() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let paths = &paths;
            scope.spawn(move || {
                for number in 0..4 {
                    add_profile(paths, &format!("p{thread}-{number}")).unwrap();
                }
            });
        }
    });
    let wanted: Vec<_> = (0..8).flat_map(|thread| (0..4).map(move |number| format!("p{thread}-{number}"))).collect();
    assert_eq!(names(&paths), wanted);
}

#[test]
fn processes_that_save_at_once_lose_nothing_a_link_to_the_file_or_not() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    fs::create_dir_all(paths.config_directory()).unwrap();
    fs::write(&paths.config, "# ours\n").unwrap();
    let link = root.path().join("link.toml");
    std::os::unix::fs::symlink(&paths.config, &link).unwrap();
    let running: Vec<_> = (0..8)
        .map(|number| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rrx"));
            command.env("HOME", root.path()).env("RRX_HOME", root.path()).stdin(Stdio::null()).stderr(Stdio::piped());
            if number % 2 == 0 {
                command.arg("--config").arg(&link);
            }
            command.args(["profiles", "add", &format!("p{number}"), "--replica", "h", "--user", "u", "--prompt"]);
            command.spawn().unwrap()
        })
        .collect();
    for process in running {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(names(&paths), (0..8).map(|number| format!("p{number}")).collect::<Vec<_>>());
    assert!(fs::read_to_string(&paths.config).unwrap().starts_with("# ours\n"));
    assert!(link.is_symlink());
}

#[test]
fn what_an_editor_writes_meanwhile_is_kept_and_told() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    for before in [None, Some("# before\n")] {
        if let Some(before) = before {
            fs::write(&paths.config, before).unwrap();
        }
        let problem = settings::change(&paths, |text, _| {
            assert_eq!(text, before.unwrap_or_default());
            fs::write(&paths.config, "# by the editor\n").unwrap();
            Ok("# ours\n".into())
        });
        let problem = problem.unwrap_err();
        assert!(problem.what.ends_with("has changed in the meantime"), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("save again"), "{problem}");
        assert_eq!(fs::read_to_string(&paths.config).unwrap(), "# by the editor\n");
        let folder = fs::read_dir(paths.config_directory()).unwrap();
        let left: Vec<_> =
            folder.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "tmp")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
    add_profile(&paths, "eu").unwrap();
    assert!(fs::read_to_string(&paths.config).unwrap().starts_with("# by the editor\n"));
}

#[test]
fn a_lock_that_is_never_let_go_ends_the_wait_with_words() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    add_profile(&paths, "eu").unwrap();
    // A program that another test starts has every open file, and so this lock, from its fork to its exec: it is waited for.
    let held = lock::acquire_for(&paths.config, Duration::from_secs(10)).unwrap();
    let busy = || settings::change_within(&paths, Duration::from_millis(20), |_, _| Ok("# ours\n".into()));
    let problem = busy().unwrap_err();
    assert!(problem.what.starts_with("Another rrx is changing the settings file"), "{problem}");
    assert!(problem.hint.as_ref().unwrap().contains("quit the other rrx"), "{problem}");
    assert_eq!((problem.kind.exit_code(), names(&paths)), (6, vec!["eu".to_owned()]));
    drop(held);
    settings::change(&paths, |_, _| Ok("# ours\n".into())).unwrap();
}

#[test]
fn secrets_stored_at_once_all_have_their_date() {
    let root = tempdir().unwrap();
    let dates = StoredDates::new(root.path(), std::time::SystemTime::now);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let dates = &dates;
            scope.spawn(move || dates.record(&format!("p{number}")).unwrap());
        }
    });
    for number in 0..8 {
        assert_eq!(dates.age_in_days(&SecretSource::Keyring(format!("p{number}"))), Some(0), "p{number}");
    }
}
