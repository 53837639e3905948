//! Stories from start to quit: the embedded replica, and a real MariaDB behind a real sshd.

use std::io::Write as _;
use std::time::Duration;

use rrx::demo::data;

use super::harness::{Home, Story};
use super::rig::{Forwarder, Mode, Rig, SshdOptions, wait_until};

/// Opens a table, reads its page, looks at its rows, runs a join and pages through it, saves it as a snippet, leaves;
/// starts again and runs the snippet. `arguments` connect to the demo's tables, `connected` is what then shows.
fn table_join_snippet(home: &Home, arguments: &[&str], connected: &str) {
    let mut story = Story::start(home, arguments, (160, 45));
    story.see(connected);
    story.see("study_site");
    story.keys("shift-tab /");
    story.text("form_data");
    story.wait("the tree follows the filter", |shown| {
        shown.contains("▸ form_data") && !shown.contains("▸ activity_plan")
    });
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
    assert!(shown.contains("row 1 ·"), "{shown}");
    story.keys("f6 page-down page-down");
    story.wait("the second page", |shown| shown.contains("row ") && !shown.contains("row 1 ·"));
    story.keys("ctrl-s");
    story.see("Save the statement");
    story.text("forms of subjects");
    story.keys("enter");
    story.see("Saved as");
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
    story.see("rrx sends only statements that read");
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
    story.see("Connected to MariaDB");
    story.text("SELECT a.seq AS n, REPEAT('x', 100) AS x FROM story.seq_1_to_5000000 a");
    story.keys("f5");
    story.see("so far");
    story.keys("ctrl-c");
    story.see("stopped by you");
    story.keys("ctrl-n");
    story.text("SELECT 40 + 2 AS answer");
    story.keys("f5");
    story.see("Results ─ 1 row");
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
    story.see("Nothing is running");
    story.keys("f6 f6");
    story.wait("the notice is gone", |shown| !shown.contains("Nothing is running"));
    story.signal("INT");
    story.see("Nothing is running");
    story.keys("ctrl-q");
    assert!(story.end().success());
}

#[test]
fn plain_rrx_offers_the_demo_and_choosing_it_starts_it_in_its_own_place() {
    let home = Home::new();
    let mut story = Story::start(&home, &[], (120, 30));
    story.see("choose a profile");
    let screen = story.see("demo");
    assert!(screen.contains("adds one"), "{screen}");
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
    home.keymap("mine", "inherits = \"vim\"\n[app]\nquit = \"f9\"\nfly = \"f\"\n");
    let mut story = Story::start(&home, &[], (120, 30));
    let screen = story.see("[profile.eu]");
    assert!(screen.contains("config.toml:") && screen.contains("choose a profile"), "{screen}");
    story.keys("f8");
    let screen = story.see("mine.toml:4");
    assert!(screen.contains("app.fly"), "{screen}");
    story.keys("esc");
    story.wait("the activity is closed", |shown| !shown.contains("mine.toml:4"));
    story.text("\x1b[20~");
    assert!(story.end().success());
}

