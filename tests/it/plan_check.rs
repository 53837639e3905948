//! The check of a plan before a statement runs, where the profile has a limit for the rows that a plan may read.

use std::sync::Arc;
use std::time::Duration;

use rrx::app::{Effect, Message};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::{Profile, ProfileLimits};
use rrx::domain::protocol::{End, ExplainAnswer, ResultId, SessionCmd, SessionEvent, StorageCmd};

use super::model::{Bench, report};

/// A plan that reads 29,880 rows.
const SCAN: &str = include_str!("../fixtures/plan/mysql-9.7-version-1/scan.json");

/// A connected model whose profile lets a plan read this many rows.
fn bench(plan_rows: Option<u64>) -> Bench {
    let mut bench = Bench::connected(160, 45);
    let profile = bench.model.context.profile.as_ref().unwrap().as_ref().clone();
    let limits = ProfileLimits { plan_rows, ..profile.limits };
    bench.model.context.profile = Some(Arc::new(Profile { limits, ..profile }));
    bench
}

/// Takes the EXPLAIN that was sent on a connection of its own.
fn explained(bench: &mut Bench) -> Option<(ResultId, String)> {
    let is_explain = |effect: &Effect| matches!(effect, Effect::Session(_, SessionCmd::Explain { .. }));
    let at = bench.effects.iter().position(is_explain)?;
    match bench.effects.remove(at) {
        Effect::Session(_, SessionCmd::Explain { permit, result }) => {
            Some((result, permit.checked().text().to_owned()))
        }
        _ => None,
    }
}

/// Runs the statement up to the EXPLAIN that checks it.
fn check(bench: &mut Bench, statement: &str) -> ResultId {
    bench.text(statement);
    bench.effects.clear();
    bench.keys("f5");
    bench.permit();
    let (result, text) = explained(bench).expect("it is explained");
    assert_eq!(text, format!("EXPLAIN FORMAT=JSON {statement}"));
    result
}

fn answer(bench: &mut Bench, result: ResultId, answer: Result<&str, Problem>) {
    let answer =
        answer.map(|json| ExplainAnswer { columns: vec!["EXPLAIN".into()], rows: vec![vec![Some(json.to_owned())]] });
    bench.session(SessionEvent::Explained { result, answer, took: Duration::from_millis(7) });
}

/// Returns the text of the statement that is to be recorded, if one is.
fn to_record(bench: &Bench) -> Option<&str> {
    bench.effects.iter().find_map(|effect| match effect {
        Effect::Storage(StorageCmd::Begin { statement, .. }) => Some(statement.checked().text()),
        _ => None,
    })
}

const STATEMENT: &str = "SELECT * FROM item WHERE sku = 's5'";

#[test]
fn a_plan_within_the_limit_lets_the_statement_run() {
    let mut bench = bench(Some(29_880));
    let result = check(&mut bench, STATEMENT);
    bench.effects.clear();
    answer(&mut bench, result, Ok(SCAN));
    assert_eq!(to_record(&bench), Some(STATEMENT));
    assert!(!bench.model.overlays.is_modal());
    let end = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::End { .. })));
    assert!(matches!(end, Effect::Storage(StorageCmd::End { entry, .. }) if entry.end == "complete"));
}

#[test]
fn a_plan_beyond_the_limit_is_a_question() {
    for (key, runs) in [("y", true), ("n", false)] {
        let mut bench = bench(Some(29_879));
        let result = check(&mut bench, STATEMENT);
        bench.effects.clear();
        answer(&mut bench, result, Ok(SCAN));
        let question = bench.model.overlays.modal().expect("a question").dialog.explanation();
        for text in ["may read about 29,880 rows (limit: 29,879", "Full scan of item", "Run it?"] {
            assert!(question.contains(text), "{text}\n{question}");
        }
        assert_eq!(to_record(&bench), None, "nothing runs before the answer");
        bench.keys(key);
        assert_eq!(to_record(&bench).is_some(), runs, "{key}");
        assert!(explained(&mut bench).is_none(), "it is checked once");
    }
}

