//! Tests of whole sessions from start to quit, with the demo and with a real MariaDB behind a real sshd.

use std::io::Write as _;
use std::time::Duration;

use rrx::demo::data;

use super::harness::{Home, Terminal};
use super::rig::{Forwarder, Mode, Rig, SshdOptions, wait_until};

/// Opens a table with its documentation page and its rows, runs a join, saves it as a snippet, and quits. Then restarts and runs
/// the snippet. The `arguments` connect to the demo's tables, and `connected` is on the screen after that.
fn table_join_snippet(home: &Home, arguments: &[&str], connected: &str) {
    let mut terminal = Terminal::start(home, arguments, (160, 45));
    terminal.see(connected);
    terminal.see("activity_plan");
    terminal.text("\x1b1/");
    terminal.text("form_data");
    terminal.wait("the tree follows the filter", |shown| {
        shown.contains("▸ form_data") && !shown.contains("▸ activity_plan")
    });
    terminal.keys("enter space");
    terminal.see("A form as filled in");
    // The documentation does not take the focus from the explorer.
    terminal.keys("p");
    terminal.see("first 200 rows of form_data (LIMIT 200)");
    terminal.keys("ctrl-n");
    terminal
        .text("SELECT f.id, s.screening_number FROM form_data f JOIN subject s ON s.id = f.subject_id ORDER BY f.id");
    terminal.keys("f5");
    terminal.see("screening_number");
    let all_are_there = |shown: &str| shown.contains("all 2,") || shown.contains("all 3,");
    let shown = terminal.wait("all rows are there", all_are_there);
    assert!(shown.contains("row 1 ·"), "{shown}");
    terminal.keys("f6 page-down page-down");
    terminal.wait("the second page", |shown| shown.contains("row ") && !shown.contains("row 1 ·"));
    terminal.keys("ctrl-s");
    terminal.see("Save the statement");
    terminal.text("forms of subjects");
    terminal.keys("enter");
    terminal.see("Saved as");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());

    let mut terminal = Terminal::start(home, arguments, (160, 45));
    terminal.see(connected);
    terminal.see("ORDER BY f.id");
    terminal.keys("ctrl-o");
    terminal.see("Snippets");
    terminal.text("forms-of");
    terminal.see("forms-of-subjects");
    terminal.keys("enter");
    terminal.wait("rows of the snippet", all_are_there);
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    let log = home.access_log();
    assert_eq!(log.matches("\"begin\"").count(), 3, "{log}");
    assert_eq!(log.matches("\"complete\"").count(), 3, "{log}");
}

#[test]
fn the_demo_from_a_table_to_a_snippet_that_survives_a_restart() {
    table_join_snippet(&Home::new(), &["demo"], "DEMO demo");
}

#[test]
fn the_same_through_sshd_to_a_real_mariadb_with_the_same_data() {
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
    let mut terminal = Terminal::start(&home, &["demo"], (160, 45));
    terminal.see("activity_plan");
    terminal.see("One study: the root of its design");
    terminal.keys("f5");
    let screen = terminal.see("XN-101-001");
    assert!(screen.contains("booked"), "{screen}");
    terminal.keys("ctrl-q");
    terminal.see("That was the demo");
    assert!(terminal.end().success());
}

#[test]
fn demo_refuses_a_write_and_says_why() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (80, 24));
    terminal.see("REPLICA");
    terminal.keys("ctrl-n");
    terminal.text("DELETE FROM subject");
    terminal.keys("f5");
    terminal.see("refused, not sent");
    terminal.see("DELETE writes rows, and rrx only reads");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(!home.access_log().contains("DELETE"), "a refused statement is not one that ran");
}

