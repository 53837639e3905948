//! The command line and the commands that need no connection.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{CommandFactory, Parser};
use proptest::prelude::*;
use rrx::cli::{Cli, Command, LogCommand, OutputFormat, RunCommand, SnippetsCommand, StatementSource};
use rrx::commands::common::print;
use rrx::commands::tunnel::ListenAddress;
use rrx::commands::{completions, log, man, profiles, snippets};
use rrx::domain::access_log::{BeginRecord, EndRecord, ExportRecord, RecordSink, TunnelEvent, TunnelRecord};
use rrx::domain::export::ExportFormat;
use rrx::domain::profile::RESERVED_NAMES;
use rrx::io::storage::access_log::AccessLog;
use rrx::io::storage::paths::Paths;
use rrx::io::storage::settings::{self, Presence};
use tempfile::tempdir;

const TEXT: OutputFormat = OutputFormat { json: false };
const JSON: OutputFormat = OutputFormat { json: true };

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("rrx").chain(line.split_whitespace()))
}

fn run_of(line: &str) -> RunCommand {
    match parse(line).unwrap().command {
        Some(Command::Run(run)) => run,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn no_profile_can_be_called_like_a_command_that_exists() {
    let mut root = Cli::command();
    root.build();
    for command in root.get_subcommands() {
        assert!(RESERVED_NAMES.contains(&command.get_name()), "{}", command.get_name());
    }
}

#[test]
fn a_word_that_is_no_command_is_a_profile() {
    let cli = parse("eu --config x.toml").unwrap();
    assert_eq!((cli.profile.as_deref(), cli.config, cli.command), (Some("eu"), Some(PathBuf::from("x.toml")), None));
    assert_eq!(parse("").unwrap().profile, None);
    assert_eq!(parse("profiles list --config y").unwrap().config, Some(PathBuf::from("y")));
}

#[test]
fn the_settings_file_may_be_named_before_or_behind_the_command() {
    for line in ["--config x run -e a -p eu", "run -e a -p eu --config x"] {
        let cli = parse(line).unwrap();
        assert_eq!((cli.config, cli.profile), (Some(PathBuf::from("x")), None), "{line}");
        assert!(matches!(cli.command, Some(Command::Run(_))), "{line}");
    }
}

#[test]
fn run_takes_exactly_one_statement_from_four_places() {
    assert_eq!(run_of("run subjects -p eu").source(), StatementSource::Snippet("subjects".into()));
    assert_eq!(run_of("run -").source(), StatementSource::Stdin);
    assert_eq!(run_of("run -f -").source(), StatementSource::Stdin);
    assert_eq!(run_of("run -f a.sql").source(), StatementSource::File("a.sql".into()));
    let cli = Cli::try_parse_from(["rrx", "run", "-e", "-- a comment\nSELECT 1"]).unwrap();
    let Some(Command::Run(run)) = cli.command else { panic!() };
    assert_eq!(run.source(), StatementSource::Text("-- a comment\nSELECT 1".into()));
    for wrong in
        ["run", "run a -e b", "run -e a -f b", "run a --limit 1 --all", "run a --param a=b", "run a --timeout 0"]
    {
        assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn run_keeps_its_options() {
    let run = run_of("run a --format csv -o f --limit 5 --timeout 9 --ref T-1");
    assert_eq!((run.format, run.output, run.limit), (Some(ExportFormat::Csv), Some("f".into()), Some(5)));
    assert_eq!((run.timeout, run.reference.as_deref(), run.all), (Some(9), Some("T-1"), false));
}

#[test]
fn help_ends_with_0_and_names_the_exit_codes() {
    let help = parse("run --help").unwrap_err();
    assert_eq!(help.exit_code(), 0);
    assert!(help.to_string().contains("\n    7  the result was cut by a limit of the profile\n"), "{help}");
}

#[test]
fn help_lists_only_the_exit_codes_that_the_command_can_have() {
    for line in ["profiles add", "profiles import", "profiles export", "secret set", "secret clear", "ssh-key"] {
        let help = parse(&format!("{line} --help")).unwrap_err().to_string();
        assert!(help.contains("\n    6  a local file or the keyring"), "{line}: {help}");
        for other in ["the statement failed", "connection or sign-in", "time limit", "cut by a limit"] {
            assert!(!help.contains(other), "{line}: {help}");
        }
    }
}

// ------------------------------------------------------------ commands

/// What a command printed: stdout, stderr.
fn printed(
    serve: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> Result<(), rrx::domain::problem::Problem>,
) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    serve(&mut out, &mut err).unwrap();
    (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

#[test]
fn doctor_and_tunnel_keep_their_options_and_refuse_what_does_not_fit() {
    let doctor = parse("doctor eu --accept-host-key SHA256:a --accept-host-key SHA256:b --bundle f --anonymize --json");
    let Some(Command::Doctor(doctor)) = doctor.unwrap().command else { panic!() };
    assert_eq!((doctor.profile.as_deref(), doctor.accept_host_key.len()), (Some("eu"), 2));
    assert_eq!((doctor.bundle, doctor.anonymize, doctor.format.json), (Some(PathBuf::from("f")), true, true));
    let Some(Command::Tunnel(tunnel)) = parse("tunnel eu --socket s --reason T-1").unwrap().command else { panic!() };
    assert_eq!((tunnel.profile.as_str(), tunnel.reason.as_deref()), ("eu", Some("T-1")));
    assert_eq!((tunnel.socket, tunnel.listen), (Some(PathBuf::from("s")), None));
    for wrong in ["doctor --anonymize", "tunnel", "tunnel eu --port 1", "tunnel eu --listen 1 --socket s"] {
        assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

proptest! {
    #[test]
    fn a_tunnel_listens_on_any_port_of_this_machine_alone(port: u16) {
        for text in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), port.to_string()] {
            prop_assert_eq!(ListenAddress::parse(&text).unwrap(), ListenAddress::Port(port));
        }
    }

    #[test]
    fn whatever_else_it_is_told_to_listen_on_is_refused(
        host in "(127\\.0\\.0\\.[01]|[lL]ocalhost|[^:]{0,20})",
        port in "[0-9+ -]{0,6}",
    ) {
        let text = format!("{host}:{port}");
        let is_here = host == "127.0.0.1" || host.eq_ignore_ascii_case("localhost");
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
        prop_assert_eq!(ListenAddress::parse(&text).is_ok(), is_here && is_port);
    }
}

#[test]
fn the_log_shows_held_tunnels_and_exports_between_the_statements() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    let mut access = AccessLog::open(&paths.state, noon).unwrap();
    let record = |id: &str, event| TunnelRecord {
        id: id.into(),
        time: String::new(),
        os_user: String::new(),
        profile: "eu".into(),
        account: "u".into(),
        server: "replica:3306".into(),
        event,
    };
    let opened = TunnelEvent::Opened { at: "127.0.0.1:4000".into(), reason: Some("T-1 \x1b[2J".into()) };
    let id = access.tunnel(record("", opened)).unwrap();
    let left = TunnelEvent::Disconnected { client: 1, up: 2, down: 3, milliseconds: 4, end: "closed".into() };
    access.tunnel(record(&id, left)).unwrap();
    let export = ExportRecord {
        id: String::new(),
        time: String::new(),
        os_user: String::new(),
        profile: "eu".into(),
        statement: "SELECT 1".into(),
        path: "/tmp/a\x1b[2J.csv".into(),
        format: "csv".into(),
        rows: 9,
        bytes: 4,
        sha256: "ab".into(),
    };
    access.export(export).unwrap();
    let show = |format| LogCommand::Show { last: 50, format };
    let (out, err) = printed(|out, err| log::run(show(TEXT), &paths, out, err));
    assert_eq!(
        out,
        "TIME                      PROFILE  ROWS  MS  END     STATEMENT\n\
         2026-09-21T14:13:20.000Z  eu       -     -   -       tunnel opened at 127.0.0.1:4000: T-1 ␛[2J\n\
         2026-09-21T14:13:20.000Z  eu       -     4   closed  tunnel client 1 disconnected: 2 bytes sent, 3 bytes received\n\
         2026-09-21T14:13:20.000Z  eu       9     -   -       exported as csv to /tmp/a␛[2J.csv, SHA-256 ab\n"
    );
    assert_eq!(err, "");
    let (out, _) = printed(|out, err| log::run(show(JSON), &paths, out, err));
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value[1]["tunnel"]["event"], "left");
    assert_eq!(value[2]["export"]["sha256"], "ab");
}

#[test]
fn the_log_is_shown_newest_last_and_nothing_in_it_reaches_the_terminal_raw() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    let mut access = AccessLog::open(&paths.state, noon).unwrap();
    for statement in ["SELECT 1", "SELECT '\x1b]0;x\x07'\n  FROM t"] {
        let mut begin = BeginRecord {
            id: String::new(),
            time: String::new(),
            os_user: String::new(),
            profile: "eu".into(),
            account: "u".into(),
            server: "s".into(),
            database: None,
            statement: statement.into(),
            params: Vec::new(),
            reference: None,
        };
        access.stamp(&mut begin);
        access.append(&begin).unwrap();
        if statement == "SELECT 1" {
            let entry =
                EndRecord { id: begin.id, time: String::new(), milliseconds: 12, rows: 1, end: "complete".into() };
            access.end(entry).unwrap();
        }
    }
    let show = |format| LogCommand::Show { last: 50, format };
    let (out, err) = printed(|out, err| log::run(show(TEXT), &paths, out, err));
    assert_eq!(
        out,
        "TIME                      PROFILE  ROWS  MS  END              STATEMENT\n\
         2026-09-21T14:13:20.000Z  eu       1     12  complete         SELECT 1\n\
         2026-09-21T14:13:20.000Z  eu       -     -   no end recorded  SELECT '␛]0;x␇' FROM t\n"
    );
    assert_eq!(err, "");
    let (out, _) = printed(|out, err| log::run(show(JSON), &paths, out, err));
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value[0]["end"]["rows"], 1);
    assert_eq!(value[1]["begin"]["statement"], "SELECT '\x1b]0;x\x07'\n  FROM t");
}

#[test]
fn profiles_are_listed_with_what_is_wrong_on_stderr() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    fs::create_dir_all(paths.config_directory()).unwrap();
    fs::write(
        &paths.config,
        "[profile.eu]\nhost = \"h\"\nuser = \"u\"\nroute = [\"a@b\"]\npassword = { command = \"pass show rr\" }\n\
         [profile.bl]\nhost = \"h\"\nuser = \"u\"\nblinding = \"b.toml\"\n[profile.bad]\nhots = 1\n",
    )
    .unwrap();
    let loaded = settings::load(&paths, Presence::Required);
    let list = |format| {
        let (loaded, paths) = (&loaded, &paths);
        printed(move |out, err| profiles::list(format, loaded, paths, out, err))
    };
    let (out, err) = list(TEXT);
    assert!(out.contains("eu    PROD         u@h:3306  a@b\n"), "{out}");
    assert!(out.contains("bl    PROD         u@h:3306  direct  refused"), "{out}");
    assert!(out.contains("bad                                  left out"), "{out}");
    assert!(err.contains("config.toml:11: [profile.bad] unknown key \"hots\""), "{err}");
    let (out, _) = list(JSON);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((value[0]["name"].as_str(), value[0]["route"][0].as_str()), (Some("eu"), Some("a@b")));
    assert!(!out.contains("pass show"));
}

