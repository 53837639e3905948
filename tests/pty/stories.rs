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
fn a_signal_to_leave_saves_the_worksheets_and_gives_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let home = Home::new();
        let mut story = Story::start(&home, &["demo"], (120, 30));
        story.see("REPLICA");
        story.keys("ctrl-n");
        story.text("SELECT 'kept through a signal'");
        story.see("kept through a signal");
        story.signal(signal);
        story.see("That was the demo");
        assert!(!story.has_terminal());
        assert!(story.end().success());
        assert!(home.worksheets().contains("kept through a signal"), "{signal}");
    }
}

#[test]
fn ctrl_c_ends_no_program_neither_as_a_key_nor_as_a_signal() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (120, 30));
    story.see("REPLICA");
    story.keys("ctrl-c");
    story.see("nothing is running");
    story.keys("f6 f6");
    story.wait("the notice is gone", |shown| !shown.contains("nothing is running"));
    story.signal("INT");
    story.see("nothing is running");
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn plain_rrx_offers_the_demo_and_choosing_it_starts_it_in_its_own_place() {
    let home = Home::new();
    let mut story = Story::start(&home, &[], (120, 30));
    story.see("choose a profile");
    let screen = story.see("demo");
    assert!(screen.contains("rrx profiles list"), "{screen}");
    story.keys("enter");
    story.see("REPLICA");
    story.see("start here");
    story.keys("f5");
    story.see("XN-101-001");
    story.keys("ctrl-o");
    story.see("schema-overview");
    story.keys("esc");
    story.wait("the list is closed", |shown| !shown.contains("schema-overview"));
    story.keys("ctrl-q");
    assert!(story.end().success());
    assert!(home.log().contains("\"begin\""));
    assert!(!home.path().join("state/access.log.jsonl").exists(), "the user's own log stays the user's own");
}

#[test]
fn two_programs_on_one_profile_keep_the_worksheets_of_both() {
    let home = Home::new();
    let write = |text: &str| {
        let mut story = Story::start(&home, &["demo"], (120, 30));
        story.see("REPLICA");
        story.keys("ctrl-n");
        story.text(text);
        story.see(text);
        story
    };
    let (mut first, second) = (write("SELECT 'of the first'"), write("SELECT 'of the second'"));
    first.text(" AS one");
    first.see("first' AS one");
    first.keys("ctrl-q");
    assert!(first.end().success());
    // Its last save came after all that is typed: F7 answers behind it in one queue.
    let mut second = second;
    second.keys("f7");
    second.see("History");
    second.kill();
    let mut third = Story::start(&home, &["demo"], (120, 30));
    third.see("REPLICA");
    third.keys("ctrl-q");
    assert!(third.end().success());
    let kept = home.worksheets();
    for text in ["SELECT 'of the first' AS one", "SELECT 'of the second'"] {
        assert_eq!(kept.matches(text).count(), 1, "{text}\n{kept}");
    }
}

#[test]
fn what_is_wrong_at_the_start_is_on_the_first_screen_and_what_is_good_works() {
    let home = Home::new();
    home.settings("[profile.eu]\nhots = 1\n[ui]\nkeymap = \"mine\"\n");
    home.keymap("mine", "inherits = \"vim\"\n[app]\nquit = \"f12\"\nfly = \"f\"\n");
    let mut story = Story::start(&home, &[], (120, 30));
    let screen = story.see("[profile.eu]");
    assert!(screen.contains("config.toml:") && screen.contains("choose a profile"), "{screen}");
    story.keys("f8");
    let screen = story.see("mine.toml:4");
    assert!(screen.contains("app.fly"), "{screen}");
    story.keys("esc");
    story.wait("the activity is closed", |shown| !shown.contains("mine.toml:4"));
    story.text("\x1b[24~");
    assert!(story.end().success());
}

#[test]
fn a_terminal_that_is_too_small_is_told_so_in_whole_words() {
    let home = Home::new();
    let mut story = Story::start(&home, &["demo"], (19, 4));
    story.wait("the words", |shown| {
        shown.split_whitespace().collect::<Vec<_>>().join(" ").contains("too small (20x5 at least)")
    });
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn without_colours_and_glyphs_everything_is_still_said() {
    let home = Home::new();
    let environment = [("LANG", "C"), ("TERM", "xterm"), ("NO_COLOR", "1")];
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_rrx"));
    let mut story = Story::start_program(program, &home, &["demo"], (100, 30), &environment);
    story.see("REPLICA");
    story.keys("f5");
    let screen = story.see("XN-101-001");
    assert!(screen.is_ascii(), "{screen}");
    assert!(screen.contains("READ ONLY") && screen.contains("DEMO demo"), "{screen}");
    assert!(!story.is_coloured(), "{screen}");
    story.keys("ctrl-q");
    assert!(story.end().success());
}

/// The program with a fault of its own: it panics as soon as there is a file `now`.
#[test]
#[ignore = "the child of the story below"]
fn a_program_that_panics() {
    use rrx::app::ui::look::Look;
    use rrx::commands::outside::Place;
    use rrx::commands::{demo, keymap, tui};
    use rrx::io::host::clipboard::Multiplexer;
    use rrx::io::{storage::paths::Paths, store};
    let paths = Paths::find(None).unwrap();
    let built_in = demo::built_in(2, &paths);
    let settings = std::sync::Arc::<rrx::domain::profile::Settings>::default();
    let start = tui::TuiStart {
        look: Look::default(),
        profiles: vec![std::sync::Arc::clone(&built_in.profile)],
        problems: Vec::new(),
        profile: Some("demo".into()),
        first_worksheet: None,
        keymap: keymap::load(&settings.ui, &paths).keymap,
        settings,
    };
    let outside = tui::Outside {
        own: Place::own(&paths),
        demo: Some(built_in.place),
        store: store::Options::spilling_to(paths.state.clone()),
        inside: Multiplexer::None,
    };
    let now = paths.home.join("now");
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let fault = async {
            while !now.exists() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            panic!("a planted fault");
        };
        let _: (_, ()) = tokio::join!(tui::run(start, outside), fault);
    });
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks_and_the_worksheets_are_kept() {
    let home = Home::new();
    let child = ["--exact", "stories::a_program_that_panics", "--ignored", "--nocapture"];
    let itself = std::env::current_exe().unwrap();
    let mut story = Story::start_program(&itself, &home, &child, (120, 30), &[]);
    story.see("REPLICA");
    story.keys("ctrl-n");
    story.text("SELECT 'kept through a panic'");
    story.see("kept through a panic");
    // What was typed is handed to the disk when the history, which comes behind it in one queue, has answered.
    story.keys("f7");
    story.see("History");
    std::fs::write(home.path().join("now"), "").unwrap();
    story.see("a planted fault");
    assert!(!story.has_terminal());
    assert!(!story.end().success());
    assert!(home.worksheets().contains("kept through a panic"), "{}", home.worksheets());
}
