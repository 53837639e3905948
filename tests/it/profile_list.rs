//! The list of profiles, and a connection to another profile while a session stays.

use std::collections::BTreeMap;
use std::time::Duration;

use rrx::app::context::ConnectionState;
use rrx::app::panes::connect::ConnectStage;
use rrx::app::{Effect, Message, screen};
use rrx::domain::mouse::{Gesture, MouseEvent};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::Environment;
use rrx::domain::protocol::{
    Answer, ConnectionStep, FileOwner, Question, SessionCmd, SessionEvent, SessionId, StepState, StorageCmd,
    StorageEvent,
};

use super::model::{Bench, facts};

const PROFILES: &str = "
[profile.clinspark-eu-production]
environment = \"production\"
route = [\"ops@bastion.example.com\", \"inner.example.com:2222\"]
host = \"replica.abc123.eu-west-1.rds.amazonaws.com\"
port = 3307
user = \"RO_USER\"
database = \"clinspark\"
[profile.us]
environment = \"test\"
host = \"10.0.0.7\"
user = \"tester\"
[profile.val]
environment = \"validation\"
host = \"val.example.com\"
user = \"v\"
database = \"reporting\"
";

fn with_profiles(width: u16, height: u16) -> Bench {
    let mut bench = Bench::new(width, height);
    let (settings, problems) = rrx::domain::profile::parse(PROFILES, "config.toml");
    assert_eq!(problems, vec![]);
    let settings = std::sync::Arc::new(settings);
    bench.model.context.profiles = settings.profiles.iter().cloned().map(std::sync::Arc::new).collect();
    bench.model.context.settings = settings;
    bench.settings_file = Some(PROFILES);
    let times = BTreeMap::from([("us".to_owned(), "2026-11-29 09:15".to_owned())]);
    bench.feed(Message::Storage(StorageEvent::LastUses(times)));
    bench
}

/// A session of the first profile.
fn connected(width: u16, height: u16) -> Bench {
    let mut bench = with_profiles(width, height);
    bench.keys("enter");
    bench.session(SessionEvent::Ready(std::sync::Arc::new(facts())));
    bench.effects.clear();
    bench
}

fn drawn(bench: &Bench) -> String {
    let (width, height) = (bench.model.size.width, bench.model.size.height);
    let buffer = screen(&bench.model, width, height);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

fn selected(bench: &Bench) -> &str {
    bench.model.connect.as_ref().unwrap().selected(&bench.model.context).unwrap_or("")
}

fn unreachable() -> Problem {
    Problem::new(ProblemKind::Route, "10.0.0.7 does not answer").because("timed out")
}

fn is_close(effect: &Effect) -> bool {
    matches!(effect, Effect::Session(_, SessionCmd::Close))
}

#[test]
fn each_line_says_where_it_goes_and_when_it_worked() {
    for size in [(160, 45), (120, 40), (100, 30), (80, 24), (40, 10)] {
        let bench = with_profiles(size.0, size.1);
        insta::assert_snapshot!(format!("profiles_{}x{}", size.0, size.1), drawn(&bench));
    }
}

#[test]
fn typing_narrows_the_list_and_escape_shows_all_again() {
    let mut bench = with_profiles(100, 30);
    bench.keys("v a l");
    assert_eq!(selected(&bench), "val");
    assert!(drawn(&bench).contains("1 of 3"), "{}", drawn(&bench));
    bench.keys("backspace backspace backspace 1 0 . 0");
    assert_eq!(selected(&bench), "us", "the address counts too");
    bench.keys("x");
    assert!(drawn(&bench).contains("No profile matches. Esc clears the filter."), "{}", drawn(&bench));
    bench.keys("enter");
    assert!(bench.effects.iter().all(|effect| !matches!(effect, Effect::Session(..))), "nothing is chosen");
    bench.keys("esc");
    assert!(drawn(&bench).contains("3 profiles"), "{}", drawn(&bench));
    bench.keys("u s enter");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. }))));
}

#[test]
fn home_end_and_pages_move_in_the_list() {
    let mut bench = with_profiles(100, 30);
    let first = selected(&bench).to_owned();
    let places = ["end", "home", "page-down", "page-up"].map(|key| {
        bench.keys(key);
        selected(&bench).to_owned()
    });
    assert_eq!(places, ["val".to_owned(), first.clone(), "val".to_owned(), first]);
}

