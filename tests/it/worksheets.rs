//! Worksheets: no text is lost, whatever is cut, closed, replaced or not saved.

use std::time::Duration;

use rrx::app::focus::Focus;
use rrx::app::layout::ScreenSize;
use rrx::app::quitting::Quitting;
use rrx::app::{Effect, Message};
use rrx::domain::limits::{
    CLOSED_WORKSHEETS, POSITION_PAUSE, QUIT_PATIENCE, TEXT_PAUSE, TEXT_PAUSE_MOST, WRITE_PAUSES,
};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{
    HostCmd, SavedWorksheet, StorageCmd, StorageEvent, UnsavedPart, UnsavedWorksheets, WorksheetSet,
};

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

/// Reports that the worksheets are on disk.
fn saved(bench: &mut Bench) {
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
}

/// Reports that the worksheets could not be written.
fn not_saved(bench: &mut Bench, part: UnsavedPart) {
    let problem = Problem::new(ProblemKind::Local, "a.sql cannot be written").because("No space left on device");
    let unsaved = UnsavedWorksheets { profile: "eu".into(), problem, part };
    bench.feed(Message::Storage(StorageEvent::WorksheetsNotSaved(unsaved)));
}

/// Counts the requests to write again since the effects were cleared.
fn attempts(bench: &Bench) -> usize {
    let is_attempt = |effect: &&Effect| matches!(effect, Effect::Storage(StorageCmd::WriteDue { .. }));
    bench.effects.iter().filter(is_attempt).count()
}

fn quits(bench: &Bench) -> bool {
    bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_)))
}

fn header(bench: &Bench) -> String {
    let size = bench.model.size;
    let shown = super::model::text(&rrx::app::screen(&bench.model, size.width, size.height));
    shown.lines().take(2).collect::<Vec<_>>().join("\n")
}

/// A worksheet with this text, all of it saved.
fn with_text(text: &str) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.feed(Message::Paste(text.into()));
    pause(&mut bench);
    saved(&mut bench);
    bench.effects.clear();
    bench
}

/// Lets the time go on until a text is saved that was just changed.
fn pause(bench: &mut Bench) {
    bench.feed(Message::Clock(bench.model.context.now + TEXT_PAUSE));
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
    saved(&mut bench);
    bench.effects.clear();
    bench.keys("alt-w");
    assert_eq!(notice(&bench), "Worksheet 2 is closed. Alt-U reopens it.");
    saved(&mut bench);
    let closed: Vec<&str> = saves(&bench).last().unwrap().closed.iter().map(|sheet| sheet.text.as_str()).collect();
    assert_eq!(closed, ["SELECT 'two'"]);
    bench.keys("alt-w alt-u");
    assert_eq!(text(&bench), "SELECT 'one'");
    bench.keys("alt-u");
    assert_eq!(text(&bench), "SELECT 'two'");
    bench.keys("alt-u");
    assert_eq!(notice(&bench), "There is no closed worksheet to reopen. Ctrl-N opens a new one.");
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
    let start = bench.model.context.now;
    bench.keys("up left alt-right shift-down");
    assert!(saves(&bench).is_empty());
    let wakes = bench.effects.iter().filter(|effect| matches!(effect, Effect::Wake(_))).count();
    assert_eq!(wakes, 1);
    bench.feed(Message::Clock(start + POSITION_PAUSE / 2));
    bench.keys("up");
    bench.feed(Message::Clock(start + POSITION_PAUSE));
    assert!(saves(&bench).is_empty(), "the last key was less than a pause ago");
    bench.feed(Message::Clock(start + POSITION_PAUSE * 2));
    assert_eq!(saves(&bench).len(), 1);
    saved(&mut bench);
    bench.feed(Message::Clock(start + POSITION_PAUSE * 10));
    assert_eq!(saves(&bench).len(), 1);
}

#[test]
fn a_hundred_keys_are_saved_once_a_pause_after_the_last_one() {
    let mut bench = with_text("");
    let mut now = bench.model.context.now;
    for number in 0..100 {
        now += Duration::from_millis(40);
        bench.feed(Message::Clock(now));
        bench.keys(if number % 10 == 9 { "left" } else { "x" });
    }
    assert_eq!(saves(&bench).len(), 0);
    bench.feed(Message::Clock(now + TEXT_PAUSE / 2));
    assert_eq!(saves(&bench).len(), 0);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Wake(_))), "the clock comes without a key");
    bench.feed(Message::Clock(now + TEXT_PAUSE));
    assert_eq!(saves(&bench).len(), 1);
    saved(&mut bench);
    assert_eq!(saves(&bench).len(), 1);
}

