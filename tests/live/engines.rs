//! Engines with the MySQL protocol that refuse some internal queries. A refusal does not break the connection, and a session
//! that is not verified as read-only is not used.

use std::time::Duration;

use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Profile, SecretSource, TlsMode};
use rrx::domain::protocol::{Lag, Role};
use rrx::domain::sql::ServerFamily;

use super::harness::{connect, direct};
use super::rig::Rig;
use super::scripted_server::{NATIVE, Reply, ScriptedServer, Variable, each, has_several_statements, variables};

/// The variables that every session sets and verifies.
pub const PINNED: [Variable; 8] = [
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

fn profile(server: &ScriptedServer) -> Profile {
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

fn one(text: &str) -> Reply {
    Reply::Rows(vec!["x"], vec![vec![Some(text.to_owned())]])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_refuses_every_probe_but_is_read_only_is_used() {
    let server = ScriptedServer::start(|text| {
        let text = text.split_once("*/ ").map_or(text, |(_, text)| text);
        match text {
            "SHOW VARIABLES" => {
                variables(&with(&[("version", "5.1.0"), ("version_comment", "StarRocks version 3.3.2")]))
            }
            "SELECT 42" => one("42"),
            _ if text.starts_with("SET ") => Reply::Done,
            _ => Reply::Error(1064, "Getting syntax error. Detail message: No viable statement"),
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!((live.facts.product.as_str(), live.facts.dialect.server), ("StarRocks", ServerFamily::Other));
    assert_eq!((live.facts.role, live.facts.account.as_str()), (Role::Unknown, "RO_USER"));
    assert_eq!(live.lag().await, Lag::Unknown("the server refuses to show the replication status".into()));
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    // A refused query is not sent again.
    assert!(matches!(live.lag().await, Lag::Unknown(_)));
    assert_eq!(
        server.statements().iter().filter(|text| text.contains("rrx:lag")).count(),
        2,
        "{:?}",
        server.statements()
    );
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_refuses_or_ignores_read_only_is_not_used() {
    let refusing = ScriptedServer::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[("version", "8.0.11-TiDB-v7.5.1"), ("version_comment", "TiDB Server")]))
        } else if text.contains("TRANSACTION READ ONLY") {
            Reply::Error(1235, "function READ ONLY has only noop implementation in tidb now")
        } else {
            Reply::Done
        }
    });
    let off: Vec<Variable> =
        PINNED.into_iter().map(|(name, value)| (name, if name == "tx_read_only" { "OFF" } else { value })).collect();
    let pretending =
        ScriptedServer::start(move |text| if text.contains("SHOW VARIABLES") { variables(&off) } else { Reply::Done });
    for (server, code) in [(&refusing, Some(1235)), (&pretending, None)] {
        let problem = connect(profile(server)).await.err().unwrap();
        assert_eq!(problem.kind, ProblemKind::Refused, "{problem}");
        assert_eq!(problem.server.as_ref().map(|error| error.code), code, "{problem}");
        assert!(problem.hint.is_some() && !problem.is_transient, "{problem}");
    }
}

/// Returns the reply of a MySQL replica to one statement.
pub fn mysql_reply(text: &str) -> Reply {
    if text.contains("SHOW VARIABLES") {
        variables(&with(&[("version", "8.0.39"), ("read_only", "ON"), ("server_id", "12")]))
    } else if text.contains("CONNECTION_ID()") {
        Reply::Rows(vec!["id", "user", "database"], vec![vec![Some("7".into()), Some("RO@%".into()), None]])
    } else if text.contains("42") {
        one("42")
    } else if text.contains("SHOW GRANTS") {
        one("GRANT SELECT ON *.* TO `RO`@`%`")
    } else {
        Reply::Done
    }
}

/// Connects and runs a statement. Returns the number of internal texts, and how many of them have several statements.
async fn count_internal_texts(server: &ScriptedServer) -> (usize, usize) {
    let mut live = connect(profile(server)).await.unwrap();
    assert_eq!((live.facts.connection_id, live.facts.account.as_str()), (7, "RO@%"));
    assert_eq!(live.facts.role, Role::Replica);
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
    let statements = server.statements();
    let internal: Vec<&String> = statements.iter().filter(|text| text.starts_with("/* rrx:")).collect();
    (internal.len(), internal.iter().filter(|text| has_several_statements(text)).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_that_belong_together_go_out_in_one_text() {
    let server = ScriptedServer::start(|text| each(text, mysql_reply));
    // Reading the variables, setting and verifying them on both connections, and reading the account.
    assert_eq!(count_internal_texts(&server).await, (4, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_accepts_one_statement_at_a_time_gets_one_at_a_time_from_then_on() {
    let refusing = ScriptedServer::start(|text| {
        if has_several_statements(text) {
            Reply::Error(8130, "client has multi-statement capability disabled")
        } else {
            mysql_reply(text)
        }
    });
    // The refused text, and then each statement separately: variables, three on both connections, two more.
    assert_eq!(count_internal_texts(&refusing).await, (10, 1));
    let answering_once = ScriptedServer::start(mysql_reply);
    assert_eq!(count_internal_texts(&answering_once).await, (10, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_closes_the_connection_at_several_statements_gets_them_one_by_one_on_a_new_one() {
    let server =
        ScriptedServer::start(|text| if has_several_statements(text) { Reply::Close } else { mysql_reply(text) });
    assert_eq!(count_internal_texts(&server).await, (11, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_among_several_is_reported_and_a_wrong_variable_is_not_accepted() {
    let refusing = ScriptedServer::start(|text| {
        each(text, |text| {
            if text.contains("TRANSACTION READ ONLY") { Reply::Error(1235, "not here") } else { mysql_reply(text) }
        })
    });
    let off = |text: &str| match mysql_reply(text) {
        Reply::Rows(names, mut rows) if text.contains("SHOW VARIABLES") => {
            for row in &mut rows {
                if row[0].as_deref() == Some("tx_read_only") {
                    row[1] = Some("OFF".into());
                }
            }
            Reply::Rows(names, rows)
        }
        other => other,
    };
    let pretending = ScriptedServer::start(move |text| each(text, off));
    for (server, code) in [(&refusing, Some(1235)), (&pretending, None)] {
        let problem = connect(profile(server)).await.err().unwrap();
        assert_eq!(problem.kind, ProblemKind::Refused, "{problem}");
        assert_eq!(problem.server.as_ref().map(|error| error.code), code, "{problem}");
    }
    let no_grants = ScriptedServer::start(|text| {
        each(
            text,
            |text| if text.contains("SHOW GRANTS") { Reply::Error(1141, "no such grant") } else { mysql_reply(text) },
        )
    });
    let mut live = connect(profile(&no_grants)).await.unwrap();
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lag_of_an_aurora_reader_is_read_from_its_own_row() {
    let server = ScriptedServer::start(|text| {
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
            Reply::Done
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!((live.facts.product.as_str(), live.facts.server_id.as_str()), ("Aurora MySQL", "reader-2"));
    assert_eq!(live.facts.role, Role::Replica);
    assert_eq!(live.lag().await, Lag::Behind(Duration::from_micros(17_500)));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lag_of_a_mysql_replica_is_that_of_its_slowest_channel_and_a_stopped_one_counts() {
    for (second, lag) in [(Some("31"), Lag::Behind(Duration::from_secs(31))), (None, Lag::Stopped)] {
        let server = ScriptedServer::start(move |text| {
            if text.contains("SHOW VARIABLES") {
                variables(&with(&[("version", "8.0.39"), ("read_only", "ON"), ("server_id", "12")]))
            } else if text.ends_with("SHOW REPLICA STATUS") {
                let row = |seconds: Option<&str>| vec![Some("Yes".into()), seconds.map(ToOwned::to_owned)];
                Reply::Rows(vec!["Replica_IO_Running", "Seconds_Behind_Source"], vec![row(Some("2")), row(second)])
            } else {
                Reply::Done
            }
        });
        let mut live = connect(profile(&server)).await.unwrap();
        assert_eq!(live.lag().await, lag);
        live.close().await;
    }
}

/// MySQL 5.7 has other names: only `tx_read_only`, and SHOW SLAVE STATUS with `Seconds_Behind_Master`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mysql_5_7_replica_is_queried_in_its_own_syntax() {
    let server = ScriptedServer::start_as("5.7.44-log", NATIVE, |text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[
                ("version", "5.7.44-log"),
                ("version_comment", "MySQL Community Server (GPL)"),
                ("read_only", "ON"),
                ("super_read_only", "OFF"),
                ("server_id", "57"),
                ("max_execution_time", "0"),
            ]))
        } else if text.ends_with("SHOW SLAVE STATUS") {
            let row = ["Yes", "Yes", "7"].map(|value| Some(value.to_owned())).to_vec();
            Reply::Rows(vec!["Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master"], vec![row])
        } else if text.contains("REPLICA STATUS") {
            Reply::Error(1064, "You have an error in your SQL syntax near 'REPLICA STATUS'")
        } else {
            Reply::Done
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!((live.facts.product.as_str(), live.facts.role), ("MySQL", Role::Replica));
    assert_eq!((live.facts.dialect.server, live.facts.dialect.version), (ServerFamily::MySql, (5, 7, 44)));
    assert_eq!(live.lag().await, Lag::Behind(Duration::from_secs(7)));
    let asked = server.statements();
    assert!(asked.iter().all(|text| !text.contains("REPLICA STATUS")), "{asked:?}");
    assert!(asked.iter().any(|text| text.contains("SET SESSION TRANSACTION READ ONLY")), "{asked:?}");
    assert!(asked.iter().all(|text| !text.contains("transaction_read_only =")), "{asked:?}");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_read_only_even_for_its_administrators_is_a_replica_and_one_that_is_neither_is_a_writer() {
    for (read_only, of_all, role) in [
        ("ON", "ON", Role::Replica),
        ("OFF", "ON", Role::Replica),
        ("ON", "OFF", Role::Replica),
        ("OFF", "OFF", Role::Writer),
    ] {
        let server = ScriptedServer::start(move |text| {
            if text.contains("SHOW VARIABLES") {
                variables(&with(&[("version", "8.0.39"), ("read_only", read_only), ("super_read_only", of_all)]))
            } else {
                Reply::Done
            }
        });
        let live = connect(profile(&server)).await.unwrap();
        assert_eq!(live.facts.role, role, "read_only {read_only}, super_read_only {of_all}");
        live.close().await;
        let strict = Profile { require_replica: true, ..profile(&server) };
        assert_eq!(
            connect(strict).await.err().map(|problem| problem.kind),
            (role == Role::Writer).then_some(ProblemKind::Refused)
        );
    }
}

/// Doris reports a version of MySQL. It supports SHOW VARIABLES with WHERE, but neither grants nor replication.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doris_is_known_by_its_comment_and_its_lag_is_unknown() {
    let server = ScriptedServer::start_as("5.7.99", NATIVE, |text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[("version", "5.7.99"), ("version_comment", "Doris version doris-2.1.7-rc03-443e87e203")]))
        } else if text.contains("STATUS") || text.contains("SHOW GRANTS") {
            Reply::Error(1105, "errCode = 2, detailMessage = Syntax error in line 1")
        } else if text.contains("42") {
            one("42")
        } else {
            Reply::Done
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!((live.facts.product.as_str(), live.facts.dialect.server), ("Doris", ServerFamily::Other));
    assert_eq!((live.facts.role, live.facts.dialect.version), (Role::Unknown, (5, 7, 99)));
    assert_eq!(live.lag().await, Lag::Unknown("the server refuses to show the replication status".into()));
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lag_query_without_an_answer_loses_only_its_own_connection() {
    let server = ScriptedServer::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&with(&[("version", "8.0.39"), ("read_only", "ON")]))
        } else if text.contains("rrx:lag") {
            Reply::Nothing
        } else if text.contains("42") {
            one("42")
        } else {
            Reply::Done
        }
    });
    let mut live = connect(profile(&server)).await.unwrap();
    assert_eq!(live.lag().await, Lag::Unknown("no answer within 3 seconds".into()));
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    // The query blocked nothing, and is not sent again.
    assert_eq!(live.lag().await, Lag::Unknown("no answer within 3 seconds".into()));
    assert_eq!(
        server.statements().iter().filter(|text| text.contains("rrx:lag")).count(),
        1,
        "{:?}",
        server.statements()
    );
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    live.close().await;
}
