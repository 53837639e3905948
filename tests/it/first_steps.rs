//! What somebody meets who has never seen rrx: nothing typed is lost, what was asked for is seen, the keys are told.

use std::sync::Arc;
use std::time::Duration;

use rrx::app::Message;
use rrx::app::focus::Focus;
use rrx::app::{Effect, screen};
use rrx::domain::limits::TEXT_PAUSE;
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{
    End, HostEvent, Progress, SavedWorksheet, SessionCmd, SessionEvent, StorageCmd, StorageEvent, StoreEvent,
    WorksheetSet,
};

use super::model::{Bench, report};

/// The lines of the screen as drawn.
fn lines(bench: &Bench) -> Vec<String> {
    let (width, height) = (bench.model.size.width, bench.model.size.height);
    let buffer = screen(&bench.model, width, height);
    (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned()).collect()
}

fn last(bench: &Bench) -> String {
    lines(bench).pop().unwrap()
}

fn arrive(bench: &mut Bench, worksheets: Vec<SavedWorksheet>) {
    let worksheets = WorksheetSet { open: worksheets, ..WorksheetSet::default() };
    let event = StorageEvent::Worksheets { profile: "eu".into(), worksheets, problems: vec![] };
    bench.feed(Message::Storage(event));
}

fn just_connected() -> Bench {
    let mut bench = Bench::new(80, 24);
    bench.keys("enter");
    bench.session(SessionEvent::Ready(Arc::new(super::model::facts())));
    bench
}

fn saved(bench: &Bench) -> Vec<(String, Vec<String>)> {
    let texts = |worksheets: &[SavedWorksheet]| worksheets.iter().map(|sheet| sheet.text.clone()).collect();
    bench
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Storage(StorageCmd::SaveWorksheets { profile, worksheets, .. }) => {
                Some((profile.clone(), texts(&worksheets.open)))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn what_is_typed_before_the_worksheets_arrive_stays_as_its_own_tab() {
    let mut bench = just_connected();
    bench.text("SELECT 'early'");
    arrive(&mut bench, vec![SavedWorksheet::new("sheet-1", "1", "SELECT 'kept'")]);
    let texts: Vec<String> = bench.model.worksheets.sheets.iter().map(|sheet| sheet.editor.text()).collect();
    assert_eq!(texts, ["SELECT 'kept'", "SELECT 'early'"]);
    assert_eq!(bench.model.worksheets.front, 1, "what is being typed stays in front");
    bench.text(" AS more");
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.text(), "SELECT 'early' AS more");
    assert_eq!(saved(&bench).first().unwrap().1, ["SELECT 'kept'", "SELECT 'early'"]);
    let keys: Vec<&str> = bench.model.worksheets.sheets.iter().map(|sheet| sheet.key.as_str()).collect();
    assert_eq!(keys, ["sheet-1", "sheet-2"], "two worksheets are two files");
}

#[test]
fn nothing_typed_adds_no_tab() {
    let mut bench = just_connected();
    bench.keys("a backspace");
    arrive(&mut bench, vec![SavedWorksheet::new("sheet-1", "1", "SELECT 'kept'")]);
    assert_eq!(bench.model.worksheets.sheets.len(), 1);
    assert_eq!(saved(&bench), []);
}

#[test]
fn the_last_change_is_saved_before_another_profile_s_worksheets_come() {
    let mut bench = Bench::connected(80, 24);
    bench.keys("a");
    bench.feed(Message::Clock(TEXT_PAUSE));
    bench.keys("b");
    bench.feed(Message::Clock(TEXT_PAUSE * 2));
    assert_eq!(saved(&bench).len(), 1, "the second change waits for the first save");
    bench.effects.clear();
    let worksheets = WorksheetSet::default();
    let event = StorageEvent::Worksheets { profile: "us".into(), worksheets, problems: vec![] };
    bench.feed(Message::Storage(event));
    assert_eq!(saved(&bench), [("eu".to_owned(), vec!["ab".to_owned()])]);
}

#[test]
fn a_run_is_seen_where_one_panel_has_the_screen() {
    for (width, height, keys) in [(40, 12, ""), (80, 24, "f4"), (160, 45, "f4")] {
        let mut bench = Bench::connected(width, height);
        bench.text("SELECT 1");
        bench.keys(keys);
        let result = bench.run();
        bench.rows(result, &["one"], &[&[Some("first value")]]);
        assert_eq!(bench.model.focus, Focus::Grid);
        assert!(lines(&bench).iter().any(|line| line.contains("first value")), "{:#?}", lines(&bench));
        bench.keys("esc");
        assert_eq!(bench.model.focus, Focus::Grid, "a letter after it must not be typed into the text");
        bench.keys("alt-2");
        assert_eq!(bench.model.focus, Focus::Worksheet);
    }
    let mut bench = Bench::connected(40, 12);
    bench.text("DELETE FROM subject");
    bench.keys("f5");
    assert!(lines(&bench).iter().any(|line| line.contains("DELETE writes")), "{:#?}", lines(&bench));
}

#[test]
fn help_and_commands_are_told_at_every_size_and_beside_every_notice() {
    for (width, height) in [(160, 45), (100, 30), (80, 24), (60, 18), (40, 12)] {
        let mut bench = Bench::connected(width, height);
        for panel in 0..5 {
            for notice in [false, true] {
                if notice {
                    bench.keys("ctrl-c");
                    assert!(lines(&bench).iter().any(|line| line.contains("Nothing is running")), "{width}");
                }
                let last = last(&bench);
                assert!(last.contains("F1 keys") && last.contains("Ctrl-P commands"), "{width} {panel}: {last}");
            }
            bench.keys("f6");
        }
    }
}

#[test]
fn a_long_notice_is_told_whole() {
    let mut bench = Bench::connected(40, 12);
    bench.keys("f8 esc f11");
    let all = lines(&bench).join(" ");
    let words: Vec<&str> = all.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    assert!(words.join(" ").contains("F11 does nothing here. F1 shows the keys that do"), "{all}");
}

#[test]
fn stopping_is_said_until_it_has_stopped() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT SLEEP(100)");
    let result = bench.run();
    bench.keys("ctrl-c");
    assert!(lines(&bench).iter().any(|line| line.contains("Stopping the statement")));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Cancel(_)))));
    bench.session(SessionEvent::Ended { result, report: report(End::Cancelled, 0) });
    assert!(!lines(&bench).iter().any(|line| line.contains("Stopping the statement")));
}

