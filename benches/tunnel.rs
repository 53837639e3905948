//! Compares the throughput and the round trips of `rrx tunnel` with those of `ssh -L`, once with the same cipher and once
//! with OpenSSH's default. All tunnels use the same sshd and take turns in the same run.
//!
//! `cargo bench --bench tunnel` (needs `mariadb-server`, `openssh-server`, `openssh-client`; `-- --mib N --rounds N` for
//! another size). The target of the tunnels is a TCP server in this program that sends zeros. The CPU time is that of the
//! tunnel's process only. Each median is printed with the minimum and the maximum of all rounds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measuring program may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "a bench is not a library")]

#[path = "../tests/rig/mod.rs"]
mod rig;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rig::{Rig, Sshd, SshdOptions, free_port, wait_until};

/// Bytes of each response of a round trip, like those of a small statement.
const SMALL: usize = 64;
/// Round trips in a round.
const TRIPS: usize = 2000;
/// The cipher that rrx chooses.
const CIPHER: &str = "aes128-gcm@openssh.com";

fn main() {
    let mib = option("--mib", 1024);
    let rounds = option("--rounds", 5);
    let rig = Rig::start();
    let source = serve();
    let sshd = rig.start_sshd(&SshdOptions { permit: vec![format!("127.0.0.1:{source}")], ..SshdOptions::default() });
    let mut tunnels = vec![
        TunnelProcess::rrx(rig, &sshd, source),
        TunnelProcess::ssh(rig, &sshd, source, "ssh -L, same cipher", &["-o", &format!("Ciphers={CIPHER}")]),
        TunnelProcess::ssh(rig, &sshd, source, "ssh -L, default cipher", &[]),
    ];
    println!("{mib} MiB and {TRIPS} round trips of {SMALL} bytes a round, {rounds} rounds after a warm-up round");
    for round in 0..=rounds {
        let count = tunnels.len();
        for turn in 0..count {
            // The order rotates, because the first tunnel of a round has other conditions than the last one.
            let tunnel = &mut tunnels[(turn + round) % count];
            let measured = tunnel.measure(mib as u64);
            if round > 0 {
                tunnel.rounds.push(measured);
            }
        }
    }
    let direct: Vec<Duration> = (0..rounds).map(|_| trips(source).0).collect();
    print(&tunnels, &direct);
}

fn print(tunnels: &[TunnelProcess], direct: &[Duration]) {
    println!("{:<22}{:>24}{:>26}{:>24}{:>24}", "", "MiB/s", "CPU s for each GiB", "p50 µs", "p99 µs");
    for tunnel in tunnels {
        let column = |value: fn(&Round) -> f64, digits| spread(tunnel.rounds.iter().map(value).collect(), digits);
        println!(
            "{:<22}{:>24}{:>26}{:>24}{:>24}",
            tunnel.name,
            column(|round| round.rate, 0),
            column(|round| round.cpu, 2),
            column(|round| round.p50.as_secs_f64() * 1e6, 0),
            column(|round| round.p99.as_secs_f64() * 1e6, 0),
        );
    }
    let micros = direct.iter().map(|trip| trip.as_secs_f64() * 1e6).collect();
    println!("{:<22}{:>24}{:>26}{:>24}", "no tunnel", "", "", spread(micros, 0));
    let [ours, others @ ..] = tunnels else { return };
    for theirs in others {
        // The ratios are computed for each round, because the machine's load affects both tunnels of a round.
        let ratio = |value: fn(&Round) -> f64| {
            spread(
                ours.rounds.iter().zip(&theirs.rounds).map(|(ours, theirs)| value(ours) / value(theirs)).collect(),
                2,
            )
        };
        println!(
            "rrx / {:<20}{:>20}{:>26}{:>24}{:>24}",
            theirs.name,
            ratio(|round| round.rate),
            ratio(|round| round.cpu),
            ratio(|round| round.p50.as_secs_f64()),
            ratio(|round| round.p99.as_secs_f64()),
        );
    }
}

/// Prints the median with the minimum and the maximum.
fn spread(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (values.first(), values.last()) else { return "-".into() };
    format!("{:.digits$} ({least:.digits$} – {most:.digits$})", values[values.len() / 2])
}

fn option(name: &str, default: usize) -> usize {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == name);
    at.and_then(|at| arguments.get(at + 1)).map_or(default, |text| text.parse().expect("a number"))
}

/// The measurements of a round.
struct Round {
    /// MiB a second.
    rate: f64,
    /// Seconds of CPU for each GiB.
    cpu: f64,
    p50: Duration,
    p99: Duration,
}