#[test]
fn worksheets_survive_a_kill() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
    terminal.see("REPLICA");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 'kept through a kill'");
    terminal.see("kept through a kill");
    wait_until("the text is saved", Duration::from_mins(1), || home.worksheets().contains("kept through a kill"));
    terminal.kill();
    let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
    terminal.see("REPLICA");
    terminal.see("kept through a kill");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn without_a_terminal_there_is_a_clear_message_and_exit_code_2() {
    let home = Home::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rrx"))
        .env_clear()
        .env("RRX_HOME", home.path())
        .env("HOME", home.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("no terminal") && stderr.contains("rrx run"), "{stderr}");
}

/// Creates a home directory whose profile `clinic` connects to the rig's MariaDB through its sshd.
fn clinic() -> Home {
    let home = Home::new();
    home.settings(&Rig::start().profile_toml("clinic"));
    home
}

#[test]
fn five_million_rows_are_stopped_in_the_middle_and_the_next_statement_gets_its_own_result() {
    Rig::start().sql("CREATE DATABASE IF NOT EXISTS scratch;");
    let home = clinic();
    let mut terminal = Terminal::start(&home, &["clinic"], (120, 30));
    terminal.see("Connected to MariaDB");
    terminal.text("SELECT a.seq AS n, REPEAT('x', 100) AS x FROM scratch.seq_1_to_5000000 a");
    terminal.keys("f5");
    terminal.see("so far");
    terminal.keys("ctrl-c");
    terminal.see("stopped by you");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 40 + 2 AS answer");
    terminal.keys("f5");
    terminal.see("SELECT 40 + 2 AS answer ─ 1 row");
    terminal.see("42");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(home.access_log().contains("cancelled"), "{}", home.access_log());
}

#[test]
fn a_signal_to_leave_saves_the_worksheets_and_gives_the_terminal_back() {
    for signal in ["TERM", "HUP"] {
        let home = Home::new();
        let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
        terminal.see("REPLICA");
        terminal.keys("ctrl-n");
        terminal.text("SELECT 'kept through a signal'");
        terminal.see("kept through a signal");
        terminal.signal(signal);
        terminal.see("That was the demo");
        assert!(!terminal.is_alternate_screen());
        assert!(terminal.end().success());
        assert!(home.worksheets().contains("kept through a signal"), "{signal}");
    }
}

