//! Worksheets on disk: after `kill -9`, tied to files of the user, and in the user's own editor.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::harness::{Home, Terminal};
use super::rig::wait_until;

const SIZE: (u16, u16) = (120, 30);
const LIMIT: Duration = Duration::from_mins(1);
/// The key of the user's own editor.
const EDIT: &str = "\x1bx";
/// The key that saves a worksheet in its file.
const SAVE: &str = "\x1bf";
/// What a terminal sends when it gets the focus.
const FOCUS: &str = "\x1b[I";

fn demo(home: &Home) -> Terminal {
    let terminal = Terminal::start(home, &["demo"], SIZE);
    terminal.see("REPLICA");
    terminal
}

fn quit(mut terminal: Terminal) {
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

/// Opens a file as a worksheet.
fn open(terminal: &mut Terminal, path: &Path) {
    terminal.text("\x1bo");
    terminal.see("Open a file as a worksheet");
    terminal.text(path.to_str().unwrap());
    terminal.see(path.file_name().and_then(|name| name.to_str()).unwrap());
    terminal.keys("enter");
    terminal.wait("the dialog is closed", |shown| !shown.contains("Open a file"));
}

/// Writes a program that is the editor of the user.
fn editor(home: &Home, script: &str) -> PathBuf {
    let path = home.path().join("editor.sh");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn demo_with_editor(home: &Home, command: &str) -> Terminal {
    let rrx = Path::new(env!("CARGO_BIN_EXE_rrx"));
    let mut terminal = Terminal::start_program(rrx, home, &["demo"], SIZE, &[("VISUAL", command)]);
    terminal.see("87 tables");
    terminal.keys("ctrl-n");
    terminal
}

/// Returns the files of the editor that are left.
fn editor_files(home: &Home) -> usize {
    fs::read_dir(home.path().join("state/editor")).map_or(0, Iterator::count)
}

#[test]
fn a_kill_leaves_texts_cursors_tabs_and_ties_after_a_pause_of_typing() {
    let home = Home::new();
    let file = home.path().join("film.sql");
    fs::write(&file, "SELECT 'of a file'").unwrap();
    let mut terminal = demo(&home);
    terminal.keys("ctrl-n");
    terminal.text("SELECT 'one'");
    open(&mut terminal, &file);
    terminal.see("[film.sql]");
    terminal.keys("end");
    terminal.text(" AS changed");
    terminal.see("film.sql*]");
    wait_until("it is saved without a key", LIMIT, || home.worksheets().contains("' AS changed"));
    terminal.kill();
    let mut terminal = demo(&home);
    let shown = terminal.see("film.sql*]");
    assert!(shown.contains("SELECT 'of a file' AS changed") && shown.contains("col 30"), "{shown}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "SELECT 'of a file'", "only the user saves the file");
    terminal.text(SAVE);
    terminal.see("Saved in");
    terminal.wait("no mark", |shown| !shown.contains("film.sql*]"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "SELECT 'of a file' AS changed");
    terminal.text("\x1b[1;3D");
    terminal.see("SELECT 'one'");
    quit(terminal);
}

#[test]
fn a_change_of_the_file_is_asked_about_when_the_terminal_gets_the_focus() {
    let home = Home::new();
    let file = home.path().join("film.sql");
    fs::write(&file, "SELECT 'before'").unwrap();
    let mut terminal = demo(&home);
    open(&mut terminal, &file);
    terminal.see("SELECT 'before'");
    fs::write(&file, "SELECT 'of another program'").unwrap();
    terminal.text(FOCUS);
    terminal.see("Another program has changed the file");
    terminal.text("reload");
    terminal.keys("enter");
    terminal.see("SELECT 'of another program'");
    terminal.keys("ctrl-z");
    terminal.see("SELECT 'before'");
    terminal.text(SAVE);
    terminal.see("Saved in");
    assert_eq!(fs::read_to_string(&file).unwrap(), "SELECT 'before'");
    quit(terminal);
}

#[test]
fn the_own_editor_has_the_terminal_while_rows_arrive_and_its_text_comes_back() {
    let home = Home::new();
    let script = editor(&home, "echo \"EDITS $(cat \"$2\")\"; read -r line; echo \"$line\" > \"$2\"");
    let mut terminal = demo_with_editor(&home, &format!("{} --wait", script.display()));
    terminal.text("SELECT SLEEP(2)");
    terminal.see("SELECT SLEEP(2)");
    terminal.keys("f5");
    terminal.text(EDIT);
    terminal.see("EDITS SELECT SLEEP(2)");
    terminal.wait_until_restored();
    terminal.text("SELECT 'of the editor'\n");
    terminal.wait_for_screen("the screen is back", |screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("SELECT 'of the editor'")
    });
    wait_until("raw mode", LIMIT, || !terminal.echoes());
    terminal.wait("the result", |shown| shown.contains("1 row"));
    assert_eq!(editor_files(&home), 0);
    terminal.keys("ctrl-z");
    terminal.wait("the text before", |shown| !shown.contains("of the editor'"));
    terminal.keys("ctrl-y end");
    terminal.text(" AS kept");
    terminal.see("SELECT 'of the editor' AS kept");
    quit(terminal);
    assert!(home.worksheets().contains("SELECT 'of the editor' AS kept"), "{}", home.worksheets());
}

#[test]
fn an_editor_that_fails_or_does_not_exist_leaves_the_text() {
    for (command, why) in [("sh -c 'exit 3'", "its exit code is 3"), ("no-such-editor-7", "no such program")] {
        let home = Home::new();
        let mut terminal = demo_with_editor(&home, command);
        terminal.text("SELECT 'kept'");
        terminal.see("SELECT 'kept'");
        terminal.text(EDIT);
        terminal.see(why);
        terminal.see("SELECT 'kept'");
        assert!(terminal.is_alternate_screen());
        assert_eq!(editor_files(&home), 0);
        terminal.keys("end");
        terminal.text(" AS typed");
        terminal.see("SELECT 'kept' AS typed");
        quit(terminal);
    }
}

#[test]
fn an_editor_is_suspended_with_rrx_and_continued_with_it() {
    let home = Home::new();
    let script = editor(&home, "echo EDITS; read -r line; echo \"$line\" > \"$1\"");
    let mut terminal = Terminal::start_shell(&home, &format!("VISUAL={} $RRX demo", script.display()), SIZE);
    terminal.see("87 tables");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 1");
    terminal.see("SELECT 1");
    terminal.text(EDIT);
    terminal.see("EDITS");
    terminal.wait_until_restored();
    terminal.keys("ctrl-z");
    terminal.see("Stopped");
    terminal.text("echo typed $((1 + 1))\n");
    terminal.see("typed 2");
    terminal.text("fg\n");
    terminal.wait("it runs again", |shown| shown.matches("demo").count() > 1);
    assert!(!terminal.is_alternate_screen());
    terminal.text("SELECT 'after fg'\n");
    terminal.wait_for_screen("the screen is back", |screen| {
        screen.alternate_screen() && screen.contents().contains("SELECT 'after fg'")
    });
    terminal.keys("ctrl-q");
    terminal.see("That was the demo");
    terminal.wait_until_restored();
    terminal.text("exit\n");
    terminal.end();
}

#[test]
fn a_signal_ends_rrx_and_its_editor() {
    let home = Home::new();
    let script = editor(&home, "echo EDITS $$; read -r line");
    let mut terminal = demo_with_editor(&home, script.to_str().unwrap());
    terminal.text("SELECT 'kept through a signal'");
    terminal.see("kept through a signal");
    terminal.text(EDIT);
    terminal.see("EDITS");
    terminal.signal("TERM");
    assert!(terminal.end().success());
    assert!(home.worksheets().contains("kept through a signal"), "{}", home.worksheets());
}

#[test]
fn keys_that_arrive_with_the_one_for_the_editor_start_no_second_one_and_change_no_text() {
    let home = Home::new();
    let log = home.path().join("started");
    // Keys that rrx has not read yet are for the editor.
    let save = "echo EDITS; read -r line; echo \"SELECT 'of the editor'\" > \"$1\"";
    let script = editor(&home, &format!("echo started >> {}; {save}", log.display()));
    let mut terminal = demo_with_editor(&home, script.to_str().unwrap());
    terminal.text("SELECT 'before'");
    terminal.see("'before'");
    terminal.text(&format!("{EDIT}{EDIT}typed"));
    terminal.see("EDITS");
    terminal.text("\n");
    terminal.see("SELECT 'of the editor'");
    terminal.keys("ctrl-z");
    terminal.wait("the text before", |shown| shown.contains("SELECT 'before'") && !shown.contains("typed"));
    assert_eq!(fs::read_to_string(log).unwrap(), "started\n");
    quit(terminal);
}

#[test]
fn what_was_saved_in_the_editor_stays_when_a_signal_ends_rrx() {
    let home = Home::new();
    let script = editor(&home, "echo \"SELECT 'saved'\" > \"$1\"; echo EDITS; read -r line");
    let mut terminal = demo_with_editor(&home, script.to_str().unwrap());
    terminal.text(EDIT);
    terminal.see("EDITS");
    terminal.signal("TERM");
    assert!(terminal.end().success());
    let left: Vec<_> =
        fs::read_dir(home.path().join("state/editor")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(fs::read_to_string(&left[0]).unwrap(), "SELECT 'saved'\n");
}