#[test]
fn while_typing_goes_on_a_text_is_saved_after_some_seconds() {
    let mut bench = with_text("");
    let (start, key) = (bench.model.context.now, TEXT_PAUSE / 4);
    for number in 0..(TEXT_PAUSE_MOST.as_millis() / key.as_millis()) * 3 {
        bench.feed(Message::Clock(start + key * u32::try_from(number).unwrap()));
        bench.keys("x");
        if bench.model.worksheets.saving.contains("eu") {
            saved(&mut bench);
        }
    }
    assert_eq!(saves(&bench).len(), 2, "one for each {TEXT_PAUSE_MOST:?}, and a third one is not due yet");
}

#[test]
fn leaving_a_text_saves_it() {
    type Leave = fn(&mut Bench);
    let leave: [(&str, Leave); 8] = [
        ("another worksheet", |bench| bench.keys("alt-left")),
        ("a new worksheet", |bench| bench.keys("ctrl-n")),
        ("a closed worksheet", |bench| bench.keys("alt-w")),
        ("a statement", |bench| bench.keys("f5")),
        ("quitting", |bench| bench.keys("ctrl-q")),
        ("a signal, or a closed terminal", |bench| bench.feed(Message::Terminate)),
        ("a suspended program", |bench| bench.feed(Message::Suspend)),
        ("a profile that connects", |bench| {
            let mut other = (*bench.model.context.profiles[0]).clone();
            other.name = "us".into();
            bench.model.context.profiles.push(other.into());
            bench.feed(Message::Connect("us".into()));
            let session = bench.model.context.connecting().unwrap();
            let facts = super::model::facts();
            bench.feed(Message::Session(session, rrx::domain::protocol::SessionEvent::Ready(facts.into())));
        }),
    ];
    for (what, leave) in leave {
        let mut bench = with_text("");
        bench.keys("ctrl-n");
        saved(&mut bench);
        bench.text("SELECT 'left'");
        bench.effects.clear();
        leave(&mut bench);
        let is_save = |effect: &Effect| match effect {
            Effect::Storage(StorageCmd::SaveWorksheets { worksheets, .. }) => {
                worksheets.open.iter().chain(&worksheets.closed).any(|sheet| sheet.text == "SELECT 'left'")
            }
            _ => false,
        };
        let save = bench.effects.iter().position(is_save);
        let begin = bench.effects.iter().position(|effect| {
            matches!(effect, Effect::Storage(StorageCmd::Begin { .. } | StorageCmd::LoadWorksheets { .. }))
        });
        assert!(save.is_some_and(|save| begin.is_none_or(|begin| save < begin)), "{what}: {:?}", bench.effects);
    }
}

#[test]
fn the_scroll_position_survives_the_zoom_and_another_worksheet() {
    let mut bench = with_text(&"SELECT 1;\n".repeat(200));
    let top = |bench: &Bench| bench.model.worksheets.sheet().unwrap().scroll.top.line;
    bench.keys("ctrl-home f4 page-down up up up up up up up up");
    let (before, line) = (top(&bench), bench.model.worksheets.sheet().unwrap().editor.cursor().line);
    bench.keys("f4");
    let small = top(&bench);
    assert!(small <= line && small > before, "{before} {small} {line}: the cursor is in the small panel");
    bench.keys("f4");
    assert_eq!(top(&bench), before);
    bench.feed(Message::Resize(ScreenSize { width: 80, height: 12 }));
    bench.feed(Message::Resize(ScreenSize { width: 160, height: 45 }));
    assert_eq!(top(&bench), before);
    bench.keys("ctrl-n");
    assert_eq!(top(&bench), 0);
    bench.text(&"SELECT 2;\n".repeat(100));
    assert!(top(&bench) > before);
    bench.keys("alt-left");
    assert_eq!(top(&bench), before);
    bench.keys("f4 f4 down");
    assert_eq!(top(&bench), before);
}

#[test]
fn the_position_is_saved_at_the_end() {
    let mut bench = with_text("SELECT 1");
    bench.keys("home ctrl-q");
    assert_eq!(saves(&bench).last().unwrap().open[0].cursor, (0, 0));
}

