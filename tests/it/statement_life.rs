//! A statement from its begin record to its end record, whatever comes between.

use std::time::Duration;

use rrx::app::{Effect, Message};
use rrx::domain::access_log::record;
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{End, Progress, RunReport, SessionCmd, SessionEvent, StorageCmd, StorageEvent, StoreEvent};

use super::model::{Bench, Paper, report};

#[test]
fn a_statement_that_could_not_set_out_has_ended_and_so_has_its_record() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    bench.keys("f5");
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    bench.feed(Message::Refused(begin));
    assert_eq!(bench.model.context.running(), None);
    bench.effects.clear();
    bench.run();
    let run = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. })));
    bench.feed(Message::Refused(run));
    assert_eq!(bench.model.context.running(), None);
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
    bench.settings_file = Some("[profile.eu]\nhost = \"other.example.com\"\nuser = \"RO_USER\"\n");
    bench.feed(Message::Connect("eu".into()));
    assert_eq!(ends(&bench), [], "it runs until the new session takes the place of its own");
    let session = bench.model.context.connecting().unwrap();
    bench.feed(Message::Session(session, SessionEvent::Ready(super::model::facts().into())));
    assert_eq!(ends(&bench), [("eu", "cancelled", 40)]);
    assert_eq!(bench.model.context.running(), None);
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
    assert_eq!(bench.model.context.running(), None);
}

#[test]
fn leaving_waits_for_the_record_that_is_being_written() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1");
    bench.keys("f5");
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { result, statement }) = begin else { unreachable!() };
    bench.effects.clear();
    bench.feed(Message::Terminate);
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))));
    let permit = record(&mut Paper, statement).unwrap();
    bench.feed(Message::Storage(StorageEvent::Permitted { result, permit }));
    assert_eq!(ends(&bench), [("eu", "cancelled", 0)]);
    assert!(matches!(bench.effects.last(), Some(Effect::Quit(0))));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Run { .. }))));
}

#[test]
fn a_last_save_that_a_full_queue_refused_goes_again() {
    let mut bench = Bench::connected(100, 30);
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
    bench.effects.clear();
    bench.text("x");
    bench.feed(Message::Terminate);
    let save = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. })));
    bench.effects.clear();
    bench.feed(Message::Refused(save));
    bench.feed(Message::Clock(Duration::from_secs(1)));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::SaveWorksheets { .. }))));
    bench.feed(Message::Storage(StorageEvent::WorksheetsSaved { profile: "eu".into() }));
    assert!(matches!(bench.effects.last(), Some(Effect::Quit(0))));
}

/// Returns the texts of the statements whose begin records were asked for since the effects were cleared.
fn begun(bench: &Bench) -> Vec<String> {
    let text = |effect: &Effect| match effect {
        Effect::Storage(StorageCmd::Begin { statement, .. }) => Some(statement.checked().text().to_owned()),
        _ => None,
    };
    bench.effects.iter().filter_map(text).collect()
}

/// A worksheet of three statements that last ran in another environment.
fn three_statements_from_elsewhere() -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1; SELECT 2; SELECT 3");
    let result = bench.run();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    let mut profile = bench.model.context.profile.as_deref().unwrap().clone();
    profile.environment = rrx::domain::profile::Environment::Test;
    bench.model.context.profile = Some(profile.into());
    bench.effects.clear();
    bench
}

/// Runs another statement, and returns what was sent for it.
fn run_another(bench: &mut Bench) -> Vec<String> {
    bench.effects.clear();
    bench.keys("ctrl-n");
    bench.text("SELECT 'another'");
    let result = bench.run();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    begun(bench)
}

#[test]
fn a_declined_run_drops_the_statements_after_it() {
    let mut bench = three_statements_from_elsewhere();
    bench.keys("f9");
    assert!(super::grid::shown(&bench).contains("This worksheet last ran on"));
    bench.keys("n");
    assert_eq!(begun(&bench), Vec::<String>::new());
    assert_eq!(run_another(&mut bench), Vec::<String>::new(), "nothing follows it");
    assert_eq!(bench.model.context.running(), None);
}

#[test]
fn a_confirmed_run_goes_on_with_the_statements_after_it() {
    let mut bench = three_statements_from_elsewhere();
    bench.keys("f9");
    bench.keys("y");
    for text in ["SELECT 1", "SELECT 2", "SELECT 3"] {
        let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
        let Effect::Storage(StorageCmd::Begin { result, statement }) = begin else { unreachable!() };
        assert_eq!(statement.checked().text(), text);
        bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    }
    assert_eq!(begun(&bench), Vec::<String>::new());
}

