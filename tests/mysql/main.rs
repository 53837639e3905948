//! Tests of a session with a real MySQL, where it differs from MariaDB. `tests/run mysql` starts a server behind the rig's sshd,
//! or uses your own server and only reads from it. No other step runs these tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "tests are not a library")]

#[path = "../live/all_types.rs"]
mod all_types;
#[path = "../live/corpus.rs"]
mod corpus;
#[path = "../live/harness.rs"]
mod harness;
#[path = "../live/keys.rs"]
mod keys;
#[path = "../live/order.rs"]
mod order;
#[path = "../live/origins.rs"]
mod origins;
#[path = "../rig/mod.rs"]
mod rig;
mod server;

use std::env::var;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use harness::{TestSession, connect, unlimited};
use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{
    CommandConsent, Environment, HopDefaults, LostStatements, Profile, ProfileLimits, SecretSource, Spilling, TlsMode,
};
use rrx::domain::protocol::{End, LeftStatement, Limit, Role, RunBounds, RunningLeft, SessionCmd, SessionEvent};
use rrx::domain::results::{AxisOrder, wkt};
use rrx::domain::sql::{Param, ServerFamily, SqlMode};
use server::MySql;

fn required_variable(name: &str) -> String {
    var(name).unwrap_or_else(|_| panic!("{name} is not set: see tests/run --help"))
}

/// Returns the profile of the server in the environment, or of a private server behind the rig's sshd.
fn server_profile() -> Profile {
    let Ok(address) = var("RRX_MYSQL") else { return MySql::start().profile() };
    let (host, port) = address.rsplit_once(':').expect("RRX_MYSQL=HOST:PORT");
    let ca = var("RRX_MYSQL_CA").ok();
    Profile {
        name: "mysql".into(),
        environment: Environment::Test,
        route: Vec::new(),
        identity_passphrase: None,
        proxy_command: CommandConsent::Ask,
        host: host.into(),
        port: port.parse().expect("RRX_MYSQL=HOST:PORT"),
        user: required_variable("RRX_MYSQL_USER"),
        // The harness uses the name of the environment variable as the secret.
        password: Some(SecretSource::Env(required_variable("RRX_MYSQL_PASSWORD"))),
        tls: if ca.is_some() { TlsMode::VerifyIdentity } else { TlsMode::Required },
        ca: ca.map(Into::into),
        tls_server_name: None,
        cleartext: false,
        database: None,
        require_replica: false,
        docs: Vec::new(),
        snippets: Vec::new(),
        blinding: None,
        limits: ProfileLimits::default(),
        time_zone: "+02:00".into(),
        sql_mode: None,
        group_concat_max_len: 12_345,
        spill: Spilling::Allowed,
        lost_statements: LostStatements::Ask,
        tunnel: false,
        heartbeat: None,
        hop_defaults: HopDefaults::default(),
    }
}

/// Locks the server for a test that clears its cache of sign-ins or requires TLS for all accounts.
fn lock_server() -> MutexGuard<'static, ()> {
    static SERVER: Mutex<()> = Mutex::new(());
    SERVER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A statement with a billion generated rows.
