//! Settings that change while the screen is open: they are read again before each connection that the user starts.

use rrx::app::context::ConnectionState;
use rrx::app::panes::connect::ConnectStage;
use rrx::app::{Effect, Message, screen};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::Profile;
use rrx::domain::protocol::{AfterSettings, SessionCmd, SessionEvent, StorageCmd};

use crate::model::{Bench, text};

const REPAIRED: &str = "[profile.eu]\nhost = \"other.example.com\"\nuser = \"RO_USER\"\ndocs = [\"/docs\"]\n";
const FAULTY: &str = "[profile.eu]\nhost = \"h\"\nuser = \"u\"\nhots = 1\n";

/// Takes the profile of the session that was started.
fn connected_profile(bench: &mut Bench) -> Profile {
    let connect = bench.take(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })));
    let Effect::Session(_, SessionCmd::Connect { profile, .. }) = connect else { unreachable!() };
    profile.as_ref().clone()
}

fn has_connected(bench: &Bench) -> bool {
    bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. })))
}

/// A model whose connection has failed.
fn failed() -> Bench {
    let mut bench = Bench::new(100, 30);
    bench.keys("enter");
    bench.session(SessionEvent::Failed(Problem::new(ProblemKind::Route, "The host is unknown")));
    bench.effects.clear();
    bench
}

#[test]
fn try_again_connects_to_the_profile_as_the_file_has_it_now() {
    let mut bench = failed();
    bench.settings_file = Some(REPAIRED);
    bench.keys("enter");
    assert_eq!(connected_profile(&mut bench).host, "other.example.com");
}

#[test]
fn the_list_of_profiles_is_that_of_the_file_when_it_is_opened() {
    let with_us = "[profile.us]\nhost = \"h\"\nuser = \"u\"\n[profile.eu]\nhost = \"h\"\nuser = \"u\"\n";
    for keys in ["f10", "f10 esc"] {
        let mut bench = Bench::connected(100, 30);
        bench.settings_file = Some(with_us);
        bench.keys(keys);
        let names: Vec<&str> = bench.model.context.profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["us", "eu"]);
    }
    let mut bench = failed();
    bench.settings_file = Some(with_us);
    bench.keys("esc");
    let shown = text(&screen(&bench.model, 100, 30));
    assert!(shown.lines().any(|line| line.contains("PROD") && line.contains("us")), "{shown}");
    // The cursor stays on its profile, and the choice is connected as the file has it.
    bench.keys("enter");
    assert_eq!(connected_profile(&mut bench).name, "eu");
}

#[test]
fn opening_the_list_keeps_the_session_and_reads_its_pages_and_snippets_again() {
    let mut bench = Bench::connected(100, 30);
    bench.settings_file = Some(REPAIRED);
    bench.keys("f10");
    assert!(!has_connected(&bench));
    assert!(matches!(bench.model.context.link, ConnectionState::Connected(_)));
    bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::LoadDocs { .. })));
    bench.take(|effect| matches!(effect, Effect::Storage(StorageCmd::LoadSnippets { .. })));
}

#[test]
fn a_left_out_profile_is_listed_with_its_reason_and_is_not_connected() {
    let mut bench = failed();
    bench.settings_file = Some(FAULTY);
    bench.keys("esc");
    let shown = text(&screen(&bench.model, 160, 45));
    let line = shown.lines().find(|line| line.contains("left out")).unwrap_or_else(|| panic!("{shown}"));
    assert!(line.contains("eu") && line.contains("config.toml:4: [profile.eu] unknown key \"hots\""), "{shown}");
    bench.keys("enter");
    assert!(!has_connected(&bench));
    let connect = bench.model.connect.as_ref().unwrap();
    let ConnectStage::Failed(problem) = &connect.stage else { panic!("{:?}", connect.stage) };
    assert_eq!(problem.what, "The profile \"eu\" is left out");
    // Enter tries again after the file is repaired.
    bench.settings_file = Some(REPAIRED);
    bench.keys("enter");
    assert_eq!(connected_profile(&mut bench).host, "other.example.com");
}

