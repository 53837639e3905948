//! The plan of the statement at the cursor: what is sent, where it is shown, and what happens if it fails.

use std::sync::Arc;

use rrx::app::panes::inspector::InspectorContent;
use rrx::app::{Effect, Message};
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::protocol::{
    End, Progress, ResultId, SessionCmd, SessionEvent, StorageCmd, StoreCmd, StoreEvent, StoreWork,
};

use super::grid::shown;
use super::legend;
use super::model::{Bench, report};

const PLAN: &str = include_str!("../fixtures/plan/mysql-9.7-version-1/hash.json");
const STATEMENT: &str = "SELECT * FROM item i JOIN note n ON n.sku = i.sku ORDER BY i.n";

/// Presses the key, and permits the EXPLAIN. Returns its id, and the text that is sent.
fn explain(bench: &mut Bench) -> (ResultId, String) {
    bench.keys("alt-e");
    let result = bench.permit();
    (result, sent(bench).expect("it is sent"))
}

/// Takes the statement that was sent.
fn sent(bench: &mut Bench) -> Option<String> {
    let is_run = |effect: &Effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. }));
    let at = bench.effects.iter().position(is_run)?;
    match bench.effects.remove(at) {
        Effect::Session(_, SessionCmd::Run { permit, .. }) => Some(permit.checked().text().to_owned()),
        _ => None,
    }
}

/// The answer of a server with the JSON format: the value is read from the store, because a window cuts it.
fn answer(bench: &mut Bench, result: ResultId, json: &str) {
    let progress = Progress { rows: 1, bytes: json.len() as u64, end: Some(End::Complete) };
    bench.feed(Message::Result(result, StoreEvent::Progress(progress)));
    bench.take(|effect| matches!(effect, Effect::Store(StoreCmd::Value { row: 0, column: 0, .. })));
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    let value = Some(Arc::from(json.as_bytes()));
    bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 0, value }));
}

fn failure(code: u16, at: Option<usize>) -> End {
    let server = ServerError { code, state: "42000".into(), message: "no".into() };
    End::Broken(Problem { at, ..Problem::new(ProblemKind::Statement, "The statement failed").server(server) })
}

#[test]
fn the_plan_of_the_statement_at_the_cursor_is_a_tree_a_table_and_the_answer() {
    let mut bench = Bench::connected(160, 45);
    bench.text(&format!("SELECT 1;\n{STATEMENT}"));
    bench.effects.clear();
    let (result, text) = explain(&mut bench);
    assert_eq!(text, format!("EXPLAIN FORMAT=JSON {STATEMENT}"));
    answer(&mut bench, result, PLAN);
    let screen = shown(&bench);
    for text in ["Plan ─ tree", "Reads about 30,380 rows.", "! Join without a key", "Sort (filesort, temporary table)"]
    {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Drop(id)) if *id == result)));
    assert!(bench.model.grid.front().is_none(), "the plan is no result");
    let end = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::End { .. })));
    assert!(matches!(end, Effect::Storage(StorageCmd::End { entry, .. }) if entry.end == "complete"));
    bench.keys("alt-4 m");
    let screen = shown(&bench);
    assert!(screen.contains("Plan ─ table") && screen.contains("table  access    key"), "{screen}");
    bench.keys("m");
    assert!(shown(&bench).contains("\"rows_examined_per_scan\": 500"), "{}", shown(&bench));
    bench.keys("m");
    assert!(shown(&bench).contains("Plan ─ tree"));
}

#[test]
fn an_explain_at_the_cursor_shows_its_plan_and_other_statements_have_none() {
    let mut bench = Bench::connected(160, 45);
    bench.text("EXPLAIN SELECT 1");
    bench.effects.clear();
    assert_eq!(explain(&mut bench).1, "EXPLAIN FORMAT=JSON SELECT 1");
    for (statement, reason) in [
        ("SHOW TABLES", "SHOW has no plan"),
        ("UPDATE t SET a = 1", "because the session is read-only"),
        ("SELECT 1 FOR UPDATE", "locks"),
    ] {
        let mut bench = Bench::connected(160, 45);
        bench.text(statement);
        bench.effects.clear();
        bench.keys("alt-e");
        let is_sent =
            |effect: &Effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }) | Effect::Session(..));
        assert!(!bench.effects.iter().any(is_sent), "{statement}");
        let InspectorContent::Problem(problem) = &bench.model.inspector.content else { panic!("{statement}") };
        assert!(problem.what.contains(reason), "{statement}: {problem}");
    }
}