#[test]
fn after_a_failed_attempt_the_list_stays_on_its_profile() {
    let mut bench = with_profiles(100, 30);
    bench.keys("v a l enter");
    bench.session(SessionEvent::Failed(unreachable()));
    bench.keys("esc");
    assert_eq!(selected(&bench), "val");
    assert_eq!(bench.model.connect.as_ref().unwrap().stage, ConnectStage::Choosing);
    assert!(drawn(&bench).contains("3 profiles"), "the filter is cleared");
}

#[test]
fn a_profile_that_works_is_recorded() {
    let mut bench = with_profiles(100, 30);
    bench.keys("down enter");
    bench.session(SessionEvent::Ready(std::sync::Arc::new(facts())));
    let used = bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::ProfileUsed { .. })));
    assert!(format!("{used:?}").contains("us"), "{used:?}");
}

#[test]
fn the_list_marks_the_profile_of_the_session_and_escape_goes_back_to_it() {
    let mut bench = connected(100, 30);
    bench.model.notices.current = None;
    bench.keys("f10");
    let screen = drawn(&bench);
    let line = screen.lines().find(|line| line.contains("RO_USER")).unwrap();
    assert!(line.contains("connected here"), "{screen}");
    assert!(screen.lines().last().unwrap().contains("Enter back to the session   Esc back"), "{screen}");
    bench.keys("esc");
    assert!(bench.model.connect.is_none());
    assert!(!bench.effects.iter().any(is_close));
    // Enter does the same, because nothing has changed.
    bench.keys("f10 enter");
    assert!(bench.model.connect.is_none() && matches!(bench.model.context.link, ConnectionState::Connected(_)));
    let notice = bench.model.notices.current.as_ref().unwrap();
    assert_eq!(notice.text, "Still connected to clinspark-eu-production. Alt-R reconnects.");
    // With other settings, it connects again.
    bench.settings_file = Some(
        "[profile.clinspark-eu-production]\nhost = \"other.example.com\"\nuser = \"RO_USER\"\ndatabase = \"clinspark\"\n",
    );
    bench.keys("f10 enter");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. }))));
}

#[test]
fn a_connection_that_fails_leaves_the_session_as_it_is() {
    let mut bench = connected(100, 30);
    bench.keys("f10 down enter");
    let connect = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })));
    let Effect::Session(second, _) = connect else { unreachable!() };
    assert_ne!(second, SessionId(1));
    let step =
        SessionEvent::ConnectionStep { hop: 0, step: ConnectionStep::MySql, state: StepState::Trying("…".into()) };
    bench.feed(Message::Session(second, step));
    bench.feed(Message::Session(second, SessionEvent::Asked(Question::Secret { prompt: "Password".into() })));
    assert!(drawn(&bench).contains("Connecting to us") && drawn(&bench).contains("Password"), "{}", drawn(&bench));
    bench.keys("x enter");
    let answer = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Answer(Answer::Secret(_)))));
    assert!(matches!(answer, Effect::Session(id, _) if id == second), "the question's own session gets the answer");
    bench.feed(Message::Session(second, SessionEvent::Failed(unreachable())));
    assert!(drawn(&bench).contains("10.0.0.7 does not answer"), "{}", drawn(&bench));
    bench.keys("esc");
    assert_eq!(selected(&bench), "us", "the list stays on the profile that was tried");
    bench.keys("esc");
    assert!(bench.model.connect.is_none());
    assert_eq!(bench.model.context.link, ConnectionState::Connected(SessionId(1)));
    assert_eq!(bench.model.context.profile.as_ref().unwrap().name, "clinspark-eu-production");
    assert!(!bench.effects.iter().any(is_close), "{:?}", bench.effects);
}

/// A session of the first profile, with the demo at the end of the list.
fn connected_with_demo() -> Bench {
    let mut bench = with_profiles(120, 40);
    let mut demo = bench.model.context.profiles[0].as_ref().clone();
    (demo.name, demo.environment) = ("demo".into(), Environment::Demo);
    bench.model.context.profiles.push(demo.into());
    bench.keys("enter");
    bench.session(SessionEvent::Ready(std::sync::Arc::new(facts())));
    bench.effects.clear();
    bench
}

/// Starts a connection to the profile under the cursor of the list, and returns its session.
fn started(bench: &mut Bench) -> SessionId {
    let connect = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })));
    let Effect::Session(session, _) = connect else { unreachable!() };
    session
}

fn header(bench: &Bench) -> String {
    drawn(bench).lines().next().unwrap().to_owned()
}