#[test]
fn ctrl_c_ends_no_program_neither_as_a_key_nor_as_a_signal() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
    terminal.see("REPLICA");
    terminal.keys("ctrl-c");
    terminal.see("Nothing is running");
    terminal.keys("f6 f6");
    terminal.wait("the notice is gone", |shown| !shown.contains("Nothing is running"));
    terminal.signal("INT");
    terminal.see("Nothing is running");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn plain_rrx_offers_the_demo_and_choosing_it_starts_it_in_its_own_directory() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &[], (120, 30));
    terminal.see("choose a profile");
    terminal.see("demo");
    terminal.see("add a profile");
    terminal.keys("enter");
    terminal.see("REPLICA");
    terminal.see("start here");
    terminal.keys("f5");
    terminal.see("XN-101-001");
    terminal.keys("ctrl-o");
    terminal.see("schema-overview");
    terminal.keys("esc");
    terminal.wait("the list is closed", |shown| !shown.contains("schema-overview"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    assert!(home.access_log().contains("\"begin\""));
    assert!(!home.path().join("state/access.log.jsonl").exists(), "the user's own log stays the user's own");
}

#[test]
fn two_programs_on_one_profile_keep_the_worksheets_of_both() {
    let home = Home::new();
    let write = |text: &str| {
        let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
        terminal.see("REPLICA");
        terminal.keys("ctrl-n");
        terminal.text(text);
        terminal.see(text);
        terminal
    };
    let (mut first, second) = (write("SELECT 'of the first'"), write("SELECT 'of the second'"));
    first.text(" AS one");
    first.see("first' AS one");
    first.keys("ctrl-q");
    assert!(first.end().success());
    wait_until("the text is saved", Duration::from_mins(1), || home.worksheets().contains("of the second'"));
    second.kill();
    let mut third = Terminal::start(&home, &["demo"], (120, 30));
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
    let mut terminal = Terminal::start(&home, &[], (120, 30));
    let screen = terminal.see("[profile.eu]");
    assert!(screen.contains("config.toml:") && screen.contains("choose a profile"), "{screen}");
    terminal.keys("f8");
    let screen = terminal.see("mine.toml:4");
    assert!(screen.contains("app.fly"), "{screen}");
    terminal.keys("esc");
    terminal.wait("the activity is closed", |shown| !shown.contains("mine.toml:4"));
    terminal.text("\x1b[20~");
    assert!(terminal.end().success());
}

#[test]
fn the_demo_has_the_user_s_own_keys_and_nothing_else_of_the_settings() {
    let home = Home::new();
    home.settings("[profile.eu]\nhots = 1\n[ui]\nkeymap = \"mine\"\n");
    home.keymap("mine", "inherits = \"vim\"\n[app]\nquit = \"f9\"\n");
    let mut terminal = Terminal::start(&home, &["demo"], (120, 30));
    let screen = terminal.see("Connected to MariaDB");
    assert!(!screen.contains("profile.eu"), "{screen}");
    terminal.text("\x1b[20~");
    assert!(terminal.end().success());
}

#[test]
fn a_terminal_that_is_too_small_shows_a_complete_message() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (19, 4));
    terminal.wait("the message", |shown| {
        shown.split_whitespace().collect::<Vec<_>>().join(" ").contains("too small (20x5 at least)")
    });
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn without_colours_and_glyphs_everything_is_still_shown() {
    let home = Home::new();
    let environment = [("LANG", "C"), ("TERM", "xterm"), ("NO_COLOR", "1")];
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_rrx"));
    let mut terminal = Terminal::start_program(program, &home, &["demo"], (100, 30), &environment);
    terminal.see("REPLICA");
    terminal.keys("f5");
    let screen = terminal.see("XN-101-001");
    assert!(screen.is_ascii(), "{screen}");
    assert!(screen.contains("READ ONLY") && screen.contains("DEMO demo"), "{screen}");
    assert!(!terminal.is_coloured(), "{screen}");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

#[test]
fn ctrl_l_draws_the_screen_again_and_a_line_feed_is_a_line_break() {
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["demo"], (100, 30));
    terminal.see("REPLICA");
    terminal.garble("\x1b[2J\x1b[HA message of another program");
    terminal.keys("ctrl-l");
    terminal.see("REPLICA");
    // The worksheet still takes text, and the answer to a question of the cursor never comes from this terminal.
    terminal.text("SELECT 6 * 7;");
    terminal.see("SELECT 6 * 7;");
    // A paste without brackets has line feeds.
    terminal.text("\nSELECT 8;\n-- two lines");
    terminal.wait("a line for each", |shown| shown.contains("2 SELECT 8;") && shown.contains("3 -- two lines"));
    assert!(!terminal.has_written("\x1b[6n"));
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}

/// Runs the program and panics where `PLANTED` says: in a worker, or in the main thread as soon as a file `now` exists.
#[test]
#[ignore = "the next test starts it"]
fn a_program_that_panics() {
    use rrx::app::model::SettingsReading;
    use rrx::app::ui::look::TerminalLook;
    use rrx::commands::common::{demo_profile, keymap};
    use rrx::io::{env::HostEnv, storage::paths::Paths, store};
    use rrx::shell::{self, ShellDeps, ShellStart};
    let paths = Paths::find(None).unwrap();
    let env = std::sync::Arc::new(HostEnv::of_this_process(paths.clone()));
    let mut built_in = demo_profile::profile(2, &env);
    match std::env::var("PLANTED").as_deref() {
        Ok("session") => {
            built_in.context.session.prepare =
                Some(std::sync::Arc::new(|_| Box::pin(async { panic!("a planted fault") })));
        }
        Ok("storage") => built_in.context.storage.bundled_snippets = || panic!("a planted fault"),
        _ => {}
    }
    let settings = std::sync::Arc::<rrx::domain::profile::Settings>::default();
    let start = ShellStart {
        look: TerminalLook::default(),
        reading: SettingsReading::Once,
        profiles: vec![std::sync::Arc::clone(&built_in.profile)],
        problems: Vec::new(),
        profile: Some("demo".into()),
        first_worksheet: None,
        panel_sizes: rrx::domain::protocol::PanelSizes::default(),
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
        tokio::select! {
            ended = shell::run(start, deps) => assert!(matches!(ended.unwrap().outcome, Ok(0))),
            () = fault => {}
        }
    });
}

