//! Surprising behaviour of the driver and of the servers. Each test first shows the behaviour, which a new version of the driver
//! can change, and then that a session avoids it.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, OptsBuilder, Row, SslOpts, from_value};
use rrx::domain::ids::SessionId;
use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Profile, SecretSource, TlsMode};
use rrx::domain::protocol::{End, Rows, SessionCmd, SessionEvent};
use rrx::domain::sql::split::split;
use rrx::domain::sql::{Dialect, SqlMode, guard};
use tokio::time::timeout;

use crate::harness::{connect, direct, unlimited};
use crate::rig::{Forwarder, Mode, Rig, wait_until};

/// Returns the default options of the driver for a direct connection without TLS.
fn driver_options(rig: &Rig) -> OptsBuilder {
    OptsBuilder::default()
        .ip_or_hostname(rig.mysql_address())
        .tcp_port(rig.mysql_port())
        .user(Some(rig.account()))
        .pass(Some(rig.password()))
}

/// Connects with the driver over TCP.
async fn connect_driver(rig: &Rig) -> Conn {
    Conn::new(driver_options(rig).prefer_socket(false)).await.unwrap()
}

const CLIENT_HOST: &str = "SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_driver_switches_from_tcp_to_a_local_socket_and_a_session_does_not() {
    let rig = Rig::start();
    let mut strayed = Conn::new(driver_options(rig)).await.unwrap();
    let host: String = strayed.query_first(CLIENT_HOST).await.unwrap().unwrap();
    assert_eq!(host, "localhost", "the driver stays on TCP now: prefer_socket(false) may be spare");
    strayed.disconnect().await.unwrap();
    // With TLS the driver fails on the socket and silently reconnects over TCP. Without TLS it would stay on the socket.
    for tls in [TlsMode::Disabled, TlsMode::VerifyIdentity] {
        for profile in [rig.profile(), direct(rig)] {
            let mut live = connect(Profile { tls, ..profile }).await.unwrap();
            let ran = live.run(CLIENT_HOST).await;
            assert!(ran.value().starts_with("127.0.0."), "{tls:?} {}", ran.value());
            let query = format!("{} Query\tSELECT @@socket", live.facts.connection_id);
            assert!(!rig.general_log().contains(&query), "{tls:?}");
            live.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_verifies_the_replicas_name_and_not_that_of_the_local_end() {
    let rig = Rig::start();
    // Through the tunnel the driver connects to 127.0.0.1, which the certificate does not name.
    let live = connect(rig.profile()).await.unwrap();
    assert!(live.facts.tls.is_some());
    live.close().await;
    // The same server is refused under a name that is not in the certificate.
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let elsewhere = Profile { host: "127.0.0.1".into(), port: forwarder.port(), ..direct(rig) };
    let problem = connect(elsewhere.clone()).await.err().unwrap();
    assert_eq!(problem.kind, ProblemKind::Route);
    assert!(problem.because[0].starts_with("TLS"), "{problem}");
    let lax = connect(Profile { tls: TlsMode::Required, ..elsewhere }).await.unwrap();
    lax.close().await;
    let ca = std::fs::read(rig.ca()).unwrap();
    let skip = SslOpts::default()
        .with_root_certs(vec![ca.into()])
        .with_disable_built_in_roots(true)
        .with_danger_skip_domain_validation(true);
    let tried = Conn::new(
        driver_options(rig).ip_or_hostname("127.0.0.1").tcp_port(forwarder.port()).prefer_socket(false).ssl_opts(skip),
    );
    assert!(tried.await.is_err(), "the driver leaves the name out by itself now: verify-ca needs no word for it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_future_gives_its_answer_to_the_next_statement_so_a_session_drops_none() {
    let rig = Rig::start();
    let mut conn = connect_driver(rig).await;
    assert!(timeout(Duration::from_millis(200), conn.query_iter("SELECT SLEEP(1)")).await.is_err());
    let wrong: Option<i64> = conn.query_first("SELECT 42").await.unwrap();
    assert_eq!(wrong, Some(0), "the driver keeps step now");
    let mut live = connect(direct(rig)).await.unwrap();
    let result = live.start("SELECT SLEEP(20)", unlimited()).await;
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_error_of_a_killed_half_read_result_reaches_the_next_statement_so_there_is_a_barrier() {
    let rig = Rig::start();
    let mut conn = connect_driver(rig).await;
    let mut result = conn.query_iter("SELECT seq, repeat('x', 100) FROM mysql.seq_1_to_5000000").await.unwrap();
    let first: Row = result.next().await.unwrap().unwrap();
    assert_eq!(from_value::<u64>(first[0].clone()), 1);
    drop(result);
    rig.sql(&format!("KILL QUERY {}", conn.id()));
    let next: Result<Option<u64>, Error> = conn.query_first("SELECT 7").await;
    let Err(Error::Server(error)) = next else {
        panic!("{next:?}: the driver hides the error of the statement before now")
    };
    assert_eq!(error.code, 1317);
    assert_eq!(conn.query_first::<u64, _>("SELECT 8").await.unwrap(), Some(8));
    conn.disconnect().await.unwrap();
    // A late KILL is a matter of chance. So the test looks for the barrier itself, between the stopped statement and the next
    // one.
    let mut live = connect(direct(rig)).await.unwrap();
    let result = live.start("SELECT /* stopped */ seq FROM mysql.seq_1_to_5000000", unlimited()).await;
    assert!(matches!(live.next_rows().await, Rows::Open { .. }));
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT /* the next */ 7").await.value(), "7");
    let log = rig.general_log();
    let mine = format!("{} Query\t", live.facts.connection_id);
    let sent: Vec<&str> = log.lines().filter_map(|line| line.split_once(mine.as_str())).map(|(_, text)| text).collect();
    let stopped = sent.iter().position(|text| text.contains("/* stopped */")).unwrap();
    assert_eq!(sent[stopped + 1..], ["/* rrx:barrier */ SELECT 1", "SELECT /* the next */ 7"]);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_driver_always_takes_several_statements_at_once_so_the_guard_takes_one() {
    let rig = Rig::start();
    let mut conn = connect_driver(rig).await;
    let mut result = conn.query_iter("SELECT 1; SELECT 2").await.unwrap();
    assert_eq!(result.collect::<u64>().await.unwrap(), [1]);
    assert_eq!(result.collect::<u64>().await.unwrap(), [2], "one at a time now");
    drop(result);
    conn.disconnect().await.unwrap();
    for text in
        ["SELECT 1; SELECT 2", "SELECT 1;", "SELECT 1 /*! ; DROP TABLE t */", "SELECT 1 /*M!100000 ; SELECT 2 */"]
    {
        let checked =
            guard::check(text, connect_dialect(rig).await, SessionId(1), &rrx::domain::sql::SessionPins::default());
        if text == "SELECT 1;" {
            continue;
        }
        assert!(checked.is_err(), "{text}");
    }
}

async fn connect_dialect(rig: &Rig) -> Dialect {
    let live = connect(direct(rig)).await.unwrap();
    let dialect = live.facts.dialect;
    live.close().await;
    dialect
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_no_backslash_escapes_one_statement_is_two_so_it_is_read_under_the_mode_of_the_session() {
    let rig = Rig::start();
    let text = r"SELECT 'a\'; SELECT 2 -- '";
    let mut conn = connect_driver(rig).await;
    conn.query_drop("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'").await.unwrap();
    let mut result = conn.query_iter(text).await.unwrap();
    assert_eq!(result.collect::<String>().await.unwrap(), [r"a\"]);
    assert_eq!(result.collect::<u64>().await.unwrap(), [2]);
    drop(result);
    conn.disconnect().await.unwrap();
    let usual = connect_dialect(rig).await;
    let without = Dialect { sql_mode: SqlMode { no_backslash_escapes: true, ..SqlMode::default() }, ..usual };
    assert_eq!(usual.sql_mode, SqlMode::default());
    assert_eq!(split(text, usual).unwrap().len(), 1);
    assert_eq!(split(text, without).unwrap().len(), 2);
    // A statement that was checked in one dialect is not sent in another.
    let mut live = connect(direct(rig)).await.unwrap();
    let permit = crate::harness::permit("SELECT 'told apart'", without, crate::harness::ID);
    let result = rrx::domain::ids::ResultId(9);
    live.commands.send(SessionCmd::Run { permit, result, bounds: unlimited() }).await.unwrap();
    assert!(
        matches!(live.finish(result).await.report.end, End::Broken(problem) if problem.kind == ProblemKind::Refused)
    );
    assert!(!rig.general_log().contains("told apart"));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_drivers_init_list_runs_backwards_so_a_session_sends_one_statement_of_its_own() {
    let rig = Rig::start();
    let opts = driver_options(rig).prefer_socket(false).init(vec!["SET @last = 'first'", "SET @last = 'second'"]);
    let mut conn = Conn::new(opts).await.unwrap();
    let last: String = conn.query_first("SELECT @last").await.unwrap().unwrap();
    assert_eq!(last, "first", "the list runs in order now");
    conn.disconnect().await.unwrap();
    let live = connect(direct(rig)).await.unwrap();
    // One on the statement connection and one on the control connection.
    assert_eq!(live.internal_queries.iter().filter(|text| text.starts_with("/* rrx:pin */ SET NAMES")).count(), 2);
    assert_eq!(
        live.internal_queries.iter().filter(|text| text.contains("SET SESSION TRANSACTION READ ONLY")).count(),
        2
    );
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn load_data_local_ends_the_drivers_connection_so_the_guard_refuses_it() {
    let text = "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE mysql.user";
    let dialect = connect_dialect(Rig::start()).await;
    assert!(guard::check(text, dialect, SessionId(1), &rrx::domain::sql::SessionPins::default()).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_loses_everything_is_noticed_within_fifteen_seconds_without_a_tunnel() {
    let rig = Rig::start();
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let profile = Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls: TlsMode::Required, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    let result = live.start("SELECT /* into the dark */ SLEEP(60)", unlimited()).await;
    let running = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* into the dark %'";
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(running).trim() == "1");
    forwarder.set(Mode::BlackHole);
    let begun = std::time::Instant::now();
    let ran = live.finish(result).await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
    assert!(matches!(live.final_event().await, SessionEvent::Lost(_)));
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_control_connection_that_was_moved_to_another_server_kills_nothing_there() {
    let rig = Rig::start();
    let forwarder = Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let profile = Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls: TlsMode::Disabled, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    let result = live.start("SELECT /* here, not there */ SLEEP(30)", unlimited()).await;
    let running = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* here, not there %'";
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(running).trim() == "1");
    // The port is part of a server's identity. Both ports have five digits.
    let here: [u8; 5] = rig.mysql_port().to_string().into_bytes().try_into().unwrap();
    forwarder.set(Mode::Rewrite(here, *b"00001"));
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    let ran = live.finish(result).await;
    assert_eq!(ran.report.end, End::Cancelled);
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!() };
    assert!(problem.to_string().contains("another server"), "{problem}");
    let killed = format!("KILL QUERY {}", live.facts.connection_id);
    assert!(!rig.general_log().contains(&killed), "the number is somebody else's there");
    wait_until("the closed connection ends its statement", Duration::from_secs(40), || rig.sql(running).trim() == "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_makes_the_session_writable_ends_it_before_the_next_statement() {
    let rig = Rig::start();
    let source = rig.private_directory("turncoat").join("f.sql");
    std::fs::write(
        &source,
        "CREATE DATABASE IF NOT EXISTS turncoat; CREATE OR REPLACE TABLE turncoat.t (a INT) ENGINE=InnoDB;\nDELIMITER //\n\
         CREATE OR REPLACE FUNCTION turncoat.opens() RETURNS INT BEGIN SET SESSION tx_read_only = 0; RETURN 1; END//\n\
         CREATE OR REPLACE FUNCTION turncoat.writes() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO turncoat.t VALUES (1); RETURN 1; END//\n\
         DELIMITER ;\nCREATE OR REPLACE USER turncoat IDENTIFIED BY 'x'; GRANT ALL ON *.* TO turncoat;\n",
    )
    .unwrap();
    rig.sql_file(&source);
    let profile = Profile { user: "turncoat".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) };
    let mut live = connect(profile.clone()).await.unwrap();
    live.run("SET SESSION group_concat_max_len = 2048").await;
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    assert_eq!(live.run("SELECT turncoat.opens()").await.value(), "1");
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!() };
    assert!(problem.because[0].starts_with("tx_read_only"), "{problem}");
    let mut live = connect(profile).await.unwrap();
    let End::Broken(problem) = live.run("SELECT turncoat.writes()").await.report.end else { panic!() };
    assert_eq!(problem.server.as_ref().unwrap().code, 1792, "{problem}");
    live.close().await;
    assert_eq!(rig.sql("SELECT COUNT(*) FROM turncoat.t").trim(), "0");
}
