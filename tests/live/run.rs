//! `rrx run` with a real MariaDB: rows, messages, exit codes, files, and the access log.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rrx::commands::common::interrupts::Interrupts;
use rrx::commands::run::{PlanPolicy, RequestedRows, RunArgs, RunDeps, Stdout, run};
use rrx::domain::export::{ExportFormat, Formulas, LineEnd};
use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Profile, ProfileLimits, SecretSource};
use rrx::io::host::prompts::Prompts;
use rrx::io::storage::access_log::{AccessLog, FILE_NAME};

use tokio::sync::mpsc;

use crate::harness::{direct, session_env};
use crate::rig::{Rig, SshdOptions, wait_until};
use crate::session_state::{executor, make_unpin};

/// A writer that collects the bytes, or returns an error.
#[derive(Clone, Default)]
struct CapturedOutput {
    bytes: Arc<Mutex<Vec<u8>>>,
    fails: Option<ErrorKind>,
}

impl Write for CapturedOutput {
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

/// The result of a run.
pub struct RunResult {
    pub code: u8,
    pub out: String,
    pub err: String,
    pub log: Vec<serde_json::Value>,
}

pub fn args(text: &str) -> RunArgs {
    RunArgs {
        text: text.into(),
        format: None,
        rows: RequestedRows::Profile,
        output: None,
        timeout: None,
        reference: None,
        is_strict: false,
        plans: PlanPolicy::Refuse,
        formulas: Formulas::Kept,
        line_end: LineEnd::Lf,
        columns: None,
    }
}

pub async fn perform(args: RunArgs, profile: Profile) -> RunResult {
    perform_into(args, profile, CapturedOutput::default()).await
}

async fn perform_into(args: RunArgs, profile: Profile, out: CapturedOutput) -> RunResult {
    let (_stop_sender, stop) = mpsc::channel(1);
    perform_until(args, profile, out, stop).await
}

async fn perform_until(args: RunArgs, profile: Profile, out: CapturedOutput, stop: mpsc::Receiver<()>) -> RunResult {
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
    RunResult {
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
    let ran = perform(
        RunArgs { reference: Some("T-17".into()), ..args("SELECT 1 AS a, NULL AS b, '' AS c; SELECT 2 AS d;") },
        direct(Rig::start()),
    )
    .await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "a\tb\tc\n1\tNULL\t\nd\n2\n");
    assert_eq!(ran.log.len(), 4, "{:#?}", ran.log);
    let text = serde_json::to_string(&ran.log).unwrap();
    assert!(text.contains("SELECT 1 AS a") && text.contains("T-17") && text.contains("RO_USER@%"), "{text}");
    assert!(text.contains("complete"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_after_the_end_of_the_session_is_refused_with_the_reason_of_that_end() {
    let rig = Rig::start();
    make_unpin(rig, "unpin_run");
    let ran = perform(args("SELECT unpin_run.f() AS c; SELECT 2 AS d"), executor(rig)).await;
    assert!(ran.err.contains("read_only") && ran.err.contains("the statement was not sent"), "{}", ran.err);
    assert!(!ran.err.contains("unexpectedly") && !ran.out.contains('d'), "{}\n{}", ran.err, ran.out);
    assert_eq!(ran.code, ProblemKind::Route.exit_code());
    // Each begin record has an end record.
    assert_eq!(ran.log.len(), 4, "{:#?}", ran.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_reported_with_what_may_still_run() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let route = vec![rig.hop(sshd.port(), &sshd.known_hosts())];
    let profile = Profile { route, ..rig.profile() };
    let losing = std::thread::spawn(move || {
        let running = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT /* run and lost */%'";
        wait_until("the statement runs", Duration::from_secs(20), || !rig.sql(running).trim().is_empty());
        sshd.kill_connections();
        rig.sql(running).trim().to_owned()
    });
    let ran = perform(args("SELECT /* run and lost */ SLEEP(60)"), profile).await;
    let connection = losing.join().unwrap();
    assert_eq!(ran.code, ProblemKind::Lost.exit_code(), "{}", ran.err);
    let text =
        format!("may still run on the server, on connection {connection}, until its time limit or KILL {connection}");
    assert!(ran.err.contains(&text), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_format_is_written_as_requested() {
    for (format, expected) in [(ExportFormat::Csv, "a,b\n1,\"x,y\"\n"), (ExportFormat::Tsv, "a\tb\n1\tx,y\n")] {
        let request = RunArgs { format: Some(format), ..args("SELECT 1 AS a, 'x,y' AS b") };
        let ran = perform(request, direct(Rig::start())).await;
        assert_eq!(ran.out.replace("\r\n", "\n"), expected);
    }
    let request = RunArgs { format: Some(ExportFormat::Json), ..args("SELECT 1 AS a, 'x,y' AS b") };
    let ran = perform(request, direct(Rig::start())).await;
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json, serde_json::json!([{"a": 1, "b": "x,y"}]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_cut_by_the_profile_exits_7_says_so_and_keeps_the_partial_name() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    let cut = RunArgs { output: Some(goal.clone()), ..args("SELECT seq FROM mysql.seq_1_to_100") };
    let ran = perform(cut.clone(), small(10)).await;
    assert_eq!((ran.code, ran.out.as_str()), (7, ""));
    assert!(ran.err.contains("cut after 10 rows") && ran.err.contains("rows.csv.partial"), "{}", ran.err);
    assert!(!goal.exists());
    assert_eq!(lines(&directory.path().join("rows.csv.partial")), 11);
    let whole = perform(RunArgs { rows: RequestedRows::All, ..cut.clone() }, small(10)).await;
    assert_eq!((whole.code, whole.err.as_str()), (0, ""));
    assert_eq!(lines(&goal), 101);
    assert!(!directory.path().join("rows.csv.partial").exists());
    let limited = perform(RunArgs { rows: RequestedRows::AtMost(5), ..cut.clone() }, small(10)).await;
    assert_eq!((limited.code, lines(&goal)), (0, 6));
    let more = perform(RunArgs { rows: RequestedRows::AtMost(50), ..cut }, small(10)).await;
    assert_eq!((more.code, lines(&goal)), (7, 6));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_format_for_one_result_is_refused_for_two_results() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.json");
    let request = RunArgs { output: Some(goal.clone()), ..args("USE mysql; SELECT 1 AS a") };
    let ran = perform(request.clone(), direct(Rig::start())).await;
    assert_eq!(
        (ran.code, std::fs::read_to_string(&goal).unwrap().replace('\n', "")),
        (0, r#"[{"a":1}]"#.into()),
        "{}",
        ran.err
    );
    let ran = perform(RunArgs { text: "SELECT 1 AS a; SELECT 2 AS b".into(), ..request }, direct(Rig::start())).await;
    assert!(
        ran.code == 2 && ran.err.contains("can contain only one result") && ran.err.contains("jsonl"),
        "{}",
        ran.err
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "what was there before");
    let request = RunArgs { format: Some(ExportFormat::JsonLines), ..args("SELECT 1 AS a; SELECT 2 AS b") };
    let ran = perform(request, direct(Rig::start())).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "{\"a\":1}\n{\"b\":2}\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_side_file_that_cannot_be_written_is_named_and_no_rows_are_left() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    let request =
        RunArgs { output: Some(goal), columns: Some("/nowhere/columns.json".into()), ..args("SELECT 1 AS a") };
    let ran = perform(request, direct(Rig::start())).await;
    assert!(
        ran.code != 0 && ran.err.contains("/nowhere/columns.json") && ran.err.contains("create the directory first"),
        "{}",
        ran.err
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_failure_ends_a_script_and_its_position_is_named() {
    let ran =
        perform(args("SELECT 1 AS a;\nSELECT\n  nothing FROM mysql.user;\nSELECT 3 AS c"), direct(Rig::start())).await;
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out, "a\n1\n");
    assert!(ran.err.contains("ERROR 1054 (42S22)"), "{}", ran.err);
    assert!(ran.err.contains("line 3, column 3"), "{}", ran.err);
    assert_eq!(ran.log.len(), 4, "{:#?}", ran.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_anywhere_in_a_script_is_refused_before_anything_is_sent() {
    let ran = perform(args("SELECT 'sent too early';\nDELETE FROM mysql.user"), direct(Rig::start())).await;
    assert_eq!((ran.code, ran.out.as_str()), (4, ""));
    assert!(ran.err.contains("line 2, column 1"), "{}", ran.err);
    assert!(ran.log.is_empty());
    assert!(!Rig::start().general_log().contains("sent too early"));
    let ran = perform(args("DELIMITER //\nSELECT 1//"), direct(Rig::start())).await;
    assert_eq!(ran.code, 4, "{}", ran.err);
    let ran = perform(args(" -- nothing\n"), direct(Rig::start())).await;
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_limit_exits_124_and_the_servers_own_too() {
    let request = RunArgs { timeout: Some(Duration::from_secs(1)), ..args("SELECT SLEEP(20)") };
    let ran = perform(request, direct(Rig::start())).await;
    assert_eq!(ran.code, 124, "{}", ran.err);
    assert!(ran.err.contains("--timeout"), "{}", ran.err);
    let rig = Rig::start();
    rig.sql("CREATE OR REPLACE USER hasty IDENTIFIED BY 'x' WITH MAX_STATEMENT_TIME 1; GRANT SELECT ON *.* TO hasty");
    let hasty = Profile { user: "hasty".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) };
    let ran =
        perform(args("SELECT SUM(a.seq * b.seq) FROM mysql.seq_1_to_100000 a, mysql.seq_1_to_100000 b"), hasty).await;
    assert_eq!(ran.code, 124, "{}", ran.err);
    assert!(ran.err.contains("ERROR 1969"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_output_is_no_error_and_a_full_disk_is() {
    let request = || args("SELECT seq, repeat('x', 500) FROM mysql.seq_1_to_200000");
    let closed = CapturedOutput { fails: Some(ErrorKind::BrokenPipe), ..CapturedOutput::default() };
    let begun = std::time::Instant::now();
    let ran = perform_into(request(), direct(Rig::start()), closed).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let full = CapturedOutput { fails: Some(ErrorKind::StorageFull), ..CapturedOutput::default() };
    let ran = perform_into(request(), direct(Rig::start()), full).await;
    assert_eq!(ran.code, 6, "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_and_policy_have_their_exit_codes() {
    let rig = Rig::start();
    let wrong = Profile { password: Some(SecretSource::Env("guessed".into())), ..direct(rig) };
    assert_eq!(perform(args("SELECT 1"), wrong).await.code, 3);
    let nowhere = Profile { database: Some("no_such".into()), ..direct(rig) };
    let ran = perform(args("SELECT 1"), nowhere).await;
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("no_such"), "{}", ran.err);
    let blinded = Profile { blinding: Some("rules.toml".into()), ..direct(rig) };
    let ran = perform(args("SELECT 1"), blinded).await;
    assert_eq!(ran.code, 4, "{}", ran.err);
    let closed = Profile { port: 1, ..direct(rig) };
    assert_eq!(perform(args("SELECT 1"), closed).await.code, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warnings_are_messages_on_stderr() {
    let ran = perform(args("SELECT CAST('12x' AS SIGNED) AS a"), direct(Rig::start())).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "a\n12\n"));
    assert_eq!(ran.err, "rrx: 1 warning\n  Warning 1292: Truncated incorrect INTEGER value: '12x'\n");
    let many = "SELECT CAST(IF(seq < 3, 'x', 'y ') AS SIGNED) AS a FROM mysql.seq_1_to_1000";
    let ran = perform(args(many), direct(Rig::start())).await;
    assert_eq!(
        ran.err,
        "rrx: 1,000 warnings\n  Warning 1292: Truncated incorrect INTEGER value: 'x' (2 times)\n  \
         Warning 1292: Truncated incorrect INTEGER value: 'y ' (62 times)\n  … the server keeps only the first 64\n"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_stops_the_statement_on_the_server_and_exits_130() {
    let rig = Rig::start();
    let (interrupt, stop) = mpsc::channel(1);
    let request = args("SELECT /* until ctrl-c */ SLEEP(40); SELECT 'not reached'");
    let running = tokio::spawn(perform_until(request, direct(rig), CapturedOutput::default(), stop));
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* until ctrl-c %'";
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(seen).trim() == "1");
    interrupt.send(()).await.unwrap();
    let ran = running.await.unwrap();
    assert_eq!((ran.code, ran.out.as_str()), (130, "SLEEP(40)\n"), "{}", ran.err);
    assert_eq!(rig.sql(seen).trim(), "0");
    assert!(serde_json::to_string(&ran.log).unwrap().contains("cancelled"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_the_tunnel_rows_come_the_same() {
    let ran = perform(args("SELECT 6 * 7 AS answer"), Rig::start().profile()).await;
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "answer\n42\n", ""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_host_key_is_refused_and_nothing_is_recorded() {
    let rig = Rig::start();
    let empty = rig.private_directory("strange").join("known_hosts");
    let profile = Profile { route: vec![rig.hop(rig.ssh_port(), &empty)], ..rig.profile() };
    let ran = perform(args("SELECT 1"), profile).await;
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("SHA256:"), "{}", ran.err);
    assert!(!empty.exists());
}

/// Returns the content of a file, if it exists.
fn content(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_complete_result_replaces_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let (goal, columns) = (directory.path().join("rows.csv"), directory.path().join("columns.json"));
    std::fs::write(&goal, "precious").unwrap();
    std::fs::write(&columns, "precious too").unwrap();
    let request = |text: &str| RunArgs {
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
        let ran = perform(request(text), direct(Rig::start())).await;
        assert_eq!(ran.code, code, "{text}: {}", ran.err);
        assert!(ran.err.contains(word), "{text}: {}", ran.err);
        assert_eq!(
            (content(&goal).as_deref(), content(&columns).as_deref()),
            (Some("precious"), Some("precious too")),
            "{text}"
        );
        assert_eq!(ran.err.contains("the incomplete result is in"), text.contains("CAST"), "{text}: {}", ran.err);
        assert!(content(&directory.path().join("columns.json.partial")).is_none(), "{text}");
    }
    let ran = perform(request("SELECT 1 AS a"), direct(Rig::start())).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(content(&goal).as_deref(), Some("a\n1\n"));
    assert!(content(&columns).unwrap().contains("\"a\""));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_rows_has_a_record_with_its_checksum_complete_or_cut() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    let request = |text: &str| RunArgs { output: Some(goal.clone()), ..args(text) };
    let export_of = |ran: &RunResult| {
        let exports: Vec<_> = ran.log.iter().filter(|line| line["kind"] == "export").cloned().collect();
        let [export] = exports.as_slice() else { panic!("{:#?}", ran.log) };
        export.clone()
    };
    let sha256 = |path: &std::path::Path| {
        let digest = ring::digest::digest(&ring::digest::SHA256, &std::fs::read(path).unwrap());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    };
    let ran = perform(request("SELECT 1 AS a UNION SELECT 2"), direct(Rig::start())).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let export = export_of(&ran);
    assert_eq!(export["path"], goal.display().to_string());
    assert_eq!(export["sha256"], sha256(&goal));
    assert_eq!((&export["rows"], &export["bytes"]), (&serde_json::json!(2), &serde_json::json!(6)));
    assert_eq!(
        (export["format"].as_str(), export["statement"].as_str()),
        (Some("csv"), Some("SELECT 1 AS a UNION SELECT 2"))
    );
    assert!(export["profile"].is_string() && export["os_user"].is_string() && export["time"].is_string(), "{export}");

    let cut = perform(request("SELECT 1 AS a UNION SELECT 2"), small(1)).await;
    assert_eq!(cut.code, 7, "{}", cut.err);
    let (partial, export) = (directory.path().join("rows.csv.partial"), export_of(&cut));
    assert_eq!((export["path"].as_str(), &export["rows"]), (partial.to_str(), &serde_json::json!(1)));
    assert_eq!(export["sha256"], sha256(&partial));

    let none = perform(args("SELECT 1 AS a"), direct(Rig::start())).await;
    assert!(none.log.iter().all(|line| line["kind"] != "export"), "standard output is no file");
    let several =
        RunArgs { output: Some(directory.path().join("rows.tsv")), ..args("SELECT 1 AS a; USE mysql; SELECT 2 AS b") };
    let export = export_of(&perform(several, direct(Rig::start())).await);
    assert_eq!(
        (export["statement"].as_str(), &export["rows"]),
        (Some("SELECT 1 AS a;\nSELECT 2 AS b"), &serde_json::json!(2))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_of_csv_end_as_the_command_line_says() {
    let csv = |line_end| RunArgs { format: Some(ExportFormat::Csv), line_end, ..args("SELECT 1 AS a") };
    assert_eq!(perform(csv(LineEnd::Lf), direct(Rig::start())).await.out, "a\n1\n");
    assert_eq!(perform(csv(LineEnd::CrLf), direct(Rig::start())).await.out, "a\r\n1\r\n");
    let state = tempfile::tempdir().unwrap();
    let (_stop_sender, stop) = mpsc::channel(1);
    let deps = RunDeps {
        profile: Arc::new(direct(Rig::start())),
        session: session_env(),
        prompts: Prompts::default(),
        log: AccessLog::open(state.path(), SystemTime::now).unwrap(),
        interrupts: Interrupts::from_requests(stop),
    };
    let mut err = Vec::new();
    let json = RunArgs { format: Some(ExportFormat::Json), ..csv(LineEnd::CrLf) };
    assert_eq!(run(&json, deps, Vec::new(), Stdout::Other, &mut err).await, 2);
    assert!(String::from_utf8(err).unwrap().contains("--crlf has no effect on the format json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_columns_never_go_to_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let goal = directory.path().join("rows.csv");
    for columns in ["rows.csv", "rows.csv.partial"] {
        let request = RunArgs {
            output: Some(goal.clone()),
            columns: Some(directory.path().join(columns)),
            ..args("SELECT 1 AS a")
        };
        let ran = perform(request, direct(Rig::start())).await;
        assert!(ran.code == 2 && ran.err.contains("another file with --columns"), "{}", ran.err);
    }
    let several = RunArgs { columns: Some(goal.clone()), ..args("SELECT 1 AS a; SELECT 2 AS b") };
    let ran = perform(several, direct(Rig::start())).await;
    assert!(ran.code == 2 && ran.err.contains("only one result") && ran.out.is_empty(), "{}", ran.err);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipe_gets_the_rows_as_they_come_and_stays_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let request = RunArgs { output: Some(pipe.clone()), ..args("SELECT 1 AS a") };
    let ran = perform(request.clone(), direct(Rig::start())).await;
    assert!(ran.code == 6 && ran.err.contains("start the program that reads the pipe first"), "{}", ran.err);
    let reader = tokio::task::spawn_blocking(move || std::fs::read_to_string(pipe).unwrap());
    let ran = loop {
        // Fails until the reader has opened the pipe.
        let ran = perform(request.clone(), direct(Rig::start())).await;
        if ran.code != 6 {
            break ran;
        }
    };
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(reader.await.unwrap(), "a\n1\n");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// A writer that blocks until the test ends.
struct BlockedOutput(std::sync::mpsc::Receiver<()>);

impl Write for BlockedOutput {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.recv();
        Err(ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs a text with an output that blocks, and interrupts it when `is_time` returns true for the access log.
async fn run_blocked(text: &'static str, columns: Option<&Path>, mut is_time: impl FnMut(&str) -> bool) -> RunResult {
    let (_blocks, end) = std::sync::mpsc::channel();
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
    let request = RunArgs { columns: columns.map(Path::to_owned), ..args(text) };
    let running = tokio::spawn(async move {
        let mut err = Vec::new();
        let code = run(&request, deps, BlockedOutput(end), Stdout::Other, &mut err).await;
        (code, String::from_utf8(err).unwrap())
    });
    let log = || std::fs::read_to_string(state.path().join(FILE_NAME)).unwrap_or_default();
    wait_until("the condition to stop", Duration::from_secs(20), || is_time(&log()));
    interrupt.send(()).await.unwrap();
    let (code, err) = tokio::time::timeout(Duration::from_secs(20), running).await.expect("it ends").unwrap();
    let log = log().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    RunResult { code, out: String::new(), err, log }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_run_whose_reader_has_stopped_reading_in_the_middle_of_a_statement() {
    let rig = Rig::start();
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* nobody reads */%'";
    let text = "SELECT /* nobody reads */ seq, REPEAT('x', 1000) FROM mysql.seq_1_to_1000000";
    let ran = run_blocked(text, None, |_| rig.sql(seen).trim() == "1").await;
    assert_eq!(ran.code, 130, "{}", ran.err);
    assert_eq!(rig.sql(seen).trim(), "0");
    assert!(serde_json::to_string(&ran.log).unwrap().contains("cancelled"), "{:?}", ran.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_run_whose_statement_has_ended_and_reports_that_rows_were_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let columns = directory.path().join("columns.json");
    let text = "SELECT seq FROM mysql.seq_1_to_2000";
    let ran = run_blocked(text, Some(&columns), |log| log.contains("\"complete\"")).await;
    assert_eq!(ran.code, 130);
    assert!(ran.err.contains("Interrupted before all rows were written"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "no columns without their rows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ctrl_c_no_further_statement_begins() {
    let rig = Rig::start();
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* the first */%'";
    // The first result fits in the queues, so its statement ends although no one reads the rows.
    let text = "SELECT /* the first */ SLEEP(1); SELECT /* the second */ SLEEP(30)";
    let ran = run_blocked(text, None, |_| rig.sql(seen).trim() == "1").await;
    assert_eq!(ran.code, 130, "{}", ran.err);
    let log = serde_json::to_string(&ran.log).unwrap();
    assert!(log.contains("the first") && !log.contains("the second"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unclear_extension_is_an_error_and_two_markdown_tables_are_separate() {
    let directory = tempfile::tempdir().unwrap();
    let into = |name: &str| RunArgs { output: Some(directory.path().join(name)), ..args("SELECT 1 AS a") };
    let ran = perform(into("rows.csv.gz"), direct(Rig::start())).await;
    assert!(ran.code == 2 && ran.err.contains("use --format NAME; the names are csv, "), "{}", ran.err);
    for name in ["rows", "rows.2026-11-26", "rows.tsv"] {
        assert_eq!(perform(into(name), direct(Rig::start())).await.code, 0, "{name}");
        assert_eq!(content(&directory.path().join(name)).as_deref(), Some("a\n1\n"), "{name}");
    }
    assert_eq!(perform(into("rows.ndjson"), direct(Rig::start())).await.code, 0);
    assert_eq!(content(&directory.path().join("rows.ndjson")).as_deref(), Some("{\"a\":1}\n"));
    let two = RunArgs { format: Some(ExportFormat::Markdown), ..args("SELECT 1 AS a; SELECT 2 AS b") };
    let ran = perform(two, direct(Rig::start())).await;
    assert_eq!(ran.out, "| a |\n| ---:|\n| 1 |\n\n| b |\n| ---:|\n| 2 |\n");
}