/// A tunnel through the sshd.
struct TunnelProcess {
    name: &'static str,
    port: u16,
    child: Child,
    rounds: Vec<Round>,
}

impl TunnelProcess {
    /// Starts `rrx tunnel` with a settings file, as a user does.
    fn rrx(rig: &Rig, sshd: &Sshd, source: u16) -> Self {
        let home = rig.private_directory("bench-home");
        std::fs::create_dir_all(home.join("config")).unwrap();
        let settings = format!(
            "[profile.bench]\nroute = [\"{}@127.0.0.1:{}\"]\nidentity = '{}'\nknown_hosts = '{}'\nhost = \"127.0.0.1\"\nport = {source}\n\
             user = \"u\"\npassword = {{ prompt = true }}\ntls = \"disabled\"\ntunnel = true\n",
            rig.ssh_user(),
            sshd.port(),
            rig.user_key().display(),
            sshd.known_hosts().display()
        );
        std::fs::write(home.join("config/config.toml"), settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_rrx"));
        command.args(["tunnel", "bench", "--json"]).env("RRX_HOME", &home).env("HOME", &home);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let opened: serde_json::Value = serde_json::from_str(&lines.next().expect("it opens").unwrap()).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let port = opened["local_port"].as_u64().unwrap() as u16;
        Self { name: "rrx tunnel", port, child, rounds: Vec::new() }
    }

    fn ssh(rig: &Rig, sshd: &Sshd, source: u16, name: &'static str, more: &[&str]) -> Self {
        let port = free_port();
        let mut command = Command::new("ssh");
        command
            .args(["-F", "none", "-N", "-p", &sshd.port().to_string(), "-i"])
            .arg(rig.user_key())
            .args(["-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", sshd.known_hosts().display()))
            .args(more)
            .args(["-L", &format!("127.0.0.1:{port}:127.0.0.1:{source}")])
            .arg(format!("{}@127.0.0.1", rig.ssh_user()));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        wait_until("ssh listens", Duration::from_secs(20), || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { name, port, child, rounds: Vec::new() }
    }

    fn measure(&self, mib: u64) -> Round {
        let mut stream = connect(self.port);
        let before = cpu(self.child.id());
        let begun = Instant::now();
        stream.write_all(&(mib << 20).to_le_bytes()).unwrap();
        let mut left = mib << 20;
        let mut buffer = vec![0; 256 << 10];
        while left > 0 {
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "{} ends {left} bytes too early", self.name);
            left -= count as u64;
        }
        let wall = begun.elapsed();
        let used = cpu(self.child.id()).saturating_sub(before);
        drop(stream);
        let (p50, p99) = trips(self.port);
        let gib = mib as f64 / 1024.0;
        Round { rate: mib as f64 / wall.as_secs_f64(), cpu: used.as_secs_f64() / gib, p50, p99 }
    }
}

impl Drop for TunnelProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures round trips through a port, and returns their 50th and 99th percentile.
fn trips(port: u16) -> (Duration, Duration) {
    let mut stream = connect(port);
    let mut bytes = [7; SMALL];
    let mut times: Vec<Duration> = (0..TRIPS)
        .map(|_| {
            let begun = Instant::now();
            stream.write_all(&0_u64.to_le_bytes()).unwrap();
            stream.read_exact(&mut bytes).unwrap();
            begun.elapsed()
        })
        .collect();
    times.sort();
    (times[TRIPS / 2], times[TRIPS * 99 / 100])
}

/// Connects, and waits for one round trip so that the whole connection is established.
fn connect(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(&0_u64.to_le_bytes()).unwrap();
    stream.read_exact(&mut [0; SMALL]).unwrap();
    stream
}

/// Starts a server that reads a number and sends as many zeros, or [`SMALL`] zeros for the number 0. Returns its port.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                stream.set_nodelay(true).unwrap();
                let zeros = vec![0; 256 << 10];
                let mut request = [0; 8];
                while stream.read_exact(&mut request).is_ok() {
                    let mut left = match u64::from_le_bytes(request) {
                        0 => SMALL as u64,
                        bytes => bytes,
                    };
                    while left > 0 {
                        let part = left.min(zeros.len() as u64);
                        if stream.write_all(&zeros[..part as usize]).is_err() {
                            return;
                        }
                        left -= part;
                    }
                }
            });
        }
    });
    port
}

/// Returns the user and system time of a process.
fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // USER_HZ is 100 on every Linux.
    Duration::from_millis(ticks * 10)
}
