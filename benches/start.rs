//! From the shell to the first frame, without a network: the picker, and `rrx demo` to its first frame and to its tables.
//! Beside each line stands the limit of the design; nothing is asserted about time.
//!
//! `cargo bench --bench start [-- TURNS]`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const SIZE: PtySize = PtySize { rows: 45, cols: 160, pixel_width: 0, pixel_height: 0 };
/// The first frame.
const FRAME_LIMIT: Duration = Duration::from_millis(50);
/// The demo's data made, its jump host passed, its catalog read.
const DEMO_LIMIT: Duration = Duration::from_secs(2);

/// Starts the program with an empty home and waits for each of these texts; answers when they were on the screen.
fn turn(arguments: &[&str], texts: &[&str]) -> Vec<Duration> {
    let home = tempfile::tempdir().unwrap();
    let pair = native_pty_system().openpty(SIZE).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rrx"));
    command.args(arguments);
    command.env_clear();
    command.env("RRX_HOME", home.path());
    command.env("HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("PATH", "/usr/bin:/bin");
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut input = pair.master.take_writer().unwrap();
    let start = Instant::now();
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let cells = |count| NonZero::new(count).unwrap();
    let mut screen = vt100::Parser::new(cells(SIZE.rows), cells(SIZE.cols), 0);
    let mut bytes = [0; 16_384];
    let mut took = Vec::new();
    while took.len() < texts.len() {
        let count = output.read(&mut bytes).unwrap();
        let at = start.elapsed();
        screen.process(&bytes[..count]);
        let shown = screen.screen().contents();
        while texts.get(took.len()).is_some_and(|text| shown.contains(text)) {
            took.push(at);
        }
        assert!(count > 0, "the program ended:\n{shown}");
    }
    // Ctrl-Q, and what is still written is read so that the program can end.
    input.write_all(b"\x11").unwrap();
    while output.read(&mut bytes).is_ok_and(|count| count > 0) {}
    child.wait().unwrap();
    took
}

fn print(what: &str, limit: Duration, mut took: Vec<Duration>) {
    took.sort();
    let (middle, most) = (took[took.len() / 2], took[took.len() - 1]);
    let share = middle.as_secs_f64() / limit.as_secs_f64();
    println!("{what:<40} p50 {middle:>10.2?}  max {most:>10.2?}  of {limit:?}: {share:.2}");
}

fn main() {
    let turns = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(20);
    let picker: Vec<Duration> = (0..turns).map(|_| turn(&[], &["rofile"])[0]).collect();
    print("rrx: first frame", FRAME_LIMIT, picker);
    let demo: Vec<Vec<Duration>> = (0..turns).map(|_| turn(&["demo"], &["━", "87 tables"])).collect();
    print("rrx demo: first frame", FRAME_LIMIT, demo.iter().map(|took| took[0]).collect());
    print("rrx demo: connected, its tables shown", DEMO_LIMIT, demo.iter().map(|took| took[1]).collect());
}