#[test]
fn a_panic_of_a_worker_is_on_the_screen_and_the_worksheets_are_saved() {
    for (worker, what) in [
        ("session", "The session ended because of a defect of rrx"),
        ("storage", "A file operation ended because of a defect"),
    ] {
        let home = Home::new();
        let child = ["--exact", "stories::a_program_that_panics", "--ignored", "--nocapture"];
        let test_program = std::env::current_exe().unwrap();
        let mut terminal = Terminal::start_program(&test_program, &home, &child, (120, 30), &[("PLANTED", worker)]);
        let shown = terminal.see("a planted fault");
        let words = shown.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty());
        assert!(words.collect::<Vec<_>>().join(" ").contains(what), "{shown}");
        assert!(terminal.is_alternate_screen());
        if worker == "storage" {
            terminal.see("87 tables");
            terminal.keys("ctrl-n");
            terminal.text("SELECT 'kept after the panic'");
            terminal.see("kept after the panic");
        }
        terminal.keys("ctrl-q");
        assert!(terminal.end().success(), "{worker}");
        assert!(worker != "storage" || home.worksheets().contains("kept after the panic"), "{}", home.worksheets());
    }
}

#[test]
fn a_panic_restores_the_terminal_before_its_message_and_the_worksheets_are_kept() {
    let home = Home::new();
    let child = ["--exact", "stories::a_program_that_panics", "--ignored", "--nocapture"];
    let test_program = std::env::current_exe().unwrap();
    let mut terminal = Terminal::start_program(&test_program, &home, &child, (120, 30), &[]);
    terminal.see("REPLICA");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 'kept through a panic'");
    terminal.see("kept through a panic");
    wait_until("the text is saved", Duration::from_mins(1), || home.worksheets().contains("kept through a panic"));
    std::fs::write(home.path().join("now"), "").unwrap();
    terminal.see("a planted fault");
    assert!(!terminal.is_alternate_screen());
    assert!(!terminal.end().success());
    assert!(home.worksheets().contains("kept through a panic"), "{}", home.worksheets());
}

