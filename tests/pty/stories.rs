//! Stories from start to quit: the embedded replica, and a real MariaDB behind a real sshd.

use super::harness::{Home, Story};

#[test]
fn demo_two_keys_to_rows_then_a_snippet_that_survives_a_restart() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (160, 45));
    story.see("REPLICA");
    story.see("READ ONLY");
    story.see("study_site");
    // From the shell to the first rows: one key.
    story.keys("f5");
    let screen = story.see("XN-101-001");
    assert!(screen.contains("booked"), "{screen}");
    // A page about a table.
    story.keys("f2 f2");
    story.see("Explorer");
    // A new worksheet, a join, and a page down.
    story.keys("ctrl-n");
    story.text("SELECT f.id, s.screening_number FROM form_data f JOIN subject s ON s.id = f.subject_id ORDER BY f.id");
    story.keys("f5");
    story.see("screening_number");
    story.wait("all rows are there", |shown| shown.contains("all 2,") || shown.contains("all 3,"));
    story.keys("esc page-down page-down");
    story.wait("the second page", |shown| !shown.contains("row 1 of"));
    story.keys("esc ctrl-s");
    story.see("Save the statement");
    story.text("forms of subjects");
    story.keys("enter");
    story.see("saved as");
    story.keys("ctrl-q");
    assert!(story.end().success());

    let mut story = Story::start(&home, &["demo"], (160, 45));
    story.see("REPLICA");
    story.see("screening_number");
    story.keys("ctrl-o");
    story.see("Snippets");
    story.text("forms-of");
    story.see("forms-of-subjects");
    story.keys("enter");
    story.wait("rows of the snippet", |shown| shown.contains("all 2,") || shown.contains("all 3,"));
    story.keys("ctrl-q");
    assert!(story.end().success());
    let log = home.log();
    assert!(log.matches("\"begin\"").count() >= 3, "{log}");
}

#[test]
fn demo_refuses_a_write_and_says_why() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (80, 24));
    story.see("REPLICA");
    story.keys("ctrl-n");
    story.text("DELETE FROM subject");
    story.keys("f5");
    story.see("failed");
    story.see("guard lets only");
    story.keys("ctrl-q");
    assert!(story.end().success());
    assert!(!home.log().contains("DELETE"), "a refused statement is not one that ran");
}

#[test]
fn worksheets_survive_a_kill() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (120, 30));
    story.see("REPLICA");
    story.keys("ctrl-n");
    story.text("SELECT 'kept through a kill'");
    story.see("kept through a kill");
    // What was typed is on disk when the history, which comes after the save in one queue, has answered.
    story.keys("f7");
    story.see("History");
    story.kill();
    let mut story = Story::start(&home, &["demo"], (120, 30));
    story.see("REPLICA");
    story.see("kept through a kill");
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn without_a_terminal_there_is_a_clear_word_and_exit_code_2() {
    let home = Home::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rrx"))
        .env_clear()
        .env("RRX_HOME", home.path())
        .env("HOME", home.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("no terminal") && words.contains("rrx run"), "{words}");
}