#[test]
fn a_connection_from_or_to_the_demo_that_fails_leaves_the_session_as_it_is() {
    let mut bench = connected_with_demo();
    let before = header(&bench);
    bench.keys("f10 end enter");
    let demo = started(&mut bench);
    bench.feed(Message::Session(demo, SessionEvent::Failed(unreachable())));
    bench.keys("esc esc");
    assert!(bench.model.connect.is_none());
    assert_eq!(header(&bench), before);
    assert!(!bench.effects.iter().any(is_close), "{:?}", bench.effects);

    bench.keys("f10 end enter");
    let demo = started(&mut bench);
    bench.feed(Message::Session(demo, SessionEvent::Ready(std::sync::Arc::new(facts()))));
    bench.take(is_close);
    let before = header(&bench);
    assert!(before.contains("DEMO"), "{before}");
    bench.keys("f10 home down enter");
    let other = started(&mut bench);
    bench.feed(Message::Session(other, SessionEvent::Failed(unreachable())));
    bench.keys("esc esc");
    assert!(bench.model.connect.is_none());
    assert_eq!(bench.model.context.link, ConnectionState::Connected(demo));
    assert_eq!(header(&bench), before);
    assert!(!bench.effects.iter().any(is_close), "{:?}", bench.effects);
}

#[test]
fn snippets_pages_and_history_are_those_of_the_profile_in_use() {
    let mut bench = connected_with_demo();
    let owners = |bench: &mut Bench| -> Vec<FileOwner> {
        let owner = |effect: &Effect| match effect {
            Effect::Storage(
                StorageCmd::LoadSnippets { owner, .. }
                | StorageCmd::LoadDocs { owner, .. }
                | StorageCmd::LoadHistory { owner, .. },
            ) => Some(*owner),
            _ => None,
        };
        std::mem::take(&mut bench.effects).iter().filter_map(owner).collect()
    };
    bench.keys("f10 end enter");
    let demo = started(&mut bench);
    assert_eq!(owners(&mut bench), [FileOwner::User; 2], "the list reads them for the session that stays");
    bench.feed(Message::Session(demo, SessionEvent::Ready(std::sync::Arc::new(facts()))));
    bench.keys("f7");
    assert_eq!(owners(&mut bench), [FileOwner::Demo; 3]);
    // A late answer for the last profile changes nothing.
    let pages = |owner| {
        let pack = rrx::domain::docs::DocPack { title: format!("{owner:?}"), ..Default::default() };
        Message::Storage(StorageEvent::Docs { owner, packs: std::sync::Arc::new(vec![pack]), problems: vec![] })
    };
    bench.feed(pages(FileOwner::Demo));
    bench.feed(pages(FileOwner::User));
    assert_eq!(bench.model.context.docs[0].title, "Demo");
}

#[test]
fn the_header_names_no_profile_while_none_is_connected() {
    let mut bench = with_profiles(120, 40);
    bench.keys("enter");
    let connecting = header(&bench);
    assert!(
        connecting.contains("clinspark-eu-production  clinspark") && connecting.contains("connecting"),
        "{connecting}"
    );
    bench.session(SessionEvent::Failed(unreachable()));
    assert_eq!(header(&bench).trim(), "rrx  not connected");
}

#[test]
fn a_connection_that_works_takes_the_place_of_the_session() {
    let mut bench = connected(100, 30);
    bench.keys("f10 down enter");
    let connect = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })));
    let Effect::Session(second, _) = connect else { unreachable!() };
    assert!(!bench.effects.iter().any(is_close));
    bench.feed(Message::Session(second, SessionEvent::Ready(std::sync::Arc::new(facts()))));
    assert_eq!(bench.model.context.link, ConnectionState::Connected(second));
    assert_eq!(bench.model.context.profile.as_ref().unwrap().name, "us");
    assert!(bench.model.connect.is_none() && bench.model.context.attempt.is_none());
    let closed = bench.take(is_close);
    assert!(matches!(closed, Effect::Session(SessionId(1), _)), "{closed:?}");
    bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::LoadWorksheets { profile }) if profile == "us"));
}

#[test]
fn a_connection_that_is_stopped_is_closed_and_the_session_stays() {
    for keys in ["esc", "f10", "ctrl-q"] {
        let mut bench = connected(100, 30);
        bench.keys("f10 down enter");
        let connect = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })));
        let Effect::Session(second, _) = connect else { unreachable!() };
        bench.keys(keys);
        let closed = bench.take(is_close);
        assert!(matches!(closed, Effect::Session(id, _) if id == second), "{keys}: {closed:?}");
        // Its late events change nothing.
        bench.feed(Message::Session(second, SessionEvent::Ready(std::sync::Arc::new(facts()))));
        assert_ne!(bench.model.context.link, ConnectionState::Connected(second));
    }
}