#[test]
fn the_demo_has_the_user_s_own_keys_and_nothing_else_of_the_settings() {
    let home = Home::new();
    home.settings("[profile.eu]\nhots = 1\n[ui]\nkeymap = \"mine\"\n");
    home.keymap("mine", "inherits = \"vim\"\n[app]\nquit = \"f9\"\n");
    let mut story = Story::start(&home, &["demo"], (120, 30));
    let screen = story.see("Connected to MariaDB");
    assert!(!screen.contains("profile.eu"), "{screen}");
    story.text("\x1b[20~");
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
    use rrx::app::ui::look::TerminalLook;
    use rrx::commands::common::{demo_profile, keymap};
    use rrx::io::{env::HostEnv, storage::paths::Paths, store};
    use rrx::shell::{self, ShellDeps, ShellStart};
    let paths = Paths::find(None).unwrap();
    let env = std::sync::Arc::new(HostEnv::of_this_process(paths.clone()));
    let built_in = demo_profile::profile(2, &env);
    let settings = std::sync::Arc::<rrx::domain::profile::Settings>::default();
    let start = ShellStart {
        look: TerminalLook::default(),
        profiles: vec![std::sync::Arc::clone(&built_in.profile)],
        problems: Vec::new(),
        profile: Some("demo".into()),
        first_worksheet: None,
        keymap: keymap::load(&settings.ui, &paths).keymap,
        settings,
        directory: String::new(),
    };
    let deps =
        ShellDeps { env, demo: Some(built_in.context), store: store::StoreOptions::spilling_to(paths.state.clone()) };
    let now = paths.home.join("now");
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let fault = async {
            while !now.exists() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            panic!("a planted fault");
        };
        let _: (_, ()) = tokio::join!(shell::run(start, deps), fault);
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

#[test]
fn a_link_that_dies_comes_back_by_itself_while_the_worksheet_is_typed_in_and_the_next_statement_is_answered_rightly() {
    let rig = Rig::start();
    let sshd = rig.own_sshd(&SshdOptions::default());
    rig.sql("CREATE DATABASE IF NOT EXISTS story");
    let door = Forwarder::to(rig.ssh_host(), sshd.port());
    let home = Home::new();
    let known = home.path().join("known_hosts");
    let keys = std::fs::read_to_string(sshd.known_hosts()).unwrap();
    std::fs::write(&known, keys.replace(&format!(":{}", sshd.port()), &format!(":{}", door.port()))).unwrap();
    let profile = rig.profile_toml_through("clinic", rig.ssh_host(), door.port());
    let profile = profile.replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    home.settings(&profile);
    let mut story = Story::start(&home, &["clinic"], (160, 40));
    story.see("Connected to MariaDB");
    story.see("lag unknown (no privilege");
    story.text("USE story");
    story.keys("f5");
    story.see("TEST clinic  story");
    story.keys("ctrl-n");
    story.text("SELECT SLEEP(50)");
    story.keys("f5");
    story.see("waiting for the first row");
    // The screen waits before the server has it.
    wait_until("the statement is there", Duration::from_secs(20), || rig.general_log().contains("SELECT SLEEP(50)"));
    // The link goes, and no new one can be had for a while.
    door.set(Mode::Reset);
    let shown = story.see("LINK LOST, reconnecting in");
    assert!(shown.contains("it may not have finished"), "{shown}");
    assert!(shown.contains("SELECT SLEEP(50)"), "the worksheet stays: {shown}");
    story.keys("f6 f6 f6 f6 ctrl-n");
    story.text("SELECT CONCAT('typed ', 'meanwhile') AS t, DATABASE()");
    story.see("'meanwhile') AS t, DATABASE()");
    story.wait("a further attempt", |shown| shown.contains("(attempt 3)") || shown.contains("(attempt 4)"));
    door.set(Mode::Pass);
    let shown = story.see("Reconnected to MariaDB");
    assert!(shown.contains("'meanwhile') AS t, DATABASE()") && !shown.contains("LINK LOST"), "{shown}");
    story.keys("f5");
    let shown = story.see("typed meanwhile");
    assert!(shown.contains("Results ─ 1 row") && shown.contains("TEST clinic  story"), "{shown}");
    // Killed for a moment only: it is back before anybody can be told.
    sshd.kill_connections();
    story.see("Reconnected to MariaDB");
    story.keys("ctrl-n");
    story.text("SELECT 6 * 7 AS again, CONCAT('ro', @@tx_read_only) AS guard, @@sql_mode AS mode");
    story.keys("f5");
    let shown = story.wait("the answer", |shown| shown.contains(" 42 ") && shown.contains("Results ─ 1 row"));
    assert!(shown.contains(" roON ") && shown.contains("STRICT_TRANS_TABLES"), "the guard stands again: {shown}");
    story.keys("ctrl-q");
    assert!(story.end().success());
    let log = home.log();
    assert_eq!(log.matches("broken, not known to have finished").count(), 1, "{log}");
    assert_eq!(log.matches("SLEEP(50)").count(), 1, "it never ran again: {log}");
    assert_eq!(rig.general_log().matches("SELECT SLEEP(50)").count(), 1);
}

#[test]
fn a_typed_password_and_passphrase_are_not_asked_for_again_when_the_link_comes_back() {
    let rig = Rig::start();
    let sshd = rig.own_sshd(&SshdOptions::default());
    let home = Home::new();
    let profile = rig.profile_toml_through("clinic", rig.ssh_host(), sshd.port());
    let file = format!("{{ file = '{}' }}", rig.password_file().display());
    let profile = profile
        .replace(&rig.known_hosts().display().to_string(), &sshd.known_hosts().display().to_string())
        .replace(&rig.user_key().display().to_string(), &rig.locked_key().display().to_string())
        .replace(&file, "{ prompt = true }");
    home.settings(&profile);
    let mut story = Story::start(&home, &["clinic"], (160, 40));
    story.see("Passphrase of the key");
    story.text(rig.passphrase());
    story.keys("enter");
    story.see("Password of RO_USER");
    story.text(rig.password());
    story.keys("enter");
    story.see("Connected to MariaDB");
    sshd.kill_connections();
    story.see("Reconnected to MariaDB");
    story.text("SELECT CONCAT('typed ', 'once')");
    story.keys("f5");
    let shown = story.see("typed once");
    assert!(!shown.contains(rig.password()) && !shown.contains(rig.passphrase()), "{shown}");
    story.keys("ctrl-q");
    assert!(story.end().success());
}