const MANY: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
                    SELECT a.i, b.i, repeat('x', 100) FROM n a, n b, n c";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_variables_are_pinned_and_read_back() {
    let mut live = connect(server_profile()).await.unwrap();
    let facts = "SELECT @@sql_mode, @@character_set_results, @@time_zone, @@group_concat_max_len, @@autocommit, \
                 @@transaction_read_only, @@sql_select_limit, CONNECTION_ID()";
    let ran = live.run(facts).await;
    let row: Vec<&str> = ran.rows[0].iter().map(|value| value.as_deref().unwrap()).collect();
    assert_eq!(SqlMode::parse(row[0]), SqlMode::default());
    assert_eq!(row[1..7], ["utf8mb4", "+02:00", "12345", "1", "1", "18446744073709551615"]);
    assert_eq!(row[7], live.facts.connection_id.to_string());
    assert_eq!(live.facts.dialect.server, ServerFamily::MySql);
    assert!(live.facts.product.ends_with("MySQL") && live.facts.role != Role::Unknown, "{:?}", live.facts);
    assert!(live.facts.tls.is_some());
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_refused() {
    let wrong = Profile { password: Some(SecretSource::Env("guessed".into())), ..server_profile() };
    assert_eq!(connect(wrong).await.err().unwrap().server.unwrap().code, 1045);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_arrive_as_the_server_prints_them() {
    let mut live = connect(server_profile()).await.unwrap();
    let ran = live
        .run(
            "SELECT 18446744073709551615, CAST('838:59:58.999' AS TIME(3)), CAST('{\"a\": 1.50}' AS JSON), \
             CAST('-1.000000000000000000000000000001' AS DECIMAL(65,30)), NULL, 'é💠', 1e300",
        )
        .await;
    let row: Vec<&str> = ran.rows[0].iter().map(|value| value.as_deref().unwrap_or("NULL")).collect();
    let decimal = "-1.000000000000000000000000000001";
    let expected = ["18446744073709551615", "838:59:58.999", "{\"a\": 1.5}", decimal, "NULL", "é💠", "1e300"];
    assert_eq!(row, expected);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_stopped_and_cut_and_the_connection_still_works() {
    let mut live = connect(server_profile()).await.unwrap();
    for statement in [MANY, "SELECT SLEEP(40)"] {
        let result = live.start(statement, unlimited()).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
        assert_eq!(live.finish(result).await.report.end, End::Cancelled, "{statement}");
        assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
    }
    let cut = live.run_within(MANY, RunBounds { rows: Some(1500), ..unlimited() }).await;
    assert_eq!((cut.report.end, cut.rows.len()), (End::Limit(Limit::Rows(1500)), 1500));
    let slow = "SELECT /*+ MAX_EXECUTION_TIME(200) */ COUNT(*) FROM information_schema.COLUMNS a, information_schema.COLUMNS b, \
                information_schema.COLUMNS c WHERE a.COLUMN_COMMENT < CONCAT(b.COLUMN_NAME, c.COLUMN_NAME)";
    let End::Broken(problem) = live.run(slow).await.report.end else { panic!("the server's limit ends it") };
    assert_eq!((problem.kind, problem.server.unwrap().code), (ProblemKind::TimeLimit, 3024));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_has_its_position_and_the_catalog_is_sorted_by_name() {
    let mut live = connect(server_profile()).await.unwrap();
    for (text, code, at) in [
        ("SELECT 1 +\n FROM DUAL", 1064, 12),
        ("SELECT 1,\n nothing FROM information_schema.TABLES", 1054, 11),
        ("SELECT 1 FROM mysql.no_such", 1146, 20),
    ] {
        let End::Broken(problem) = live.run(text).await.report.end else { panic!("{text}") };
        assert_eq!((problem.server.unwrap().code, problem.at), (code, Some(at)), "{text}");
    }
    let catalog = live.catalog().await;
    assert!(catalog.schemas.is_sorted_by_key(|schema| &schema.name));
    let tables = catalog.schema("information_schema").unwrap().table("TABLES").unwrap();
    assert_eq!(tables.column("TABLE_NAME").unwrap().type_text, "varchar(64)");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_each_kind_is_followed_by_its_index_and_a_statement_with_values_is_stopped() {
    if var("RRX_MYSQL").is_ok() {
        return;
    }
    let mysql = MySql::start();
    mysql.sql(&keys::table());
    let mut live = connect(mysql.profile()).await.unwrap();
    keys::check_lookups(&mut live).await;
    keys::check_failures(&mut live).await;
    let result = live.start_with("SELECT SLEEP(?)", vec![Param::Integer(40)], unlimited()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
    live.close().await;
}

/// Waits for the next report of statements that run on without their connections.
async fn running(live: &mut TestSession) -> Vec<RunningLeft> {
    loop {
        if let SessionEvent::LeftRunning(running) = live.next_event().await {
            return running;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_of_another_connection_is_found_by_its_text_and_stopped() {
    // The process list cannot show the last letter.
    const TEXT: &str = "SELECT SLEEP(600), 'é😀'";
    let (mut one, mut two) = (connect(server_profile()).await.unwrap(), connect(server_profile()).await.unwrap());
    let result = one.start(TEXT, unlimited()).await;
    let left = LeftStatement { connection: one.facts.connection_id, text: TEXT.into() };
    // It is not found before it runs. MySQL refuses to show its last letter in information_schema.PROCESSLIST.
    let found = loop {
        two.commands.send(SessionCmd::FindLeft(vec![left.clone()])).await.unwrap();
        if let Ok(found) = tokio::time::timeout(Duration::from_secs(1), running(&mut two)).await {
            break found;
        }
    };
    assert_eq!(found.iter().map(|running| running.connection).collect::<Vec<_>>(), [left.connection]);
    two.commands.send(SessionCmd::StopLeft).await.unwrap();
    assert_eq!(running(&mut two).await, []);
    assert!(matches!(one.report(result).await.end, End::Broken(_)));
    two.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_sorted_as_the_servers_order_by_sorts_them() {
    if var("RRX_MYSQL").is_ok() {
        return;
    }
    let mysql = MySql::start();
    let mut live = connect(Profile { time_zone: "+00:00".into(), ..mysql.profile() }).await.unwrap();
    order::compare(&mut live, "utf8mb4_0900_bin", |script| drop(mysql.sql(script))).await;
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_prints_and_others_read_every_value_of_every_type() {
    if var("RRX_MYSQL").is_ok() {
        return;
    }
    let mysql = MySql::start();
    mysql.sql(&all_types::table(&[]));
    let profile = Profile { time_zone: "+00:00".into(), ..mysql.profile() };
    let mut live = connect(profile).await.unwrap();
    let cells = all_types::compare(&mut live, &[], |script| mysql.sql(script)).await;
    println!("{cells} cells compared");
    live.close().await;
}

/// `caching_sha2_password` asks once for the unscrambled password. Then it accepts a scramble until its cache is cleared.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "only one test at a time may clear the cache")]
async fn without_tls_the_full_sign_in_is_refused_and_the_fast_one_passes_after_a_full_one_over_tls() {
    if var("RRX_MYSQL").is_ok() {
        return;
    }
    let _lock = lock_server();
    let mysql = MySql::start();
    let without_tls = || Profile { tls: TlsMode::Disabled, ca: None, ..mysql.profile() };
    let direct = || Profile { route: Vec::new(), host: mysql.address().into(), ..without_tls() };
    for profile in [without_tls(), direct()] {
        mysql.sql("FLUSH PRIVILEGES");
        let problem = connect(profile.clone()).await.err().unwrap();
        assert!(problem.to_string().contains("2061") && problem.server.is_none(), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("tls = \"verify-identity\""), "{problem}");
        assert!(!problem.is_transient, "waiting does not mend it");
        for tls in [TlsMode::VerifyIdentity, TlsMode::Disabled] {
            let ca = if tls == TlsMode::Disabled { None } else { mysql.profile().ca };
            let base = if tls == TlsMode::Disabled { profile.clone() } else { mysql.profile() };
            let mut live = connect(Profile { tls, ca, ..base }).await.unwrap();
            assert_eq!(live.facts.tls.is_some(), tls != TlsMode::Disabled);
            assert_eq!(live.run("SELECT CURRENT_USER()").await.value(), "RO_USER@%");
            live.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "only one test at a time may require TLS for all accounts")]
async fn without_tls_an_account_or_a_server_that_requires_it_refuses_and_the_problem_names_the_setting() {
    if var("RRX_MYSQL").is_ok() {
        return;
    }
    let _lock = lock_server();
    let mysql = MySql::start();
    let only = Profile { user: "TLS_ONLY".into(), ..mysql.profile() };
    connect(only.clone()).await.unwrap().close().await;
    let problem = connect(Profile { tls: TlsMode::Disabled, ..only }).await.err().unwrap();
    assert_eq!(problem.server.unwrap().code, 1045);
    mysql.sql("SET GLOBAL require_secure_transport = 1");
    let problem = connect(Profile { tls: TlsMode::Disabled, ..mysql.profile() }).await.err().unwrap();
    mysql.sql("SET GLOBAL require_secure_transport = 0");
    assert_eq!(problem.server.as_ref().unwrap().code, 3159);
    assert!(problem.hint.unwrap().contains("tls ="));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn benign_statements_answer_as_in_the_client_or_are_refused_by_a_rule() {
    if var("RRX_MYSQL").is_ok() {
        // A server that is only read from has no tables of ours.
        return;
    }
    let _one = lock_server();
    let mysql = MySql::start();
    mysql.sql(&format!("DROP DATABASE IF EXISTS corpus; CREATE DATABASE corpus; USE corpus; {}", corpus::SCHEMA));
    let profile = Profile { time_zone: "+00:00".into(), ..mysql.profile() };
    corpus::check_corpus(&profile, || corpus::client(mysql.address(), profile.port, rig::ACCOUNT, rig::PASSWORD)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expressions_of_bits_have_the_value_that_the_server_computes_with() {
    if var("RRX_MYSQL").is_ok() {
        // A server that is only read from has no tables of ours.
        return;
    }
    let _one = lock_server();
    let mysql = MySql::start();
    mysql.sql(&format!("DROP DATABASE IF EXISTS bits; CREATE DATABASE bits; USE bits; {}", corpus::BITS));
    let mut live = harness::connect_in(mysql.profile(), "bits").await.unwrap();
    // A merged derived table hides which function sends digits: a doubt that only a name can settle.
    corpus::check_bits(&mut live, &["ANY_VALUE({})"], "/*+ NO_MERGE(d) */").await;
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_origin_of_a_column_is_a_column_that_exists() {
    if var("RRX_MYSQL").is_ok() {
        // A server that is only read from has no tables of ours.
        return;
    }
    let mysql = MySql::start();
    mysql.sql(origins::tables());
    let mut live = connect(mysql.profile()).await.unwrap();
    origins::check_origins(&mut live).await;
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn geometries_have_their_coordinates_in_the_order_of_st_astext_in_every_reference_system() {
    let mut live = connect(server_profile()).await.unwrap();
    let ran = live
        .run(
            "SELECT HEX(ST_GeomFromText('LINESTRING(1 2,3 4)', SRS_ID)), \
             CONCAT('SRID=', SRS_ID, ';', ST_AsText(ST_GeomFromText('LINESTRING(1 2,3 4)', SRS_ID))) \
             FROM information_schema.ST_SPATIAL_REFERENCE_SYSTEMS WHERE SRS_ID <> 0",
        )
        .await;
    assert_eq!(ran.report.end, End::Complete);
    assert!(ran.rows.len() > 5000, "{}", ran.rows.len());
    for row in &ran.rows {
        let (hex, text) = (row[0].as_deref().unwrap(), row[1].as_deref().unwrap());
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        assert_eq!(wkt(&bytes, AxisOrder::ReferenceSystem).as_deref(), Some(text));
    }
    live.close().await;
}