#[test]
fn snippets_are_listed_and_shown_and_an_unknown_one_is_exit_code_2() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    fs::create_dir_all(paths.snippets()).unwrap();
    let text = "/* rrx\ntitle = \"By status\"\ntags = [\"a\"]\n*/\nSELECT 1\n";
    fs::write(paths.snippets().join("by-status.sql"), text).unwrap();
    let loaded = settings::load(&paths, Presence::Optional);
    let list = SnippetsCommand::List { profile: None, format: TEXT };
    let (out, _) = printed(|out, err| snippets::run(&list, &loaded, &paths, out, err));
    assert_eq!(out, "NAME       TITLE      TAGS\nby-status  By status  a\n");
    let show = |name: &str| SnippetsCommand::Show { name: name.into(), profile: None, format: TEXT };
    let (out, _) = printed(|out, err| snippets::run(&show("by-status"), &loaded, &paths, out, err));
    assert_eq!(out, text);
    let problem = snippets::run(&show("bystat"), &loaded, &paths, &mut Vec::new(), &mut Vec::new()).unwrap_err();
    assert_eq!((problem.kind.exit_code(), problem.hint.as_deref()), (2, Some("did you mean \"by-status\"?")));
}

#[test]
fn completions_and_manual_pages_are_made_from_the_definition() {
    let (out, _) = printed(|out, _| completions::run(clap_complete::Shell::Bash, out));
    assert!(out.contains("--timeout"));
    let (out, _) = printed(|out, _| man::run(None, out));
    assert!(out.contains(".TH rrx 1"), "{out}");
    let (out, _) = printed(|out, _| man::run(Some("run"), out));
    assert!(out.contains("timeout"), "{out}");
    assert_eq!(man::run(Some("x"), &mut Vec::new()).unwrap_err().kind.exit_code(), 2);
}

