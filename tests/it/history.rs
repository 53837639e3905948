//! The history: what its list says, and what can be done with a statement of it.

use rrx::app::panes::inspector::InspectorContent;
use rrx::app::{Effect, Message};
use rrx::domain::access_log::{BeginRecord, EndRecord};
use rrx::domain::calendar::{LocalMinute, days_of};
use rrx::domain::protocol::{HistoryEntry, StorageCmd, StorageEvent};
use rrx::domain::sql::Param;
use rrx::domain::text_diff::LineChange;

use super::grid::shown;
use super::legend;
use super::model::Bench;

const TODAY: i64 = days_of(2026, 11, 30);

fn entry(statement: &str, (day, minute): (i64, u16), end: Option<(u64, u64, &str)>) -> HistoryEntry {
    let begin = BeginRecord {
        id: "1".into(),
        time: "2026-11-30T08:50:00.000Z".into(),
        os_user: "you".into(),
        profile: "eu".into(),
        account: "RO_USER@%".into(),
        server: "replica-1".into(),
        database: Some("clinspark".into()),
        statement: statement.into(),
        params: vec![],
        reference: None,
    };
    let end = end.map(|(rows, milliseconds, end)| EndRecord {
        id: "1".into(),
        time: String::new(),
        milliseconds,
        rows,
        end: end.into(),
    });
    HistoryEntry { begin, local_time: "11-30 08:50 UTC".into(), began: Some(LocalMinute { day, minute }), end }
}

fn entries() -> Vec<HistoryEntry> {
    let long = "SELECT s.screening_number,\n       s.status\nFROM subject s\nWHERE s.study_id = 4\nORDER BY s.screening_number";
    vec![
        entry(long, (TODAY, 8 * 60 + 50), Some((17, 35, "complete"))),
        entry(
            &long.replace("= 4", "= 5"),
            (TODAY - 1, 17 * 60 + 2),
            Some((0, 1_250, "failed: ERROR 1054 (42S22): Unknown column")),
        ),
        entry("SELECT COUNT(*) FROM item_data", (TODAY - 18, 530), Some((10, 125_000, "cut: row limit (10 rows)"))),
        entry("SHOW TABLES", (TODAY - 400, 530), None),
    ]
}

fn open(bench: &mut Bench) {
    bench.keys("f7");
    bench.feed(Message::Storage(StorageEvent::History { entries: entries(), today: TODAY }));
}

#[test]
fn times_are_those_of_people_and_each_end_has_its_rows_or_its_error() {
    let mut bench = Bench::connected(160, 45);
    open(&mut bench);
    let screen = shown(&bench);
    for text in [
        "eu today 08:50",
        "eu yesterday 17:02",
        "eu 12 Nov 08:50",
        "eu 26 Oct 2025",
        "17 rows, 35 ms",
        "failed: ERROR 1054 (42S22): Unknown column, 1.2 s",
        "10 rows, 2 min 5 s, cut: row limit (10 rows)",
        "no end recorded",
    ] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
}

/// Two runs of a statement with a parameter, the newest first.
fn runs_with_values() -> Vec<HistoryEntry> {
    let text = "SELECT *\nFROM subject\nWHERE name = ? AND weight > CAST(? AS DECIMAL(3, 1))";
    let run = |name: &str, weight: &str| {
        let mut run = entry(text, (TODAY, 0), None);
        run.begin.params = vec![Param::Text(name.into()), Param::Text(weight.into())];
        run
    };
    vec![run("O'Neil", "70.5"), run("Smith", "70.5")]
}

fn open_runs_with_values(bench: &mut Bench) {
    bench.keys("f7");
    bench.feed(Message::Storage(StorageEvent::History { entries: runs_with_values(), today: TODAY }));
}

const WITH_VALUES: &str = "SELECT *\nFROM subject\nWHERE name = 'O''Neil' AND weight > CAST('70.5' AS DECIMAL(3, 1))";

#[test]
fn a_statement_with_values_opens_with_them_as_literals() {
    let mut bench = Bench::connected(160, 45);
    open_runs_with_values(&mut bench);
    assert!(shown(&bench).contains("WHERE name = 'O''Neil' AND weight > CAST('70.5'"), "{}", shown(&bench));
    bench.text("Neil");
    bench.keys("enter");
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.text().trim_end(), WITH_VALUES);
}

#[test]
fn a_statement_with_values_becomes_a_snippet_with_them() {
    let mut bench = Bench::connected(160, 45);
    open_runs_with_values(&mut bench);
    bench.keys("ctrl-s");
    bench.text("weights");
    bench.keys("enter");
    let saved = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveSnippet { .. })));
    let Effect::Storage(StorageCmd::SaveSnippet { snippet, .. }) = saved else { unreachable!() };
    assert_eq!(snippet.statement.trim_end(), WITH_VALUES);
}

