//! A directory for worksheets that cannot be written: the text goes on, the header says it, and nothing is lost.

use std::fs;
use std::path::PathBuf;

use super::harness::{Home, Terminal};

/// The directories of the demo's worksheets: in their place, and where the test keeps them meanwhile.
fn directories(home: &Home) -> (PathBuf, PathBuf) {
    (home.path().join("state/demo/state/worksheets/demo"), home.path().join("kept"))
}

/// Starts the demo with an empty worksheet in front, and puts a file in the place of the directory of its worksheets.
fn start_and_break(home: &Home, size: (u16, u16)) -> Terminal {
    let mut terminal = Terminal::start(home, &["demo"], size);
    terminal.see("REPLICA");
    terminal.keys("ctrl-n");
    // When the history is on the screen, the worksheet is on disk.
    terminal.keys("f7");
    terminal.see("History");
    terminal.keys("esc");
    terminal.wait("the history is closed", |shown| !shown.contains("History"));
    let (place, kept) = directories(home);
    fs::rename(&place, kept).unwrap();
    fs::write(&place, "a file in the way").unwrap();
    terminal
}

fn mend(home: &Home) {
    let (place, kept) = directories(home);
    fs::remove_file(&place).unwrap();
    fs::rename(kept, place).unwrap();
}

#[test]
fn keys_stay_in_the_text_and_it_is_saved_without_a_key_once_the_directory_is_there_again() {
    for size in [(160, 45), (80, 24)] {
        let home = Home::new();
        let mut terminal = start_and_break(&home, size);
        terminal.text("SELECT 'typed while nothing can be saved'");
        let shown = terminal.wait("the mark", |shown| shown.contains("NOT SAVED") && shown.contains("be saved'"));
        assert!(!home.worksheets().contains("typed while"), "{shown}");
        mend(&home);
        terminal.wait("the mark is gone", |shown| !shown.contains("NOT SAVED"));
        assert!(home.worksheets().contains("SELECT 'typed while nothing can be saved'"));
        terminal.keys("ctrl-q");
        assert!(terminal.end().success());
    }
}

#[test]
fn quitting_saves_a_text_whose_directory_is_there_again_and_asks_otherwise() {
    let home = Home::new();
    let mut terminal = start_and_break(&home, (120, 30));
    terminal.text("SELECT 'first'");
    terminal.see("NOT SAVED");
    terminal.keys("ctrl-q");
    terminal.see("The worksheets are not saved.");
    // No is the default: rrx goes on.
    terminal.keys("enter");
    terminal.see("rrx did not quit");
    terminal.text(" AS kept");
    mend(&home);
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(home.worksheets().contains("SELECT 'first' AS kept"));
}

#[test]
fn quitting_nevertheless_writes_the_texts_elsewhere_and_says_where() {
    for signal in [None, Some("TERM"), Some("HUP")] {
        let home = Home::new();
        let mut terminal = start_and_break(&home, (160, 45));
        terminal.text("SELECT 'nowhere to go'");
        terminal.see("NOT SAVED");
        if let Some(signal) = signal {
            terminal.signal(signal);
        } else {
            terminal.keys("ctrl-q");
            terminal.see("The worksheets are not saved.");
            terminal.keys("y");
        }
        terminal.see("their texts are in");
        assert_eq!(terminal.end().exit_code(), 6, "{signal:?}");
        // The first place is the home directory.
        let directory = home.path().join("rrx-unsaved-demo-1");
        let texts: String =
            fs::read_dir(&directory).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        assert!(texts.contains("SELECT 'nowhere to go'"), "{texts}");
        mend(&home);
        let mut terminal = Terminal::start(&home, &["demo"], (160, 45));
        terminal.see("An earlier rrx could not save its worksheets");
        terminal.keys("ctrl-q");
        assert!(terminal.end().success());
    }
}