#[test]
fn a_save_that_failed_is_tried_again_by_the_clock_with_pauses_and_with_the_next_change() {
    let mut bench = with_text("");
    bench.text("a");
    pause(&mut bench);
    not_saved(&mut bench, UnsavedPart::Texts);
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Wake(_))), "the clock comes without a key");
    let failed = bench.model.context.now;
    bench.feed(Message::Clock(failed + WRITE_PAUSES[0] / 2));
    assert_eq!((saves(&bench).len(), attempts(&bench)), (1, 0), "not with each message");
    bench.feed(Message::Clock(failed + WRITE_PAUSES[0]));
    assert_eq!((saves(&bench).len(), attempts(&bench)), (1, 1));
    bench.feed(Message::Clock(failed + WRITE_PAUSES[0] * 100));
    assert_eq!(attempts(&bench), 1, "the answer is awaited");
    not_saved(&mut bench, UnsavedPart::Texts);
    bench.text("b");
    not_saved(&mut bench, UnsavedPart::Texts);
    pause(&mut bench);
    assert_eq!(saves(&bench).last().unwrap().open[0].text, "ab");
    not_saved(&mut bench, UnsavedPart::Texts);
    let mut now = failed + WRITE_PAUSES[0] * 200;
    for _ in 0..10 {
        bench.effects.clear();
        now += WRITE_PAUSES[2];
        bench.feed(Message::Clock(now));
        assert_eq!(attempts(&bench), 1, "the longest pause is {:?}", WRITE_PAUSES[2]);
        not_saved(&mut bench, UnsavedPart::Texts);
    }
    saved(&mut bench);
    bench.effects.clear();
    bench.feed(Message::Clock(now * 2));
    assert_eq!((saves(&bench).len(), attempts(&bench)), (0, 0));
}

#[test]
fn unsaved_worksheets_are_in_the_header_of_every_size_until_they_are_saved() {
    for (width, height) in [(160, 45), (100, 30), (80, 24), (60, 18), (48, 12), (47, 12), (40, 10), (30, 8), (20, 5)] {
        let mut bench = with_text("");
        bench.feed(Message::Resize(ScreenSize { width, height }));
        bench.text("a");
        pause(&mut bench);
        assert!(!header(&bench).contains("SAVED"));
        not_saved(&mut bench, UnsavedPart::Texts);
        bench.keys("b");
        let word = if width < 40 { "UNSAVED" } else { "NOT SAVED" };
        assert!(header(&bench).contains(word), "{width}x{height}:\n{}", header(&bench));
        assert!(header(&bench).contains("PROD"), "{width}x{height}:\n{}", header(&bench));
        saved(&mut bench);
        assert_eq!(notice(&bench), "The worksheets of eu are saved now.");
        assert!(!header(&bench).contains("SAVED"), "{width}x{height}:\n{}", header(&bench));
    }
}

#[test]
fn a_failed_save_leaves_the_focus_in_the_text_and_later_keys_go_there() {
    for (width, height) in [(160, 45), (80, 24), (40, 10)] {
        let mut bench = with_text("");
        bench.feed(Message::Resize(ScreenSize { width, height }));
        bench.keys("a");
        pause(&mut bench);
        not_saved(&mut bench, UnsavedPart::Texts);
        assert!(notice(&bench).contains("a.sql cannot be written"), "{}", notice(&bench));
        bench.keys("b c");
        pause(&mut bench);
        not_saved(&mut bench, UnsavedPart::Texts);
        assert_eq!(notice(&bench), "", "the same failure is reported once");
        bench.keys("d");
        assert_eq!((text(&bench).as_str(), bench.model.focus), ("abcd", Focus::Worksheet));
    }
}

#[test]
fn quitting_with_unsaved_texts_tries_again_then_asks() {
    let unsaved = || {
        let mut bench = with_text("SELECT 1");
        bench.text("x");
        pause(&mut bench);
        not_saved(&mut bench, UnsavedPart::Texts);
        bench.effects.clear();
        bench.keys("ctrl-q");
        assert_eq!(attempts(&bench), 1);
        assert!(!quits(&bench));
        bench
    };
    // The directory is writable again.
    let mut bench = unsaved();
    saved(&mut bench);
    assert!(quits(&bench));

    let asked = || {
        let mut bench = unsaved();
        not_saved(&mut bench, UnsavedPart::Texts);
        assert!(!quits(&bench));
        let question = bench.model.overlays.modal().unwrap().dialog.explanation();
        assert!(question.contains("not saved") && question.contains("No space left"), "{question}");
        let is_close = |effect: &Effect| matches!(effect, Effect::Session(..));
        assert!(!bench.effects.iter().any(is_close), "the session goes on");
        bench
    };
    // No is the default, and the next time rrx asks again.
    let mut bench = asked();
    bench.keys("enter");
    assert!(!bench.model.overlays.is_modal() && bench.model.quitting == Quitting::No);
    bench.keys("y");
    assert_eq!(text(&bench), "SELECT 1xy");
    not_saved(&mut bench, UnsavedPart::Texts);
    bench.keys("ctrl-q");
    not_saved(&mut bench, UnsavedPart::Texts);
    assert!(!quits(&bench) && bench.model.overlays.is_modal());

    for yes in ["y", "ctrl-q"] {
        let mut bench = asked();
        bench.keys(yes);
        not_saved(&mut bench, UnsavedPart::Texts);
        assert!(quits(&bench), "{yes}");
    }
}

