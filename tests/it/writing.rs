//! Writing SQL: commands of the text, find and replace, what runs, parameters, marks and the changes that are offered.

use rrx::app::focus::Focus;
use rrx::app::panes::inspector::InspectorContent;
use rrx::app::{Effect, Message};
use rrx::domain::compute::ComputeWork;
use rrx::domain::editing::TextPosition;
use rrx::domain::export::CopiedText;
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::protocol::{End, HostCmd, SessionCmd, SessionEvent, SessionId, StorageCmd, StoreEvent};
use rrx::domain::sql::Param;

use super::model::{Bench, catalog, report, text as screen_text};

/// Returns a connected bench that knows the tables, with a text.
fn with(text: &str) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Catalog(catalog().into()));
    bench.text(text);
    bench
}

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

fn shown(bench: &Bench) -> String {
    screen_text(&rrx::app::screen(&bench.model, 160, 45))
}

/// Lets the pause pass after which the statement is checked.
fn pause(bench: &mut Bench) {
    bench.feed(Message::Clock(bench.model.context.now + std::time::Duration::from_secs(2)));
    bench.compute();
}

/// Returns the texts and values that were sent, in order.
fn begun(bench: &Bench) -> Vec<(String, Vec<Param>)> {
    let begin = |effect: &Effect| match effect {
        Effect::Storage(StorageCmd::Begin { statement, .. }) => {
            Some((statement.checked().text().to_owned(), statement.params().to_vec()))
        }
        _ => None,
    };
    bench.effects.iter().filter_map(begin).collect()
}

#[test]
fn lines_are_commented_moved_duplicated_and_joined_and_undo_takes_it_back() {
    let mut bench = with("SELECT id\nFROM study");
    for (keys, expected) in [
        ("alt-/", "SELECT id\n-- FROM study"),
        ("alt-/", "SELECT id\nFROM study"),
        ("ctrl-up", "FROM study\nSELECT id"),
        ("ctrl-down", "SELECT id\nFROM study"),
        ("ctrl-d", "SELECT id\nFROM study\nFROM study"),
        ("shift-delete", "SELECT id\nFROM study"),
        ("ctrl-home alt-j", "SELECT id FROM study"),
        ("tab", "SELECT id   FROM study"),
        ("ctrl-z ctrl-z", "SELECT id\nFROM study"),
    ] {
        bench.keys(keys);
        assert_eq!(text(&bench), expected, "{keys}");
    }
}

#[test]
fn shift_goes_with_every_motion() {
    let mut bench = with("SELECT id\nFROM study");
    for (keys, selected) in [
        ("ctrl-shift-home", "SELECT id\nFROM study"),
        ("ctrl-home shift-end", "SELECT id"),
        ("ctrl-home ctrl-shift-right", "SELECT "),
        ("ctrl-home ctrl-shift-end", "SELECT id\nFROM study"),
        ("ctrl-end ctrl-shift-left", "study"),
        ("ctrl-home shift-down", "SELECT id\n"),
    ] {
        bench.keys("esc");
        bench.keys(keys);
        let sheet = bench.model.worksheets.sheet().unwrap();
        assert_eq!(sheet.editor.selected().as_deref(), Some(selected), "{keys}");
    }
}

#[test]
fn the_stop_key_copies_while_nothing_runs_and_the_paste_key_pastes_everywhere() {
    let mut bench = with("SELECT id");
    bench.keys("shift-home");
    bench.effects.clear();
    bench.keys("ctrl-c");
    let copied =
        |effect: &Effect| matches!(effect, Effect::Host(HostCmd::Copy { copy, .. }) if *copy.text == "SELECT id");
    assert!(bench.effects.iter().any(copied));
    bench.keys("end ctrl-v");
    assert_eq!(text(&bench), "SELECT idSELECT id");
    bench.keys("ctrl-t ctrl-v");
    assert_eq!(bench.model.overlays.modal().unwrap().input.text(), "SELECT id");
    bench.keys("esc ctrl-c");
    assert!(notice(&bench).starts_with("Nothing is running and nothing is selected."), "{}", notice(&bench));
}

#[test]
fn a_cell_of_the_results_is_copied_by_the_stop_key_and_pasted_into_the_text() {
    let mut bench = with("SELECT 1");
    let id = bench.run();
    bench.rows(id, &["n"], &[&[Some("S1001")]]);
    bench.keys("alt-3 ctrl-c");
    let copied = CopiedText { text: "S1001".into(), cells: 1, ..CopiedText::default() };
    bench.feed(Message::Result(id, StoreEvent::Copied(copied.into())));
    bench.keys("alt-2 end space ctrl-v");
    assert_eq!(text(&bench), "SELECT 1 S1001");
}

