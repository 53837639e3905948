//! An address that alternates between two servers: all connections of a session use one server, or the user is warned.

use std::time::Duration;

use rrx::domain::profile::{Profile, TlsMode};
use rrx::domain::protocol::{End, Lag, SessionCmd, SessionEvent};

use super::engines::PINNED;
use super::harness::{TestSession, connect, direct, unlimited};
use super::rig::{Forwarder, Rig, SshdOptions, TargetOrder, wait_until};
use super::scripted_server::{Reply, ScriptedServer, variables};

/// Starts a forwarder whose first connection goes to the rig's replica, and the others to both servers in the given order.
fn alternating_address(rig: &Rig, order: TargetOrder) -> (Forwarder, Profile) {
    let servers = [rig.mysql_port(), rig.writable_mariadb().port()].map(|port| (rig.mysql_address(), port));
    let forwarder = Forwarder::to_targets(&servers, order);
    let profile = Profile {
        host: "127.0.0.1".into(),
        port: forwarder.port(),
        tls: TlsMode::Disabled,
        require_replica: false,
        ..direct(rig)
    };
    (forwarder, profile)
}

async fn start_sleep(live: &TestSession, rig: &Rig, mark: &str) -> rrx::domain::ids::ResultId {
    let result = live.start(&format!("SELECT /* {mark} */ SLEEP(30)"), unlimited()).await;
    let running = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* {mark} %'");
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(&running).trim() == "1");
    result
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_every_other_connection_reaches_another_server_a_session_stays_on_one() {
    let rig = Rig::start();
    let (forwarder, profile) = alternating_address(rig, TargetOrder::Cycle);
    let mut live = connect(profile).await.unwrap();
    assert_eq!(live.facts.warnings, Vec::<String>::new());
    assert!(live.facts.identity.contains(&format!(":{}/", rig.mysql_port())), "{}", live.facts.identity);
    let result = start_sleep(&live, rig, "on one server").await;
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    let kill = format!("KILL QUERY {}", live.facts.connection_id);
    assert!(rig.general_log().contains(&kill));
    assert!(!rig.writable_mariadb().general_log().contains(&kill));
    // The next connection of the forwarder goes to the other server, but the catalog must come from the first one.
    rig.sql("CREATE DATABASE IF NOT EXISTS only_on_the_first");
    assert!(live.catalog().await.schema("only_on_the_first").is_some());
    assert!(live.catalog().await.schema("only_on_the_first").is_some());
    assert!(forwarder.accepted() > 4, "{}", forwarder.accepted());
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_others_reach_another_server_nothing_is_killed_or_read_there() {
    let rig = Rig::start();
    let (_forwarder, profile) = alternating_address(rig, TargetOrder::RepeatLast);
    let mut live = connect(profile).await.unwrap();
    assert!(live.facts.warnings.iter().any(|warning| warning.contains("another server")), "{:?}", live.facts.warnings);
    assert_eq!(live.lag().await, Lag::Unknown("the second connection reaches another server than the first".into()));
    live.commands.send(SessionCmd::LoadCatalog).await.unwrap();
    let problem = loop {
        match live.events.recv().await.unwrap().1 {
            SessionEvent::CatalogFailed(problem) => break problem,
            SessionEvent::Catalog(_) => panic!("another server's catalog"),
            _ => {}
        }
    };
    assert!(problem.because[0].contains("another server"), "{problem}");
    let result = start_sleep(&live, rig, "elsewhere are others").await;
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    let ran = live.finish(result).await;
    assert_eq!(ran.report.end, End::Cancelled);
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!() };
    assert!(problem.to_string().contains("another server"), "{problem}");
    let there = rig.writable_mariadb().general_log();
    let kill = format!("KILL QUERY {}", live.facts.connection_id);
    assert!(!there.contains(&kill) && !there.contains("rrx:catalog"), "{there}");
}

/// The address that alternates is behind a hop, as in the setup of a user.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_a_tunnel_to_an_alternating_name_a_session_stays_on_one_server() {
    let rig = Rig::start();
    let (forwarder, direct) = alternating_address(rig, TargetOrder::Cycle);
    let permit = vec![format!("127.0.0.1:{}", forwarder.port())];
    let sshd = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let profile = Profile { route: vec![rig.hop(sshd.port(), &sshd.known_hosts())], ..direct };
    let mut live = connect(profile).await.unwrap();
    assert_eq!(live.facts.warnings, Vec::<String>::new());
    let (first, second) = (format!(":{}/", rig.mysql_port()), rig.writable_mariadb());
    let is_first = live.facts.identity.contains(&first);
    let log = |of_first: bool| if of_first { rig.general_log() } else { second.general_log() };
    let text = "SELECT /* through a tunnel */ SLEEP(30)";
    let result = live.start(text, unlimited()).await;
    wait_until("the statement is sent", Duration::from_secs(10), || log(is_first).contains(text));
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    let kill = format!("KILL QUERY {}", live.facts.connection_id);
    assert!(log(is_first).contains(&kill));
    assert!(!log(!is_first).contains(text));
    live.close().await;
}

/// Two instances of a cluster have the same host name, port and `server_id` in their variables. Only the instance name differs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_instance_of_a_cluster_counts_as_another_server() {
    let rig = Rig::start();
    let instance = |name: &'static str| {
        ScriptedServer::start(move |text| {
            if text.contains("SHOW VARIABLES") {
                let more = [
                    ("version", "8.0.36"),
                    ("aurora_version", "3.08.0"),
                    ("aurora_server_id", name),
                    ("hostname", "ip-10-0-0-1"),
                    ("port", "3306"),
                    ("server_id", "1"),
                    ("server_uuid", "one-for-all"),
                    ("innodb_read_only", "ON"),
                ];
                variables(&[&PINNED[..], &more].concat())
            } else if text.contains("SLEEP") {
                Reply::Nothing
            } else {
                Reply::Done
            }
        })
    };
    let (one, two) = (instance("reader-1"), instance("reader-2"));
    let forwarder = Forwarder::to_targets(&[("127.0.0.1", one.port), ("127.0.0.1", two.port)], TargetOrder::RepeatLast);
    let profile = Profile {
        host: "127.0.0.1".into(),
        port: forwarder.port(),
        tls: TlsMode::Disabled,
        ca: None,
        require_replica: false,
        ..direct(rig)
    };
    let live = connect(profile).await.unwrap();
    assert_eq!(live.facts.server_id, "reader-1");
    assert!(live.facts.warnings.iter().any(|warning| warning.contains("another server")), "{:?}", live.facts.warnings);
    let mut live = live;
    let result = live.start("SELECT SLEEP(30)", unlimited()).await;
    wait_until("the statement is sent", Duration::from_secs(10), || {
        one.statements().iter().any(|text| text.contains("SLEEP"))
    });
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!() };
    assert!(problem.to_string().contains("another server"), "{problem}");
    assert!(two.statements().iter().all(|text| !text.contains("KILL")), "{:?}", two.statements());
}
