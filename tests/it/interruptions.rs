//! An event never takes the keys from a user who types: it moves no focus, opens no dialog, and moves no cursor.

use std::sync::Arc;

use rrx::app::context::ConnectionState;
use rrx::app::focus::Focus;
use rrx::app::layout::ScreenSize;
use rrx::app::{Message, Worker};
use rrx::domain::editing::TextPosition;
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::protocol::{End, ExportEvent, HostEvent, Question, SessionEvent, SessionId, StorageEvent, StoreEvent};

use super::model::{Bench, report};
use super::states::{exporting, text as column, with_cells};

fn problem() -> Problem {
    Problem::new(ProblemKind::Local, "Something failed").because("the disk is full").hint("free some space")
}

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn a_problem_that_arrives_by_itself_is_reported_and_moves_no_focus() {
    for (width, height) in [(160, 45), (80, 24), (40, 10)] {
        for focus in ["", "tab", "shift-tab"] {
            let mut bench = Bench::connected(160, 45);
            bench.feed(Message::Resize(ScreenSize { width, height }));
            bench.keys(focus);
            let before = bench.model.focus;
            for message in [
                Message::WorkerLost { worker: Worker::Compute, why: "Something failed".into() },
                Message::Host(HostEvent::Failed(problem())),
                Message::Storage(StorageEvent::Failed(problem())),
                Message::Session(SessionId(1), SessionEvent::CatalogFailed(problem())),
                Message::Session(SessionId(1), SessionEvent::Failed(problem())),
            ] {
                bench.model.notices.current = None;
                bench.feed(message);
                let is_told =
                    ["Something failed", "because of a defect of rrx"].iter().any(|text| notice(&bench).contains(text));
                assert!(is_told, "{}", notice(&bench));
                assert_eq!(bench.model.focus, before);
                assert!(bench.model.connect.is_none() && !bench.model.overlays.is_modal());
            }
            let lines = bench.model.notices.activity.iter().filter(|line| line.text.contains("Something failed"));
            assert!(lines.count() >= 5);
        }
    }
}

#[test]
fn a_problem_says_what_why_and_what_next_where_the_inspector_is_hidden() {
    let mut bench = Bench::connected(80, 24);
    bench.feed(Message::Storage(StorageEvent::Failed(problem())));
    assert_eq!(notice(&bench), "Something failed: the disk is full. Next: free some space. F3 shows more.");
    bench.keys("f3");
    let shown = super::model::text(&rrx::app::screen(&bench.model, 80, 24));
    assert!(shown.contains("because: the disk is full"), "{shown}");
}

#[test]
fn a_session_that_fails_while_it_is_in_use_leaves_the_screen_and_can_be_reconnected() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("a");
    bench.session(SessionEvent::Failed(problem()));
    bench.keys("b");
    assert_eq!((text(&bench).as_str(), &bench.model.context.link), ("ab", &ConnectionState::Lost));
}

#[test]
fn the_history_opens_for_its_key_but_not_over_text_that_is_typed_since() {
    let mut bench = Bench::connected(160, 45);
    bench.keys("f7");
    bench.feed(Message::Storage(StorageEvent::History { entries: vec![], today: 0 }));
    assert!(bench.model.overlays.is_modal());
    bench.keys("esc f7 a");
    bench.feed(Message::Storage(StorageEvent::History { entries: vec![], today: 0 }));
    assert!(!bench.model.overlays.is_modal());
    assert!(notice(&bench).contains("did not open, because you were typing"), "{}", notice(&bench));
}

#[test]
fn the_question_whether_a_file_is_replaced_is_not_answered_by_a_text() {
    let mut bench = Bench::connected(160, 45);
    let export = exporting(&mut bench);
    bench.model.focus = Focus::Worksheet;
    bench.keys("x");
    bench.feed(Message::Export(export, ExportEvent::Exists("/tmp/all.csv".into())));
    bench.effects.clear();
    bench.keys("y");
    assert!(text(&bench).ends_with("xy"), "{}", text(&bench));
    assert!(notice(&bench).is_empty() && !bench.model.overlays.is_modal());
    assert!(bench.effects.iter().all(|effect| !matches!(effect, rrx::app::Effect::Export(_))));
}

#[test]
fn a_failed_statement_moves_the_cursor_to_its_error_but_not_while_the_user_types() {
    for typed in ["", "left"] {
        let mut bench = Bench::connected(160, 45);
        bench.text("SELECT nothing FROM study");
        let result = bench.run();
        bench.keys(typed);
        let cursor = bench.model.worksheets.sheet().unwrap().editor.cursor();
        let error =
            ServerError { code: 1054, state: "42S22".into(), message: "Unknown column 'nothing' in 'SELECT'".into() };
        let failed = Problem { server: Some(error), at: Some(7), ..Problem::new(ProblemKind::Statement, "failed") };
        bench.session(SessionEvent::Ended { result, report: report(End::Broken(failed), 0) });
        let sheet = bench.model.worksheets.sheet().unwrap();
        if typed.is_empty() {
            assert_eq!(
                (sheet.editor.cursor(), sheet.error.as_ref().map(|mark| mark.span.start)),
                (TextPosition::new(0, 7), Some(7))
            );
        } else {
            // The text is the one that was run, so its place is marked; the cursor stays.
            assert_eq!((sheet.editor.cursor(), sheet.error.as_ref().map(|mark| mark.span.start)), (cursor, Some(7)));
        }
    }
}

#[test]
fn rows_of_a_preview_take_the_focus_only_from_a_tree_in_which_the_user_does_not_type() {
    for (filter, focus) in [("", Focus::Grid), ("/ s", Focus::Explorer)] {
        let mut bench = Bench::connected(160, 45);
        bench.keys("alt-1 down down p");
        let result = bench.permit();
        bench.keys(filter);
        bench.feed(Message::Result(result, StoreEvent::Opened(Arc::from([column("a")]))));
        assert_eq!(bench.model.focus, focus);
    }
}

#[test]
fn rows_of_a_statement_do_not_take_the_focus_from_the_tree() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.keys("alt-1");
    bench.feed(Message::Result(result, StoreEvent::Opened(Arc::from([column("a")]))));
    assert_eq!(bench.model.focus, Focus::Explorer);
}

#[test]
fn what_a_column_holds_is_shown_without_the_focus_while_the_user_types() {
    let mut bench = Bench::connected(80, 24);
    let result = with_cells(&mut bench, &[column("name")], &[&[Some(b"x")]]);
    bench.keys("enter");
    bench.model.focus = Focus::Worksheet;
    bench.keys("a");
    let event = StoreEvent::Value { row: 0, column: 0, value: Some(Arc::from(&b"x"[..])) };
    bench.feed(Message::Result(result, event));
    assert_eq!(bench.model.focus, Focus::Worksheet);
    assert!(notice(&bench).contains("The inspector has what you asked for"), "{}", notice(&bench));
}

#[test]
fn a_question_of_a_reconnect_does_not_take_the_text_that_is_typed_since() {
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(Problem { is_transient: true, ..problem() }));
    bench.keys("alt-r a");
    let session = bench.model.context.link.session().unwrap();
    let question = Question::RetrySecret { prompt: "Password".into(), problem: problem() };
    bench.feed(Message::Session(session, SessionEvent::Asked(question)));
    bench.keys("b");
    assert!(bench.model.connect.is_none());
    assert_eq!(text(&bench), "ab");
}
