//! The session against a real MariaDB: facts, rows, limits, cancelling, catalog.

use std::time::Duration;

use rrx::domain::catalog::{KeyRole, TableKind};
use rrx::domain::problem::{ProblemKind, Remedy};
use rrx::domain::profile::{Profile, Secret, SecretSource, TlsMode};
use rrx::domain::protocol::{
    Answer, ConnectionStep, End, Limit, PrivilegeScope, Question, Role, Rows, RunBounds, SessionCmd, SessionEvent,
    StepState,
};
use rrx::domain::sql::{ServerFamily, SqlMode};

use crate::harness::{self, connect, connect_answering, direct, unlimited};
use crate::origins;
use crate::rig::{Rig, SshdOptions, wait_until};

/// A statement with five million generated rows.
const FIVE_MILLION: &str = "SELECT seq, concat('row ', seq) AS label FROM mysql.seq_1_to_5000000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_variables_are_pinned_and_read_back_whatever_the_account_starts_with() {
    let rig = Rig::start();
    let mut live =
        connect(Profile { time_zone: "+02:00".into(), group_concat_max_len: 12_345, ..direct(rig) }).await.unwrap();
    let ran = live
        .run(
            "SELECT @@sql_mode, @@character_set_client, @@character_set_connection, @@character_set_results, @@time_zone, \
             @@group_concat_max_len, @@autocommit, @@tx_read_only, @@sql_select_limit, CONNECTION_ID()",
        )
        .await;
    let row: Vec<&str> = ran.rows[0].iter().map(|value| value.as_deref().unwrap()).collect();
    assert_eq!(live.facts.dialect.sql_mode, SqlMode::parse(row[0]), "{}", row[0]);
    assert_eq!(row[1..9], ["utf8mb4", "utf8mb4", "utf8mb4", "+02:00", "12345", "1", "1", "18446744073709551615"]);
    assert_eq!(row[9], live.facts.connection_id.to_string());
    assert_eq!(live.facts.dialect.server, ServerFamily::MariaDb);
    assert_eq!(live.facts.product, "MariaDB");
    assert_eq!(live.facts.role, Role::Replica);
    assert_eq!(live.facts.time_zone, "+02:00");
    assert_eq!(live.facts.account, "RO_USER@%");
    assert!(live.facts.tls.as_deref().is_some_and(|tls| tls.starts_with("TLSv1.")), "{:?}", live.facts.tls);
    assert_eq!(live.facts.warnings, Vec::<String>::new());
    assert!(live.internal_queries.iter().all(|text| text.starts_with("/* rrx:")), "{:?}", live.internal_queries);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sql_mode_of_the_server_stays_and_texts_are_read_under_it() {
    let rig = Rig::start();
    // The account has no init_connect, so its sessions start with the server's default.
    rig.sql("CREATE USER IF NOT EXISTS oracle_like IDENTIFIED BY 'x'; GRANT SELECT ON *.* TO oracle_like");
    let before = rig.sql("SELECT @@global.sql_mode");
    rig.sql("SET GLOBAL sql_mode = 'ORACLE,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,STRICT_TRANS_TABLES'");
    let profile = Profile { user: "oracle_like".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) };
    let live = connect(profile).await;
    rig.sql(&format!("SET GLOBAL sql_mode = '{}'", before.trim()));
    let mut live = live.unwrap();
    let mode = live.facts.dialect.sql_mode;
    assert!(mode.oracle && mode.ansi_quotes && mode.pipes_as_concat && mode.no_backslash_escapes, "{mode:?}");
    let ran = live.run(r#"SELECT 'a\', 'x' || 'y', 1 AS "c", @@sql_mode"#).await;
    assert_eq!(ran.rows[0][..2], [Some("a\\".to_owned()), Some("xy".to_owned())]);
    assert!(ran.rows[0][3].as_deref().unwrap().contains("ORACLE"));
    assert!(
        live.catalog().await.schemas.iter().any(|schema| schema.name == "mysql"),
        "the catalog is read all the same"
    );
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_connection_steps_are_reported_in_order() {
    let live = connect(direct(Rig::start())).await.unwrap();
    let done: Vec<ConnectionStep> = live
        .steps
        .iter()
        .filter(|(_, state)| matches!(state, StepState::Done(..) | StepState::Skipped))
        .map(|(step, _)| *step)
        .collect();
    let mut sorted = done.clone();
    sorted.sort();
    assert_eq!(done, sorted);
    assert!(done.ends_with(&[ConnectionStep::MySql, ConnectionStep::Guard]), "{done:?}");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_changed_by_another_session_shows_in_the_next_run_and_no_transaction_stays_open() {
    let rig = Rig::start();
    rig.sql("CREATE DATABASE IF NOT EXISTS moving; CREATE OR REPLACE TABLE moving.t (a INT) ENGINE=InnoDB; INSERT INTO moving.t VALUES (1)");
    let mut live = connect(direct(rig)).await.unwrap();
    assert_eq!(live.run("SELECT a FROM moving.t").await.value(), "1");
    rig.sql("UPDATE moving.t SET a = 2");
    assert_eq!(live.run("SELECT a FROM moving.t").await.value(), "2");
    let open = format!(
        "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = {}",
        live.facts.connection_id
    );
    assert_eq!(rig.sql(&open).trim(), "0");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_writes_passes_the_guard_and_is_refused_by_the_session() {
    let rig = Rig::start();
    rig.sql(
        "CREATE DATABASE IF NOT EXISTS sly; CREATE OR REPLACE TABLE sly.t (a INT) ENGINE=InnoDB; \
         CREATE OR REPLACE FUNCTION sly.f() RETURNS INT MODIFIES SQL DATA RETURN (SELECT COUNT(*) FROM sly.t); \
         CREATE USER IF NOT EXISTS mighty IDENTIFIED BY 'x'; GRANT ALL ON *.* TO mighty WITH GRANT OPTION",
    );
    let source = rig.private_directory("sly").join("f.sql");
    std::fs::write(
        &source,
        "DELIMITER //\nCREATE OR REPLACE FUNCTION sly.f() RETURNS INT MODIFIES SQL DATA\nBEGIN INSERT INTO sly.t VALUES (1); RETURN 1; END//\n",
    )
    .unwrap();
    rig.sql_file(&source);
    let profile = Profile { user: "mighty".into(), password: Some(SecretSource::Env("x".into())), ..direct(rig) };
    let mut live = connect(profile).await.unwrap();
    assert!(live.facts.warnings[0].contains("write privileges"), "{:?}", live.facts.warnings);
    let ran = live.run("SELECT sly.f()").await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.server.as_ref().unwrap().code, 1792, "{problem}");
    assert_eq!(rig.sql("SELECT COUNT(*) FROM sly.t").trim(), "0");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_a_stream_of_five_million_rows_keeps_the_connection_and_the_next_statement_gets_its_own_answer() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    let id = live.facts.connection_id.to_string();
    for _ in 0..3 {
        let result = live.start(FIVE_MILLION, unlimited()).await;
        assert!(matches!(live.next_rows().await, Rows::Open { .. }));
        for _ in 0..5 {
            assert!(matches!(live.next_rows().await, Rows::Batch { .. }));
        }
        live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
        let asked = std::time::Instant::now();
        let ran = live.finish(result).await;
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        assert_eq!(ran.report.end, End::Cancelled);
        assert!(ran.report.rows < 5_000_000);
        let next = live.run("SELECT CONNECTION_ID(), 6 * 7").await;
        assert_eq!(next.rows, [[Some(id.clone()), Some("42".to_owned())]]);
        assert_eq!(next.report.end, End::Complete);
    }
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_a_statement_that_sends_nothing_stops_it_at_once_and_the_server_is_idle() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    let result = live.start("SELECT /* nothing yet */ SLEEP(40)", unlimited()).await;
    let running = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* nothing yet %'";
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(running).trim() == "1");
    let asked = std::time::Instant::now();
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    let ran = live.finish(result).await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(ran.report.end, End::Cancelled);
    assert_eq!(rig.sql(running).trim(), "0");
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_for_an_earlier_result_touches_no_later_statement() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    let first = live.start("SELECT 1", unlimited()).await;
    live.finish(first).await;
    let second = live.start("SELECT SLEEP(0.3), 'whole'", unlimited()).await;
    live.commands.send(SessionCmd::Cancel(first)).await.unwrap();
    let ran = live.finish(second).await;
    assert_eq!(ran.report.end, End::Complete);
    assert_eq!(ran.rows[0][1].as_deref(), Some("whole"));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_at_any_moment_of_a_short_statement_leaves_the_next_one_whole() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    for round in 0..60 {
        let result = live.start("SELECT seq FROM mysql.seq_1_to_3000", unlimited()).await;
        for _ in 0..round % 4 {
            tokio::task::yield_now().await;
        }
        live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
        live.finish(result).await;
        let next = live.run(&format!("SELECT {round}")).await;
        assert_eq!((next.value(), &next.report.end), (round.to_string().as_str(), &End::Complete));
    }
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_limit_cuts_exactly_and_says_so_and_a_result_that_just_fits_is_complete() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    let bounds = RunBounds { rows: Some(1500), ..unlimited() };
    let cut = live.run_within("SELECT seq FROM mysql.seq_1_to_1501", bounds).await;
    assert_eq!((cut.report.end, cut.report.rows, cut.rows.len()), (End::Limit(Limit::Rows(1500)), 1500, 1500));
    let whole = live.run_within("SELECT seq FROM mysql.seq_1_to_1500", bounds).await;
    assert_eq!((whole.report.end, whole.report.rows), (End::Complete, 1500));
    let many = live.run_within(FIVE_MILLION, bounds).await;
    assert_eq!(many.report.end, End::Limit(Limit::Rows(1500)));
    assert!(many.report.total < Duration::from_secs(5), "{:?}", many.report.total);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_limit_cuts_after_the_row_that_reaches_it() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let bounds = RunBounds { bytes: Some(1000), ..unlimited() };
    let cut = live.run_within("SELECT repeat('x', 300) FROM mysql.seq_1_to_10", bounds).await;
    assert_eq!((cut.report.end, cut.report.rows, cut.report.bytes), (End::Limit(Limit::Bytes(1000)), 4, 1200));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_limit_to_the_first_row_keeps_the_connection() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let bounds = RunBounds { first_row: Duration::from_secs(1), ..unlimited() };
    let cut = live.run_within("SELECT SLEEP(30)", bounds).await;
    assert_eq!(cut.report.end, End::Limit(Limit::FirstRow(1)));
    assert!(cut.report.total < Duration::from_secs(4), "{:?}", cut.report.total);
    assert_eq!(live.run("SELECT 2").await.value(), "2");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_row_of_a_slow_statement_comes_at_once() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let result =
        live.start("SELECT seq, repeat('x', 20000), SLEEP(IF(seq = 3, 2, 0)) FROM mysql.seq_1_to_4", unlimited()).await;
    let ran = live.finish(result).await;
    assert_eq!(ran.report.rows, 4);
    assert!(ran.report.first_row.unwrap() < Duration::from_secs(1), "{:?}", ran.report.first_row);
    assert!(ran.batches.len() > 1, "{:?}", ran.batches);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warnings_are_counted_and_listed() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let ran = live.run("SELECT CAST('12x' AS SIGNED), 1/0").await;
    assert_eq!(ran.report.end, End::Complete);
    assert_eq!(usize::from(ran.report.warning_count), ran.report.warnings.len());
    let first = &ran.report.warnings[0];
    assert_eq!((first.level.as_str(), first.code), ("Warning", 1292));
    assert!(first.message.contains("12x"), "{}", first.message);
    assert_eq!(live.run("SELECT 1").await.report.warning_count, 0);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn use_changes_the_database_that_the_report_names() {
    let rig = Rig::start();
    rig.sql("CREATE DATABASE IF NOT EXISTS elsewhere; CREATE OR REPLACE TABLE elsewhere.only_here (a INT)");
    let mut live = connect(Profile { database: Some("mysql".into()), ..direct(rig) }).await.unwrap();
    assert_eq!(live.facts.database.as_deref(), Some("mysql"));
    assert_eq!(live.run("SELECT 1").await.report.database.as_deref(), Some("mysql"));
    assert_eq!(live.run("USE elsewhere").await.report.database.as_deref(), Some("elsewhere"));
    assert_eq!(live.run("SELECT COUNT(*) FROM only_here").await.report.database.as_deref(), Some("elsewhere"));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_arrive_as_the_server_prints_them() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let ran = live
        .run(
            "SELECT 18446744073709551615, CAST('-1.000000000000000000000000000001' AS DECIMAL(65,30)), '', NULL, 'NULL', \
             CAST('-838:59:58.999' AS TIME(3)), CAST(0 AS DATE), b'101', x'00ff', 'é💠', 1e300",
        )
        .await;
    let row: Vec<Option<&str>> = ran.rows[0].iter().map(Option::as_deref).collect();
    assert_eq!(row[0], Some("18446744073709551615"));
    assert_eq!(row[1], Some("-1.000000000000000000000000000001"));
    assert_eq!(row[2..5], [Some(""), None, Some("NULL")]);
    assert_eq!(row[5], Some("-838:59:58.999"));
    assert_eq!(row[9..], [Some("é💠"), Some("1e300")]);
    assert!(ran.columns.unwrap()[0].is_unsigned());
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_fails_keeps_the_servers_words_and_the_session() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let ran = live.run("SELECT nothing FROM nowhere.at_all").await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.kind, ProblemKind::Statement);
    assert_eq!(problem.server.as_ref().unwrap().code, 1146);
    // The error comes after some rows.
    let ran = live.run("SELECT seq, IF(seq = 3000, (SELECT 1 UNION SELECT 2), 0) FROM mysql.seq_1_to_5000").await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.server.as_ref().unwrap().code, 1242);
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_of_48_characters_works_and_a_wrong_one_is_refused_with_a_hint() {
    let rig = Rig::start();
    assert_eq!(rig.password().chars().count(), 48);
    let asked = Profile { password: Some(SecretSource::Prompt), ..direct(rig) };
    let live = connect_answering(asked.clone(), |question| {
        assert!(matches!(question, Question::Secret { .. }), "{question:?}");
        Answer::Secret(Secret::new(rig.password().to_owned()))
    })
    .await
    .unwrap();
    live.close().await;
    let mut times = 0;
    let wrong = connect_answering(asked.clone(), |_| {
        times += 1;
        Answer::Secret(Secret::new("guessed".into()))
    })
    .await;
    assert_eq!(times, 3, "once, and twice more: servers count failures");
    let problem = wrong.err().unwrap();
    assert_eq!((problem.kind, problem.server.as_ref().unwrap().code), (ProblemKind::Route, 1045));
    assert!(problem.hint.as_ref().unwrap().contains("rotated"), "{problem}");
    assert!(!problem.to_string().contains("guessed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_password_with_something_at_its_ends_is_reported_with_that() {
    let rig = Rig::start();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pw");
    for (before, after, expected) in [
        ("\u{feff}", "", "begins with a byte order mark"),
        ("\"", "\"", "is in quotes"),
        ("", " ", "ends with a space"),
    ] {
        std::fs::write(&file, format!("{before}{}{after}\n", rig.password())).unwrap();
        for source in [SecretSource::File(file.clone()), SecretSource::Command(format!("cat {}", file.display()))] {
            let stored = Profile { password: Some(source), ..direct(rig) };
            let refused = connect_answering(stored, |_| Answer::Decline).await.err().unwrap();
            assert_eq!(refused.server.as_ref().unwrap().code, 1045);
            assert!(refused.because.iter().any(|because| because.contains(expected)), "{refused}");
            assert!(refused.hint.as_ref().unwrap().contains("only the password"), "{refused}");
            assert!(!refused.to_string().contains(rig.password()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_with_a_secret_that_others_can_read_is_a_warning_of_the_session() {
    use std::os::unix::fs::PermissionsExt as _;
    let rig = Rig::start();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("pw");
    std::fs::write(&file, rig.password()).unwrap();
    let stored = Profile { password: Some(SecretSource::File(file.clone())), ..direct(rig) };
    for (mode, is_warned) in [(0o600, false), (0o640, true)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let live = connect_answering(stored.clone(), |question| panic!("{question:?}")).await.unwrap();
        let warned = live.facts.warnings.iter().any(|warning| warning.contains("other users can read"));
        assert_eq!(warned, is_warned, "{:?}", live.facts.warnings);
        live.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_stored_password_is_reported_with_its_age_and_a_typed_one_is_tried() {
    let rig = Rig::start();
    let stored = Profile { password: Some(SecretSource::Keyring("stored-94-days-ago".into())), ..direct(rig) };
    let mut problems = Vec::new();
    let live = connect_answering(stored, |question| {
        let Question::RetrySecret { problem, .. } = question else { panic!("{question:?}") };
        let is_first = problems.is_empty();
        problems.push(problem);
        Answer::Secret(Secret::new(if is_first { "guessed".into() } else { rig.password().to_owned() }))
    })
    .await
    .unwrap();
    for problem in &problems {
        assert_eq!(problem.server.as_ref().unwrap().code, 1045);
        let hint = problem.hint.as_ref().unwrap();
        assert!(hint.starts_with("stored 94 days ago: it may have been rotated"), "{hint}");
        assert!(hint.contains("`rrx secret set"), "{hint}");
    }
    assert_eq!(problems.len(), 2);
    assert!(live.facts.warnings.iter().any(|warning| warning.contains("rrx secret set")), "{:?}", live.facts.warnings);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_the_keyring_does_not_have_can_be_typed() {
    let rig = Rig::start();
    let profile = Profile { password: Some(SecretSource::Keyring("absent".into())), ..direct(rig) };
    let live = connect_answering(profile.clone(), |question| {
        let Question::RetrySecret { problem, prompt } = question else { panic!("{question:?}") };
        assert!(problem.server.is_none() && prompt.contains(rig.account()), "{problem} {prompt}");
        Answer::Secret(Secret::new(rig.password().to_owned()))
    })
    .await
    .unwrap();
    live.close().await;
    let problem = connect(profile).await.err().unwrap();
    assert_eq!(problem.kind, ProblemKind::Settings, "{problem}");
    assert!(problem.what.starts_with("There is no secret for the password of"), "{problem}");
    assert!(problem.because.iter().any(|why| why.contains("no keyring here")), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_problem_of_an_unknown_database_names_those_that_exist() {
    let problem = connect(Profile { database: Some("no_such".into()), ..direct(Rig::start()) }).await.err().unwrap();
    assert!(problem.what.contains("no_such"), "{problem}");
    assert_eq!(problem.server.as_ref().unwrap().code, 1049);
    assert!(problem.hint.as_ref().unwrap().contains("information_schema"), "{problem}");
    assert_eq!(problem.then, Some(Remedy::Settings));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_another_ca_is_refused_and_tls_required_does_not_verify_it() {
    let rig = Rig::start();
    let other = Profile { ca: Some(rig.other_ca()), ..direct(rig) };
    let problem = connect(other.clone()).await.err().unwrap();
    assert_eq!(problem.kind, ProblemKind::Route);
    assert!(problem.because[0].starts_with("TLS"), "{problem}");
    let live = connect(Profile { tls: TlsMode::Required, ..other }).await.unwrap();
    assert!(live.facts.tls.is_some());
    live.close().await;
    let live = connect(Profile { tls: TlsMode::Disabled, ..direct(rig) }).await.unwrap();
    assert_eq!(live.facts.tls, None);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_the_server_closes_is_reported_as_lost() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    let result = live.start("SELECT /* to be killed */ SLEEP(40)", unlimited()).await;
    let running = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* to be killed %'";
    wait_until("the statement runs", Duration::from_secs(10), || rig.sql(running).trim() == "1");
    rig.sql(&format!("KILL {}", live.facts.connection_id));
    let ran = live.finish(result).await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!() };
    assert_eq!(problem.then, Some(Remedy::Reconnect));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_that_the_server_ends_is_noticed() {
    let rig = Rig::start();
    let mut live = connect(direct(rig)).await.unwrap();
    rig.sql(&format!("KILL {}", live.facts.connection_id));
    assert!(matches!(live.final_event().await, SessionEvent::Lost(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permit_of_another_session_is_dropped_with_a_problem() {
    let mut live = connect(direct(Rig::start())).await.unwrap();
    let other = rrx::domain::ids::SessionId(99);
    let permit = harness::permit("SELECT 'never sent'", live.facts.dialect, other);
    let result = rrx::domain::ids::ResultId(77);
    live.commands.send(SessionCmd::Run { permit, result, bounds: unlimited() }).await.unwrap();
    let ran = live.finish(result).await;
    let End::Broken(problem) = ran.report.end else { panic!() };
    assert_eq!(problem.kind, ProblemKind::Refused);
    assert!(!Rig::start().general_log().contains("never sent"));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalog_is_read_by_six_statements_while_the_worksheet_runs_its_own() {
    let rig = Rig::start();
    rig.sql(
        "CREATE DATABASE IF NOT EXISTS shop; USE shop; DROP VIEW IF EXISTS cheap; DROP TABLE IF EXISTS line, item; \
         CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, code VARCHAR(10) NOT NULL UNIQUE COMMENT 'its barcode', price DECIMAL(10,2)) COMMENT 'what is sold'; \
         CREATE TABLE line (a INT, b INT, item_id INT, PRIMARY KEY (b, a), KEY by_price (item_id), CONSTRAINT to_item FOREIGN KEY (item_id) REFERENCES item (id)); \
         CREATE VIEW cheap AS SELECT id FROM item WHERE price < 1; CREATE OR REPLACE FUNCTION one() RETURNS INT RETURN 1",
    );
    let mut live = connect(direct(rig)).await.unwrap();
    live.internal_queries.clear();
    let catalog = live.catalog().await;
    let read = live.internal_queries.iter().filter(|text| text.contains("information_schema")).count();
    assert_eq!(read, 6, "{:?}", live.internal_queries);
    let shop = catalog.schema("shop").unwrap();
    assert!(!shop.is_system && catalog.schema("mysql").unwrap().is_system);
    let names: Vec<(&str, TableKind)> = shop.tables.iter().map(|table| (table.name.as_str(), table.kind)).collect();
    assert_eq!(names, [("cheap", TableKind::View), ("item", TableKind::Base), ("line", TableKind::Base)]);
    let item = shop.table("item").unwrap();
    assert_eq!(item.comment, "what is sold");
    assert_eq!(item.column("code").unwrap().comment, "its barcode");
    assert_eq!(item.column("code").unwrap().key, KeyRole::Unique);
    assert_eq!(item.column("id").unwrap().extra, "auto_increment");
    let line = shop.table("line").unwrap();
    assert_eq!(line.indexes[0].name, "PRIMARY");
    assert_eq!(line.indexes[0].columns, ["b", "a"]);
    assert_eq!(line.column("item_id").unwrap().key, KeyRole::Foreign);
    assert_eq!(
        (line.foreign_keys[0].to_table.as_str(), line.foreign_keys[0].to_columns.as_slice()),
        ("item", &["id".to_owned()][..])
    );
    assert_eq!(shop.table("cheap").unwrap().comment, "");
    assert_eq!((shop.routines[0].name.as_str(), shop.routines[0].kind.as_str()), ("one", "FUNCTION"));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_through_a_tunnel_works_like_a_direct_one() {
    let rig = Rig::start();
    let mut live = connect(rig.profile()).await.unwrap();
    let done: Vec<ConnectionStep> =
        live.steps.iter().filter(|(_, state)| matches!(state, StepState::Done(..))).map(|(step, _)| *step).collect();
    assert_eq!(done, ConnectionStep::ALL[..7]);
    assert!(live.facts.tls.is_some());
    let id = live.facts.connection_id.to_string();
    let result = live.start(FIVE_MILLION, unlimited()).await;
    for _ in 0..20 {
        live.next_rows().await;
    }
    let asked = std::time::Instant::now();
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(live.run("SELECT CONNECTION_ID()").await.value(), id);
    let catalog = live.catalog().await;
    assert!(catalog.schema("mysql").is_some());
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_works_while_the_queue_of_rows_is_full() {
    let mut live = connect(Rig::start().profile()).await.unwrap();
    let result = live.start(FIVE_MILLION, unlimited()).await;
    // The queue and the sockets fill up, and the session waits for space.
    wait_until("the queue is full", Duration::from_secs(20), || live.rows.len() == 4);
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    let ran = live.finish(result).await;
    assert_eq!(ran.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_hop_is_reported_while_a_statement_runs() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let hop = rig.hop(sshd.port(), &sshd.known_hosts());
    let mut live = connect(Profile { route: vec![hop], ..rig.profile() }).await.unwrap();
    let result = live.start("SELECT SLEEP(40)", unlimited()).await;
    tokio::task::yield_now().await;
    drop(sshd);
    let ran = live.finish(result).await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.kind, ProblemKind::Lost, "{problem}");
    assert!(matches!(live.final_event().await, SessionEvent::Lost(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalog_says_which_columns_an_account_with_column_privileges_may_read() {
    let rig = Rig::start();
    rig.sql(
        "CREATE DATABASE IF NOT EXISTS parts; USE parts; DROP TABLE IF EXISTS t; \
         CREATE TABLE t (id INT, secret INT, name VARCHAR(9), written INT, hidden INT INVISIBLE); \
         INSERT INTO t (id, secret, name) VALUES (1, 2, 'x'); \
         CREATE USER IF NOT EXISTS partial IDENTIFIED BY 'x'; \
         GRANT SELECT (id, name, hidden), INSERT (written) ON parts.t TO partial; \
         CREATE ROLE IF NOT EXISTS parts_reader; GRANT SELECT (id) ON parts.t TO parts_reader; \
         CREATE USER IF NOT EXISTS partial_by_role IDENTIFIED BY 'x'; GRANT parts_reader TO partial_by_role; \
         SET DEFAULT ROLE parts_reader FOR partial_by_role",
    );
    for (user, columns) in [("partial", "id, name"), ("partial_by_role", "id")] {
        // The harness uses the name of the environment variable as the secret.
        let password = Some(SecretSource::Env("x".into()));
        let mut live = connect(Profile { user: user.into(), password, ..direct(rig) }).await.unwrap();
        assert_eq!(live.facts.privileges, PrivilegeScope::MaybeColumns, "{user}");
        let End::Broken(problem) = live.run("SELECT * FROM parts.t").await.report.end else { panic!() };
        assert!(matches!(problem.server.unwrap().code, 1142 | 1143));
        let catalog = live.catalog().await;
        let table = catalog.table("parts", "t").unwrap();
        let names: Vec<&str> = table.star_columns().map(|column| column.name.as_str()).collect();
        assert_eq!(names.join(", "), columns, "{user}");
        let ran = live.run(&format!("SELECT {columns} FROM parts.t LIMIT 200")).await;
        assert_eq!((ran.report.end, ran.rows.len()), (End::Complete, 1), "{user}");
        live.close().await;
    }
    let live = connect(direct(rig)).await.unwrap();
    assert_eq!(live.facts.privileges, PrivilegeScope::WholeTables);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_origin_of_a_column_is_a_column_that_exists() {
    let rig = Rig::start();
    rig.sql(origins::tables());
    let mut live = connect(direct(rig)).await.unwrap();
    origins::check_origins(&mut live).await;
    live.close().await;
}
