//! Stories from start to quit: the embedded replica, and a real MariaDB behind a real sshd.

use super::harness::{Home, Story};
use super::rig::Rig;

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
    story.keys("f6 page-down page-down");
    story.wait("the second page", |shown| !shown.contains("row 1 of"));
    story.keys("ctrl-s");
    story.see("Save the statement");
    story.text("forms of subjects");
    story.keys("enter");
    story.see("saved as");
    story.keys("ctrl-q");
    assert!(story.end().success());

    let mut story = Story::start(&home, &["demo"], (160, 45));
    story.see("REPLICA");
    story.see("ORDER BY f.id");
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

/// A home whose profile `clinic` reaches the rig's MariaDB through its sshd.
fn clinic() -> Home {
    let home = Home::new();
    home.settings(&Rig::start().profile_toml("clinic"));
    home
}

#[test]
fn the_same_story_through_sshd_to_a_real_mariadb() {
    let rig = Rig::start();
    rig.sql(
        "CREATE DATABASE IF NOT EXISTS story; CREATE TABLE IF NOT EXISTS story.site (id INT PRIMARY KEY, name VARCHAR(40)); \
         REPLACE INTO story.site VALUES (1, 'Harbour Clinic'), (2, 'Prairie Unit');",
    );
    let home = clinic();
    let mut story = Story::start(&home, &["clinic"], (160, 45));
    story.see("connected to MariaDB");
    story.see("story");
    story
        .text("SELECT s.id, s.name, t.name AS other FROM story.site s JOIN story.site t ON t.id <> s.id ORDER BY s.id");
    story.keys("f5");
    story.see("all 2 rows");
    story.see("Harbour Clinic");
    story.keys("ctrl-s");
    story.see("Save the statement");
    story.text("both sites");
    story.keys("enter");
    story.see("saved as");
    story.keys("ctrl-q");
    assert!(story.end().success());
    let mut story = Story::start(&home, &["clinic"], (160, 45));
    story.see("connected to MariaDB");
    story.keys("ctrl-o");
    story.see("both-sites");
    story.keys("enter");
    story.see("all 2 rows");
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn five_million_rows_are_stopped_in_the_middle_and_the_next_statement_is_answered_rightly() {
    Rig::start().sql("CREATE DATABASE IF NOT EXISTS story;");
    let home = clinic();
    let mut story = Story::start(&home, &["clinic"], (120, 30));
    story.see("connected to MariaDB");
    story.text("SELECT a.seq AS n, REPEAT('x', 100) AS x FROM story.seq_1_to_5000000 a");
    story.keys("f5");
    story.see("so far");
    story.keys("ctrl-c");
    story.see("stopped by you");
    story.keys("ctrl-n");
    story.text("SELECT 40 + 2 AS answer");
    story.keys("f5");
    story.see("all 1 row");
    story.see("42");
    story.keys("ctrl-q");
    assert!(story.end().success());
    assert!(home.log().contains("cancelled"), "{}", home.log());
}

#[test]
fn a_terminate_signal_saves_the_worksheets_and_gives_the_terminal_back() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (120, 30));
    story.see("REPLICA");
    story.keys("ctrl-n");
    story.text("SELECT 'kept through a signal'");
    story.see("kept through a signal");
    let killed = std::process::Command::new("kill").args(["-TERM", &story.pid().to_string()]).status().unwrap();
    assert!(killed.success());
    story.see("That was the demo");
    assert!(story.end().success());
    let mut story = Story::start(&home, &["demo"], (120, 30));
    story.see("REPLICA");
    story.see("kept through a signal");
    story.keys("ctrl-q");
    assert!(story.end().success());
}
