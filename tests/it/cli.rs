//! The command line and the commands that need no connection.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{CommandFactory, Parser};
use rrx::cli::{
    Cli, Command, Form, LogCommand, ProfilesCommand, RowForm, RunCommand, SnippetsCommand, StatementSource,
};
use rrx::commands::{completions, log, man, print, profiles, snippets};
use rrx::domain::accesslog::{Begin, Entry, Ledger};
use rrx::domain::profile::COMMANDS;
use rrx::io::storage::accesslog::AccessLog;
use rrx::io::storage::paths::Paths;
use rrx::io::storage::settings::{self, Presence};
use tempfile::tempdir;

const TEXT: Form = Form { json: false };
const JSON: Form = Form { json: true };

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
        assert!(COMMANDS.contains(&command.get_name()), "{}", command.get_name());
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
fn run_takes_exactly_one_statement_from_four_places() {
    assert_eq!(run_of("run subjects -p eu").source(), StatementSource::Snippet("subjects".into()));
    assert_eq!(run_of("run -").source(), StatementSource::Stdin);
    assert_eq!(run_of("run -f a.sql").source(), StatementSource::File("a.sql".into()));
    let cli = Cli::try_parse_from(["rrx", "run", "-e", "-- a comment\nSELECT 1"]).unwrap();
    let Some(Command::Run(run)) = cli.command else { panic!() };
    assert_eq!(run.source(), StatementSource::Text("-- a comment\nSELECT 1".into()));
    for wrong in ["run", "run a -e b", "run -e a -f b", "run a --limit 1 --all", "run a --param b", "run a --timeout 0"]
    {
        assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn run_keeps_its_options() {
    let run = run_of("run a --param k=v=w --param x= --format csv -o f --limit 5 --timeout 9 --ref T-1");
    assert_eq!(run.params, [("k".into(), "v=w".into()), ("x".into(), String::new())]);
    assert_eq!((run.format, run.output, run.limit), (Some(RowForm::Csv), Some("f".into()), Some(5)));
    assert_eq!((run.timeout, run.reference.as_deref(), run.all), (Some(9), Some("T-1"), false));
}

#[test]
fn help_ends_with_0_and_names_the_exit_codes() {
    let help = parse("run --help").unwrap_err();
    assert_eq!(help.exit_code(), 0);
    assert!(help.to_string().contains("7 cut by a limit") || help.to_string().contains("7\ncut by a limit"), "{help}");
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
fn the_log_is_shown_newest_last_and_nothing_in_it_reaches_the_terminal_raw() {
    let root = tempdir().unwrap();
    let paths = Paths::under(root.path());
    let mut access = AccessLog::open(&paths.state, noon).unwrap();
    for statement in ["SELECT 1", "SELECT '\x1b]0;x\x07'\n  FROM t"] {
        let begin = access.stamp(Begin {
            id: String::new(),
            time: String::new(),
            os_user: String::new(),
            profile: "eu".into(),
            account: "u".into(),
            server: "s".into(),
            database: None,
            statement: statement.into(),
            reference: None,
        });
        access.append(&begin).unwrap();
        if statement == "SELECT 1" {
            let entry = Entry { id: begin.id, time: String::new(), milliseconds: 12, rows: 1, end: "complete".into() };
            access.end(entry).unwrap();
        }
    }
    let show = |form| LogCommand::Show { last: 50, form };
    let (out, err) = printed(|out, err| log::run(show(TEXT), &paths, out, err));
    assert_eq!(
        out,
        "TIME                      PROFILE  ROWS  MS  END              STATEMENT\n\
         2026-09-21T14:13:20.000Z  eu       1     12  complete         SELECT 1\n\
         2026-09-21T14:13:20.000Z  eu       -     -   no end recorded  SELECT '\u{fffd}]0;x\u{fffd}' FROM t\n"
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
    fs::create_dir_all(paths.config_folder()).unwrap();
    fs::write(
        &paths.config,
        "[profile.eu]\nhost = \"h\"\nuser = \"u\"\nroute = [\"a@b\"]\npassword = { command = \"pass show rr\" }\n\
         [profile.bl]\nhost = \"h\"\nuser = \"u\"\nblinding = \"b.toml\"\n[profile.bad]\nhots = 1\n",
    )
    .unwrap();
    let loaded = settings::load(&paths, Presence::Wanted);
    let list = |form| {
        let (loaded, paths) = (&loaded, &paths);
        printed(move |out, err| profiles::run(ProfilesCommand::List(form), loaded, paths, out, err))
    };
    let (out, err) = list(TEXT);
    assert!(out.contains("eu    PROD         u@h:3306  a@b\n"), "{out}");
    assert!(out.contains("bl    PROD         u@h:3306  direct  refused"), "{out}");
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
    let list = SnippetsCommand::List { profile: None, form: TEXT };
    let (out, _) = printed(|out, err| snippets::run(&list, &loaded, &paths, out, err));
    assert_eq!(out, "NAME       TITLE      TAGS\nby-status  By status  a\n");
    let show = |name: &str| SnippetsCommand::Show { name: name.into(), profile: None, form: TEXT };
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
