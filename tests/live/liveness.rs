//! Lost connections: in each case there is an error within fifteen seconds, and a new session is as safe as the first one.

use std::time::{Duration, Instant};

use rrx::domain::problem::{Problem, ProblemKind, Remedy};
use rrx::domain::profile::{Profile, TlsMode};
use rrx::domain::protocol::{End, Rows, SessionCmd, SessionEvent};

use super::engines::mysql_reply;
use super::harness::{TestSession, connect, connect_in, direct, unlimited};
use super::rig::{Forwarder, Mariadb, Mode, Rig, Sshd, SshdOptions, wait_until};
use super::scripted_server::{Reply, ScriptedServer, each};
use super::session_state::limited;

/// The guaranteed time of fifteen seconds, with a reserve for a busy machine.
const LIMIT: Duration = Duration::from_secs(16);

fn through(rig: &Rig, sshd: &Sshd, port: u16) -> Profile {
    Profile { route: vec![rig.hop(port, &sshd.known_hosts())], ..rig.profile() }
}

/// Waits for the session's end, and checks its problem and its time.
async fn check_lost(live: &mut TestSession, since: Instant) -> Problem {
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!("closed") };
    assert!(since.elapsed() < LIMIT, "{:?}: {problem}", since.elapsed());
    assert_eq!((problem.kind, problem.then), (ProblemKind::Lost, Some(Remedy::Reconnect)), "{problem}");
    assert!(!problem.because.is_empty() && problem.hint.is_some(), "{problem}");
    problem
}

/// Checks the end of a statement whose connection is lost. `mark` is a comment that identifies the statement.
async fn check_broken(live: &mut TestSession, mark: &str, rig: &Rig, fault: impl FnOnce()) {
    let result = live.start(&format!("SELECT /* {mark} */ SLEEP(60)"), unlimited()).await;
    let running = format!("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* {mark} %'");
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(&running).trim() == "1");
    fault();
    let begun = Instant::now();
    let ran = live.finish(result).await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
    assert!(ran.report.end.to_string().starts_with("broken, not known to have finished"), "{}", ran.report.end);
    check_lost(live, begun).await;
    let sent = rig.general_log().matches(&format!("SELECT /* {mark} */")).count();
    assert_eq!(sent, 1, "it is never sent again");
}

/// The default `sql_mode` of the servers.
const MODE: &str = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";