#[test]
fn the_selection_runs_and_only_the_selection() {
    let mut bench = with("SELECT 1; SELECT 2; SELECT 3");
    bench.keys("home ctrl-shift-right ctrl-shift-right");
    bench.effects.clear();
    bench.keys("f5");
    assert_eq!(begun(&bench), [("SELECT 1".to_owned(), vec![])]);
    let mut bench = with("SELECT 1; SELECT 2; SELECT 3");
    bench.keys("shift-home f5");
    let first = bench.permit();
    bench.rows(first, &["1"], &[&[Some("1")]]);
    assert_eq!(begun(&bench), [("SELECT 2".to_owned(), vec![])]);
    let mut bench = with("SELECT 1   ");
    bench.keys("shift-left shift-left f5");
    assert_eq!(notice(&bench), "There is no statement in the selection.");
}

#[test]
fn a_statement_that_ends_with_an_upper_case_g_shows_its_first_row() {
    let mut bench = with("SELECT id, name FROM study\\G");
    let id = bench.run();
    bench.rows(id, &["id", "name"], &[&[Some("7"), Some("Alpha")], &[Some("8"), Some("Beta")]]);
    let content = &bench.model.inspector.content;
    assert!(matches!(content, InspectorContent::Row { row: 0, .. }), "{content:?}");
    assert_eq!(bench.model.focus, Focus::Worksheet);
}

#[test]
fn parameters_are_asked_for_once_and_bound() {
    let mut bench =
        with("SELECT id FROM study WHERE id = :site AND name = '12:30' AND study_id IN (:ids) OR id = :site");
    bench.effects.clear();
    bench.keys("f5");
    assert!(shown(&bench).contains("Values of the parameters"), "{}", shown(&bench));
    bench.text("x");
    bench.keys("enter");
    assert!(bench.model.overlays.is_modal(), "x is not a number: {}", shown(&bench));
    bench.keys("backspace 7 enter");
    bench.text("1, 2");
    assert!(shown(&bench).contains("IN (1, 2)"), "{}", shown(&bench));
    bench.keys("up");
    assert_eq!(bench.model.overlays.modal().unwrap().input.text(), "7");
    bench.keys("down enter");
    let sent = "SELECT id FROM study WHERE id = ? AND name = '12:30' AND study_id IN (?, ?) OR id = ?";
    let values = [7, 1, 2, 7].map(Param::Integer).to_vec();
    assert_eq!(begun(&bench), [(sent.to_owned(), values)]);
    let id = bench.permit();
    bench.rows(id, &["id"], &[&[Some("1")]]);
    // The last values are there again.
    bench.keys("f5");
    assert_eq!(bench.model.overlays.modal().unwrap().input.text(), "7");
    bench.keys("esc");
    assert!(!bench.model.overlays.is_modal());
}

#[test]
fn an_error_marks_the_whole_name_and_one_key_takes_the_nearest_one() {
    let statement = "SELECT s.statu FROM study s WHERE s.id = :id";
    let mut bench = with(&statement.replace("statu", "nam"));
    bench.keys("f5 7 enter");
    let id = bench.permit();
    let error =
        ServerError { code: 1054, state: "42S22".into(), message: "Unknown column 's.nam' in 'field list'".into() };
    let problem =
        Problem { server: Some(error), ..Problem::new(ProblemKind::Statement, "The server refused the statement") };
    bench.session(SessionEvent::Ended { result: id, report: report(End::Broken(problem), 0) });
    let mark = bench.model.worksheets.sheet().unwrap().error.clone().unwrap();
    assert_eq!(&text(&bench)[mark.span], "nam");
    assert!(shown(&bench).contains("Alt-.: Replace nam with name"), "{}", shown(&bench));
    bench.keys("alt-.");
    assert_eq!(text(&bench), "SELECT s.name FROM study s WHERE s.id = :id");
    bench.keys("ctrl-z");
    assert!(text(&bench).contains("s.nam "));
}

#[test]
fn the_statement_is_checked_at_a_pause_and_not_while_it_is_typed() {
    let mut bench = with("SELECT id FROM studi WHERE id = NULL");
    assert!(!bench.jobs().iter().any(|job| matches!(job.work, ComputeWork::Check(_))));
    pause(&mut bench);
    assert!(shown(&bench).contains("Alt-.: Replace studi with study"), "{}", shown(&bench));
    bench.keys("alt-. home");
    pause(&mut bench);
    assert_eq!(text(&bench), "SELECT id FROM study WHERE id = NULL");
    let findings = &bench.model.worksheets.sheet().unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    // A change of the text takes them away.
    bench.text(" ");
    assert!(bench.model.worksheets.sheet().unwrap().findings.is_empty());
}

