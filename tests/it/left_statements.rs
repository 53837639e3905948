//! A statement whose connection was lost may still run on the server: rrx looks for it, and asks before the next one starts.

use std::sync::Arc;
use std::time::Duration;

use rrx::app::{Effect, Message, screen};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::{LostStatements, Profile};
use rrx::domain::protocol::{
    End, LeftStatement, RunReport, RunningLeft, ServerFacts, SessionCmd, SessionEvent, SessionId, StorageCmd,
};

use super::model::{Bench, facts, report, text};

const TEXT: &str = "SELECT SLEEP(100)";

/// Loses the connection while a statement runs, and reconnects to this server as session 2.
fn reconnected(facts: ServerFacts) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.text(TEXT);
    let result = bench.run();
    let lost = Problem::new(ProblemKind::Lost, "The connection to the replica is lost").transient();
    let left = LeftStatement { connection: 7, text: TEXT.into() };
    let ended = RunReport { left: Some(left), ..report(End::Broken(lost.clone()), 0) };
    bench.session(SessionEvent::Ended { result, report: ended });
    bench.session(SessionEvent::Lost(lost));
    bench.effects.clear();
    event(&mut bench, SessionEvent::Ready(Arc::new(facts)));
    bench
}

fn event(bench: &mut Bench, event: SessionEvent) {
    bench.feed(Message::Session(SessionId(2), event));
}

fn running(bench: &mut Bench) {
    event(bench, SessionEvent::LeftRunning(vec![RunningLeft { connection: 7, seconds: 34 }]));
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

/// The commands about statements of lost connections, and the begin records, in their order.
fn effects(bench: &Bench) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::Session(_, SessionCmd::FindLeft(left)) if left[0].text == TEXT => Some("find"),
        Effect::Session(_, SessionCmd::StopLeft) => Some("stop"),
        Effect::Storage(StorageCmd::Begin { .. }) => Some("begin"),
        _ => None,
    };
    bench.effects.iter().filter_map(name).collect()
}

#[test]
fn it_is_looked_for_on_the_same_server_only() {
    assert_eq!(effects(&reconnected(facts())), ["find"]);
    let elsewhere = ServerFacts { identity: "another server".into(), ..facts() };
    assert!(effects(&reconnected(elsewhere)).is_empty());
}

#[test]
fn the_stop_key_stops_it() {
    let mut bench = reconnected(facts());
    running(&mut bench);
    assert_eq!(
        notice(&bench),
        "Reconnected to Aurora MySQL 8.0.39 (The connection to the replica is lost). The statement that lost its connection still \
         runs on the replica, for 34 s: SELECT SLEEP(100). Ctrl-C stops it."
    );
    bench.effects.clear();
    bench.keys("ctrl-c");
    assert_eq!(effects(&bench), ["stop"]);
    event(&mut bench, SessionEvent::LeftRunning(Vec::new()));
    assert_eq!(notice(&bench), "The statement that lost its connection does not run any more.");
    bench.effects.clear();
    bench.keys("ctrl-c");
    assert!(effects(&bench).is_empty());
}

#[test]
fn a_second_statement_starts_after_the_first_is_stopped_or_when_it_is_run_again() {
    let mut bench = reconnected(facts());
    running(&mut bench);
    let later = bench.model.context.now + Duration::from_secs(8);
    bench.feed(Message::Clock(later));
    bench.effects.clear();
    bench.keys("f5");
    assert!(effects(&bench).is_empty());
    let shown = text(&screen(&bench.model, 160, 45));
    insta::assert_snapshot!("a_question_about_a_statement_of_a_lost_connection", shown);
    // Enter is no.
    bench.keys("enter");
    assert!(effects(&bench).is_empty());
    assert_eq!(notice(&bench), "Nothing was sent. F5 runs it all the same.");
    bench.keys("f5");
    assert_eq!(effects(&bench), ["begin"]);

    let mut bench = reconnected(facts());
    running(&mut bench);
    bench.effects.clear();
    bench.keys("f5 y enter");
    assert_eq!(effects(&bench), ["stop", "begin"]);
}

#[test]
fn its_end_is_a_notice_only_where_the_notice_that_it_runs_is_still_seen() {
    for (keys, seen) in [("", "The statement that lost its connection does not run any more."), ("left", "")] {
        let mut bench = reconnected(facts());
        running(&mut bench);
        bench.keys(keys);
        event(&mut bench, SessionEvent::LeftRunning(Vec::new()));
        assert_eq!(notice(&bench), seen);
    }
}

#[test]
fn quitting_asks_while_it_may_run() {
    let quits = |bench: &mut Bench| {
        bench.effects.clear();
        bench.keys("ctrl-q");
        !bench.model.overlays.is_modal()
    };
    let mut bench = reconnected(facts());
    assert!(!quits(&mut bench), "it is not known yet");
    let mut bench = reconnected(facts());
    running(&mut bench);
    assert!(!quits(&mut bench));
    bench.keys("n");
    event(&mut bench, SessionEvent::LeftRunning(Vec::new()));
    assert!(quits(&mut bench));
}

#[test]
fn a_profile_may_have_it_stopped_without_a_question() {
    let mut bench = reconnected(facts());
    let profile = bench.model.context.profile.as_deref().unwrap();
    bench.model.context.profile = Some(Arc::new(Profile { lost_statements: LostStatements::Stop, ..profile.clone() }));
    bench.effects.clear();
    running(&mut bench);
    assert_eq!(effects(&bench), ["stop"]);
}
