//! What the session is at the server: its SQL mode, its time zone, and that nothing of rrx's own stands between two statements.

use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Profile, SecretSource, SessionTimeZone};
use rrx::domain::protocol::End;
use rrx::domain::sql::{Dialect, ServerFamily, SqlMode};

use crate::corpus;
use crate::harness::{TestSession, connect, connect_in, direct};
use crate::rig::Rig;
use crate::scripts;

/// Returns a profile with an account that may execute functions, so that it could change something.
pub fn executor(rig: &Rig) -> Profile {
    rig.sql(
        "CREATE USER IF NOT EXISTS executor IDENTIFIED BY 'x'; GRANT SELECT, EXECUTE, LOCK TABLES ON *.* TO executor",
    );
    Profile { user: "executor".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) }
}

/// Makes a database with a function `f`, which makes the session writable.
pub fn make_unpin(rig: &Rig, database: &str) {
    let source = rig.private_directory(database).join("f.sql");
    let text = format!(
        "CREATE DATABASE IF NOT EXISTS {database};\nDELIMITER //\nCREATE OR REPLACE FUNCTION {database}.f() RETURNS INT\n\
         BEGIN SET SESSION tx_read_only = 0; RETURN 1; END//\n"
    );
    std::fs::write(&source, text).unwrap();
    rig.sql_file(&source);
}

/// Makes a table with the names of three people, two of them with the same last name.
fn make_people(rig: &Rig) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        rig.sql(
            "CREATE DATABASE people; CREATE TABLE people.p (first_name TEXT, last_name TEXT); \
             INSERT INTO people.p VALUES ('PENELOPE', 'GUINESS'), ('ED', 'GUINESS'), ('NICK', 'WAHLBERG')",
        );
    });
}