#[test]
fn a_server_without_the_json_format_is_asked_for_rows() {
    let mut bench = Bench::connected(160, 45);
    bench.text(STATEMENT);
    bench.effects.clear();
    let (result, _) = explain(&mut bench);
    bench.session(SessionEvent::Ended { result, report: report(failure(1235, None), 0) });
    let result = bench.permit();
    assert_eq!(sent(&mut bench).unwrap(), format!("EXPLAIN FORMAT=TRADITIONAL {STATEMENT}"));
    let names = ["id", "select_type", "table", "type", "possible_keys", "key", "rows", "Extra"];
    bench.rows(
        result,
        &names,
        &[
            &[Some("1"), Some("SIMPLE"), Some("n"), Some("ALL"), None, None, Some("500"), Some("Using filesort")],
            &[Some("1"), Some("SIMPLE"), Some("i"), Some("ref"), Some("k"), Some("k"), Some("60"), None],
        ],
    );
    let screen = shown(&bench);
    assert!(screen.contains("Reads about 30,500 rows.") && screen.contains("Look up rows of i by k"), "{screen}");
}

#[test]
fn a_failed_explain_marks_the_place_in_the_worksheet_and_leaves_the_results() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1;\n  SELECT x FROM nowhere");
    bench.effects.clear();
    let (result, text) = explain(&mut bench);
    let at = text.find("nowhere");
    bench.session(SessionEvent::Ended { result, report: report(failure(1146, at), 0) });
    assert_eq!(
        bench.model.worksheets.sheet().unwrap().error.as_ref().map(|mark| mark.span.start),
        Some("SELECT 1;\n  SELECT x FROM ".len())
    );
    assert!(bench.model.grid.front().is_none());
    assert!(matches!(bench.model.inspector.content, InspectorContent::Problem(_)));
    // An answer that is no plan is reported, too.
    let (result, _) = explain(&mut bench);
    answer(&mut bench, result, "{}");
    assert!(shown(&bench).contains("The plan cannot be shown"), "{}", shown(&bench));
}

#[test]
fn a_stopped_explain_shows_nothing_and_its_late_answer_is_ignored() {
    let mut bench = Bench::connected(160, 45);
    bench.text(STATEMENT);
    bench.effects.clear();
    let (result, _) = explain(&mut bench);
    bench.keys("ctrl-c");
    bench.session(SessionEvent::Ended { result, report: report(End::Cancelled, 0) });
    let value = Some(Arc::from(PLAN.as_bytes()));
    bench.feed(Message::Result(result, StoreEvent::Value { row: 0, column: 0, value }));
    assert!(!matches!(bench.model.inspector.content, InspectorContent::Plan(_)));
}

#[test]
fn a_plan_whose_answer_cannot_be_read_ends_with_the_problem() {
    let problem = Problem::new(ProblemKind::Local, "The rows cannot be written").because("the disk is full");
    for event in [StoreEvent::Broken(problem.clone()), StoreEvent::Failed { work: StoreWork::Find, problem }] {
        let mut bench = Bench::connected(160, 45);
        bench.text(STATEMENT);
        bench.effects.clear();
        let (result, _) = explain(&mut bench);
        bench.feed(Message::Result(result, event));
        let is_drop = |effect: &Effect| matches!(effect, Effect::Store(StoreCmd::Drop(id)) if *id == result);
        assert_eq!(bench.effects.iter().filter(|effect| is_drop(effect)).count(), 1);
        assert!(bench.model.explain.current.is_none());
        let screen = shown(&bench);
        assert!(screen.contains("The rows cannot be written"), "{screen}");
        assert!(!screen.contains("Reading the plan"), "{screen}");
        // The end of the statement, which is stopped, says no more.
        bench.session(SessionEvent::Ended { result, report: report(End::Cancelled, 0) });
        assert!(shown(&bench).contains("The rows cannot be written"), "{}", shown(&bench));
        bench.keys("alt-e");
        assert!(bench.model.explain.current.is_some(), "another plan can be read");
    }
}

#[test]
fn the_plan_at_every_size() {
    let show = |bench: &mut Bench| {
        bench.text(STATEMENT);
        bench.effects.clear();
        let (result, _) = explain(bench);
        answer(bench, result, PLAN);
        bench.keys("f12");
        bench.keys("alt-e");
        let result = bench.permit();
        answer(bench, result, PLAN);
    };
    insta::assert_snapshot!("plan", legend::at_every_size(Bench::connected, |bench| show(bench)));
    insta::assert_snapshot!(
        "plan_table",
        legend::at_every_size(Bench::connected, |bench| {
            show(bench);
            bench.keys("alt-4 m");
        })
    );
}
