//! A statement from its begin record to its end record, whatever comes between.

use std::time::Duration;

use rrx::app::{Effect, Message};
use rrx::domain::access_log::record;
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{End, Progress, SessionCmd, SessionEvent, StorageCmd, StorageEvent, StoreEvent};

use super::model::{Bench, Paper, report};

#[test]
fn a_statement_that_could_not_set_out_has_ended_and_so_has_its_record() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    bench.keys("f5");
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    bench.feed(Message::Refused(begin));
    assert_eq!(bench.model.context.running, None);
    bench.effects.clear();
    bench.run();
    let run = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. })));
    bench.feed(Message::Refused(run));
    assert_eq!(bench.model.context.running, None);
    let ended = |effect: &Effect| matches!(effect, Effect::Storage(StorageCmd::End { entry, .. }) if entry.end.starts_with("failed: Nothing was sent"));
    assert!(bench.effects.iter().any(ended), "{:?}", bench.effects);
}

fn ends(bench: &Bench) -> Vec<(&str, &str, u64)> {
    let end = |effect| match effect {
        &Effect::Storage(StorageCmd::End { ref profile, ref entry }) => {
            Some((profile.as_str(), entry.end.as_str(), entry.rows))
        }
        _ => None,
    };
    bench.effects.iter().filter_map(end).collect()
}

#[test]
fn an_end_record_that_a_full_queue_refused_goes_again() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.effects.clear();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 7) });
    let end = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::End { .. })));
    bench.effects.clear();
    bench.feed(Message::Refused(end));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Wake(_))));
    bench.feed(Message::Clock(Duration::from_secs(1)));
    assert_eq!(ends(&bench), [("eu", "complete", 7)]);
    bench.effects.clear();
    bench.feed(Message::Clock(Duration::from_secs(2)));
    assert_eq!(ends(&bench), []);
}

#[test]
fn connecting_anew_ends_the_record_of_what_was_running() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.feed(Message::Result(result, StoreEvent::Progress(Progress { rows: 40, bytes: 80, end: None })));
    bench.effects.clear();
    bench.feed(Message::Connect("eu".into()));
    assert_eq!(ends(&bench), [("eu", "cancelled", 40)]);
    assert_eq!(bench.model.context.running, None);
    assert!(bench.model.grid.front().is_some_and(rrx::app::panes::grid::ResultSet::has_ended));
}

#[test]
fn a_session_that_failed_under_a_statement_ends_its_record() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    let _ = bench.run();
    bench.effects.clear();
    bench.session(SessionEvent::Failed(Problem::new(ProblemKind::Lost, "The session ended by a fault of rrx itself")));
    assert_eq!(
        ends(&bench),
        [("eu", "broken, not known to have finished: The session ended by a fault of rrx itself", 0)]
    );
    assert_eq!(bench.model.context.running, None);
}

#[test]
fn leaving_waits_for_the_record_that_is_being_written() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    bench.keys("f5");
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { session, result, checked, begin }) = begin else { unreachable!() };
    bench.effects.clear();
    bench.feed(Message::Terminate);
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))));
    let permit = record(&mut Paper, checked, begin).unwrap();
    bench.feed(Message::Storage(StorageEvent::Permitted { session, result, profile: "eu".into(), permit }));
    assert_eq!(ends(&bench), [("eu", "cancelled", 0)]);
    assert!(matches!(bench.effects.last(), Some(Effect::Quit(0))));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. }))));
}

#[test]
fn a_last_save_that_a_full_queue_refused_goes_again() {
    let mut bench = Bench::connected(100, 30);
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    bench.effects.clear();
    bench.text("x");
    bench.feed(Message::Terminate);
    let save = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. })));
    bench.effects.clear();
    bench.feed(Message::Refused(save));
    bench.feed(Message::Clock(Duration::from_secs(1)));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. }))));
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved));
    assert!(matches!(bench.effects.last(), Some(Effect::Quit(0))));
}