#[test]
fn the_query_that_an_explain_analyze_runs_is_checked() {
    for prefix in ["EXPLAIN ANALYZE", "EXPLAIN ANALYZE FORMAT=TREE", "ANALYZE", "ANALYZE FORMAT=JSON"] {
        let mut bench = bench(Some(29_879));
        bench.text(&format!("{prefix} {STATEMENT}"));
        bench.effects.clear();
        bench.keys("f5");
        bench.permit();
        let (result, text) = explained(&mut bench).expect("it is explained");
        assert_eq!(text, format!("EXPLAIN FORMAT=JSON {STATEMENT}"), "{prefix}");
        bench.effects.clear();
        answer(&mut bench, result, Ok(SCAN));
        assert!(bench.model.overlays.is_modal(), "{prefix}: a question");
        bench.keys("y");
        assert_eq!(to_record(&bench), Some(format!("{prefix} {STATEMENT}").as_str()));
    }
}

#[test]
fn a_limit_in_the_statement_counts() {
    let mut bench = bench(Some(1_000));
    let statement = format!("{STATEMENT} LIMIT 50");
    let result = check(&mut bench, &statement);
    bench.effects.clear();
    answer(&mut bench, result, Ok(SCAN));
    assert_eq!(to_record(&bench), Some(statement.as_str()), "10 % match: about 500 rows are read");
}

#[test]
fn a_statement_whose_plan_cannot_be_read_runs() {
    for bad in [Err(Problem::new(ProblemKind::Statement, "The statement failed")), Ok("{}")] {
        let mut bench = bench(Some(1));
        let result = check(&mut bench, STATEMENT);
        bench.effects.clear();
        answer(&mut bench, result, bad);
        assert_eq!(to_record(&bench), Some(STATEMENT));
    }
}

#[test]
fn what_is_no_query_and_a_profile_without_the_limit_need_no_check() {
    for (limit, statement) in [(Some(1), "SHOW TABLES"), (Some(1), "EXPLAIN SELECT 1"), (None, STATEMENT)] {
        let mut bench = bench(limit);
        bench.text(statement);
        bench.effects.clear();
        bench.keys("f5");
        assert_eq!(to_record(&bench), Some(statement));
    }
    // The preview of a table has a LIMIT.
    let mut bench = bench(Some(1));
    bench.effects.clear();
    bench.keys("alt-1 down down down p");
    assert!(to_record(&bench).is_some_and(|text| text.starts_with("SELECT")), "{:?}", bench.effects);
}

#[test]
fn each_statement_of_a_run_is_checked_and_a_no_ends_the_run() {
    let mut bench = bench(Some(29_879));
    bench.text("SELECT 1; SELECT 2");
    bench.effects.clear();
    bench.keys("f9");
    bench.permit();
    let (check, text) = explained(&mut bench).unwrap();
    assert_eq!(text, "EXPLAIN FORMAT=JSON SELECT 1");
    answer(&mut bench, check, Ok("{\"query_block\": {\"select_id\": 1, \"message\": \"No tables used\"}}"));
    let result = bench.permit();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    bench.permit();
    let (check, text) = explained(&mut bench).unwrap();
    assert_eq!(text, "EXPLAIN FORMAT=JSON SELECT 2");
    bench.effects.clear();
    answer(&mut bench, check, Ok(SCAN));
    bench.keys("n");
    assert_eq!(to_record(&bench), None);
}

#[test]
fn stopping_a_check_stops_the_statement_and_a_late_answer_runs_nothing() {
    let mut bench = bench(Some(1));
    let result = check(&mut bench, STATEMENT);
    bench.keys("ctrl-c");
    bench.effects.clear();
    answer(&mut bench, result, Ok("{\"query_block\": {}}"));
    assert_eq!(to_record(&bench), None);
    let ends = bench.effects.iter().filter(|effect| matches!(effect, Effect::Storage(StorageCmd::End { .. })));
    assert_eq!(ends.count(), 1, "the record has its end");
}

#[test]
fn a_check_that_could_not_be_sent_or_recorded_is_left_out() {
    let mut bench = bench(Some(1));
    bench.text(STATEMENT);
    bench.effects.clear();
    bench.keys("f5");
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    bench.feed(Message::Refused(begin));
    assert_eq!(to_record(&bench), Some(STATEMENT));
}

#[test]
fn a_lost_session_ends_the_record_of_the_check() {
    let mut bench = bench(Some(1));
    check(&mut bench, STATEMENT);
    bench.effects.clear();
    bench.session(SessionEvent::Lost(Problem::new(ProblemKind::Lost, "The link is lost")));
    let end = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::End { .. })));
    assert!(matches!(end, Effect::Storage(StorageCmd::End { entry, .. }) if entry.end.contains("The session ended")));
    assert!(bench.model.plan_check.current.is_none());
}