#[test]
fn quitting_does_not_ask_about_positions() {
    let mut bench = with_text("SELECT 1");
    bench.keys("home");
    bench.feed(Message::Clock(bench.model.context.now + POSITION_PAUSE));
    not_saved(&mut bench, UnsavedPart::Positions);
    bench.keys("ctrl-q");
    not_saved(&mut bench, UnsavedPart::Positions);
    assert!(quits(&bench));
}

#[test]
fn a_signal_asks_nothing_and_a_disk_that_does_not_answer_does_not_hold_rrx() {
    let mut bench = with_text("SELECT 1");
    bench.text("x");
    bench.feed(Message::Terminate);
    not_saved(&mut bench, UnsavedPart::Texts);
    assert!(quits(&bench));

    let mut bench = with_text("SELECT 1");
    bench.text("x");
    bench.feed(Message::Terminate);
    assert!(!quits(&bench), "the save is under way");
    bench.feed(Message::Clock(bench.model.context.now + QUIT_PATIENCE));
    assert!(quits(&bench));

    let mut bench = with_text("SELECT 1");
    bench.text("x");
    bench.keys("ctrl-q");
    bench.feed(Message::Clock(bench.model.context.now + QUIT_PATIENCE));
    let shown = super::model::text(&rrx::app::screen(&bench.model, 160, 45));
    assert!(!quits(&bench) && shown.contains("The disk does not answer"), "{shown}");
    // A no takes quitting back, however late the disk answers.
    bench.keys("n");
    saved(&mut bench);
    assert!(!quits(&bench));
    bench.text("y");
    bench.keys("ctrl-q");
    bench.feed(Message::Clock(bench.model.context.now + QUIT_PATIENCE));
    bench.keys("y");
    bench.feed(Message::Clock(bench.model.context.now + QUIT_PATIENCE));
    assert!(quits(&bench));
}

#[test]
fn worksheets_of_the_profile_before_stay_due_when_another_is_opened() {
    let mut bench = with_text("");
    bench.text("of eu");
    let worksheets = WorksheetSet { open: vec![SavedWorksheet::new("a", "1", "of us")], ..WorksheetSet::default() };
    bench.feed(Message::Storage(StorageEvent::Worksheets { profile: "us".into(), worksheets, problems: vec![] }));
    not_saved(&mut bench, UnsavedPart::Texts);
    assert!(header(&bench).contains("NOT SAVED"));
    bench.feed(Message::Clock(bench.model.context.now + WRITE_PAUSES[0]));
    assert_eq!(attempts(&bench), 1);
    saved(&mut bench);
    assert!(!header(&bench).contains("NOT SAVED"));
}

#[test]
fn a_refused_save_of_the_profile_before_is_sent_again() {
    let mut bench = with_text("");
    bench.text("of eu");
    let worksheets = WorksheetSet::default();
    bench.feed(Message::Storage(StorageEvent::Worksheets { profile: "us".into(), worksheets, problems: vec![] }));
    let save = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. })));
    bench.feed(Message::Refused(save));
    assert!(saves(&bench).is_empty());
    bench.feed(Message::Clock(bench.model.context.now + Duration::from_millis(100)));
    assert_eq!(saves(&bench).last().unwrap().open[0].text, "of eu");
}

#[test]
fn a_record_that_cannot_be_written_is_in_the_header_and_written_again() {
    let mut bench = with_text("");
    let problem = Problem::new(ProblemKind::Local, "The access log cannot be written");
    bench.feed(Message::Storage(StorageEvent::RecordsNotWritten { profile: "eu".into(), problem }));
    assert!(header(&bench).contains("ACCESS LOG NOT WRITTEN"), "{}", header(&bench));
    bench.feed(Message::Clock(bench.model.context.now + WRITE_PAUSES[0]));
    assert_eq!(attempts(&bench), 1);
    bench.feed(Message::Storage(StorageEvent::RecordsWritten { profile: "eu".into() }));
    assert!(!header(&bench).contains("NOT WRITTEN"), "{}", header(&bench));
}
