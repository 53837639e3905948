//! From the shell to the first frame, without a network: the picker, and `rrx demo` to its first frame and to its tables.
//! Beside each line stands the limit of the design; nothing is asserted about time.
//!
//! `cargo bench --bench start [-- TURNS]`
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
    reason = "it is run, not called; the harness is that of the stories"
)]

#[path = "../tests/pty/harness.rs"]
mod harness;

use std::time::{Duration, Instant};

use harness::{Home, Story};

/// The first frame.
const FRAME_LIMIT: Duration = Duration::from_millis(50);
/// The demo's data made, its jump host passed, its catalog read.
const DEMO_LIMIT: Duration = Duration::from_secs(2);

/// Starts the program with an empty home; answers when each of these texts was on the screen.
fn turn(arguments: &[&str], texts: &[&str]) -> Vec<Duration> {
    let home = Home::new();
    let start = Instant::now();
    let mut story = Story::start(&home, arguments, (160, 45));
    let mut took = Vec::new();
    for text in texts {
        story.see(text);
        took.push(start.elapsed());
    }
    story.keys("ctrl-q");
    assert!(story.end().success());
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
    let demo: Vec<Vec<Duration>> = (0..turns).map(|_| turn(&["demo"], &["demo", "87 tables"])).collect();
    print("rrx demo: first frame", FRAME_LIMIT, demo.iter().map(|took| took[0]).collect());
    print("rrx demo: connected, its tables shown", DEMO_LIMIT, demo.iter().map(|took| took[1]).collect());
}