/// A writer whose reader has gone away, or whose disk is full.
struct Failing(std::io::ErrorKind);

impl std::io::Write for Failing {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_broken_pipe_is_silent_and_a_full_disk_is_not() {
    assert_eq!(print::text(&mut Failing(std::io::ErrorKind::BrokenPipe), "x"), Ok(()));
    let problem = print::text(&mut Failing(std::io::ErrorKind::StorageFull), "x").unwrap_err();
    assert_eq!(problem.kind.exit_code(), 6);
}

// ------------------------------------------------------------ the program itself

/// A home with this settings file.
fn home(settings: &str) -> (tempfile::TempDir, Paths) {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    fs::create_dir_all(paths.config_directory().join("keymaps")).unwrap();
    fs::write(&paths.config, settings).unwrap();
    (root, paths)
}

/// Runs the program with this home, no terminal and nothing else of the environment: exit code, stdout, stderr.
fn rrx(root: &tempfile::TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rrx"))
        .args(arguments)
        .env_clear()
        .env("HOME", root.path())
        .env("RRX_HOME", root.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_wrong_in_settings_and_snippets_is_named_with_file_line_and_reason_and_a_statement_still_runs() {
    let (root, paths) = home("[profile.eu]\nhost = \"h\"\nhots = 1\n[ui]\ntheme = \"drak\"\nnot toml\n");
    let (code, out, err) = rrx(&root, &["run", "-p", "demo", "-e", "SELECT 40 + 2 AS answer"]);
    assert_eq!((code, out.as_str()), (Some(0), "answer\n42\n"), "{err}");
    let file = paths.config.display();
    for arguments in [
        &["eu"][..],
        &["run", "-p", "eu", "-e", "SELECT 1"],
        &["doctor", "eu"],
        &["tunnel", "eu"],
        &["secret", "set", "eu"],
        &["snippets", "list", "-p", "eu"],
        &["profiles", "export", "eu"],
    ] {
        let (code, out, err) = rrx(&root, arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains("The profile \"eu\" is left out\n"), "{arguments:?}: {err}");
        assert!(
            err.contains(&format!("  because: {file}:3: [profile.eu] unknown key \"hots\"\n")),
            "{arguments:?}: {err}"
        );
    }
    for words in [
        format!("{file}:3: [profile.eu] unknown key \"hots\""),
        format!("{file}:5: [ui] theme: \"drak\" is not one of auto, dark, light, mono"),
        format!("{file}:6: not TOML: "),
        "[profile.eu] is left out until this is repaired".to_owned(),
    ] {
        assert!(err.contains(&words), "{words}\n{err}");
    }
    fs::create_dir_all(paths.snippets()).unwrap();
    fs::write(paths.snippets().join("good.sql"), "SELECT 1").unwrap();
    fs::write(paths.snippets().join("torn.sql"), "/* rrx\ntitle = 3\n*/\nSELECT 2").unwrap();
    fs::write(paths.snippets().join("bytes.sql"), b"SELECT\n'\xff'").unwrap();
    let (code, out, err) = rrx(&root, &["snippets", "list"]);
    assert_eq!(code, Some(0));
    assert_eq!(out, "NAME  TITLE  TAGS\ngood  good\ntorn  torn\n");
    assert!(err.contains("torn.sql:2: `title` must be a text in quotes"), "{err}");
    assert!(err.contains("bytes.sql cannot be read") && err.contains("line 2 is not UTF-8"), "{err}");
}

#[test]
fn an_unknown_profile_a_closed_port_and_an_unknown_hop_have_their_words_and_codes() {
    let hop = |name: &str, hop: &str| format!("[profile.{name}]\nhost = \"h\"\nuser = \"u\"\nroute = [\"a@{hop}\"]\n");
    let (root, _) = home(&(hop("closed", "127.0.0.1:1") + &hop("nowhere", "no-such-hop.invalid")));
    for (profile, code, words) in [
        ("closde", 2, ["There is no profile \"closde\"", "did you mean \"closed\"?"]),
        ("closed", 3, ["127.0.0.1 port 1 cannot be reached", "nothing listens on that port"]),
        ("nowhere", 3, ["no-such-hop.invalid has no address", "the spelling of the hop"]),
    ] {
        let (ended, out, err) = rrx(&root, &["run", "-p", profile, "-e", "SELECT 1"]);
        assert_eq!((ended, out.as_str()), (Some(code), ""), "{err}");
        assert!(words.iter().all(|words| err.contains(words)) && err.contains("next: "), "{err}");
    }
    let (code, _, err) = rrx(&root, &["closde"]);
    assert!(code == Some(2) && err.contains("did you mean \"closed\"?"), "{err}");
    let (code, _, err) = rrx(&root, &["closed", "keys"]);
    assert!(code == Some(2) && err.contains("next: "), "{err}");
}

#[test]
fn a_snippet_of_the_demo_runs_without_a_screen_and_a_statement_that_fails_says_where() {
    let root = tempdir().unwrap();
    let (code, out, err) = rrx(&root, &["run", "schema-overview", "-p", "demo", "--limit", "1"]);
    assert_eq!((code, out.lines().count(), err.as_str()), (Some(0), 2, ""));
    let (code, _, err) = rrx(&root, &["run", "-p", "demo", "-e", "SELECT 1 FROM subject WHERE"]);
    assert!(code == Some(1) && err.contains("ERROR 1064 (42000)") && err.contains("next: "), "{err}");
    let marked = root.path().join("marked.sql");
    fs::write(&marked, "\u{feff}SELECT 2 AS n").unwrap();
    let (code, out, err) = rrx(&root, &["run", "-p", "demo", "-f", marked.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (Some(0), "n\n2\n"), "{err}");
    let (code, _, err) = rrx(&root, &["run", "-p", "demo", "-e", "SELECT 1\n  ,nope FROM subject"]);
    assert!(code == Some(1) && err.contains("line 2, column 4"), "{err}");
}

// ------------------------------------------------------------ the user's keymap

use rrx::app::action::Action;
use rrx::commands::common::keymap;

/// The keys under these settings with this file as `keymaps/mine.toml`.
fn keys_of(settings: &str, mine: Option<&str>) -> (keymap::LoadedKeymap, Paths) {
    let (root, paths) = home(settings);
    if let Some(text) = mine {
        fs::write(paths.keymap("mine").unwrap(), text).unwrap();
    }
    let keys = keymap::load(&settings::load(&paths, Presence::Required).settings.ui, &paths);
    drop(root);
    (keys, paths)
}

fn labels(keys: &keymap::LoadedKeymap, layer: &str, name: &str) -> Vec<String> {
    let action = Action::find(layer, name).unwrap();
    keys.keymap.chords(layer, action).map(|chords| chords.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn a_keymap_of_ones_own_lies_beside_the_settings_and_builds_upon_the_style_that_it_names() {
    let mine = "inherits = \"vim\"\n[grid]\ncopy = \"Y\"\nwarnings = \"none\"\n";
    let (keys, paths) = keys_of("[ui]\nkeymap = \"mine\"\n", Some(mine));
    assert_eq!(keys.problems, []);
    assert_eq!(labels(&keys, "grid", "copy"), ["Y"]);
    assert_eq!(labels(&keys, "grid", "warnings"), Vec::<String>::new());
    assert!(labels(&keys, "grid", "page-down").contains(&"ctrl-f".to_owned()), "vim's");
    assert!(keys.source.contains(&paths.keymap("mine").unwrap().display().to_string()), "{}", keys.source);
    let (keys, _) = keys_of("[ui]\nkeymap = \"mine\"\n", Some("[grid]\ncopy = \"Y\"\n"));
    assert!(!labels(&keys, "grid", "page-down").contains(&"ctrl-f".to_owned()), "the default style's");
}

#[test]
fn what_is_wrong_in_a_keymap_is_named_with_file_line_section_key_and_reason_and_the_rest_holds() {
    let mine = "inherits = \"vmi\"\n[grid]\nfly = \"f\"\ncopy = \"ctrl-shift-y\"\ndown = \"x\"\n[worksheet\n";
    let (keys, paths) = keys_of("[ui]\nkeymap = \"mine\"\n", Some(mine));
    let file = paths.keymap("mine").unwrap().display().to_string();
    let told: Vec<&str> = keys.problems.iter().map(|problem| problem.what.as_str()).collect();
    for (told, wanted) in told.iter().zip([
        "1: inherits: there is no style `vmi`",
        "3: grid.fly: there is no such action",
        "4: grid.copy: ",
        "6: this line: ",
    ]) {
        assert!(told.starts_with(&format!("{file}:{wanted}")), "{told}");
    }
    assert_eq!((told.len(), labels(&keys, "grid", "down")), (4, vec!["x".to_owned()]));
}

#[test]
fn a_keymap_that_is_not_there_is_named_with_the_place_where_it_would_be_and_the_default_keys_hold() {
    let (keys, paths) = keys_of("[ui]\n\nkeymap = \"mine\"\n", None);
    let [problem] = &keys.problems[..] else { panic!("{:?}", keys.problems) };
    assert_eq!(problem.what, format!("{}:3: [ui] there is no keymap \"mine\"", paths.config.display()));
    assert!(problem.because[0].contains("keymaps/mine.toml does not exist"), "{problem}");
    assert!(!labels(&keys, "grid", "copy").is_empty());
    let (keys, _) = keys_of("[ui]\nkeymap = \"../mine\"\n", None);
    assert_eq!(keys.problems.len(), 1);
}

#[test]
fn a_log_of_no_records_is_a_wrong_request() {
    let error = Cli::try_parse_from(["rrx", "log", "show", "--last", "0"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("--last"), "{error}");
}

#[test]
fn keys_are_listed_as_the_screen_names_them() {
    let (root, _) = home("");
    let (code, out, err) = rrx(&root, &["keys"]);
    assert_eq!(code, Some(0), "{err}");
    let run = out.lines().find(|line| line.contains("app.run ")).unwrap();
    assert!(run.contains("F5, Ctrl-R, Alt-Enter"), "{run}");
    assert!(!out.contains("ctrl-"), "{out}");
}

#[test]
fn the_snippets_of_the_demo_are_listed_before_its_first_run() {
    let (root, _) = home("");
    let (code, out, err) = rrx(&root, &["snippets", "list", "-p", "demo"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.lines().count() > 2, "{out}{err}");
    let name = out.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    let (code, shown, err) = rrx(&root, &["snippets", "show", name, "-p", "demo"]);
    assert!(code == Some(0) && shown.contains("SELECT"), "{shown}{err}");
}
