//! Runs the fuzz targets of `fuzz/targets` for a bounded time, on any toolchain: each seed, then mutations of the seeds. An
//! input with which a target did something new becomes a seed too.
//!
//! `RRX_FUZZ_SECONDS` is the time for each target (1 without it), `RRX_FUZZ_SEED` repeats a run. An input with which a
//! target fails is kept in `fuzz/seeds`, so that it fails from then on until it is mended; commit it with the change.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]

mod mutate;
#[path = "../../fuzz/targets/mod.rs"]
mod targets;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use mutate::{Mutator, Random};

/// Inputs that a run keeps at most.
const MOST: usize = 4096;

#[test]
fn lexer() {
    fuzz("lexer", targets::lexer, mutate::SQL);
}

#[test]
fn writing() {
    fuzz("writing", targets::writing, mutate::SQL);
}

#[test]
fn guard() {
    fuzz("guard", targets::guard, mutate::SQL);
}

#[test]
fn wire() {
    fuzz("wire", targets::wire, mutate::WIRE);
}

#[test]
fn server_bytes() {
    fuzz("server_bytes", targets::server_bytes, mutate::WIRE);
}

#[test]
fn ssh_config() {
    fuzz("ssh_config", targets::ssh_config, mutate::SSH_CONFIG);
}

#[test]
fn known_hosts() {
    fuzz("known_hosts", targets::known_hosts, mutate::KNOWN_HOSTS);
}

#[test]
fn terminal_input() {
    fuzz("terminal_input", targets::terminal_input, mutate::TERMINAL_INPUT);
}

#[test]
fn snippet_header() {
    fuzz("snippet_header", targets::snippet_header, mutate::SNIPPET_HEADER);
}

fn fuzz(name: &str, target: fn(&[u8]) -> u64, words: &'static [&'static str]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let seconds = number_of("RRX_FUZZ_SECONDS").unwrap_or(1);
    let seed = number_of("RRX_FUZZ_SEED").unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        u64::try_from(now.as_micros()).unwrap()
    });
    let mut corpus = seeds(&directory);
    assert!(!corpus.is_empty(), "{} holds no seed", directory.display());
    let mut seen = HashSet::new();
    let mut runs = 0_u64;
    for input in &corpus {
        seen.insert(run(target, input, &directory, seed));
        runs += 1;
    }
    let mut mutator = Mutator { random: Random::new(seed), words };
    let until = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < until {
        let input = mutator.next(&corpus);
        runs += 1;
        if seen.insert(run(target, &input, &directory, seed)) && corpus.len() < MOST {
            corpus.push(input);
        }
    }
    println!("{name}: {runs} runs in {seconds} s, {} different outcomes, RRX_FUZZ_SEED={seed}", seen.len());
}

/// Runs the target; keeps the input and fails where it fails.
fn run(target: fn(&[u8]) -> u64, input: &[u8], directory: &Path, seed: u64) -> u64 {
    catch_unwind(AssertUnwindSafe(|| target(input))).unwrap_or_else(|panic| {
        let path = directory.join(format!("failed-{seed:x}"));
        std::fs::write(&path, input).unwrap();
        println!("the input is in {}: {}", path.display(), input.escape_ascii());
        resume_unwind(panic)
    })
}

/// The files of the directory, in the order of their names.
fn seeds(directory: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect(variable))
}
