//! The vim and the emacs keymap on the demo: write a statement, fix it, run it, undo, search.

use super::harness::{Home, Terminal};

/// Starts the demo in this style, with an empty worksheet.
fn demo(home: &Home, keymap: &str, size: (u16, u16), new_worksheet: &str) -> Terminal {
    home.settings(&format!("[ui]\nkeymap = \"{keymap}\"\n"));
    let mut terminal = Terminal::start(home, &["demo"], size);
    terminal.see("start here");
    terminal.text(new_worksheet);
    terminal.see("Type a statement");
    terminal
}

fn quit(mut terminal: Terminal) {
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn a_statement_is_written_fixed_run_and_searched_with_vim() {
    let home = Home::new();
    let mut terminal = demo(&home, "vim", (80, 24), "\x0e");
    terminal.see("NORMAL");
    terminal.text("iSELECT 40 + 3 AS answer");
    terminal.see("INSERT");
    terminal.text("\x1b");
    terminal.see("NORMAL");
    // The number is wrong: go to it, and change it.
    terminal.text("0f3r2");
    terminal.see("SELECT 40 + 2 AS answer");
    terminal.keys("f5");
    terminal.see("42");
    terminal.text("\x1b2");
    terminal.text("u");
    terminal.see("SELECT 40 + 3 AS answer");
    terminal.keys("ctrl-r");
    terminal.see("SELECT 40 + 2 AS answer");
    terminal.text("/answ");
    terminal.see("/answ");
    terminal.text("\rcwresult\x1b");
    terminal.see("SELECT 40 + 2 AS result");
    // Esc and a key at once would be a key with Alt.
    terminal.see("NORMAL");
    terminal.text(":s/40/50/\r");
    terminal.see("SELECT 50 + 2 AS result");
    terminal.text("yyp");
    terminal.see("line 2/2");
    terminal.text("2d");
    terminal.see("NORMAL 2d");
    terminal.text("\x1b");
    terminal.wait("the command is given up", |shown| !shown.contains("NORMAL 2d"));
    quit(terminal);
}

#[test]
fn a_statement_is_written_fixed_run_and_searched_with_emacs() {
    let home = Home::new();
    let mut terminal = demo(&home, "emacs", (120, 30), "\x18\x0e");
    terminal.text("SELECT 40 + 3 AS answer");
    terminal.see("SELECT 40 + 3 AS answer");
    // Ctrl-A, three words forward, Ctrl-D deletes the number.
    terminal.text("\x01\x1bf\x1bf\x1bf\x042");
    terminal.see("SELECT 40 + 2 AS answer");
    terminal.keys("f5");
    terminal.see("42");
    terminal.text("\x1b2");
    terminal.text("\x05\x1b\x7f");
    terminal.see("SELECT 40 + 2 AS    ");
    terminal.text("\x19");
    terminal.see("SELECT 40 + 2 AS answer   ");
    // Ctrl-X u undoes the paste.
    terminal.text("\x18u");
    terminal.see("SELECT 40 + 2 AS    ");
    terminal.text("\x19\x13SELECT");
    terminal.see("Find");
    terminal.keys("enter");
    terminal.text("\x0b");
    terminal.text("\x1bx");
    terminal.see("Commands");
    terminal.text("\x07");
    terminal.wait("the palette is closed", |shown| !shown.contains("Commands"));
    quit(terminal);
}
