//! Worksheets on a full and on a read-only disk: a small file system in a mount namespace. The tests need root.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::pty_harness::{Home, Terminal};
use crate::rig::{Rig, wait_until};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rrx");
const TIMEOUT: Duration = Duration::from_mins(1);

/// Creates a home directory with the rig's profile and a state directory.
fn home_with_state() -> (Home, PathBuf) {
    let home = Home::new();
    home.settings(&Rig::start().profile_toml("clinic"));
    let state = home.path().join("state");
    std::fs::create_dir(&state).unwrap();
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o700)).unwrap();
    (home, state)
}

/// Starts rrx in a mount namespace, after this script. `$0` is the state directory.
fn start(home: &Home, state: &Path, script: &str) -> Terminal {
    let script = format!("{script} && exec \"$@\"");
    let arguments = ["--mount", "sh", "-c", &script, state.to_str().unwrap(), PROGRAM, "clinic"];
    let terminal = Terminal::start_program(Path::new("unshare"), home, &arguments, (160, 45), &[]);
    // A notice about the disk may stand where the one about the connection would be.
    terminal.see("MariaDB");
    terminal
}

/// Runs a script in the mount namespace of the program. Returns its output.
fn inside(terminal: &Terminal, state: &Path, script: &str) -> String {
    let target = terminal.pid().to_string();
    let arguments = ["--mount", "--target", &target, "sh", "-c", script, state.to_str().unwrap()];
    String::from_utf8(Command::new("nsenter").args(arguments).output().unwrap().stdout).unwrap()
}

const TEXTS: &str = "cat \"$0\"/worksheets/clinic/*/*.sql";

#[test]
fn a_text_that_is_typed_on_a_full_disk_is_saved_without_a_key_once_there_is_room() {
    let (home, state) = home_with_state();
    let mut terminal = start(&home, &state, "mount -t tmpfs -o size=256k,mode=0700 tmpfs \"$0\"");
    terminal.text("SELECT 1");
    wait_until("the worksheet is saved", TIMEOUT, || inside(&terminal, &state, TEXTS).contains("SELECT 1"));
    inside(&terminal, &state, "cat /dev/zero > \"$0\"/fill");
    terminal.text(" AS typed_on_a_full_disk");
    let shown =
        terminal.wait("the mark", |shown| shown.contains("NOT SAVED") && shown.contains("typed_on_a_full_disk"));
    assert!(!inside(&terminal, &state, TEXTS).contains("full_disk"), "{shown}");
    inside(&terminal, &state, "rm \"$0\"/fill");
    terminal.wait("the mark is gone", |shown| !shown.contains("NOT SAVED"));
    assert!(inside(&terminal, &state, TEXTS).contains("SELECT 1 AS typed_on_a_full_disk"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn a_start_on_a_read_only_disk_shows_the_worksheets_and_saves_them_once_it_is_writable() {
    let (home, state) = home_with_state();
    let mut terminal = Terminal::start(&home, &["clinic"], (160, 45));
    terminal.see("Connected to MariaDB");
    terminal.text("SELECT 'from an earlier day'");
    terminal.see("earlier day'");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());

    let mut terminal = start(&home, &state, "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"");
    let shown = terminal
        .wait("the worksheet", |shown| shown.contains("SELECT 'from an earlier day'") && shown.contains("NOT SAVED"));
    assert!(shown.contains("Worksheets cannot be saved in"), "{shown}");
    terminal.text(" AS more");
    terminal.see("earlier day' AS more");
    inside(&terminal, &state, "mount -o remount,bind,rw \"$0\"");
    terminal.wait("the mark is gone", |shown| !shown.contains("NOT SAVED"));
    // A text is saved a second after the last key.
    terminal.wait("the text is saved", |_| home.worksheets().contains("SELECT 'from an earlier day' AS more"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    // The same slot was used.
    assert!(!state.join("worksheets/clinic/2").exists());
}
