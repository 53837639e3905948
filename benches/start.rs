//! Measures the time from the shell to the first frame of the profile picker and of `rrx demo`, and to the demo's tables,
//! without a network. It prints each time with the limit of the design and asserts nothing about it.
//!
//! `cargo bench --bench start [-- STARTS]`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a bench is not a library, and shares its harness with the terminal tests"
)]

#[path = "../tests/pty/harness.rs"]
mod harness;

use std::time::{Duration, Instant};

use harness::{Home, Terminal};

const FRAME_LIMIT: Duration = Duration::from_millis(50);
/// The limit to create the demo's data, to connect through its jump host and to read its catalog.
const DEMO_LIMIT: Duration = Duration::from_secs(2);

/// Starts the program in an empty home directory, and returns the time until each text is on the screen.
fn time_to_texts(arguments: &[&str], texts: &[&str]) -> Vec<Duration> {
    let home = Home::new();
    let start = Instant::now();
    let mut terminal = Terminal::start(&home, arguments, (160, 45));
    let mut took = Vec::new();
    for text in texts {
        terminal.see(text);
        took.push(start.elapsed());
    }
    terminal.keys("ctrl-q");
    assert!(terminal.end().success());
    took
}

fn print(what: &str, limit: Duration, mut took: Vec<Duration>) {
    took.sort();
    let (middle, most) = (took[took.len() / 2], took[took.len() - 1]);
    let share = middle.as_secs_f64() / limit.as_secs_f64();
    println!("{what:<40} p50 {middle:>10.2?}  max {most:>10.2?}  of {limit:?}: {share:.2}");
}

fn main() {
    let starts = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(20);
    let picker: Vec<Duration> = (0..starts).map(|_| time_to_texts(&[], &["rofile"])[0]).collect();
    print("rrx: first frame", FRAME_LIMIT, picker);
    let demo: Vec<Vec<Duration>> = (0..starts).map(|_| time_to_texts(&["demo"], &["demo", "87 tables"])).collect();
    print("rrx demo: first frame", FRAME_LIMIT, demo.iter().map(|took| took[0]).collect());
    print("rrx demo: connected, its tables shown", DEMO_LIMIT, demo.iter().map(|took| took[1]).collect());
}
