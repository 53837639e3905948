//! Measures how many round trips a connection needs, and for which steps. The bench delays all bytes to the first hop, and
//! converts the additional time of each step and of each internal query to round trips. It asserts nothing.
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
    reason = "a bench is not a library, and shares its modules with the live tests"
)]

#[path = "../tests/live/harness.rs"]
mod harness;
#[path = "../tests/rig/mod.rs"]
mod rig;

use std::time::Duration;

use harness::{TestSession, connect};
use rig::{Forwarder, Mode, Rig};
use rrx::demo::{Options, start};
use rrx::domain::profile::{Hop, Profile};

/// The delay in each direction.
const DELAY: Duration = Duration::from_millis(50);
/// Connections for each delay; the fastest one counts.
const ATTEMPTS: usize = 5;

/// Returns the steps until the session is ready, each with its shortest time of all attempts, and the number of internal
/// queries.
async fn fastest(profile: &Profile) -> (Vec<(String, Duration)>, usize) {
    let (mut fastest, mut query_count): (Vec<(String, Duration)>, usize) = (Vec::new(), 0);
    for _ in 0..ATTEMPTS {
        let live: TestSession = connect(profile.clone()).await.unwrap();
        query_count = live.internal_queries.len();
        let timeline = live.timeline.clone();
        live.close().await;
        if fastest.is_empty() {
            fastest = timeline;
            continue;
        }
        assert_eq!(fastest.len(), timeline.len(), "each attempt takes the same steps");
        for ((_, fastest), (_, took)) in fastest.iter_mut().zip(timeline) {
            *fastest = took.min(*fastest);
        }
    }
    (fastest, query_count)
}

async fn count_round_trips(what: &str, profile: Profile) {
    let hop = profile.route.first().expect("a hop");
    let forwarder = Forwarder::to(&hop.host, hop.port.unwrap_or(Hop::PORT));
    let through = Hop { host: "127.0.0.1".into(), port: Some(forwarder.port()), ..hop.clone() };
    let profile = Profile { route: vec![through], ..profile };
    let (direct, query_count) = fastest(&profile).await;
    forwarder.set(Mode::Delay(DELAY));
    let (delayed, _) = fastest(&profile).await;
    let trips = |delayed: Duration, direct: Duration| {
        delayed.saturating_sub(direct).as_secs_f64() / (2.0 * DELAY.as_secs_f64())
    };
    let (last_direct, last_delayed) = (direct.last().unwrap().1, delayed.last().unwrap().1);
    println!(
        "{what:<28} {query_count} internal queries; {:.1} consecutive round trips; {last_direct:.2?} without delay",
        trips(last_delayed, last_direct)
    );
    let mut before = 0.0;
    for ((step, direct), (_, delayed)) in direct.iter().zip(&delayed) {
        let at = trips(*delayed, *direct);
        println!("    {:4.1}  total {at:4.1}: {step}", at - before);
        before = at;
    }
}

#[tokio::main]
async fn main() {
    let rig = Rig::start();
    let mut profile = rig.profile();
    profile.route[0].host_key = vec![rig.sshd().fingerprint("ed25519")];
    count_round_trips("OpenSSH and MariaDB over TLS", profile).await;
    let directory = tempfile::tempdir().unwrap();
    let options = Options { subjects: 3, directory: directory.path().to_owned(), listen: None };
    let demo = start(options).await.unwrap();
    count_round_trips("rrx demo", demo.profile.clone()).await;
}