async fn value(live: &mut TestSession, text: &str) -> String {
    let ran = live.run(text).await;
    assert_eq!(ran.report.end, End::Complete, "{text}: {:?}", ran.report.end);
    ran.value().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_may_name_the_sql_mode_and_the_text_is_read_under_it() {
    let rig = Rig::start();
    make_people(rig);
    let count = r#"SELECT COUNT(*) FROM people.p WHERE "last_name" = 'GUINESS'"#;
    let mut usual = connect(direct(rig)).await.unwrap();
    assert_eq!(value(&mut usual, count).await, "0", "\"last_name\" is a text");
    usual.close().await;
    let sql_mode = Some("ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES".to_owned());
    let mut ansi = connect(Profile { sql_mode, ..direct(rig) }).await.unwrap();
    assert_eq!(ansi.facts.dialect.sql_mode, SqlMode::parse(&ansi.facts.sql_mode));
    assert!(ansi.facts.dialect.sql_mode.ansi_quotes && ansi.facts.dialect.sql_mode.no_backslash_escapes);
    assert_eq!(value(&mut ansi, count).await, "2", "\"last_name\" is a column");
    assert_eq!(value(&mut ansi, "SELECT 'a' || 'b'").await, "ab");
    assert_eq!(value(&mut ansi, r"SELECT 'a\'").await, r"a\");
    ansi.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_that_the_server_does_not_know_ends_connecting_with_its_error() {
    let profile = Profile { sql_mode: Some("NO_SUCH_FLAG".into()), ..direct(Rig::start()) };
    let problem = connect(profile).await.err().expect("the server does not know the flag");
    assert_eq!(problem.server.as_ref().map(|error| error.code), Some(1231), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_of_sql_mode_counts_from_the_next_statement_on() {
    let rig = Rig::start();
    make_people(rig);
    let mut live = connect(direct(rig)).await.unwrap();
    let count = r#"SELECT COUNT(*) FROM people.p WHERE "last_name" = 'GUINESS'"#;
    assert_eq!(value(&mut live, count).await, "0");
    let ran = live.run("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES')").await;
    assert!(ran.report.sql_mode.as_ref().is_some_and(|mode| mode.contains("ANSI_QUOTES")), "{:?}", ran.report);
    assert_eq!(value(&mut live, count).await, "2");
    assert_eq!(value(&mut live, r"SELECT 'a\'").await, r"a\");
    // A failed SET leaves the mode as it is, and rrx knows.
    let failed = live.run("SET sql_mode = 'NO_SUCH_FLAG'").await;
    assert!(matches!(failed.report.end, End::Broken(_)), "{:?}", failed.report.end);
    assert_eq!(value(&mut live, count).await, "2");
    live.run("SET sql_mode = DEFAULT").await;
    assert_eq!(value(&mut live, count).await, "0");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_rrx_stands_between_two_statements() {
    let rig = Rig::start();
    make_people(rig);
    let mut live = connect(executor(rig)).await.unwrap();
    assert_eq!(live.facts.warnings.len(), 1, "the account could change something: {:?}", live.facts.warnings);
    live.run("USE people").await;
    live.run("SELECT SQL_CALC_FOUND_ROWS first_name FROM p LIMIT 1").await;
    assert_eq!(value(&mut live, "SELECT FOUND_ROWS()").await, "3");
    let warned = live.run("SELECT SQL_CALC_FOUND_ROWS CAST(last_name AS SIGNED) FROM p LIMIT 1").await;
    assert_eq!(warned.report.warnings[0].code, 1292);
    assert_eq!(live.run("SHOW WARNINGS").await.rows[0][1].as_deref(), Some("1292"));
    assert_eq!(value(&mut live, "SELECT FOUND_ROWS()").await, "3", "SHOW WARNINGS leaves it");
    live.run("SET profiling = 1").await;
    live.run("SELECT 'first'").await;
    let unread = live.run("SELECT CAST('second' AS SIGNED)").await.report;
    assert_eq!((unread.warning_count, unread.warnings.len(), unread.note.is_some()), (1, 0, true));
    live.run("USE people").await;
    let profiles: Vec<String> =
        live.run("SHOW PROFILES").await.rows.iter().map(|row| row[2].clone().unwrap()).collect();
    // MariaDB lists the USE as the name alone.
    assert_eq!(profiles[..2], ["SELECT 'first'", "SELECT CAST('second' AS SIGNED)"], "{profiles:?}");
    assert!(profiles.iter().all(|text| !text.contains("rrx:")), "{profiles:?}");
    assert_eq!(value(&mut live, "SELECT DATABASE()").await, "people");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_current_database_is_known_without_a_query() {
    let rig = Rig::start();
    rig.sql("CREATE DATABASE IF NOT EXISTS `Mixed ``Case`");
    let mut live = connect(direct(rig)).await.unwrap();
    for (text, name) in [
        ("USE `Mixed ``Case`", "Mixed `Case"),
        ("USE INFORMATION_SCHEMA", "information_schema"),
        ("use mysql", "mysql"),
    ] {
        let ran = live.run(text).await;
        assert_eq!(ran.report.database.as_deref(), Some(name), "{:?}", ran.report.end);
        assert_eq!(value(&mut live, "SELECT DATABASE()").await, name);
    }
    let failed = live.run("USE there_is_none").await;
    assert_eq!(failed.report.database.as_deref(), Some("mysql"), "{:?}", failed.report.end);
    assert!(!live.internal_queries.iter().any(|text| text.contains("rrx:database")));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_to_what_the_session_has_is_accepted_and_not_sent() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    for text in [
        "SET /* same */ autocommit = 1",
        "SET /* same */ TRANSACTION READ ONLY",
        "SET /* same */ CHARACTER SET utf8mb4",
    ] {
        let ran = live.run(text).await;
        assert_eq!(ran.report.end, End::Complete, "{text}");
        assert!(ran.report.note.is_some(), "{text}");
    }
    assert!(!rig.general_log().contains("/* same */"));
    assert!(live.run("SET NAMES utf8mb4").await.report.note.is_some());
    for text in [
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SQL_BIG_SELECTS = 1, SQL_SAFE_UPDATES = 1, foreign_key_checks = 0",
        "SET max_statement_time = 2",
        "SET collation_connection = utf8mb4_bin",
        "SET ROLE NONE",
    ] {
        assert_eq!(live.run(text).await.report.end, End::Complete, "{text}");
    }
    assert_eq!(value(&mut live, "SELECT @@tx_isolation").await, "READ-COMMITTED");
    assert_eq!(value(&mut live, "SELECT @@tx_read_only").await, "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_zone_of_the_server_is_named_where_it_differs_and_kept_where_the_profile_says_so() {
    let rig = Rig::start();
    let mut server = rig.start_mariadb("zoned", &["--default-time-zone=+09:00"]);
    server.sql("CREATE DATABASE z; CREATE TABLE z.t (ts TIMESTAMP); SET time_zone = '+00:00'; INSERT INTO z.t VALUES ('2024-06-29 20:00:00')");
    let profile = Profile { port: server.port(), require_replica: false, ..direct(rig) };
    let count = "SELECT COUNT(*) FROM z.t WHERE ts >= '2024-06-30'";
    let mut pinned = connect(profile.clone()).await.unwrap();
    assert_eq!((pinned.facts.time_zone.as_str(), pinned.facts.server_time_zone.as_deref()), ("+00:00", Some("+09:00")));
    assert_eq!(value(&mut pinned, count).await, "0");
    pinned.close().await;
    let mut own = connect(Profile { time_zone: SessionTimeZone::Server, ..profile }).await.unwrap();
    assert_eq!((own.facts.time_zone.as_str(), own.facts.server_time_zone.as_deref()), ("+09:00", None));
    assert_eq!(value(&mut own, count).await, "1");
    own.close().await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_makes_the_session_writable_ends_it_even_if_the_statement_is_cut() {
    let rig = Rig::start();
    make_unpin(rig, "unpin");
    let mut live = connect(executor(rig)).await.unwrap();
    let bounds = rrx::domain::protocol::RunBounds { rows: Some(1), ..crate::harness::unlimited() };
    let ran = live.run_within("SELECT unpin.f() FROM mysql.seq_1_to_9", bounds).await;
    assert!(matches!(ran.report.end, End::Limit(_)), "{:?}", ran.report.end);
    let rrx::domain::protocol::SessionEvent::Lost(problem) = live.final_event().await else { panic!("it goes on") };
    assert_eq!(problem.kind, ProblemKind::Lost);
    assert!(problem.because[0].contains("read_only"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benign_statements_answer_as_in_the_client_or_are_refused_by_a_rule() {
    let rig = Rig::start();
    rig.sql(&format!("DROP DATABASE IF EXISTS corpus; CREATE DATABASE corpus; USE corpus; {}", corpus::SCHEMA));
    corpus::check_corpus(&direct(rig), || {
        corpus::client(rig.mysql_address(), rig.mysql_port(), rig.account(), rig.password())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_splitter_finds_the_statements_that_the_client_sends() {
    let rig = Rig::start();
    let dialect = Dialect { server: ServerFamily::MariaDb, version: (10, 11, 0), ..Dialect::default() };
    scripts::check_scripts(dialect, || {
        corpus::client(rig.mysql_address(), rig.mysql_port(), rig.account(), rig.password())
    });
}

/// The same number in each form in which a server sends a BIT.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expressions_of_bits_have_the_value_that_the_server_computes_with() {
    let rig = Rig::start();
    rig.sql(&format!("DROP DATABASE IF EXISTS bits; CREATE DATABASE bits; USE bits; {}", corpus::BITS));
    let mut live = connect_in(direct(rig), "bits").await.unwrap();
    corpus::check_bits(&mut live, &[], "").await;
    live.close().await;
}

/// Returns a profile with an account that may have this many connections at a time.
pub fn limited(rig: &Rig, user: &str, connections: u32) -> Profile {
    rig.sql(&format!(
        "CREATE OR REPLACE USER {user} IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS {connections}; GRANT SELECT ON *.* TO {user}"
    ));
    Profile { user: user.to_owned(), password: Some(SecretSource::Env("x".into())), ..direct(rig) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_few_connections_runs_statements_and_has_the_catalog() {
    let rig = Rig::start();
    make_people(rig);
    for connections in [1, 2, 3] {
        let mut live = connect(limited(rig, &format!("limited_{connections}"), connections)).await.unwrap();
        let is_alone = live.facts.warnings.iter().any(|warning| warning.contains("only one connection"));
        assert_eq!(is_alone, connections == 1, "{:?}", live.facts.warnings);
        let catalog = live.catalog().await;
        assert!(catalog.table("people", "p").is_some(), "{connections}");
        assert_eq!(value(&mut live, "SELECT COUNT(*) FROM people.p").await, "3");
        live.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_only_connection_is_closed_to_stop_its_statement_and_says_so() {
    let rig = Rig::start();
    let mut live = connect(limited(rig, "alone", 1)).await.unwrap();
    let result = live.start("SELECT /* alone */ SLEEP(60)", crate::harness::unlimited()).await;
    let running = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* alone %'";
    crate::rig::wait_until("the statement runs", std::time::Duration::from_secs(10), || rig.sql(running).trim() == "1");
    live.commands.send(rrx::domain::protocol::SessionCmd::Cancel(result)).await.unwrap();
    let ran = live.finish(result).await;
    assert_eq!(ran.report.end, End::Cancelled);
    let rrx::domain::protocol::SessionEvent::Lost(problem) = live.final_event().await else { panic!("it goes on") };
    assert_eq!(problem.because, ["the server allows the account only one connection"], "{problem}");
}
