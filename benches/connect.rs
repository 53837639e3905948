//! How many round trips it takes to connect, and what for: each portion of bytes is held up on its way to the first hop,
//! and the time that this adds is counted in round trips, up to each rung and each statement of our own. Nothing is
//! asserted.
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

use std::time::Duration;

use harness::{Live, connect};
use rig::{Forwarder, Mode, Rig};
use rrx::demo::{Options, start};
use rrx::domain::profile::{Hop, Profile};

/// How long a portion is held up, each way.
const DELAY: Duration = Duration::from_millis(50);
/// Turns of each.
const TURNS: usize = 5;

/// What was told on the way to a session that is ready, each with the least time of all turns.
async fn least(profile: &Profile) -> (Vec<(String, Duration)>, usize) {
    let (mut least, mut own): (Vec<(String, Duration)>, usize) = (Vec::new(), 0);
    for _ in 0..TURNS {
        let live: Live = connect(profile.clone()).await.unwrap();
        own = live.internal_queries.len();
        let told = live.timeline.clone();
        live.close().await;
        if least.is_empty() {
            least = told;
            continue;
        }
        assert_eq!(least.len(), told.len(), "each turn takes the same steps");
        for ((_, least), (_, took)) in least.iter_mut().zip(told) {
            *least = took.min(*least);
        }
    }
    (least, own)
}

async fn count(what: &str, profile: Profile) {
    let hop = profile.route.first().expect("a hop");
    let door = Forwarder::to(&hop.host, hop.port.unwrap_or(Hop::PORT));
    let through = |known_as: &Hop| Hop { host: "127.0.0.1".into(), port: Some(door.port()), ..known_as.clone() };
    let profile = Profile { route: vec![through(hop)], ..profile };
    let (near, own) = least(&profile).await;
    door.set(Mode::Delay(DELAY));
    let (far, _) = least(&profile).await;
    let trips = |far: Duration, near: Duration| far.saturating_sub(near).as_secs_f64() / (2.0 * DELAY.as_secs_f64());
    let (last_near, last_far) = (near.last().unwrap().1, far.last().unwrap().1);
    println!(
        "{what:<28} {own} statements of our own; {:.1} round trips one after the other; {last_near:.2?} without delay",
        trips(last_far, last_near)
    );
    let mut before = 0.0;
    for ((step, near), (_, far)) in near.iter().zip(&far) {
        let at = trips(*far, *near);
        println!("    {:4.1}  up to {at:4.1}: {step}", at - before);
        before = at;
    }
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
