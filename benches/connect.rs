//! How many round trips it takes to connect: each portion of bytes is held up on its way to the first hop, and the time
//! that this adds is counted in round trips. Nothing is asserted.
//!
//! `cargo bench --bench connect` (needs `mariadb-server` and `openssh-server`)
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "it is run, not called; harness and rig are those of the live tests"
)]

#[path = "../tests/live/harness.rs"]
mod harness;
#[path = "../tests/rig/mod.rs"]
mod rig;

use std::time::{Duration, Instant};

use harness::{Live, connect};
use rig::{Forwarder, Mode, Rig};
use rrx::demo::{Options, start};
use rrx::domain::profile::{Hop, Profile};

/// How long a portion is held up, each way.
const DELAY: Duration = Duration::from_millis(50);
/// Turns of each.
const TURNS: usize = 5;

/// The time to a session that is ready, and the statements that it sent itself.
async fn once(profile: &Profile) -> (Duration, usize) {
    let begun = Instant::now();
    let live: Live = connect(profile.clone()).await.unwrap();
    let took = begun.elapsed();
    let own = live.own.len();
    live.close().await;
    (took, own)
}

async fn median(profile: &Profile) -> (Duration, usize) {
    let mut took = Vec::new();
    for _ in 0..TURNS {
        took.push(once(profile).await);
    }
    took.sort();
    took[TURNS / 2]
}

async fn count(what: &str, profile: Profile) {
    let hop = profile.route.first().expect("a hop");
    let door = Forwarder::to(&hop.host, hop.port.unwrap_or(Hop::PORT));
    let through = |known_as: &Hop| Hop { host: "127.0.0.1".into(), port: Some(door.port()), ..known_as.clone() };
    let profile = Profile { route: vec![through(hop)], ..profile };
    let (near, own) = median(&profile).await;
    door.set(Mode::Delay(DELAY));
    let (far, _) = median(&profile).await;
    let trips = far.saturating_sub(near).as_secs_f64() / (2.0 * DELAY.as_secs_f64());
    println!(
        "{what:<28} {own} statements of our own; {trips:.1} round trips one after the other; {near:.2?} without delay"
    );
}

#[tokio::main]
async fn main() {
    let rig = Rig::start();
    let mut profile = rig.profile();
    profile.route[0].host_key = vec![rig.sshd().fingerprint("ed25519")];
    count("OpenSSH and MariaDB over TLS", profile).await;
    let folder = tempfile::tempdir().unwrap();
    let options = Options { subjects: 3, folder: folder.path().to_owned(), listen: None };
    let demo = start(options).await.unwrap();
    count("rrx demo", demo.profile.clone()).await;
}