#[test]
fn the_built_in_profile_is_the_last_of_the_list() {
    let mut bench = failed();
    let mut demo = bench.model.context.profiles[0].as_ref().clone();
    (demo.name, demo.environment) = ("demo".into(), rrx::domain::profile::Environment::Demo);
    bench.model.context.profiles.push(demo.into());
    bench.settings_file = Some("[profile.eu]\nhost = \"h\"\nuser = \"u\"\n[profile.us]\nhots = 1\n");
    bench.keys("esc");
    let shown = text(&screen(&bench.model, 160, 45));
    let places = ["eu", "us", "demo"].map(|name| {
        shown.lines().skip(2).position(|line| line.contains(&format!(" {name} "))).unwrap_or_else(|| panic!("{shown}"))
    });
    assert!(places.is_sorted(), "{shown}");
    bench.keys("down down enter");
    assert_eq!(connected_profile(&mut bench).name, "demo");
}

#[test]
fn a_profile_that_is_no_longer_in_the_file_is_not_connected() {
    let mut bench = failed();
    bench.settings_file = Some("[profile.us]\nhost = \"h\"\nuser = \"u\"\n");
    bench.keys("enter");
    assert!(!has_connected(&bench));
    let shown = text(&screen(&bench.model, 100, 30));
    assert!(shown.contains("There is no profile \"eu\""), "{shown}");
}

#[test]
fn problems_of_the_file_are_reported_once() {
    let mut bench = Bench::connected(100, 30);
    bench.settings_file = Some(FAULTY);
    bench.keys("f10");
    let reported = |bench: &Bench| {
        bench.model.notices.activity.iter().filter(|line| line.text.contains("unknown key \"hots\"")).count()
    };
    assert_eq!(reported(&bench), 1);
    assert!(bench.model.notices.current.is_some());
    bench.keys("esc f10");
    assert_eq!(reported(&bench), 1);
    assert_eq!(bench.model.notices.current, None);
}

#[test]
fn the_reconnect_key_takes_the_profile_as_the_file_has_it_now() {
    let mut bench = Bench::connected(100, 30);
    bench.settings_file = Some(REPAIRED);
    bench.keys("alt-r");
    assert_eq!(connected_profile(&mut bench).host, "other.example.com");
    assert!(bench.model.connect.is_none());

    let mut bench = Bench::connected(100, 30);
    bench.settings_file = Some(FAULTY);
    bench.keys("alt-r");
    assert!(bench.effects.iter().all(|effect| !matches!(effect, Effect::Session(..))), "the session stays");
    assert!(matches!(bench.model.context.link, ConnectionState::Connected(_)));
    let shown = text(&screen(&bench.model, 160, 45));
    assert!(shown.contains("The profile \"eu\" is left out"), "{shown}");
}

#[test]
fn going_back_while_the_settings_are_read_connects_to_nothing() {
    use rrx::app::update;
    let mut bench = Bench::new(100, 30);
    let key = |key: &str| Message::Key(key.parse().unwrap());
    let effects = update(&mut bench.model, key("enter"));
    let [Effect::Storage(StorageCmd::LoadSettings { then: AfterSettings::Connect(name) })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(name, "eu");
    let _ = update(&mut bench.model, key("esc"));
    bench.answer_settings(AfterSettings::Connect("eu".into()));
    assert!(!has_connected(&bench));
}

#[test]
fn a_busy_disk_leads_back_to_the_list() {
    use rrx::app::update;
    let mut bench = Bench::new(100, 30);
    let effects = update(&mut bench.model, Message::Key("enter".parse().unwrap()));
    for effect in effects {
        bench.feed(Message::Refused(effect));
    }
    assert_eq!(bench.model.connect.as_ref().unwrap().stage, ConnectStage::Choosing);
    bench.keys("enter");
    assert!(has_connected(&bench));
}