#[test]
fn a_lost_link_reconnects_while_the_user_types_and_the_next_statement_gets_its_own_result() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    rig.sql("CREATE DATABASE IF NOT EXISTS scratch");
    let forwarder = Forwarder::to(rig.ssh_host(), sshd.port());
    let home = Home::new();
    let known = home.path().join("known_hosts");
    let keys = std::fs::read_to_string(sshd.known_hosts()).unwrap();
    std::fs::write(&known, keys.replace(&format!(":{}", sshd.port()), &format!(":{}", forwarder.port()))).unwrap();
    let profile = rig.profile_toml_through("clinic", rig.ssh_host(), forwarder.port());
    let profile = profile.replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    home.settings(&profile);
    let mut terminal = Terminal::start(&home, &["clinic"], (160, 40));
    terminal.see("Connected to MariaDB");
    terminal.see("lag unknown (no privilege");
    terminal.text("USE scratch");
    terminal.keys("f5");
    terminal.see("TEST clinic  scratch");
    terminal.keys("ctrl-n");
    terminal.text("SELECT BENCHMARK(4000000000, MD5('x'))");
    terminal.keys("f5");
    terminal.see("waiting for the first row");
    // The screen says so before the server has received the statement.
    wait_until("the statement is there", Duration::from_secs(20), || {
        rig.general_log().contains("SELECT BENCHMARK(4000000000, MD5('x'))")
    });
    // The connection is lost, and no new connection succeeds for a while.
    forwarder.set(Mode::Reset);
    let shown = terminal.see("LINK LOST, reconnecting in");
    assert!(shown.contains("it may not have finished"), "{shown}");
    assert!(shown.contains("SELECT BENCHMARK(4000000000, MD5('x'))"), "the worksheet stays: {shown}");
    terminal.keys("f6 f6 f6 f6 ctrl-n");
    terminal.text("SELECT CONCAT('typed ', 'meanwhile') AS t, DATABASE()");
    terminal.see("'meanwhile') AS t, DATABASE()");
    terminal.wait("a further attempt", |shown| shown.contains("(attempt 3)") || shown.contains("(attempt 4)"));
    forwarder.set(Mode::Pass);
    let shown = terminal.see("Reconnected to MariaDB");
    assert!(shown.contains("'meanwhile') AS t, DATABASE()") && !shown.contains("LINK LOST"), "{shown}");
    // The server has not noticed the loss: the first statement still runs.
    terminal.wait("the notice about it", |shown| {
        let words = shown.split(|character: char| character.is_whitespace() || "│╰─━".contains(character));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").contains("still runs on the replica")
    });
    terminal.keys("f5");
    terminal.see("Please confirm");
    terminal.text("y");
    let shown = terminal.see("typed meanwhile");
    assert!(shown.contains("AS t, DATABASE() ─ 1 row") && shown.contains("TEST clinic  scratch"), "{shown}");
    // A connection that is lost only for a moment is back before the screen can show it.
    sshd.kill_connections();
    terminal.see("Reconnected to MariaDB");
    terminal.keys("ctrl-n");
    terminal.text("SELECT 6 * 7 AS again, CONCAT('ro', @@tx_read_only) AS guard, @@sql_mode AS mode");
    terminal.keys("f5");
    let shown = terminal.wait("the answer", |shown| {
        let is_titled = shown.contains("╭ SELECT 6 * 7 AS again") && shown.contains("… ─ 1 row");
        is_titled && shown.contains(" 42 ") && shown.contains(" roON ")
    });
    assert!(shown.contains(" roON ") && shown.contains("STRICT_TRANS_TABLES"), "the guard stands again: {shown}");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    let log = home.access_log();
    assert_eq!(log.matches("broken, not known to have finished").count(), 1, "{log}");
    assert_eq!(log.matches("BENCHMARK(4000000000").count(), 1, "it never ran again: {log}");
    assert_eq!(rig.general_log().matches("SELECT BENCHMARK(4000000000, MD5('x'))").count(), 1);
}

#[test]
fn a_typed_password_and_passphrase_are_not_asked_for_again_when_the_link_comes_back() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let home = Home::new();
    let profile = rig.profile_toml_through("clinic", rig.ssh_host(), sshd.port());
    let file = format!("{{ file = '{}' }}", rig.password_file().display());
    let profile = profile
        .replace(&rig.known_hosts().display().to_string(), &sshd.known_hosts().display().to_string())
        .replace(&rig.user_key().display().to_string(), &rig.encrypted_key().display().to_string())
        .replace(&file, "{ prompt = true }");
    home.settings(&profile);
    let mut terminal = Terminal::start(&home, &["clinic"], (160, 40));
    terminal.see("Passphrase of the key");
    terminal.text(rig.passphrase());
    terminal.keys("enter");
    terminal.see("Password of RO_USER");
    terminal.text(rig.password());
    terminal.keys("enter");
    terminal.see("Connected to MariaDB");
    sshd.kill_connections();
    terminal.see("Reconnected to MariaDB");
    terminal.text("SELECT CONCAT('typed ', 'once')");
    terminal.keys("f5");
    let shown = terminal.see("typed once");
    assert!(!shown.contains(rig.password()) && !shown.contains(rig.passphrase()), "{shown}");
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
}