#[test]
fn the_wheel_scrolls_a_long_failure() {
    let mut bench = with_profiles(80, 24);
    bench.keys("enter");
    let why = (1..40).map(|number| format!("reason {number}")).collect::<Vec<_>>();
    let problem = why.iter().fold(unreachable(), |problem, why| problem.because(why.clone()));
    bench.session(SessionEvent::Failed(problem));
    assert!(drawn(&bench).contains("reason 1") && !drawn(&bench).contains("reason 39"), "{}", drawn(&bench));
    let wheel = |gesture| Message::Mouse(MouseEvent { gesture, x: 40, y: 12, shift: false });
    (0..20).for_each(|_| bench.feed(wheel(Gesture::WheelDown)));
    assert!(drawn(&bench).contains("reason 39"), "{}", drawn(&bench));
    (0..20).for_each(|_| bench.feed(wheel(Gesture::WheelUp)));
    assert!(drawn(&bench).contains("10.0.0.7 does not answer"), "{}", drawn(&bench));
}

#[test]
fn a_question_that_is_answered_with_text_names_the_key_that_cancels() {
    let mut bench = with_profiles(100, 30);
    bench.keys("enter");
    bench.session(SessionEvent::Asked(Question::Secret { prompt: "Password".into() }));
    let screen = drawn(&bench);
    assert!(screen.lines().last().unwrap().contains("Enter answer   Esc cancel"), "{screen}");
}

#[test]
fn actions_on_panels_do_nothing_behind_the_connection_screen_and_dialogs() {
    let quiet = ["alt-1", "f2", "f3", "f4", "f6", "alt-=", "f5", "ctrl-t"];
    for (open, why) in [("f10", "the connection screen is open."), ("f8", "a dialog is open. Esc closes it.")] {
        let mut bench = connected(160, 45);
        bench.text("SELECT 1");
        bench.keys(open);
        bench.effects.clear();
        let (focus, options) = (bench.model.focus, bench.model.options);
        let sheets = bench.model.worksheets.sheets.len();
        for key in quiet {
            bench.model.notices.current = None;
            bench.keys(key);
            let notice = bench.model.notices.current.as_ref().map_or("", |notice| &notice.text);
            assert!(notice.ends_with(why), "{open} {key}: {notice}");
            assert_eq!((bench.model.focus, bench.model.worksheets.sheets.len()), (focus, sheets), "{open} {key}");
            assert!(bench.effects.is_empty(), "{open} {key}: {:?}", bench.effects);
        }
        let has_changed = options.explorer != bench.model.options.explorer || options.zoom != bench.model.options.zoom;
        assert!(!has_changed, "{open}");
        bench.keys("f1");
        let screen = drawn(&bench);
        assert!(!screen.contains("Go to the explorer") && screen.contains("Quit"), "{screen}");
        bench.keys("esc esc alt-1");
        assert_eq!(bench.model.focus, rrx::app::focus::Focus::Explorer, "{open}");
    }
}

#[test]
fn a_step_that_takes_a_while_says_how_long() {
    let mut bench = with_profiles(100, 30);
    bench.keys("enter");
    bench.feed(Message::Clock(Duration::from_secs(10)));
    let trying = StepState::Trying("bastion.example.com:22".into());
    bench.session(SessionEvent::ConnectionStep { hop: 0, step: ConnectionStep::Reach, state: trying });
    let screen = drawn(&bench);
    let line = |screen: &str| screen.lines().find(|line| line.contains("reach")).unwrap().to_owned();
    assert!(!line(&screen).contains(" s "), "{screen}");
    bench.effects.clear();
    bench.feed(Message::Clock(Duration::from_secs(17)));
    assert!(line(&drawn(&bench)).contains("7 s"), "{}", drawn(&bench));
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Wake(_))), "the next second is drawn, too");
}

#[test]
fn an_old_notice_does_not_stay_on_the_page() {
    let mut bench = with_profiles(100, 30);
    bench.keys("enter");
    bench.feed(Message::Storage(StorageEvent::Failed(Problem::new(ProblemKind::Local, "An old problem"))));
    assert!(drawn(&bench).contains("An old problem"));
    bench.session(SessionEvent::Failed(unreachable()));
    assert!(!drawn(&bench).contains("An old problem"), "{}", drawn(&bench));
}