#[test]
fn what_must_always_be_seen_is_seen_also_under_an_overlay() {
    for (width, height) in [(160, 45), (80, 24), (40, 12), (20, 5)] {
        for keys in ["", "f1", "ctrl-p", "ctrl-t", "f8"] {
            let mut bench = Bench::connected(width, height);
            bench.keys(keys);
            let all = lines(&bench).join("\n");
            for wanted in ["PROD", "eu", "REPLICA", "RO", "NO BLIND", "●"] {
                assert!(all.contains(wanted), "{width}x{height} {keys}: {wanted} in\n{all}");
            }
        }
    }
    let mut bench = Bench::new(80, 24);
    bench.keys("enter");
    let all = lines(&bench).join("\n");
    assert!(all.contains("NO BLINDING"), "{all}");
}

#[test]
fn the_smallest_screen_shows_text_and_rows() {
    let mut bench = Bench::connected(20, 5);
    bench.text("SELECT 1");
    assert!(lines(&bench).iter().any(|line| line.contains("SELECT 1")), "{:#?}", lines(&bench));
}

#[test]
fn times_and_counts_read_well() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.rows(result, &["one", "two"], &[&[Some("1"), Some("2")]]);
    let all = lines(&bench).join("\n");
    assert!(all.contains("─ 1 row · first row after 40 ms, all after 120 ms"), "{all}");
    assert!(all.contains("row 1 · col 1/2"), "{all}");
    assert!(all.contains("~1,200"), "{all}");
    assert!(!all.contains("1200~"), "{all}");

    let result = bench.run();
    bench.feed(Message::Result(result, StoreEvent::Opened(Arc::from([]))));
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 0, bytes: 0, end: Some(End::Complete) })));
    let mut nothing = report(End::Complete, 0);
    (nothing.first_row, nothing.total) = (None, Duration::from_millis(1_234));
    bench.session(SessionEvent::Ended { result, report: nothing });
    let all = lines(&bench).join("\n");
    assert!(all.contains("no rows · 1.23 s"), "{all}");
}

#[test]
fn one_step_back_from_a_detail_is_the_row_it_was_opened_from() {
    for (width, height) in [(160, 45), (100, 30), (40, 12)] {
        let mut bench = Bench::connected(width, height);
        bench.text("SELECT 1");
        let result = bench.run();
        bench.rows(result, &["one"], &[&[Some("1")]]);
        bench.feed(Message::Resize(bench.model.size));
        if bench.model.focus != Focus::Grid {
            bench.keys("f6");
        }
        bench.keys("space alt-4");
        assert_eq!(bench.model.focus, Focus::Inspector);
        bench.keys("esc");
        assert_eq!(bench.model.focus, Focus::Grid, "{width}x{height}");
        assert!(bench.model.context.layout.inspector.is_none());
    }
}

#[test]
fn the_last_fifty_messages_can_be_read_and_each_as_a_whole() {
    for size in [(160, 45), (80, 24), (40, 10)] {
        let mut bench = Bench::connected(size.0, size.1);
        for number in 0..60 {
            bench.feed(Message::Clock(Duration::from_millis(number + 10)));
            bench.text(&format!("x{number}"));
            bench.keys("alt-3 alt-2 ctrl-v");
        }
        let long = "A message that has many words, so that it does not fit on one line of any screen here. ".repeat(3);
        bench.feed(Message::Host(HostEvent::Failed(Problem::new(ProblemKind::Local, long))));
        bench.keys("f8");
        let count = bench.model.overlays.modal().unwrap().items.len();
        assert!((50..60).contains(&count), "{size:?} {count}");
        bench.keys("enter");
        let drawn = lines(&bench).join(" ");
        assert!(drawn.contains("does not fit"), "{size:?} {drawn}");
        // One step back is the list, with the cursor where it was.
        bench.keys("esc");
        assert_eq!(bench.model.overlays.modal().unwrap().items.len(), count);
        bench.keys("enter enter");
        assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Host(_))), "{size:?}: Enter copies it");
    }
}

#[test]
fn the_messages_are_not_buried_by_the_queries_for_the_lag() {
    let mut bench = Bench::connected(160, 45);
    for took in [1, 2, 3] {
        bench.session(SessionEvent::InternalQuery {
            text: "/* rrx:lag */ SHOW REPLICA STATUS".into(),
            took: std::time::Duration::from_millis(took),
            error: None,
        });
    }
    bench.keys("f8");
    let shown = lines(&bench).join("\n");
    assert_eq!(shown.matches("SHOW REPLICA STATUS").count(), 1, "{shown}");
    assert!(shown.contains("· 3 times"), "{shown}");
    bench.keys("r r x : l a g enter");
    let shown = lines(&bench).join("\n");
    assert!(shown.contains("copy all of it"), "{shown}");
}
