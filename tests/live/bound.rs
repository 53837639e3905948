//! Statements with values: the server receives the values separately, and everything else works as without values.

use std::time::Duration;

use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Profile, SecretSource};
use rrx::domain::protocol::{End, Limit, RunBounds, SessionCmd, SessionEvent};
use rrx::domain::sql::Param;

use crate::harness::{TestSession, connect, unlimited};
use crate::keys;
use crate::rig::{Rig, wait_until};

async fn live() -> TestSession {
    connect(Rig::start().profile()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_each_kind_is_followed_by_its_index_and_an_error_leaves_nothing_behind() {
    Rig::start().sql(&keys::table());
    let mut live = live().await;
    keys::check_lookups(&mut live).await;
    keys::check_failures(&mut live).await;
    assert!(live.internal_queries.iter().all(|text| text.starts_with("/* rrx:")), "{:?}", live.internal_queries);
    assert!(!live.internal_queries.iter().any(|text| text.contains("2024-02-29")), "{:?}", live.internal_queries);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_gets_no_text_that_contains_a_value() {
    let mut live = live().await;
    let value = "Käse'-4711-\\";
    let ran = live.run_with("SELECT ? AS it", vec![Param::Text(value.into())]).await;
    assert_eq!(ran.value(), value);
    let id = live.facts.connection_id.to_string();
    let log = Rig::start().general_log();
    let of_connection = |line: &&str| line.split_whitespace().any(|word| word == id);
    let ours: Vec<&str> = log.lines().filter(of_connection).collect();
    let is = |what: &str| ours.iter().any(|line| line.contains(what));
    assert!(is("Prepare\t/* rrx:bind */ SET @rrx_text = ?, @rrx_1 = ?"), "{ours:#?}");
    assert!(is("Query\t/* rrx:execute */ EXECUTE rrx USING @rrx_1"), "{ours:#?}");
    // The server writes the values of an executed statement to its log, although the client did not send them in a text.
    let with_value: Vec<&&str> = ours.iter().filter(|line| line.contains("4711")).collect();
    assert!(!with_value.is_empty() && with_value.iter().all(|line| line.contains("Execute\t")), "{with_value:#?}");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_with_values_is_stopped_and_cut_and_has_warnings_like_any_other() {
    let mut live = live().await;
    let result = live.start_with("SELECT SLEEP(?)", vec![Param::Integer(40)], unlimited()).await;
    let sleeping = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE id = {} AND state = 'User sleep'",
        live.facts.connection_id
    );
    wait_until("the statement runs", Duration::from_secs(10), || Rig::start().sql(&sleeping).trim() == "1");
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    let ran = live.finish(result).await;
    assert_eq!(ran.report.end, End::Cancelled);
    assert!(ran.report.total < Duration::from_secs(20), "{:?}", ran.report.total);
    assert_eq!(live.run("SELECT @rrx_1 IS NULL").await.value(), "1");

    let bounds = RunBounds { rows: Some(1500), ..unlimited() };
    let result = live.start_with("SELECT seq FROM mysql.seq_1_to_5000 WHERE seq > ?", vec![Param::Integer(9)], bounds);
    let result = result.await;
    let cut = live.finish(result).await;
    assert_eq!((&cut.report.end, cut.rows.len(), cut.value()), (&End::Limit(Limit::Rows(1500)), 1500, "10"));

    let warned = live.run_with("SELECT CAST(? AS SIGNED), ?", vec![Param::Text("12x".into()), Param::Null]).await;
    assert_eq!(warned.rows, [[Some("12".to_owned()), None]]);
    assert_eq!((warned.report.end, warned.report.warnings[0].code), (End::Complete, 1292));
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_at_any_moment_of_a_statement_with_values_leaves_the_next_one_whole() {
    let mut live = live().await;
    for round in 0..40 {
        let values = vec![Param::Integer(round)];
        let result = live.start_with("SELECT seq FROM mysql.seq_1_to_3000 WHERE seq > ?", values, unlimited()).await;
        tokio::time::sleep(Duration::from_micros(150 * u64::try_from(round).unwrap())).await;
        live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
        let ran = live.finish(result).await;
        assert!(matches!(ran.report.end, End::Cancelled | End::Complete), "{:?}", ran.report.end);
        let next = live.run_with("SELECT ?", vec![Param::Integer(round)]).await;
        assert_eq!((next.value(), &next.report.end), (round.to_string().as_str(), &End::Complete));
    }
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn placeholders_and_values_that_differ_in_number_are_refused_before_anything_is_sent() {
    let mut live = live().await;
    let sent = live.internal_queries.len();
    for (statement, values, message) in [
        ("SELECT '?', ?", 0, "The statement has 1 placeholder (?), but 0 values were given"),
        ("SELECT ?, ? -- ?", 1, "The statement has 2 placeholders (?), but 1 value was given"),
        ("SELECT `a?` FROM t", 2, "The statement has 0 placeholders (?), but 2 values were given"),
    ] {
        let ran = live.run_with(statement, vec![Param::Integer(1); values]).await;
        let End::Broken(problem) = ran.report.end else { panic!("{statement}") };
        assert_eq!((problem.what.as_str(), problem.kind), (message, ProblemKind::Refused));
        assert_eq!(problem.at.map(|at| &statement[at..=at]), (values < 2).then_some("?"), "{statement}");
    }
    assert_eq!(live.internal_queries.len(), sent);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pinned_variables_are_checked_after_a_statement_with_values_too() {
    let rig = Rig::start();
    let source = rig.private_directory("bound-turncoat").join("f.sql");
    std::fs::write(
        &source,
        "CREATE DATABASE bound_turncoat; CREATE TABLE bound_turncoat.t (a INT) ENGINE=InnoDB;\nDELIMITER //\n\
         CREATE FUNCTION bound_turncoat.opens(a INT) RETURNS INT BEGIN SET SESSION tx_read_only = 0; RETURN a; END//\n\
         CREATE FUNCTION bound_turncoat.writes(a INT) RETURNS INT MODIFIES SQL DATA \
         BEGIN INSERT INTO bound_turncoat.t VALUES (a); RETURN a; END//\n\
         DELIMITER ;\nCREATE USER bound_turncoat IDENTIFIED BY 'x'; GRANT ALL ON *.* TO bound_turncoat;\n",
    )
    .unwrap();
    rig.sql_file(&source);
    // The harness uses the name of the environment variable as the secret.
    let password = Some(SecretSource::Env("x".into()));
    let profile = Profile { user: "bound_turncoat".into(), password, ..rig.profile() };
    let mut live = connect(profile.clone()).await.unwrap();
    let ran = live.run_with("SELECT bound_turncoat.writes(?)", vec![Param::Integer(3)]).await;
    let End::Broken(problem) = &ran.report.end else { panic!("{:?}", ran.report) };
    assert_eq!(problem.server.as_ref().unwrap().code, 1792, "{problem}");
    assert_eq!(live.run_with("SELECT bound_turncoat.opens(?)", vec![Param::Integer(3)]).await.value(), "3");
    let SessionEvent::Lost(problem) = live.final_event().await else { panic!() };
    assert!(problem.because[0].starts_with("tx_read_only"), "{problem}");
    assert_eq!(rig.sql("SELECT COUNT(*) FROM bound_turncoat.t").trim(), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_followed_in_the_demo() {
    let directory = tempfile::tempdir().unwrap();
    let options = rrx::demo::Options { subjects: 3, directory: directory.path().into(), listen: None };
    let demo = rrx::demo::start(options).await.unwrap();
    let mut live = connect(demo.profile.clone()).await.unwrap();
    let study = "SELECT * FROM `clinspark_demo`.`study` WHERE `id` = ? LIMIT 200";
    let id = live.run("SELECT study_id FROM clinspark_demo.epoch ORDER BY id DESC LIMIT 1").await;
    assert_eq!(id.report.end, End::Complete);
    let id = id.value().to_owned();
    let plain = live.run(&study.replace('?', &id)).await;
    let followed = live.run_with(study, vec![Param::Integer(id.parse().unwrap())]).await;
    assert_eq!((followed.report.end, followed.rows.len()), (End::Complete, 1));
    assert_eq!((followed.rows, followed.columns), (plain.rows, plain.columns));
    let values = vec![Param::Text("it's".into()), Param::Bytes(vec![0, 255]), Param::Null];
    let ran = live.run_with("SELECT ?, HEX(?), ?", values).await;
    assert_eq!(ran.rows, [[Some("it's".to_owned()), Some("00FF".to_owned()), None]]);
    let wrong = live.run_with("SELECT nothing FROM clinspark_demo.study WHERE id = ?", vec![Param::Integer(1)]).await;
    let End::Broken(problem) = wrong.report.end else { panic!("{:?}", wrong.report.end) };
    assert_eq!(problem.server.unwrap().code, 1054);
    assert_eq!(live.run("SELECT 1").await.value(), "1");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_each_kind_find_their_rows_in_the_demo_and_a_statement_with_values_is_stopped_there() {
    let directory = tempfile::tempdir().unwrap();
    let options = rrx::demo::Options { subjects: 3, directory: directory.path().into(), listen: None };
    let demo = rrx::demo::start(options).await.unwrap();
    let mut live = connect(demo.profile.clone()).await.unwrap();
    let unhex = |digits: &str| {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect::<Vec<u8>>()
    };
    for (column, shown) in [
        ("c_bigint", "c_bigint"),
        ("c_bigint_unsigned", "c_bigint_unsigned"),
        ("c_varchar", "c_varchar"),
        ("c_date", "c_date"),
        ("c_binary", "HEX(c_binary)"),
    ] {
        let all = format!("SELECT id, {shown} FROM reporting.all_types WHERE {column} IS NOT NULL");
        let all = live.run(&all).await;
        assert!(all.rows.len() > 1, "{column}: {:?}", all.report.end);
        for row in all.rows {
            let (id, text) = (row[0].clone(), row[1].clone().unwrap());
            let value = match column {
                "c_bigint" | "c_bigint_unsigned" => Param::Integer(text.parse().unwrap()),
                "c_binary" => Param::Bytes(unhex(&text)),
                _ => Param::Text(text.clone()),
            };
            let statement = format!("SELECT id FROM reporting.all_types WHERE {column} = ?");
            let found = live.run_with(&statement, vec![value]).await;
            assert_eq!(found.report.end, End::Complete, "{column} {text:?}");
            assert!(found.rows.iter().any(|row| row[0] == id), "{column} {text:?}");
        }
    }
    let slow = "SELECT COUNT(*) FROM clinspark_demo.item_data a, clinspark_demo.item_data b, clinspark_demo.item_data c, \
                clinspark_demo.item_data d WHERE a.id > ?";
    let result = live.start_with(slow, vec![Param::Integer(0)], unlimited()).await;
    let mut watcher = connect(demo.profile.clone()).await.unwrap();
    while !watcher
        .run("SHOW PROCESSLIST")
        .await
        .rows
        .iter()
        .flatten()
        .flatten()
        .any(|cell| cell.contains("EXECUTE rrx"))
    {}
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run_with("SELECT ?", vec![Param::Integer(7)]).await.value(), "7");
    watcher.close().await;
    live.close().await;
}
