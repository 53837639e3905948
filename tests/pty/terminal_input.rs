//! What the program makes of the bytes of a terminal: large pastes, and keys that are sent as ESC and a sequence.

use super::harness::{Home, Terminal};

fn empty_worksheet(home: &Home) -> Terminal {
    let mut terminal = Terminal::start(home, &["demo"], (120, 30));
    terminal.see("REPLICA");
    terminal.see("87 tables");
    terminal.keys("ctrl-n");
    terminal.see("line 1/1 · col 1");
    terminal
}

#[test]
fn text_without_brackets_is_read_to_its_end_and_a_key_after_it_acts() {
    let home = Home::new();
    let mut terminal = empty_worksheet(&home);
    // Longer than one read of the terminal, and than what its driver holds. F5 is the last key, so no later key helps.
    let long = "x".repeat(6000);
    terminal.text(&format!("SELECT 6 * 7 AS answer, '{long}' AS x\x1b[15~"));
    terminal.wait("the result", |shown| {
        shown.contains("╭ SELECT 6 * 7 AS answer, 'xxx") && shown.contains("… ─ 1 row ·") && shown.contains(" ms")
    });
    terminal.see(" 42 ");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(home.worksheets().contains(&long));
}

#[test]
fn a_large_paste_with_brackets_is_one_text() {
    let home = Home::new();
    let mut terminal = empty_worksheet(&home);
    let text = format!("SELECT 6 * 7 AS answer\r-- {}\r-- the end", "日本 \x1b[201 ".repeat(20_000));
    terminal.text(&format!("\x1b[200~{text}\x1b[201~"));
    terminal.see("-- the end");
    terminal.keys("ctrl-home f5");
    terminal.wait("the result", |shown| shown.contains("╭ SELECT 6 * 7 AS answer ─ 1 row ·") && shown.contains(" ms"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn esc_and_the_sequence_of_an_arrow_are_alt_with_the_arrow() {
    let home = Home::new();
    let mut terminal = empty_worksheet(&home);
    terminal.text("SELECT 'second'");
    terminal.see("SELECT 'second'");
    terminal.text("\x1b\x1b[D");
    terminal.see("-- Welcome: a synthetic study on a replica");
    terminal.text("\x1b\x1bOC");
    let shown = terminal.see("SELECT 'second'");
    assert!(!shown.contains("[D") && !shown.contains("OC"), "{shown}");
    terminal.text("!");
    terminal.see("SELECT 'second'!");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    let kept = home.worksheets();
    assert!(kept.contains("SELECT 'second'!") && !kept.contains("[D"), "{kept}");
}

#[test]
fn the_beginning_of_a_sequence_does_not_stop_the_program() {
    let home = Home::new();
    let mut terminal = empty_worksheet(&home);
    terminal.text("\x1b[1;");
    // The program still draws and answers signals.
    terminal.signal("INT");
    terminal.see("Nothing is running");
    terminal.text("5D");
    terminal.text("SELECT 1");
    terminal.see("SELECT 1");
    // Mouse events that another program left on.
    terminal.text("\x1b[<0;0;0M\x1b[0;0;0M\x1b[M   ");
    terminal.text(" AS one");
    terminal.see("SELECT 1 AS one");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