#[test]
fn a_misspelt_first_word_is_refused_and_offered() {
    let mut bench = with("SELEC id FROM study");
    bench.effects.clear();
    bench.keys("f5");
    assert!(
        !bench.effects.iter().any(|effect| matches!(effect, Effect::Session(SessionId(1), SessionCmd::Run { .. })))
    );
    bench.keys("alt-.");
    assert_eq!(text(&bench), "SELECT id FROM study");
}

#[test]
fn text_is_found_while_it_is_typed_and_the_cursor_comes_back_with_esc() {
    let mut bench = with("SELECT id\nFROM study\nWHERE Id = 1");
    bench.keys("ctrl-home ctrl-f");
    bench.text("id");
    let cursor = |bench: &Bench| bench.model.worksheets.sheet().unwrap().editor.cursor();
    assert_eq!(cursor(&bench), TextPosition::new(0, 9));
    bench.keys("enter ctrl-g");
    assert_eq!(cursor(&bench), TextPosition::new(2, 6));
    assert!(bench.model.worksheets.sheet().unwrap().editor.selection().is_none());
    bench.keys("ctrl-g");
    assert_eq!(
        (cursor(&bench), notice(&bench)),
        (TextPosition::new(0, 7), "The search goes on at the start of the text.")
    );
    bench.keys("alt-g");
    assert_eq!(cursor(&bench), TextPosition::new(2, 6));
    bench.keys("esc ctrl-home ctrl-f");
    bench.text("~s.udy");
    assert_eq!(cursor(&bench), TextPosition::new(1, 10));
    bench.keys("esc");
    assert_eq!(cursor(&bench), TextPosition::new(0, 0));
}

#[test]
fn text_is_replaced_in_one_line_or_everywhere_as_one_step() {
    let mut bench = with("SELECT id\nFROM t\nWHERE id = 1");
    bench.keys("alt-n");
    bench.text("id");
    bench.keys("enter");
    bench.text("key");
    let all = shown(&bench);
    assert!(
        all.contains("Replace all 2 places") && all.contains("→ SELECT key") && all.contains("→ WHERE key = 1"),
        "{all}"
    );
    bench.keys("down down enter");
    assert_eq!(text(&bench), "SELECT id\nFROM t\nWHERE key = 1");
    bench.keys("ctrl-z alt-n");
    bench.text("~(i)d");
    bench.keys("enter");
    bench.text("${1}x");
    bench.keys("enter");
    assert_eq!(text(&bench), "SELECT ix\nFROM t\nWHERE ix = 1");
    bench.keys("ctrl-z");
    assert_eq!(text(&bench), "SELECT id\nFROM t\nWHERE id = 1");
    bench.keys("alt-n");
    bench.text("nowhere");
    bench.keys("enter");
    assert_eq!(notice(&bench), "The worksheet has no \"nowhere\".");
}

#[test]
fn a_statement_is_formatted_as_one_step_and_what_is_no_query_stays() {
    let mut bench = with("select id,name from study where id=1 and name='a  b'");
    bench.keys("alt-i");
    assert_eq!(text(&bench), "select id, name\nfrom study\nwhere id = 1\n  and name = 'a  b'");
    bench.keys("alt-i");
    assert_eq!(notice(&bench), "The statement is formatted already, or it is no query.");
    bench.keys("ctrl-z");
    assert_eq!(text(&bench), "select id,name from study where id=1 and name='a  b'");
    let mut bench = with("select 'open");
    bench.keys("alt-i");
    assert!(notice(&bench).starts_with("Not formatted: "), "{}", notice(&bench));
}

#[test]
fn long_lines_are_wrapped_by_a_key_and_a_press_finds_its_place() {
    let mut bench = with(&format!("SELECT {} FROM study", "name, ".repeat(40).trim_end_matches(", ")));
    assert!(!shown(&bench).contains("SELECT name"));
    bench.keys("alt-v");
    let all = shown(&bench);
    assert!(all.contains("SELECT name") && all.contains("FROM study"), "{all}");
    bench.keys("alt-v");
    assert!(!shown(&bench).contains("SELECT name"));
}

#[test]
fn characters_that_look_like_spaces_are_marked_and_replaced() {
    let mut bench = with("");
    bench.feed(Message::Paste("SELECT\u{a0}id\u{200b} FROM study".into()));
    assert!(shown(&bench).contains("SELECT·id· FROM study"), "{}", shown(&bench));
    bench.keys("alt-,");
    assert_eq!(text(&bench), "SELECT id FROM study");
}

#[test]
fn the_matching_bracket_is_found_outside_of_literals() {
    let mut bench = with("SELECT (1 + ')' + (2))");
    bench.keys("alt-b");
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.cursor(), TextPosition::new(0, 7));
    bench.keys("alt-b");
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.cursor(), TextPosition::new(0, 21));
    bench.keys("ctrl-home alt-b");
    assert_eq!(notice(&bench), "There is no bracket with a partner at the cursor.");
}