#[test]
fn several_statements_without_a_connection_do_not_wait_for_one() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1; SELECT 2; SELECT 3");
    bench.session(SessionEvent::Closed);
    bench.keys("f9");
    assert!(super::grid::shown(&bench).contains("Not connected"));
    bench.feed(Message::Connect("eu".into()));
    let session = bench.model.context.link.session().unwrap();
    let facts = super::model::facts();
    bench.feed(Message::Session(session, SessionEvent::Ready(facts.into())));
    bench.effects.clear();
    let result = bench.run();
    bench.feed(Message::Session(session, SessionEvent::Ended { result, report: report(End::Complete, 1) }));
    assert_eq!(begun(&bench), Vec::<String>::new(), "the statements after the first of that run are gone");
}

#[test]
fn another_profile_drops_the_question_and_what_was_to_run() {
    let mut bench = three_statements_from_elsewhere();
    bench.keys("f9");
    let mut other = (*bench.model.context.profiles[0]).clone();
    other.name = "us".into();
    bench.model.context.profiles.push(other.into());
    bench.feed(Message::Connect("us".into()));
    let session = bench.model.context.connecting().unwrap();
    bench.feed(Message::Session(session, SessionEvent::Ready(super::model::facts().into())));
    bench.effects.clear();
    // The question is still on the screen: its answer sends nothing.
    bench.keys("y");
    assert_eq!(begun(&bench), Vec::<String>::new());
    assert!(super::grid::shown(&bench).contains("Nothing was sent"), "{}", super::grid::shown(&bench));
}

#[test]
fn a_closed_worksheet_drops_the_statements_after_the_running_one() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1; SELECT 2; SELECT 3");
    bench.keys("f9");
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { result, .. }) = begin else { unreachable!() };
    bench.effects.clear();
    bench.keys("alt-w");
    assert!(super::grid::shown(&bench).contains("The 2 statements after it did not run"));
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    assert_eq!(begun(&bench), Vec::<String>::new());
}

#[test]
fn a_stop_that_comes_too_late_still_stops_the_statements_after_it() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1; SELECT 2");
    bench.keys("f9");
    let begin = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. })));
    let Effect::Storage(StorageCmd::Begin { result, statement }) = begin else { unreachable!() };
    let permit = record(&mut Paper, statement).unwrap();
    bench.feed(Message::Storage(StorageEvent::Permitted { result, permit }));
    bench.effects.clear();
    bench.keys("ctrl-c");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Cancel(_)))));
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 1) });
    assert_eq!(begun(&bench), Vec::<String>::new());
    assert!(super::grid::shown(&bench).contains("The statement after it did not run"));
}

#[test]
fn a_use_of_a_worksheet_does_not_ask_about_its_own_next_statement() {
    let mut bench = Bench::connected(160, 45);
    bench.text("USE elsewhere");
    let result = bench.run();
    let used = RunReport { database: Some("elsewhere".into()), ..report(End::Complete, 0) };
    bench.session(SessionEvent::Ended { result, report: used });
    bench.text(";\nSELECT 1");
    bench.effects.clear();
    bench.keys("f5");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }))));
}

#[test]
fn a_refused_statement_is_shown_as_refused_and_a_kept_result_never_gives_way() {
    let mut bench = Bench::connected(160, 45);
    bench.text("DELETE FROM t");
    bench.keys("f5");
    let screen = super::model::text(&rrx::app::screen(&bench.model, 160, 45));
    assert!(screen.contains("refused, not sent") && !screen.contains("failed"), "{screen}");
    for _ in 0..8 {
        bench.text(";\nSELECT 1");
        let result = bench.run();
        bench.rows(result, &["a"], &[&[Some("1")]]);
        bench.keys("f6 P alt-p");
    }
    bench.text(";\nSELECT 9");
    bench.effects.clear();
    bench.keys("f5");
    assert!(bench.effects.is_empty(), "{:?}", bench.effects);
    let notice = &bench.model.notices.current.as_ref().unwrap().text;
    assert!(notice.starts_with("Nothing was sent: all 8 results are kept"), "{notice}");
}

#[test]
fn a_result_of_another_profile_than_that_of_the_header_names_its_own() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let result = bench.run();
    bench.rows(result, &["a"], &[&[Some("1")]]);
    let screen = |bench: &Bench| super::model::text(&rrx::app::screen(&bench.model, 160, 45));
    assert!(!screen(&bench).contains("FROM eu"), "{}", screen(&bench));
    let mut other = (**bench.model.context.profile.as_ref().unwrap()).clone();
    other.name = "us".into();
    bench.model.context.profile = Some(std::sync::Arc::new(other));
    assert!(screen(&bench).contains("SELECT 1 ─ FROM eu: "), "{}", screen(&bench));
}
