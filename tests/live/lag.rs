//! The replication lag: from real replication, from a heartbeat table, and without a source.

use std::time::Duration;

use rrx::domain::profile::{Profile, SecretSource};
use rrx::domain::protocol::Lag;

use super::harness::{connect, direct};
use super::rig::{Rig, wait_until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_privilege_is_named_and_the_source_is_not_read_again() {
    let mut live = connect(Rig::start().profile()).await.unwrap();
    let Lag::Unknown(why) = live.lag().await else { panic!() };
    assert!(why.starts_with("no privilege: ") && why.contains("MONITOR"), "{why}");
    assert_eq!(live.lag().await, Lag::Unknown(why));
    assert_eq!(
        live.internal_queries.iter().filter(|text| text.contains("rrx:lag")).count(),
        1,
        "{:?}",
        live.internal_queries
    );
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_replication_has_no_lag_of_zero() {
    let rig = Rig::start();
    rig.sql("CREATE OR REPLACE USER monitor IDENTIFIED BY 'x'; GRANT SELECT, REPLICA MONITOR ON *.* TO monitor");
    let profile = Profile { user: "monitor".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    assert_eq!(live.lag().await, Lag::NotReplicating);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heartbeat_gives_the_lag_for_each_column_type_and_time_zone() {
    let rig = Rig::start();
    rig.sql(
        "CREATE DATABASE IF NOT EXISTS pulse; CREATE OR REPLACE TABLE pulse.beat (t TIMESTAMP(6), d DATETIME(6), v VARCHAR(26)); \
         INSERT INTO pulse.beat VALUES (NOW(6) - INTERVAL 90 SECOND, UTC_TIMESTAMP(6) - INTERVAL 90 SECOND, \
         DATE_FORMAT(UTC_TIMESTAMP(6) - INTERVAL 90 SECOND, '%Y-%m-%dT%H:%i:%s.%f')); CREATE OR REPLACE TABLE pulse.none (t DATETIME)",
    );
    let place = |table: &str, column: &str| Some(["pulse".to_owned(), table.to_owned(), column.to_owned()]);
    for column in ["t", "d", "v"] {
        let heartbeat = place("beat", column);
        let mut live = connect(Profile { time_zone: "+05:30".into(), heartbeat, ..direct(rig) }).await.unwrap();
        let Lag::Behind(lag) = live.lag().await else { panic!("{column}") };
        assert!((90..120).contains(&lag.as_secs()), "{column}: {lag:?}");
        assert!(live.internal_queries.iter().all(|text| text.starts_with("/* rrx:")), "{:?}", live.internal_queries);
        live.close().await;
    }
    for (heartbeat, words) in
        [(place("none", "t"), "pulse.none has no heartbeat"), (place("gone", "t"), "no privilege: ")]
    {
        let mut live = connect(Profile { heartbeat, ..direct(rig) }).await.unwrap();
        let Lag::Unknown(why) = live.lag().await else { panic!("{words}") };
        assert!(why.contains(words), "{why}");
        assert_eq!(live.run("SELECT 1").await.value(), "1");
        live.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_replication_has_a_lag_and_stopped_replication_is_not_at_zero() {
    let rig = Rig::start();
    let primary = rig.start_mariadb("primary", &["--log-bin=primary", "--server-id=1"]);
    let replica = rig.start_mariadb("replica", &["--read-only=1", "--server-id=2"]);
    primary.sql("CREATE USER repl IDENTIFIED BY 'x'; GRANT REPLICATION SLAVE ON *.* TO repl");
    // Replication starts after the statements that created the accounts, because both servers have run them.
    let from = primary.sql("SELECT @@gtid_binlog_pos");
    replica.sql(&format!(
        "SET GLOBAL gtid_slave_pos = '{}'; CREATE USER monitor IDENTIFIED BY 'x'; GRANT SELECT, REPLICA MONITOR ON *.* TO monitor; \
         CHANGE MASTER 'east' TO MASTER_HOST='127.0.0.2', MASTER_PORT={}, MASTER_USER='repl', MASTER_PASSWORD='x', \
         MASTER_USE_GTID=slave_pos; START SLAVE 'east'",
        from.trim(),
        primary.port()
    ));
    primary.sql("CREATE DATABASE arrived");
    let is_there = || replica.sql("SHOW DATABASES").contains("arrived");
    wait_until("replication runs", Duration::from_secs(30), is_there);
    let monitor = Some(SecretSource::Env("x".into()));
    let profile = Profile { port: replica.port(), user: "monitor".into(), password: monitor, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    assert_eq!(live.facts.server_id, "2");
    assert_eq!(live.lag().await, Lag::Behind(Duration::ZERO));
    replica.sql("STOP SLAVE 'east'");
    assert_eq!(live.lag().await, Lag::Stopped);
    live.close().await;
    let profile = Profile { port: primary.port(), require_replica: false, ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    assert_eq!(live.lag().await, Lag::Unknown("the server accepts writes".into()));
    assert!(!live.internal_queries.iter().any(|text| text.contains("rrx:lag")), "{:?}", live.internal_queries);
    live.close().await;
}