#[test]
fn the_comparison_of_two_runs_shows_their_values() {
    let mut bench = Bench::connected(160, 45);
    open_runs_with_values(&mut bench);
    bench.keys("alt-d down alt-d");
    let InspectorContent::Comparison(comparison) = &bench.model.inspector.content else { panic!() };
    let changed: Vec<&str> =
        comparison.lines.iter().filter(|line| line.change != LineChange::Same).map(|line| line.text.as_str()).collect();
    let line = |name: &str| format!("WHERE name = {name} AND weight > CAST('70.5' AS DECIMAL(3, 1))");
    assert_eq!(changed, [line("'Smith'"), line("'O''Neil'")]);
}

#[test]
fn the_check_of_a_plan_is_left_out_and_a_plan_of_the_user_is_not() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("f7");
    let entries = [
        "EXPLAIN ANALYZE SELECT 3",
        "EXPLAIN FORMAT=JSON SELECT 3",
        "SELECT 2",
        "EXPLAIN FORMAT=JSON SELECT 2",
        "EXPLAIN FORMAT=JSON SELECT 1",
    ]
    .map(|statement| entry(statement, (TODAY, 0), None));
    bench.feed(Message::Storage(StorageEvent::History { entries: entries.into(), today: TODAY }));
    let screen = shown(&bench);
    for text in ["EXPLAIN FORMAT=JSON SELECT 2", "EXPLAIN FORMAT=JSON SELECT 3"] {
        assert!(!screen.contains(text), "{text}\n{screen}");
    }
    assert!(screen.contains("EXPLAIN FORMAT=JSON SELECT 1"), "{screen}");
}

#[test]
fn the_whole_statement_is_below_the_list_and_is_searched() {
    let mut bench = Bench::connected(160, 45);
    open(&mut bench);
    let screen = shown(&bench);
    assert!(screen.contains("eu · clinspark · 11-30 08:50 UTC · 17 rows, 35 ms"), "{screen}");
    assert!(screen.contains("ORDER BY s.screening_number"), "{screen}");
    bench.keys("down down");
    assert!(shown(&bench).contains("2 min 5 s, cut"), "{}", shown(&bench));
    bench.text("study_id = 5");
    bench.keys("enter");
    let sheet = bench.model.worksheets.sheet().unwrap();
    assert!(sheet.editor.text().contains("study_id = 5") && sheet.editor.text().contains('\n'), "the text is whole");
}

#[test]
fn two_statements_are_compared_the_older_one_first() {
    let mut bench = Bench::connected(160, 45);
    open(&mut bench);
    bench.keys("alt-d");
    assert!(shown(&bench).contains("● SELECT s.screening_number"), "{}", shown(&bench));
    bench.keys("down alt-d");
    assert!(!bench.model.overlays.is_modal());
    let InspectorContent::Comparison(comparison) = &bench.model.inspector.content else { panic!() };
    let changed: Vec<(LineChange, &str)> = comparison
        .lines
        .iter()
        .filter(|line| line.change != LineChange::Same)
        .map(|line| (line.change, line.text.as_str()))
        .collect();
    assert_eq!(changed, [(LineChange::Removed, "WHERE s.study_id = 5"), (LineChange::Added, "WHERE s.study_id = 4")]);
    assert_eq!(comparison.titles, ("eu yesterday 17:02".into(), "eu today 08:50".into()));
    let screen = shown(&bench);
    assert!(screen.contains("- WHERE s.study_id = 5") && screen.contains("+ WHERE s.study_id = 4"), "{screen}");
}

#[test]
fn the_same_key_takes_the_mark_away() {
    let mut bench = Bench::connected(160, 45);
    open(&mut bench);
    bench.keys("alt-d alt-d");
    assert!(bench.model.overlays.is_modal());
    assert!(!shown(&bench).contains("● SELECT"), "{}", shown(&bench));
}

#[test]
fn a_statement_of_the_history_becomes_a_snippet() {
    let mut bench = Bench::connected(160, 45);
    open(&mut bench);
    bench.keys("down down ctrl-s");
    bench.text("count items");
    bench.keys("enter");
    let saved = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveSnippet { .. })));
    let Effect::Storage(StorageCmd::SaveSnippet { snippet, .. }) = saved else { unreachable!() };
    assert_eq!((snippet.name.as_str(), snippet.statement.trim()), ("count-items", "SELECT COUNT(*) FROM item_data"));
}

#[test]
fn keys_of_the_history_do_nothing_in_other_lists() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("alt-s alt-d");
    assert!(shown(&bench).contains("cannot be compared"), "{}", shown(&bench));
}

#[test]
fn the_history_at_every_size() {
    insta::assert_snapshot!("history", legend::at_every_size(Bench::connected, open));
    insta::assert_snapshot!(
        "comparison",
        legend::at_every_size(Bench::connected, |bench| {
            open(bench);
            bench.keys("alt-d down alt-d");
        })
    );
}
