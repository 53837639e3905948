//! `rrx run` against a real MariaDB: rows, words, exit codes, files, the access log.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rrx::commands::common::interrupts::Interrupts;
use rrx::commands::run::{RowsWanted, RunArgs, RunDeps, Stdout, run};
use rrx::domain::export::{ExportFormat, Formulas};
use rrx::domain::profile::{Profile, ProfileLimits, SecretSource};
use rrx::io::host::prompts::Prompts;
use rrx::io::storage::access_log::{AccessLog, FILE_NAME};

use tokio::sync::mpsc;

use crate::harness::{direct, session_env};
use crate::rig::{Rig, wait_until};

/// A place to write to that a test can look into, and that can be made to fail.
#[derive(Clone, Default)]
struct Seen {
    bytes: Arc<Mutex<Vec<u8>>>,
    fails: Option<ErrorKind>,
}

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(kind) = self.fails {
            return Err(kind.into());
        }
        self.bytes.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What one run left behind.
struct Left {
    code: u8,
    out: String,
    err: String,
    log: Vec<serde_json::Value>,
}

fn args(text: &str) -> RunArgs {
    RunArgs {
        text: text.into(),
        format: None,
        rows: RowsWanted::Profile,
        output: None,
        timeout: None,
        reference: None,
        is_strict: false,
        formulas: Formulas::Kept,
        columns: None,
    }
}

async fn perform(args: RunArgs, profile: Profile) -> Left {
    perform_into(args, profile, Seen::default()).await
}

async fn perform_into(args: RunArgs, profile: Profile, out: Seen) -> Left {
    let (_nobody, stop) = mpsc::channel(1);
    perform_until(args, profile, out, stop).await
}

async fn perform_until(args: RunArgs, profile: Profile, out: Seen, stop: mpsc::Receiver<()>) -> Left {
    let state = tempfile::tempdir().unwrap();
    let log = AccessLog::open(state.path(), SystemTime::now).unwrap();
    let deps = RunDeps {
        profile: Arc::new(profile),
        session: session_env(),
        prompts: Prompts::default(),
        log,
        interrupts: Interrupts::from_requests(stop),
    };
    let mut err = Vec::new();
    let code = run(&args, deps, out.clone(), Stdout::Other, &mut err).await;
    let lines = std::fs::read_to_string(state.path().join(FILE_NAME)).unwrap();
    let out = String::from_utf8(out.bytes.lock().unwrap().clone()).unwrap();
    Left {
        code,
        out,
        err: String::from_utf8(err).unwrap(),
        log: lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
    }
}

