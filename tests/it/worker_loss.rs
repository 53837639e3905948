//! The loss of a worker, for example by a panic: the screen says which part ended, nothing waits for it, and the next step works.

use rrx::app::context::ConnectionState;
use rrx::app::{Effect, Message, Worker, screen};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::protocol::{Question, ResultId, SessionCmd, SessionEvent, SessionId, StorageCmd, StoreCmd};

use super::model::Bench;

const PANIC: &str = "task 7 panicked with message \"capacity overflow\"";

fn lose(bench: &mut Bench, worker: Worker) {
    bench.feed(Message::WorkerLost { worker, why: PANIC.into() });
}

fn shown(bench: &Bench) -> String {
    let (width, height) = (bench.model.size.width, bench.model.size.height);
    let buffer = screen(&bench.model, width, height);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

/// The sessions that were asked to connect.
fn connects(bench: &Bench) -> Vec<u32> {
    let connect = |effect: &Effect| match effect {
        Effect::Session(SessionId(id), SessionCmd::Connect { .. }) => Some(*id),
        _ => None,
    };
    bench.effects.iter().filter_map(connect).collect()
}

/// The ends that were recorded.
fn ends(bench: &Bench) -> Vec<String> {
    let end = |effect: &Effect| match effect {
        Effect::Storage(StorageCmd::End { entry, .. }) => Some(entry.end.clone()),
        _ => None,
    };
    bench.effects.iter().filter_map(end).collect()
}

fn notice(bench: &Bench) -> String {
    bench.model.notices.current.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn a_session_lost_while_connecting_shows_the_name_of_its_profile_and_enter_connects_again() {
    let mut bench = Bench::new(100, 30);
    bench.keys("enter");
    lose(&mut bench, Worker::Session(SessionId(1)));
    let screen = shown(&bench);
    for expected in ["Connecting to eu", "The session ended because of a defect of rrx", "capacity overflow"] {
        assert!(screen.contains(expected), "{screen}");
    }
    assert_eq!(bench.model.context.link, ConnectionState::None);
    bench.effects.clear();
    bench.keys("enter");
    assert_eq!(connects(&bench), [2], "another task");
}

#[test]
fn a_connection_that_the_user_left_for_the_list_of_profiles_does_not_take_the_screen() {
    for event in [
        SessionEvent::Failed(Problem::new(ProblemKind::Route, "refused")),
        SessionEvent::Asked(Question::Secret { prompt: "Password".into() }),
    ] {
        let mut bench = Bench::new(100, 30);
        bench.keys("enter f10");
        let is_close = |effect: &Effect| matches!(effect, Effect::Session(SessionId(1), SessionCmd::Close));
        assert!(bench.effects.iter().any(is_close), "{:?}", bench.effects);
        bench.session(event);
        assert!(shown(&bench).contains("choose a profile"), "{}", shown(&bench));
    }
}

#[test]
fn a_lost_session_that_was_connected_is_lost_and_its_statement_is_broken() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT SLEEP(100)");
    let _ = bench.run();
    bench.effects.clear();
    lose(&mut bench, Worker::Session(SessionId(1)));
    assert_eq!(connects(&bench), [2]);
    assert!(matches!(bench.model.context.link, ConnectionState::Reconnecting { .. }));
    let screen = shown(&bench);
    assert!(screen.contains("LINK LOST") && !screen.lines().next().unwrap().contains('●'), "{screen}");
    assert_eq!(bench.model.context.running(), None);
    assert!(ends(&bench)[0].starts_with("broken, not known to have finished"), "{:?}", ends(&bench));
    // The next session is lost too: rrx stops, and the key connects again.
    lose(&mut bench, Worker::Session(SessionId(2)));
    assert_eq!(bench.model.context.link, ConnectionState::Lost);
    assert!(
        notice(&bench).contains("defect of rrx") && notice(&bench).contains("Alt-R reconnects"),
        "{}",
        notice(&bench)
    );
    bench.effects.clear();
    bench.keys("alt-r");
    assert_eq!(connects(&bench), [3]);
    // A session of before changes nothing.
    lose(&mut bench, Worker::Session(SessionId(1)));
    assert!(matches!(bench.model.context.link, ConnectionState::Reconnecting { session: SessionId(3), .. }));
}

#[test]
fn a_lost_result_store_ends_the_statement_and_the_session_and_takes_its_results_away() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT 1");
    let first = bench.run();
    bench.rows(first, &["1"], &[&[Some("value-of-the-first")]]);
    bench.text(";\nSELECT 2");
    let _ = bench.run();
    bench.effects.clear();
    lose(&mut bench, Worker::Store);
    assert!(bench.model.grid.front().is_none() && bench.model.context.running().is_none());
    let is_dropped = |effect: &Effect| matches!(effect, Effect::Store(StoreCmd::Drop(ResultId(_))));
    assert!(bench.effects.iter().any(is_dropped), "{:?}", bench.effects);
    assert_eq!(connects(&bench), [2], "{:?}", bench.effects);
    assert!(ends(&bench)[0].starts_with("broken"), "{:?}", ends(&bench));
    assert_eq!(notice(&bench), "The result store ended because of a defect of rrx.");
}
