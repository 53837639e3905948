//! Worksheets: no text is lost, whatever is cut, closed, replaced or not saved.

use std::time::Duration;

use rrx::app::{Effect, Message};
use rrx::domain::limits::{CLOSED_WORKSHEETS, POSITION_PAUSE};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{HostCmd, SavedWorksheet, StorageCmd, StorageEvent, WorksheetSet};

use super::model::Bench;

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

/// Returns the saves since the effects were cleared.
fn saves(bench: &Bench) -> Vec<&WorksheetSet> {
    let save = |effect| match effect {
        &Effect::Storage(StorageCmd::SaveWorksheets { ref worksheets, .. }) => Some(worksheets),
        _ => None,
    };
    bench.effects.iter().filter_map(save).collect()
}

/// A worksheet with this text, all of it saved.
fn with_text(text: &str) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.feed(Message::Paste(text.into()));
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    bench.effects.clear();
    bench
}

#[test]
fn tab_on_a_selection_indents_its_lines() {
    let mut bench = with_text("SELECT 1,\n2");
    bench.keys("ctrl-a tab");
    assert_eq!(text(&bench), "  SELECT 1,\n  2");
    bench.keys("ctrl-z");
    assert_eq!(text(&bench), "SELECT 1,\n2");
}

#[test]
fn a_cut_goes_to_the_clipboard_and_comes_back_with_the_paste_key() {
    let mut bench = with_text("SELECT 'cut'");
    bench.keys("ctrl-a ctrl-x");
    assert_eq!(text(&bench), "");
    let is_copy = |effect: &Effect| matches!(effect, Effect::Host(HostCmd::Copy { copy, .. }) if copy.text.as_str() == "SELECT 'cut'");
    assert!(bench.effects.iter().any(is_copy));
    bench.keys("ctrl-v ctrl-v");
    assert_eq!(text(&bench), "SELECT 'cut'SELECT 'cut'");
}

#[test]
fn the_paste_key_says_why_it_does_nothing() {
    let mut bench = with_text("");
    bench.keys("ctrl-v");
    assert!(notice(&bench).contains("Nothing was cut or copied"), "{}", notice(&bench));
}

#[test]
fn closed_worksheets_are_kept_and_open_again_with_one_key_each() {
    let mut bench = with_text("SELECT 'one'");
    bench.keys("ctrl-n");
    bench.text("SELECT 'two'");
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    bench.effects.clear();
    bench.keys("alt-w");
    assert_eq!(notice(&bench), "Worksheet 2 is closed. Alt-U reopens it.");
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    let closed: Vec<&str> = saves(&bench).last().unwrap().closed.iter().map(|sheet| sheet.text.as_str()).collect();
    assert_eq!(closed, ["SELECT 'two'"]);
    bench.keys("alt-w alt-u");
    assert_eq!(text(&bench), "SELECT 'one'");
    bench.keys("alt-u");
    assert_eq!(text(&bench), "SELECT 'two'");
    bench.keys("alt-u");
    assert_eq!(notice(&bench), "There is no closed worksheet to reopen.");
}

#[test]
fn a_worksheet_that_was_closed_in_an_earlier_run_opens_again() {
    let mut bench = Bench::connected(160, 45);
    let closed = vec![SavedWorksheet::new("sheet-1", "old", "SELECT 'old'")];
    let worksheets = WorksheetSet { closed, ..WorksheetSet::default() };
    let event = StorageEvent::Worksheets { profile: "eu".into(), worksheets, problems: vec![] };
    bench.feed(Message::Storage(event));
    bench.keys("alt-u");
    assert_eq!(text(&bench), "SELECT 'old'");
    let sheets = &bench.model.worksheets.sheets;
    assert!(sheets.iter().all(|sheet| sheets.iter().filter(|other| other.key == sheet.key).count() == 1));
}

#[test]
fn the_oldest_closed_worksheets_above_the_limit_are_dropped_and_empty_ones_are_not_kept() {
    let mut bench = with_text("");
    for number in 0..=CLOSED_WORKSHEETS {
        bench.keys("ctrl-n");
        bench.text(&number.to_string());
        bench.keys("alt-w ctrl-n alt-w");
    }
    let closed = &bench.model.worksheets.closed;
    assert_eq!((closed.len(), closed[0].editor.text()), (CLOSED_WORKSHEETS, "1".to_owned()));
}

#[test]
fn a_move_of_the_cursor_is_saved_at_a_pause_and_not_with_each_key() {
    let mut bench = with_text("SELECT 1,\n2");
    bench.keys("up left alt-right shift-down");
    assert!(saves(&bench).is_empty());
    let wakes = bench.effects.iter().filter(|effect| matches!(effect, Effect::Wake(_))).count();
    assert_eq!(wakes, 1);
    bench.feed(Message::Clock(POSITION_PAUSE / 2));
    bench.keys("up");
    bench.feed(Message::Clock(POSITION_PAUSE));
    assert!(saves(&bench).is_empty(), "the last key was less than a pause ago");
    bench.feed(Message::Clock(POSITION_PAUSE * 2));
    assert_eq!(saves(&bench).len(), 1);
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    bench.feed(Message::Clock(POSITION_PAUSE * 10));
    assert_eq!(saves(&bench).len(), 1);
}

#[test]
fn the_position_is_saved_at_the_end() {
    let mut bench = with_text("SELECT 1");
    bench.keys("home ctrl-q");
    assert_eq!(saves(&bench).last().unwrap().open[0].cursor, (0, 0));
}

#[test]
fn a_save_that_failed_goes_again_with_the_next_change_and_at_the_end() {
    let mut bench = with_text("");
    let failed = || StorageEvent::WorksheetsNotSaved(Problem::new(ProblemKind::Local, "The disk is full"));
    bench.text("a");
    bench.feed(Message::Storage(failed()));
    bench.feed(Message::Clock(Duration::from_secs(1)));
    assert_eq!(saves(&bench).len(), 1, "not with each message");
    bench.text("b");
    bench.feed(Message::Storage(failed()));
    assert_eq!(saves(&bench).len(), 2);
    bench.keys("ctrl-q");
    assert_eq!(saves(&bench).last().unwrap().open[0].text, "ab");
}

#[test]
fn rrx_does_not_quit_with_unsaved_worksheets_unless_the_user_quits_again_or_the_terminal_closes() {
    let failed = || {
        let problem = Problem::new(ProblemKind::Local, "a.sql cannot be written").because("No space left on device");
        Message::Storage(StorageEvent::WorksheetsNotSaved(problem))
    };
    let quits = |bench: &Bench| bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_)));
    let mut bench = with_text("SELECT 1");
    bench.text("x");
    bench.keys("ctrl-q");
    bench.feed(failed());
    assert!(!quits(&bench));
    let shown: Vec<String> =
        bench.model.inspector.lines.iter().map(rrx::app::panes::inspector::InspectorLine::text).collect();
    assert!(shown.join(" ").contains("rrx did not quit") && shown.join(" ").contains("No space left"), "{shown:?}");
    assert_eq!(text(&bench), "SELECT 1x");
    bench.keys("ctrl-q");
    bench.feed(failed());
    assert!(quits(&bench));

    let mut bench = with_text("SELECT 1");
    bench.text("x");
    bench.feed(Message::Terminate);
    bench.feed(failed());
    assert!(quits(&bench));
}