fn small(rows: u64) -> Profile {
    Profile { limits: ProfileLimits { rows, ..ProfileLimits::default() }, ..direct(Rig::start()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_on_stdout_and_nothing_else_and_the_log_has_both_records() {
    let left = perform(
        RunArgs { reference: Some("T-17".into()), ..args("SELECT 1 AS a, NULL AS b, '' AS c; SELECT 2 AS d;") },
        direct(Rig::start()),
    )
    .await;
    assert_eq!((left.code, left.err.as_str()), (0, ""));
    assert_eq!(left.out, "a\tb\tc\n1\tNULL\t\nd\n2\n");
    assert_eq!(left.log.len(), 4, "{:#?}", left.log);
    let text = serde_json::to_string(&left.log).unwrap();
    assert!(text.contains("SELECT 1 AS a") && text.contains("T-17") && text.contains("RO_USER@%"), "{text}");
    assert!(text.contains("complete"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_form_is_written_as_asked() {
    for (format, expected) in [(ExportFormat::Csv, "a,b\n1,\"x,y\"\n"), (ExportFormat::Tsv, "a\tb\n1\tx,y\n")] {
        let asked = RunArgs { format: Some(format), ..args("SELECT 1 AS a, 'x,y' AS b") };
        let left = perform(asked, direct(Rig::start())).await;
        assert_eq!(left.out.replace("\r\n", "\n"), expected);
    }
    let asked = RunArgs { format: Some(ExportFormat::Json), ..args("SELECT 1 AS a, 'x,y' AS b") };
    let left = perform(asked, direct(Rig::start())).await;
    let json: serde_json::Value = serde_json::from_str(&left.out).unwrap();
    assert_eq!(json, serde_json::json!([{"a": 1, "b": "x,y"}]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_cut_by_the_profile_exits_7_says_so_and_keeps_the_partial_name() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    let cut = RunArgs { output: Some(goal.clone()), ..args("SELECT seq FROM mysql.seq_1_to_100") };
    let left = perform(cut.clone(), small(10)).await;
    assert_eq!((left.code, left.out.as_str()), (7, ""));
    assert!(left.err.contains("cut after 10 rows") && left.err.contains("rows.csv.partial"), "{}", left.err);
    assert!(!goal.exists());
    assert_eq!(lines(&directory.path().join("rows.csv.partial")), 11);
    let whole = perform(RunArgs { rows: RowsWanted::All, ..cut.clone() }, small(10)).await;
    assert_eq!((whole.code, whole.err.as_str()), (0, ""));
    assert_eq!(lines(&goal), 101);
    assert!(!directory.path().join("rows.csv.partial").exists());
    let asked = perform(RunArgs { rows: RowsWanted::AtMost(5), ..cut.clone() }, small(10)).await;
    assert_eq!((asked.code, lines(&goal)), (0, 6));
    let more = perform(RunArgs { rows: RowsWanted::AtMost(50), ..cut }, small(10)).await;
    assert_eq!((more.code, lines(&goal)), (7, 6));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_results_make_no_file_of_a_form_that_holds_one() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.json");
    let asked = RunArgs { output: Some(goal.clone()), ..args("USE mysql; SELECT 1 AS a") };
    let left = perform(asked.clone(), direct(Rig::start())).await;
    assert_eq!(
        (left.code, std::fs::read_to_string(&goal).unwrap().replace('\n', "")),
        (0, r#"[{"a":1}]"#.into()),
        "{}",
        left.err
    );
    let left = perform(RunArgs { text: "SELECT 1 AS a; SELECT 2 AS b".into(), ..asked }, direct(Rig::start())).await;
    assert!(
        left.code == 2 && left.err.contains("can hold only one result") && left.err.contains("jsonl"),
        "{}",
        left.err
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "what was there before");
    let asked = RunArgs { format: Some(ExportFormat::JsonLines), ..args("SELECT 1 AS a; SELECT 2 AS b") };
    let left = perform(asked, direct(Rig::start())).await;
    assert_eq!((left.code, left.out.as_str()), (0, "{\"a\":1}\n{\"b\":2}\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_side_file_that_cannot_be_written_is_named_and_no_rows_are_left() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    let asked = RunArgs { output: Some(goal), columns: Some("/nowhere/columns.json".into()), ..args("SELECT 1 AS a") };
    let left = perform(asked, direct(Rig::start())).await;
    assert!(
        left.code != 0 && left.err.contains("/nowhere/columns.json") && left.err.contains("create the directory first"),
        "{}",
        left.err
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_failure_ends_a_script_and_its_place_is_named() {
    let left =
        perform(args("SELECT 1 AS a;\nSELECT\n  nothing FROM mysql.user;\nSELECT 3 AS c"), direct(Rig::start())).await;
    assert_eq!(left.code, 1);
    assert_eq!(left.out, "a\n1\n");
    assert!(left.err.contains("ERROR 1054 (42S22)"), "{}", left.err);
    assert!(left.err.contains("line 3, column 3"), "{}", left.err);
    assert_eq!(left.log.len(), 4, "{:#?}", left.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_anywhere_in_a_script_is_refused_before_anything_is_sent() {
    let left = perform(args("SELECT 'sent too early';\nDELETE FROM mysql.user"), direct(Rig::start())).await;
    assert_eq!((left.code, left.out.as_str()), (4, ""));
    assert!(left.err.contains("line 2, column 1"), "{}", left.err);
    assert!(left.log.is_empty());
    assert!(!Rig::start().general_log().contains("sent too early"));
    let left = perform(args("DELIMITER //\nSELECT 1//"), direct(Rig::start())).await;
    assert_eq!(left.code, 4, "{}", left.err);
    let left = perform(args(" -- nothing\n"), direct(Rig::start())).await;
    assert_eq!(left.code, 2, "{}", left.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_limit_exits_124_and_the_servers_own_too() {
    let asked = RunArgs { timeout: Some(Duration::from_secs(1)), ..args("SELECT SLEEP(20)") };
    let left = perform(asked, direct(Rig::start())).await;
    assert_eq!(left.code, 124, "{}", left.err);
    assert!(left.err.contains("--timeout"), "{}", left.err);
    let rig = Rig::start();
    rig.sql("CREATE OR REPLACE USER hasty IDENTIFIED BY 'x' WITH MAX_STATEMENT_TIME 1; GRANT SELECT ON *.* TO hasty");
    let hasty = Profile { user: "hasty".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) };
    let left =
        perform(args("SELECT SUM(a.seq * b.seq) FROM mysql.seq_1_to_100000 a, mysql.seq_1_to_100000 b"), hasty).await;
    assert_eq!(left.code, 124, "{}", left.err);
    assert!(left.err.contains("ERROR 1969"), "{}", left.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_goes_away_is_no_trouble_and_a_full_disk_is() {
    let asked = || args("SELECT seq, repeat('x', 500) FROM mysql.seq_1_to_200000");
    let gone = Seen { fails: Some(ErrorKind::BrokenPipe), ..Seen::default() };
    let begun = std::time::Instant::now();
    let left = perform_into(asked(), direct(Rig::start()), gone).await;
    assert_eq!((left.code, left.err.as_str()), (0, ""));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let full = Seen { fails: Some(ErrorKind::StorageFull), ..Seen::default() };
    let left = perform_into(asked(), direct(Rig::start()), full).await;
    assert_eq!(left.code, 6, "{}", left.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_and_policy_have_their_exit_codes() {
    let rig = Rig::start();
    let wrong = Profile { password: Some(SecretSource::Env("guessed".into())), ..direct(rig) };
    assert_eq!(perform(args("SELECT 1"), wrong).await.code, 3);
    let nowhere = Profile { database: Some("no_such".into()), ..direct(rig) };
    let left = perform(args("SELECT 1"), nowhere).await;
    assert_eq!(left.code, 3);
    assert!(left.err.contains("no_such"), "{}", left.err);
    let blinded = Profile { blinding: Some("rules.toml".into()), ..direct(rig) };
    let left = perform(args("SELECT 1"), blinded).await;
    assert_eq!(left.code, 4, "{}", left.err);
    let closed = Profile { port: 1, ..direct(rig) };
    assert_eq!(perform(args("SELECT 1"), closed).await.code, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warnings_are_words_on_stderr() {
    let left = perform(args("SELECT CAST('12x' AS SIGNED) AS a"), direct(Rig::start())).await;
    assert_eq!((left.code, left.out.as_str()), (0, "a\n12\n"));
    assert_eq!(left.err, "rrx: 1 warning\n  Warning 1292: Truncated incorrect INTEGER value: '12x'\n");
    let many = "SELECT CAST(IF(seq < 3, 'x', 'y ') AS SIGNED) AS a FROM mysql.seq_1_to_1000";
    let left = perform(args(many), direct(Rig::start())).await;
    assert_eq!(
        left.err,
        "rrx: 1,000 warnings\n  Warning 1292: Truncated incorrect INTEGER value: 'x' (2 times)\n  \
         Warning 1292: Truncated incorrect INTEGER value: 'y ' (62 times)\n  … the server keeps only the first 64\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_stops_the_statement_on_the_server_and_exits_130() {
    let rig = Rig::start();
    let (interrupt, stop) = mpsc::channel(1);
    let asked = args("SELECT /* until ctrl-c */ SLEEP(40); SELECT 'not reached'");
    let running = tokio::spawn(perform_until(asked, direct(rig), Seen::default(), stop));
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* until ctrl-c %'";
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(seen).trim() == "1");
    interrupt.send(()).await.unwrap();
    let left = running.await.unwrap();
    assert_eq!((left.code, left.out.as_str()), (130, "SLEEP(40)\n"), "{}", left.err);
    assert_eq!(rig.sql(seen).trim(), "0");
    assert!(serde_json::to_string(&left.log).unwrap().contains("cancelled"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_the_tunnel_rows_come_the_same() {
    let left = perform(args("SELECT 6 * 7 AS answer"), Rig::start().profile()).await;
    assert_eq!((left.code, left.out.as_str(), left.err.as_str()), (0, "answer\n42\n", ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_host_key_is_refused_and_nothing_is_recorded() {
    let rig = Rig::start();
    let empty = rig.private_directory("strange").join("known_hosts");
    let profile = Profile { route: vec![rig.hop(rig.ssh_port(), &empty)], ..rig.profile() };
    let left = perform(args("SELECT 1"), profile).await;
    assert_eq!(left.code, 3, "{}", left.err);
    assert!(left.err.contains("SHA256:"), "{}", left.err);
    assert!(!empty.exists());
}

/// What a file has for somebody who looks for it.
fn held(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_but_whole_rows_takes_the_place_of_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let (goal, columns) = (directory.path().join("rows.csv"), directory.path().join("columns.json"));
    std::fs::write(&goal, "precious").unwrap();
    std::fs::write(&columns, "precious too").unwrap();
    let asked = |text: &str| RunArgs {
        output: Some(goal.clone()),
        columns: Some(columns.clone()),
        is_strict: true,
        ..args(text)
    };
    for (text, code, word) in [
        ("USE mysql", 2, "none of the statements has a result"),
        ("SELECT nope FROM nowhere.at_all", 1, "doesn't exist"),
        ("SELECT CAST('12x' AS SIGNED) AS a", 1, "--strict"),
    ] {
        let left = perform(asked(text), direct(Rig::start())).await;
        assert_eq!(left.code, code, "{text}: {}", left.err);
        assert!(left.err.contains(word), "{text}: {}", left.err);
        assert_eq!(
            (held(&goal).as_deref(), held(&columns).as_deref()),
            (Some("precious"), Some("precious too")),
            "{text}"
        );
        assert_eq!(left.err.contains("the incomplete result is in"), text.contains("CAST"), "{text}: {}", left.err);
        assert!(held(&directory.path().join("columns.json.partial")).is_none(), "{text}");
    }
    let left = perform(asked("SELECT 1 AS a"), direct(Rig::start())).await;
    assert_eq!((left.code, left.err.as_str()), (0, ""));
    assert_eq!(held(&goal).as_deref(), Some("a\r\n1\r\n"));
    assert!(held(&columns).unwrap().contains("\"a\""));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_columns_never_go_to_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    for columns in ["rows.csv", "rows.csv.partial"] {
        let asked = RunArgs {
            output: Some(goal.clone()),
            columns: Some(directory.path().join(columns)),
            ..args("SELECT 1 AS a")
        };
        let left = perform(asked, direct(Rig::start())).await;
        assert!(left.code == 2 && left.err.contains("another file with --columns"), "{}", left.err);
    }
    let several = RunArgs { columns: Some(goal.clone()), ..args("SELECT 1 AS a; SELECT 2 AS b") };
    let left = perform(several, direct(Rig::start())).await;
    assert!(left.code == 2 && left.err.contains("only one result") && left.out.is_empty(), "{}", left.err);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipe_gets_the_rows_as_they_come_and_stays_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let asked = RunArgs { output: Some(pipe.clone()), ..args("SELECT 1 AS a") };
    let left = perform(asked.clone(), direct(Rig::start())).await;
    assert!(left.code == 6 && left.err.contains("start the program that reads the pipe first"), "{}", left.err);
    let reader = tokio::task::spawn_blocking(move || std::fs::read_to_string(pipe).unwrap());
    let left = loop {
        // Until the reader is there.
        let left = perform(asked.clone(), direct(Rig::start())).await;
        if left.code != 6 {
            break left;
        }
    };
    assert_eq!((left.code, left.err.as_str()), (0, ""));
    assert_eq!(reader.await.unwrap(), "a\n1\n");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// A reader that has stopped reading, until it is let go.
struct Stuck(std::sync::mpsc::Receiver<()>);

impl Write for Stuck {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        // Until the test is over.
        let _ = self.0.recv();
        Err(ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs a text whose rows nobody takes, stops it once `is_time`, and answers with its code, its words and its log.
async fn stopped(text: &'static str, columns: Option<&Path>, mut is_time: impl FnMut(&str) -> bool) -> Left {
    let (_held, until) = std::sync::mpsc::channel();
    let (interrupt, stop) = mpsc::channel(1);
    let state = tempfile::tempdir().unwrap();
    let log = AccessLog::open(state.path(), SystemTime::now).unwrap();
    let deps = RunDeps {
        profile: Arc::new(direct(Rig::start())),
        session: session_env(),
        prompts: Prompts::default(),
        log,
        interrupts: Interrupts::from_requests(stop),
    };
    let asked = RunArgs { columns: columns.map(Path::to_owned), ..args(text) };
    let running = tokio::spawn(async move {
        let mut err = Vec::new();
        let code = run(&asked, deps, Stuck(until), Stdout::Other, &mut err).await;
        (code, String::from_utf8(err).unwrap())
    });
    let log = || std::fs::read_to_string(state.path().join(FILE_NAME)).unwrap_or_default();
    wait_until("it is time to stop it", Duration::from_secs(20), || is_time(&log()));
    interrupt.send(()).await.unwrap();
    let (code, err) = tokio::time::timeout(Duration::from_secs(20), running).await.expect("it ends").unwrap();
    let log = log().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Left { code, out: String::new(), err, log }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_run_whose_reader_has_stopped_reading_in_the_middle_of_a_statement() {
    let rig = Rig::start();
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* nobody reads */%'";
    let text = "SELECT /* nobody reads */ seq, REPEAT('x', 1000) FROM mysql.seq_1_to_1000000";
    let left = stopped(text, None, |_| rig.sql(seen).trim() == "1").await;
    assert_eq!(left.code, 130, "{}", left.err);
    assert_eq!(rig.sql(seen).trim(), "0");
    assert!(serde_json::to_string(&left.log).unwrap().contains("cancelled"), "{:?}", left.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_run_whose_statement_has_ended_and_says_that_rows_were_not_taken() {
    let directory = tempfile::tempdir().unwrap();
    let columns = directory.path().join("columns.json");
    let text = "SELECT seq FROM mysql.seq_1_to_2000";
    let left = stopped(text, Some(&columns), |log| log.contains("\"complete\"")).await;
    assert_eq!(left.code, 130);
    assert!(left.err.contains("Interrupted before all rows were written"), "{}", left.err);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "no columns without their rows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ctrl_c_no_further_statement_begins() {
    let rig = Rig::start();
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* the first */%'";
    // It fits into the queues on its way, so it ends by itself though nobody reads.
    let text = "SELECT /* the first */ SLEEP(1); SELECT /* the second */ SLEEP(30)";
    let left = stopped(text, None, |_| rig.sql(seen).trim() == "1").await;
    assert_eq!(left.code, 130, "{}", left.err);
    let log = serde_json::to_string(&left.log).unwrap();
    assert!(log.contains("the first") && !log.contains("the second"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ending_that_says_no_form_is_asked_about_and_two_tables_of_markdown_are_two() {
    let directory = tempfile::tempdir().unwrap();
    let into = |name: &str| RunArgs { output: Some(directory.path().join(name)), ..args("SELECT 1 AS a") };
    let left = perform(into("rows.csv.gz"), direct(Rig::start())).await;
    assert!(left.code == 2 && left.err.contains("use --format NAME; the names are csv, "), "{}", left.err);
    for name in ["rows", "rows.2026-11-26", "rows.tsv"] {
        assert_eq!(perform(into(name), direct(Rig::start())).await.code, 0, "{name}");
        assert_eq!(held(&directory.path().join(name)).as_deref(), Some("a\n1\n"), "{name}");
    }
    assert_eq!(perform(into("rows.ndjson"), direct(Rig::start())).await.code, 0);
    assert_eq!(held(&directory.path().join("rows.ndjson")).as_deref(), Some("{\"a\":1}\n"));
    let two = RunArgs { format: Some(ExportFormat::Markdown), ..args("SELECT 1 AS a; SELECT 2 AS b") };
    let left = perform(two, direct(Rig::start())).await;
    assert_eq!(left.out, "| a |\n| ---:|\n| 1 |\n\n| b |\n| ---:|\n| 2 |\n");
}