/// Checks that a new session has its pinned variables and database again, and can stop a statement.
async fn check_new_session(profile: Profile, identity: &str, mode: &str, sql: &dyn Fn(&str) -> String) {
    let profile = Profile { group_concat_max_len: 123_456, time_zone: "+05:30".into(), ..profile };
    let mut live = connect_in(profile, "mysql").await.unwrap();
    assert_eq!(live.facts.identity, identity);
    let ran = live
        .run(
            "SELECT @@tx_read_only, @@autocommit, @@time_zone, DATABASE(), @@sql_mode, @@group_concat_max_len, \
             @@character_set_results, 6 * 7",
        )
        .await;
    let row: Vec<&str> = ran.rows[0].iter().map(|value| value.as_deref().unwrap()).collect();
    assert_eq!(row, ["1", "1", "+05:30", "mysql", mode, "123456", "utf8mb4", "42"]);
    assert_eq!(live.facts.database.as_deref(), Some("mysql"));
    let id = live.facts.connection_id;
    let result = live.start("SELECT SLEEP(60)", unlimited()).await;
    let runs =
        format!("SELECT COUNT(*) FROM information_schema.processlist WHERE id = {id} AND info LIKE '%SLEEP(60)'");
    wait_until("the statement runs", Duration::from_secs(10), || sql(&runs).trim() == "1");
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT CONNECTION_ID()").await.value(), id.to_string(), "the connection is kept");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_sshd_child_is_noticed_at_once_and_the_same_sshd_serves_again() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let profile = through(rig, &sshd, sshd.port());
    let mut live = connect(profile.clone()).await.unwrap();
    let identity = live.facts.identity.clone();
    sshd.kill_connections();
    check_lost(&mut live, Instant::now()).await;
    let mut live = connect(profile.clone()).await.unwrap();
    check_broken(&mut live, "sshd is killed", rig, || sshd.kill_connections()).await;
    check_new_session(profile, &identity, MODE, &|text| rig.sql(text)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_sshd_child_is_noticed_in_time_and_one_that_continues_harms_nothing() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let profile = through(rig, &sshd, sshd.port());
    let mut live = connect(profile.clone()).await.unwrap();
    let identity = live.facts.identity.clone();
    sshd.stop_connections();
    check_lost(&mut live, Instant::now()).await;
    sshd.resume_connections();
    let mut live = connect(profile.clone()).await.unwrap();
    check_broken(&mut live, "sshd is stopped", rig, || drop(sshd.stop_connections())).await;
    sshd.resume_connections();
    check_new_session(profile, &identity, MODE, &|text| rig.sql(text)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sshd_child_that_was_stopped_for_a_moment_loses_nothing() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let mut live = connect(through(rig, &sshd, sshd.port())).await.unwrap();
    let id = live.facts.connection_id.to_string();
    sshd.stop_connections();
    let result = live.start("SELECT CONNECTION_ID()", unlimited()).await;
    sshd.resume_connections();
    assert_eq!(live.finish(result).await.value(), id);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_sent_as_the_connection_is_lost_always_ends() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    for round in 0..6 {
        let mut live = connect(through(rig, &sshd, sshd.port())).await.unwrap();
        sshd.kill_connections();
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        let result = rrx::domain::ids::ResultId(round + 100);
        let permit = super::harness::permit("SELECT SLEEP(30)", live.facts.dialect, super::harness::ID);
        if live.commands.send(SessionCmd::Run { permit, result, bounds: unlimited() }).await.is_ok() {
            let report = live.report(result).await;
            let End::Broken(problem) = &report.end else { panic!("{report:?}") };
            assert!(problem.kind == ProblemKind::Lost || problem.to_string().contains("not sent"), "{problem}");
        }
        assert!(matches!(live.final_event().await, SessionEvent::Lost(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_keys_have_changed_is_not_reconnected_to() {
    let rig = Rig::start();
    let mut sshd = rig.start_sshd(&SshdOptions::default());
    let profile = through(rig, &sshd, sshd.port());
    let mut live = connect(profile.clone()).await.unwrap();
    let before = sshd.log();
    let begun = Instant::now();
    sshd.restart_with_new_keys(rig.directory());
    check_lost(&mut live, begun).await;
    // The host key question would fail the test.
    let problem = connect_in(profile, "mysql").await.err().unwrap();
    assert_eq!(problem.kind, ProblemKind::Route, "{problem}");
    assert!(problem.what.contains("has changed") && !problem.is_transient, "{problem}");
    assert!(!sshd.log()[before.len()..].contains("Accepted"), "nothing was offered to it");
}

async fn check_lost_packets(mode: Mode) {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let name = format!("{mode:?}");
    let forwarder = Forwarder::to(rig.ssh_host(), sshd.port());
    // `known_hosts` has the sshd's port, and the hop has that of the forwarder.
    let known = rig.private_directory(&format!("forwarder-{name}-{}", forwarder.port())).join("known_hosts");
    let keys = std::fs::read_to_string(sshd.known_hosts()).unwrap();
    std::fs::write(&known, keys.replace(&format!(":{}", sshd.port()), &format!(":{}", forwarder.port()))).unwrap();
    let profile = Profile { route: vec![rig.hop(forwarder.port(), &known)], ..rig.profile() };
    let mut live = connect(profile.clone()).await.unwrap();
    let identity = live.facts.identity.clone();
    forwarder.set(mode);
    check_lost(&mut live, Instant::now()).await;
    forwarder.set(Mode::Pass);
    let mut live = connect(profile.clone()).await.unwrap();
    check_broken(&mut live, &format!("the forwarder is a {name}"), rig, || forwarder.set(mode)).await;
    forwarder.set(Mode::Pass);
    check_new_session(profile, &identity, MODE, &|text| rig.sql(text)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_packets_are_noticed_in_time() {
    check_lost_packets(Mode::BlackHole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packets_that_are_not_read_are_noticed_in_time() {
    check_lost_packets(Mode::Stall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_connection_is_noticed_in_time() {
    check_lost_packets(Mode::HalfOpen).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_tunnel_an_idle_connection_that_loses_everything_is_noticed_in_time() {
    let rig = Rig::start();
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let profile = Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls: TlsMode::Required, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    forwarder.set(Mode::BlackHole);
    check_lost(&mut live, Instant::now()).await;
}

fn through_sshd(rig: &Rig, server: &Mariadb, sshd: &Sshd) -> Profile {
    Profile { port: server.port(), ..through(rig, sshd, sshd.port()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_server_is_noticed_in_time_and_its_absence_is_transient() {
    let rig = Rig::start();
    // This mode changes how text is parsed, so a session must not use it.
    let mode = ["--read-only=1", "--sql-mode=STRICT_TRANS_TABLES,ANSI_QUOTES,PIPES_AS_CONCAT"];
    let mut server = rig.start_mariadb("restarted", &mode);
    let targets = ["127.0.0.2", rig.mysql_host()].map(|host| format!("{host}:{}", server.port()));
    let sshd = rig.start_sshd(&SshdOptions { permit: targets.to_vec(), ..SshdOptions::default() });
    let profile = through_sshd(rig, &server, &sshd);
    let mut live = connect(profile.clone()).await.unwrap();
    let identity = live.facts.identity.clone();
    let result = live.start("SELECT SLEEP(60)", unlimited()).await;
    let begun = Instant::now();
    server.stop();
    let ran = live.finish(result).await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    // A server that shuts down sends error 1053 or nothing.
    assert!(matches!(problem.kind, ProblemKind::Lost | ProblemKind::Statement), "{problem}");
    check_lost(&mut live, begun).await;
    let down = connect(profile.clone()).await.err().unwrap();
    assert!(down.is_transient, "{down}");
    server.restart();
    let mut live = connect(profile.clone()).await.unwrap();
    server.stop();
    check_lost(&mut live, Instant::now()).await;
    server.restart();
    check_new_session(profile, &identity, "PIPES_AS_CONCAT,ANSI_QUOTES,STRICT_TRANS_TABLES", &|text| server.sql(text))
        .await;
}

/// A session whose last hop reaches the server through a forwarder.
async fn behind_forwarder(rig: &'static Rig) -> (TestSession, Forwarder, Sshd) {
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let target = format!("127.0.0.1:{}", forwarder.port());
    let sshd = rig.start_sshd(&SshdOptions { permit: vec![target], ..SshdOptions::default() });
    let profile = Profile {
        host: "127.0.0.1".into(),
        port: forwarder.port(),
        tls: TlsMode::Required,
        ..through(rig, &sshd, sshd.port())
    };
    (connect(profile).await.unwrap(), forwarder, sshd)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_dies_behind_a_living_hop_is_noticed_in_time() {
    let rig = Rig::start();
    let idle = async {
        let (mut live, forwarder, _sshd) = behind_forwarder(rig).await;
        forwarder.set(Mode::BlackHole);
        check_lost(&mut live, Instant::now()).await;
    };
    let silent = async {
        let (mut live, forwarder, _sshd) = behind_forwarder(rig).await;
        let mark = "the database is a black hole";
        check_broken(&mut live, mark, rig, || forwarder.set(Mode::BlackHole)).await;
    };
    let in_mid_result = async {
        let (mut live, forwarder, _sshd) = behind_forwarder(rig).await;
        let result = live.start("SELECT REPEAT('x', 4000), SLEEP(0.02) FROM mysql.seq_1_to_1000000", unlimited()).await;
        while !matches!(live.next_rows().await, Rows::Batch { .. }) {}
        forwarder.set(Mode::BlackHole);
        let begun = Instant::now();
        let report = live.report(result).await;
        assert!(matches!(&report.end, End::Broken(problem) if problem.kind == ProblemKind::Lost), "{report:?}");
        check_lost(&mut live, begun).await;
    };
    let stopped = async {
        let (mut live, forwarder, _sshd) = behind_forwarder(rig).await;
        let result = live.start("SELECT SLEEP(61)", unlimited()).await;
        forwarder.set(Mode::BlackHole);
        let begun = Instant::now();
        live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
        // No KILL has reached the server.
        let report = live.report(result).await;
        assert!(matches!(&report.end, End::Broken(_)) && report.left.is_some(), "{report:?}");
        check_lost(&mut live, begun).await;
    };
    tokio::join!(idle, silent, in_mid_result, stopped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_dies_under_the_only_connection_of_an_account_is_noticed_in_time() {
    let rig = Rig::start();
    let (_kept, forwarder, _sshd) = behind_forwarder(rig).await;
    let profile = Profile {
        host: "127.0.0.1".into(),
        port: forwarder.port(),
        tls: TlsMode::Required,
        ..limited(rig, "alone_and_lost", 1)
    };
    let mut live = connect(profile).await.unwrap();
    // A living server is silent for longer than two checks, and keeps the statement.
    assert_eq!(live.run("SELECT SLEEP(12)").await.value(), "0");
    check_broken(&mut live, "the only connection is lost", rig, || forwarder.set(Mode::BlackHole)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_closes_idle_connections_within_seconds_keeps_the_session() {
    let rig = Rig::start();
    let server = rig.start_mariadb("impatient", &["--read-only=1", "--wait-timeout=2"]);
    let mut live = connect(Profile { port: server.port(), ..direct(rig) }).await.unwrap();
    assert_eq!(live.run("SELECT @@SESSION.wait_timeout").await.value(), "28800");
    assert_eq!(live.run("SELECT @@GLOBAL.wait_timeout").await.value(), "2");
    live.close().await;
}

/// Replies like MySQL with a `wait_timeout` of three seconds that no session may change.
fn impatient(text: &str) -> Reply {
    if text.contains("wait_timeout =") {
        return Reply::Error(
            1227,
            "Access denied; you need (at least one of) the SUPER privilege(s) for this operation",
        );
    }
    match mysql_reply(text) {
        Reply::Rows(columns, mut rows) if text.contains("SHOW VARIABLES") => {
            rows.push(vec![Some("wait_timeout".into()), Some("3".into())]);
            Reply::Rows(columns, rows)
        }
        reply => reply,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_timeout_that_a_session_may_not_change_makes_the_pings_more_frequent() {
    let server = ScriptedServer::start_impatient(Duration::from_secs(3), |text| each(text, impatient));
    let rig = Rig::start();
    let profile = Profile { host: "127.0.0.1".into(), port: server.port, tls: TlsMode::Disabled, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    // Ten pings of two connections take five seconds, in which nothing else keeps the connections alive.
    wait_until("both connections are pinged", Duration::from_mins(1), || server.pings() >= 10);
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}
