//! Plans of a real server: the plan of a statement, and the check of a plan before a statement runs.

use rrx::commands::run::PlanPolicy;
use rrx::domain::plan::{ExplainFormat, Plan};
use rrx::domain::problem::Problem;
use rrx::domain::profile::{Profile, ProfileLimits};
use rrx::domain::protocol::{End, ExplainAnswer, ResultId, SessionCmd, SessionEvent};
use rrx::domain::sql::Param;

use crate::harness::{ID, TestSession, connect, connect_in, direct, permit_with};
use crate::rig::Rig;
use crate::run::{args, perform};

/// Makes a table without a key for its column `sku`.
fn make_tables(rig: &Rig) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        rig.sql(
            "CREATE DATABASE plans; CREATE TABLE plans.item (id INT PRIMARY KEY, sku VARCHAR(20)); \
             INSERT INTO plans.item SELECT seq, CONCAT('s', seq % 300) FROM mysql.seq_1_to_20000; \
             ANALYZE TABLE plans.item",
        );
    });
}

/// Sends an EXPLAIN on the connection for plans, and returns its answer.
async fn explain(live: &mut TestSession, text: &str, params: Vec<Param>) -> Result<ExplainAnswer, Problem> {
    let permit = permit_with(text, params, live.facts.dialect, ID);
    live.commands.send(SessionCmd::Explain { permit, result: ResultId(900) }).await.unwrap();
    loop {
        match live.next_event().await {
            SessionEvent::Explained { result, answer, .. } => {
                assert_eq!(result, ResultId(900));
                return answer;
            }
            SessionEvent::InternalQuery { text, .. } => live.internal_queries.push(text),
            SessionEvent::Lag(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_formats_of_a_real_server_are_plans() {
    let rig = Rig::start();
    make_tables(rig);
    let mut live = connect(direct(rig)).await.unwrap();
    let statement = "SELECT a.id FROM plans.item a JOIN plans.item b ON b.sku = a.sku ORDER BY a.sku";
    for format in [ExplainFormat::Json, ExplainFormat::Traditional] {
        let ran = live.run(&format!("{}{statement}", format.prefix())).await;
        assert_eq!(ran.report.end, End::Complete);
        let columns = ran.columns.unwrap().iter().map(|column| column.name.clone()).collect();
        let plan = ExplainAnswer { columns, rows: ran.rows }.plan(format).unwrap();
        let findings: Vec<String> = plan.findings().into_iter().map(|finding| finding.text).collect();
        for text in ["Full scan of ", "Join without a key", "(filesort)"] {
            assert!(findings.iter().any(|finding| finding.contains(text)), "{format:?}: {findings:?}");
        }
        assert!(plan.rows_examined(None) > 100_000_000, "{format:?}: {}", plan.rows_examined(None));
    }
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_read_between_two_statements_which_do_not_notice() {
    let rig = Rig::start();
    make_tables(rig);
    let mut live = connect_in(direct(rig), "plans").await.unwrap();
    let first = live.run("SELECT SQL_CALC_FOUND_ROWS id FROM item LIMIT 5").await;
    assert_eq!(first.rows.len(), 5);
    for number in [7, 8] {
        let answer =
            explain(&mut live, "EXPLAIN FORMAT=JSON SELECT * FROM item WHERE sku = 's5'", vec![]).await.unwrap();
        let plan = answer.plan(ExplainFormat::Json).unwrap();
        assert!(plan.too_many_rows(None, 10_000).is_some() && plan.too_many_rows(None, 1_000_000).is_none());
        // The values are bound, in the same database.
        let answer =
            explain(&mut live, "EXPLAIN FORMAT=JSON SELECT * FROM item WHERE id = ?", vec![Param::Integer(number)]);
        let plan: Plan = answer.await.unwrap().plan(ExplainFormat::Json).unwrap();
        assert!(plan.rows_examined(None) <= 1, "{plan:?}");
    }
    assert_eq!(live.run("SELECT FOUND_ROWS()").await.value(), "20000");
    let entered = live.internal_queries.iter().filter(|text| text.contains("rrx:plan-database")).count();
    assert_eq!(entered, 1, "the connection is kept: {:?}", live.internal_queries);
    // An error of the statement is an answer, and the next plan is read.
    let failed = explain(&mut live, "EXPLAIN FORMAT=JSON SELECT nothing FROM item", vec![]).await.unwrap_err();
    assert_eq!(failed.server.unwrap().code, 1054);
    assert!(explain(&mut live, "EXPLAIN FORMAT=JSON SELECT 1", vec![]).await.is_ok());
    // The mode of the session is that of the plan.
    let ran = live.run("SET sql_mode = 'ANSI_QUOTES'").await;
    assert_eq!(ran.report.end, End::Complete);
    let answer =
        explain(&mut live, "EXPLAIN FORMAT=JSON SELECT \"id\" FROM item WHERE \"id\" = 5", vec![]).await.unwrap();
    assert!(answer.plan(ExplainFormat::Json).unwrap().rows_examined(None) <= 1);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_headless_run_refuses_a_plan_beyond_the_limit_unless_it_is_let_through() {
    let rig = Rig::start();
    make_tables(rig);
    let limits = ProfileLimits { plan_rows: Some(10_000), ..ProfileLimits::default() };
    let profile = || Profile { limits, ..direct(rig) };
    let statement = "SELECT COUNT(*) FROM plans.item WHERE sku = 's5'";
    let refused = perform(args(statement), profile()).await;
    assert_eq!((refused.code, refused.out.as_str()), (4, ""));
    assert!(refused.err.contains("may read about") && refused.err.contains("--any-plan"), "{}", refused.err);
    // These run the query to measure it.
    for prefix in ["EXPLAIN ANALYZE", "ANALYZE"] {
        let refused = perform(args(&format!("{prefix} {statement}")), profile()).await;
        assert_eq!((refused.code, refused.out.as_str()), (4, ""), "{prefix}: {}", refused.err);
        assert!(refused.err.contains("may read about"), "{prefix}: {}", refused.err);
    }
    let whole = perform(rrx::commands::run::RunArgs { plans: PlanPolicy::Ignore, ..args(statement) }, profile()).await;
    assert_eq!((whole.code, whole.out.lines().last()), (0, Some("67")), "{}", whole.err);
    let small = perform(args("SELECT sku FROM plans.item WHERE id = 5"), profile()).await;
    assert_eq!((small.code, small.out.lines().last()), (0, Some("s5")), "{}", small.err);
    // A statement that the server refuses fails as usual.
    let bad = perform(args("SELECT nothing FROM plans.item"), profile()).await;
    assert_eq!(bad.code, 1, "{}", bad.err);
}
