//! Engines that speak the MySQL protocol and answer some of our questions with an error: no probe breaks a connection,
//! and what cannot be shown to be read-only is not used.

use std::time::Duration;

use rrx::domain::port::{Lag, Role};
use rrx::domain::problem::Kind;
use rrx::domain::profile::{Profile, SecretSource, TlsMode};
use rrx::domain::sql::Server;

use super::harness::{connect, direct};
use super::pretend::{Pretend, Says, Variable, variables};
use super::rig::Rig;

/// What every session is pinned to, read back.
const PINNED: [Variable; 8] = [
    ("sql_mode", "STRICT_TRANS_TABLES"),
    ("character_set_client", "utf8mb4"),
    ("character_set_connection", "utf8mb4"),
    ("character_set_results", "utf8mb4"),
    ("time_zone", "+00:00"),
    ("autocommit", "ON"),
    ("tx_read_only", "ON"),
    ("sql_select_limit", "18446744073709551615"),
];

fn with(more: &[Variable]) -> Vec<Variable> {
    [&PINNED[..], more].concat()
}

fn profile(server: &Pretend) -> Profile {
    Profile {
        host: "127.0.0.1".into(),
        port: server.port,
        tls: TlsMode::Disabled,
        ca: None,
        password: Some(SecretSource::Env("x".into())),
        require_replica: false,
        ..direct(Rig::start())
    }
}

fn one(text: &str) -> Says {
    Says::Rows(vec!["x"], vec![vec![Some(text.to_owned())]])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_refuses_every_probe_but_is_read_only_is_used() {
    let server = Pretend::start(|text| {
        let text = text.split_once("*/ ").map_or(text, |(_, text)| text);
        match text {
            "SHOW VARIABLES" => {
                variables(&with(&[("version", "5.1.0"), ("version_comment", "StarRocks version 3.3.2")]))
            }
            "SELECT 42" => one("42"),
            _ if text.starts_with("SET ") => Says::Done,
            _ => Says::No(1064, "Getting syntax error. Detail message: No viable statement"),
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!((live.facts.product.as_str(), live.facts.dialect.server), ("StarRocks", Server::Other));
    assert_eq!((live.facts.role, live.facts.account.as_str()), (Role::Unknown, "RO_USER"));
    assert_eq!(live.lag().await, Lag::Unknown("the server refuses the state of replication".into()));
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    // What was refused once is not asked again.
    assert!(matches!(live.lag().await, Lag::Unknown(_)));
    assert_eq!(server.asked().iter().filter(|text| text.contains("rrx:lag")).count(), 2, "{:?}", server.asked());
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_refuses_to_be_read_only_or_only_says_it_is_is_not_used() {
    let refusing = Pretend::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[("version", "8.0.11-TiDB-v7.5.1"), ("version_comment", "TiDB Server")]))
        } else if text.contains("TRANSACTION READ ONLY") {
            Says::No(1235, "function READ ONLY has only noop implementation in tidb now")
        } else {
            Says::Done
        }
    });
    let off: Vec<Variable> =
        PINNED.into_iter().map(|(name, value)| (name, if name == "tx_read_only" { "OFF" } else { value })).collect();
    let pretending =
        Pretend::start(move |text| if text.contains("SHOW VARIABLES") { variables(&off) } else { Says::Done });
    for (server, code) in [(&refusing, Some(1235)), (&pretending, None)] {
        let problem = connect(profile(server)).await.err().unwrap();
        assert_eq!(problem.kind, Kind::Refused, "{problem}");
        assert_eq!(problem.server.as_ref().map(|error| error.code), code, "{problem}");
        assert!(problem.hint.is_some() && !problem.passes, "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aurora_reader_tells_its_lag_by_its_own_row() {
    let server = Pretend::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[
                ("version", "8.0.36"),
                ("aurora_version", "3.08.0"),
                ("aurora_server_id", "reader-2"),
                ("innodb_read_only", "ON"),
                ("read_only", "OFF"),
            ]))
        } else if text.contains("replica_host_status") && text.contains("WHERE SERVER_ID = @@aurora_server_id") {
            one("17.5")
        } else {
            Says::Done
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!((live.facts.product.as_str(), live.facts.server_id.as_str()), ("Aurora MySQL", "reader-2"));
    assert_eq!(live.facts.role, Role::Replica);
    assert_eq!(live.lag().await, Lag::Behind(Duration::from_micros(17_500)));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mysql_replica_tells_the_slowest_of_its_channels_and_one_that_stands_is_stopped() {
    for (second, lag) in [(Some("31"), Lag::Behind(Duration::from_secs(31))), (None, Lag::Stopped)] {
        let server = Pretend::start(move |text| {
            if text.contains("SHOW VARIABLES") {
                variables(&with(&[("version", "8.0.39"), ("read_only", "ON"), ("server_id", "12")]))
            } else if text.ends_with("SHOW REPLICA STATUS") {
                let row = |seconds: Option<&str>| vec![Some("Yes".into()), seconds.map(ToOwned::to_owned)];
                Says::Rows(vec!["Replica_IO_Running", "Seconds_Behind_Source"], vec![row(Some("2")), row(second)])
            } else {
                Says::Done
            }
        });
        let mut live = connect(profile(&server)).await.unwrap();
        assert_eq!(live.lag().await, lag);
        live.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_that_is_never_answered_costs_its_own_connection_and_no_other() {
    let server = Pretend::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[("version", "8.0.39"), ("read_only", "ON")]))
        } else if text.contains("rrx:lag") {
            Says::Nothing
        } else if text.contains("42") {
            one("42")
        } else {
            Says::Done
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!(live.lag().await, Lag::Unknown("no answer within 3 seconds".into()));
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    // It stood in the way of nothing, and it is not asked again.
    assert_eq!(live.lag().await, Lag::Unknown("no answer within 3 seconds".into()));
    assert_eq!(server.asked().iter().filter(|text| text.contains("rrx:lag")).count(), 1, "{:?}", server.asked());
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}
