//! Stories from start to quit: the embedded replica, and a real MariaDB behind a real sshd.

use std::io::Write as _;

use rrx::demo::data;

use super::harness::{Home, Story};
use super::rig::Rig;

/// Opens a table, reads its page, looks at its rows, runs a join and pages through it, saves it as a snippet, leaves;
/// starts again and runs the snippet. `arguments` connect to the demo's tables, `connected` is what then shows.
fn table_join_snippet(home: &Home, arguments: &[&str], connected: &str) {
    let mut story = Story::start(home, arguments, (160, 45));
    story.see(connected);
    story.see("study_site");
    story.keys("shift-tab /");
    story.text("form_data");
    story
        .wait("the tree follows the filter", |shown| shown.contains("form_data") && !shown.contains("▸ activity_plan"));
    story.keys("enter space");
    story.see("A form as filled in");
    story.keys("tab p");
    story.see("first 200 rows (LIMIT 200)");
    story.keys("ctrl-n");
    story.text("SELECT f.id, s.screening_number FROM form_data f JOIN subject s ON s.id = f.subject_id ORDER BY f.id");
    story.keys("f5");
    story.see("screening_number");
    let all_are_there = |shown: &str| shown.contains("all 2,") || shown.contains("all 3,");
    let shown = story.wait("all rows are there", all_are_there);
    assert!(shown.contains("row 1 of"), "{shown}");
    story.keys("f6 page-down page-down");
    story.wait("the second page", |shown| shown.contains("row ") && !shown.contains("row 1 of"));
    story.keys("ctrl-s");
    story.see("Save the statement");
    story.text("forms of subjects");
    story.keys("enter");
    story.see("saved as");
    story.keys("ctrl-q");
    assert!(story.end().success());

    let mut story = Story::start(home, arguments, (160, 45));
    story.see(connected);
    story.see("ORDER BY f.id");
    story.keys("ctrl-o");
    story.see("Snippets");
    story.text("forms-of");
    story.see("forms-of-subjects");
    story.keys("enter");
    story.wait("rows of the snippet", all_are_there);
    story.keys("ctrl-q");
    assert!(story.end().success());
    let log = home.log();
    assert_eq!(log.matches("\"begin\"").count(), 3, "{log}");
    assert_eq!(log.matches("\"complete\"").count(), 3, "{log}");
}

#[test]
fn the_demo_from_a_table_to_a_snippet_that_survives_a_restart() {
    table_join_snippet(&Home::new(), &["demo"], "DEMO demo");
}

#[test]
fn the_same_through_sshd_to_a_real_mariadb_that_holds_the_same_data() {
    let rig = Rig::start();
    let home = Home::new();
    let dump = home.path().join("demo.sql");
    let schema = data::schema();
    let mut file = std::fs::File::create(&dump).unwrap();
    file.write_all(data::ddl(&schema).as_bytes()).unwrap();
    data::dump(&schema, 60, &mut file).unwrap();
    rig.sql_file(&dump);
    let pages = home.path().join("pages");
    std::fs::create_dir(&pages).unwrap();
    for (name, bytes) in data::pack_files() {
        std::fs::write(pages.join(name), bytes).unwrap();
    }
    let profile = rig.profile_toml("clinic");
    home.settings(&format!("{profile}database = \"{}\"\ndocs = ['{}']\n", data::MAIN, pages.display()));
    table_join_snippet(&home, &["clinic"], "TEST clinic");
}

#[test]
fn the_demo_shows_its_first_rows_after_one_key() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (160, 45));
    story.see("study_site");
    story.see("One study: the root of its design");
    story.keys("f5");
    let screen = story.see("XN-101-001");
    assert!(screen.contains("booked"), "{screen}");
    story.keys("ctrl-q");
    story.see("That was the demo");
    assert!(story.end().success());
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
