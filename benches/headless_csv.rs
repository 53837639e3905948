//! 1 M rows × 10 columns from a real MariaDB to a CSV file by `rrx run -o`, beside `mariadb --quick --batch` in the same run.
//!
//! `cargo bench --bench headless_csv` (needs `mariadb-server` and `openssh-server`; `-- --rows N` for another size).
//! Both clients speak TLS to the same server over loopback, turn by turn; the medians of wall time, CPU time of the
//! client, and the highest memory of any turn are printed with their ratios.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a measuring program may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "it is run, not called")]

#[path = "../tests/rig/mod.rs"]
mod rig;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use nix::sys::resource::{UsageWho, getrusage};
use rig::Rig;
use rrx::commands::headless::Interrupts;
use rrx::commands::outside::Place;
use rrx::commands::run::{RowsWanted, RunArgs, Site, Stdout, run};
use rrx::domain::export::Format;
use rrx::domain::problem::Problem;
use rrx::domain::profile::parse;
use rrx::io::storage::accesslog::AccessLog;
use rrx::io::storage::paths::Paths;

/// Turns of each client.
const TURNS: usize = 3;
/// The program runs itself as the client under measure: this names the folder with its settings.
const CLIENT: &str = "RRX_BENCH_CLIENT";

fn main() -> ExitCode {
    match std::env::var(CLIENT) {
        Ok(folder) => ExitCode::from(client(Path::new(&folder))),
        Err(_) => compare(),
    }
}

/// `rrx run -p bench -e … --format csv --all -o out.csv`, as the command does it.
fn client(folder: &Path) -> u8 {
    let text = std::fs::read_to_string(folder.join("config.toml")).unwrap();
    let (settings, problems): (_, Vec<Problem>) = parse(&text, "config.toml");
    assert!(problems.is_empty(), "{problems:?}");
    let profile = settings.profile("bench").unwrap().clone();
    let args = RunArgs {
        text: "SELECT * FROM bench.t".into(),
        format: Some(Format::Csv),
        rows: RowsWanted::All,
        output: Some(folder.join("rrx.csv")),
        timeout: None,
        reference: None,
        is_strict: false,
        formulas: rrx::domain::export::Formulas::Kept,
        columns: None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let site = Site {
            profile: Arc::new(profile),
            outside: Place::own(&Paths::under(folder)).session,
            log: AccessLog::open(folder, SystemTime::now).unwrap(),
            stop: Interrupts::listen().unwrap(),
        };
        run(&args, site, (std::io::stdout(), Stdout::Other), &mut std::io::stderr()).await
    })
}

fn compare() -> ExitCode {
    let rows = rows_wanted();
    let rig = Rig::start();
    println!("filling a table of {rows} rows × 10 columns …");
    rig.sql(&format!(
        "CREATE DATABASE bench; CREATE TABLE bench.t (id INT UNSIGNED PRIMARY KEY, code VARCHAR(20), name VARCHAR(60), \
         amount DECIMAL(12,3), ratio DOUBLE, seen DATETIME, day DATE, note VARCHAR(120), flag TINYINT, maybe INT NULL) ENGINE=MyISAM; \
         INSERT INTO bench.t SELECT seq, CONCAT('XN-', LPAD(seq, 8, '0')), CONCAT('subject number ', seq), seq / 7, seq / 3e0, \
         '2024-01-01' + INTERVAL seq SECOND, '2024-01-01' + INTERVAL seq MOD 900 DAY, \
         CONCAT('a note, of the usual length, ', seq MOD 977), seq MOD 2, IF(seq MOD 5, seq, NULL) FROM mysql.seq_1_to_{rows}"
    ));
    let folder = rig.private_folder("bench");
    std::fs::write(
        folder.join("config.toml"),
        format!(
            "[profile.bench]\nhost = \"{}\"\nport = {}\nuser = \"{}\"\npassword = {{ file = '{}' }}\ntls = \"verify-identity\"\nca = '{}'\n",
            rig.mysql_address(),
            rig.mysql_port(),
            rig.account(),
            rig.password_file().display(),
            rig.ca().display()
        ),
    )
    .unwrap();
    // One turn to fill the caches; it does not count.
    measure(&mut c_client(rig, &folder));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        // Whoever comes second finds the warmer machine: they change places.
        if turn % 2 == 0 {
            ours.push(measure(&mut own_client(&folder)));
            theirs.push(measure(&mut c_client(rig, &folder)));
        } else {
            theirs.push(measure(&mut c_client(rig, &folder)));
            ours.push(measure(&mut own_client(&folder)));
        }
    }
    let lines = std::fs::read_to_string(folder.join("rrx.csv")).unwrap().lines().count();
    assert_eq!(lines, rows + 1, "the CSV file is not whole");
    let (ours, theirs) = (middle(ours), middle(theirs));
    println!("                     wall        CPU      peak memory");
    println!("rrx run -o           {}", ours.line());
    println!("mariadb --quick      {}", theirs.line());
    println!(
        "ratio                {:.2}        {:.2}     {:.2}",
        ours.wall.as_secs_f64() / theirs.wall.as_secs_f64(),
        ours.cpu.as_secs_f64() / theirs.cpu.as_secs_f64(),
        ours.peak as f64 / theirs.peak as f64
    );
    ExitCode::SUCCESS
}

fn rows_wanted() -> usize {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == "--rows");
    at.and_then(|at| arguments.get(at + 1)).map_or(1_000_000, |rows| rows.parse().expect("--rows takes a number"))
}

fn own_client(folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(CLIENT, folder);
    command
}

fn c_client(rig: &Rig, folder: &Path) -> Command {
    let out: PathBuf = folder.join("mariadb.tsv");
    let mut command = Command::new("mariadb");
    command
        .args(["--no-defaults", "--quick", "--batch", "-h", rig.mysql_address(), "-u", rig.account()])
        .arg(format!("-P{}", rig.mysql_port()))
        .arg(format!("-p{}", rig.password()))
        .arg(format!("--ssl-ca={}", rig.ca().display()))
        .arg("--ssl-verify-server-cert")
        .args(["-e", "SELECT * FROM bench.t"])
        .stdout(Stdio::from(std::fs::File::create(out).unwrap()));
    command
}

/// What one turn cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
    /// KiB.
    peak: u64,
}

impl Cost {
    fn line(&self) -> String {
        format!(
            "{:>7.2} s  {:>7.2} s  {:>7.1} MiB",
            self.wall.as_secs_f64(),
            self.cpu.as_secs_f64(),
            self.peak as f64 / 1024.0
        )
    }
}

fn measure(command: &mut Command) -> Cost {
    let before = children_cpu();
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).spawn().unwrap();
    let peak = watch(&mut child);
    let wall = begun.elapsed();
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}");
    Cost { wall, cpu: children_cpu().saturating_sub(before), peak }
}

/// Waits for the end, and looks at the highest memory that the system has noted meanwhile.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let time = |value: nix::sys::time::TimeVal| {
        Duration::from_secs(u64::try_from(value.tv_sec()).unwrap())
            + Duration::from_micros(u64::try_from(value.tv_usec()).unwrap())
    };
    time(usage.user_time()) + time(usage.system_time())
}

/// The turn with the median wall time, with the highest memory of all.
fn middle(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by_key(|cost| cost.wall);
    let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or(0);
    Cost { peak, ..costs[costs.len() / 2] }
}
