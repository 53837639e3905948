//! The link dies: the screen stays, attempts come by themselves, and what stands in the header is true.

use std::sync::Arc;
use std::time::Duration;

use rrx::app::context::ConnectionState;
use rrx::app::{Effect, Message, screen};
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::protocol::{
    End, HopMessage, HopMessageKind, HopQuestion, HopRequest, Lag, Question, Role, ServerFacts, SessionCmd,
    SessionEvent, SessionId, StorageCmd,
};

use super::model::{Bench, catalog, facts, report};

fn lost() -> Problem {
    Problem::new(ProblemKind::Lost, "The tunnel is gone.").because("the hop closed it").transient()
}

fn unreachable() -> Problem {
    Problem::new(ProblemKind::Route, "bastion.example.com does not answer").because("timed out").transient()
}

/// The header, which has two lines on narrow screens.
fn header(bench: &Bench) -> String {
    let (width, height) = (bench.model.size.width, bench.model.size.height);
    let buffer = screen(&bench.model, width, height);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..bench.model.context.layout.header.height).map(line).collect::<Vec<_>>().join("\n")
}

/// The sessions that were told to connect, each with its database.
fn connects(bench: &Bench) -> Vec<(u32, Option<String>)> {
    let connect = |effect: &Effect| match effect {
        Effect::Session(SessionId(id), SessionCmd::Connect { database, .. }) => Some((*id, database.clone())),
        _ => None,
    };
    bench.effects.iter().filter_map(connect).collect()
}

fn event(bench: &mut Bench, session: u32, event: SessionEvent) {
    bench.feed(Message::Session(SessionId(session), event));
}

fn at(bench: &mut Bench, milliseconds: u64) {
    bench.feed(Message::Clock(Duration::from_millis(milliseconds)));
}

#[test]
fn a_lost_link_is_connected_again_at_once_behind_the_screen_in_the_database_of_the_last_use() {
    let mut bench = Bench::connected(160, 45);
    bench.text("USE elsewhere");
    let result = bench.run();
    let used = rrx::domain::protocol::RunReport { database: Some("elsewhere".into()), ..report(End::Complete, 0) };
    bench.session(SessionEvent::Ended { result, report: used });
    bench.effects.clear();
    bench.session(SessionEvent::Lost(lost()));
    assert_eq!(connects(&bench), [(2, Some("elsewhere".into()))]);
    assert!(bench.model.connect.is_none(), "no ladder covers the worksheet");
    assert!(header(&bench).contains("LINK LOST, reconnecting (attempt 1)"), "{}", header(&bench));
    assert!(!header(&bench).contains("REPLICA"), "{}", header(&bench));
    bench.text(" -- typed meanwhile");
    let again = ServerFacts { database: Some("elsewhere".into()), ..facts() };
    bench.effects.clear();
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(again)));
    assert_eq!(bench.model.context.link, ConnectionState::Connected(SessionId(2)));
    assert_eq!(bench.model.context.database.as_deref(), Some("elsewhere"));
    assert!(bench.model.worksheets.sheet().unwrap().editor.text().contains("typed meanwhile"));
    let notice = &bench.model.notices.current.as_ref().unwrap().text;
    assert_eq!(notice, "Reconnected to Aurora MySQL 8.0.39 (The tunnel is gone: the hop closed it)");
    // The same server: its catalog already exists.
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::LoadCatalog))));
    assert!(header(&bench).contains("REPLICA"), "{}", header(&bench));
}

#[test]
fn pauses_grow_and_are_counted_down_and_nothing_gives_up_by_itself() {
    let mut bench = Bench::connected(160, 45);
    at(&mut bench, 60_000);
    bench.session(SessionEvent::Lost(lost()));
    let mut now = 60_000;
    let mut pauses = Vec::new();
    for session in 2..12 {
        bench.effects.clear();
        event(&mut bench, session, SessionEvent::Failed(unreachable()));
        let ConnectionState::Waiting { attempt, due } = bench.model.context.link else {
            panic!("{:?}", bench.model.context.link)
        };
        assert_eq!(attempt, session);
        assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Wake(_))), "{:?}", bench.effects);
        let pause = u64::try_from(due.as_millis()).unwrap() - now;
        pauses.push(pause / 1000);
        let shown = format!("reconnecting in {} s (attempt {attempt})", pause / 1000);
        assert!(header(&bench).contains(&shown), "{}", header(&bench));
        bench.effects.clear();
        now += pause - 1;
        at(&mut bench, now);
        assert_eq!(connects(&bench), []);
        assert!(header(&bench).contains("reconnecting in 1 s"), "{}", header(&bench));
        now += 1;
        at(&mut bench, now);
        assert_eq!(connects(&bench).len(), 1);
    }
    assert_eq!(pauses, [1, 2, 5, 10, 20, 30, 30, 30, 30, 30]);
}

#[test]
fn what_waiting_cannot_mend_stops_the_attempts_and_is_shown() {
    let refused = Problem::new(ProblemKind::Route, "No session with replica:3306 as RO_USER").server(ServerError {
        code: 1045,
        state: "28000".into(),
        message: "Access denied".into(),
    });
    let changed = Problem::new(ProblemKind::Route, "the host key of bastion.example.com has changed");
    let writer = Problem::new(ProblemKind::Refused, "replica.example.com is not a replica");
    for problem in [refused, changed, writer] {
        let mut bench = Bench::connected(160, 45);
        bench.session(SessionEvent::Lost(lost()));
        bench.effects.clear();
        event(&mut bench, 2, SessionEvent::Failed(problem.clone()));
        assert_eq!(bench.model.context.link, ConnectionState::Lost);
        let notice = &bench.model.notices.current.as_ref().unwrap().text;
        assert!(notice.contains(&problem.what) && notice.contains("Alt-R reconnects"), "{notice}");
        assert!(header(&bench).contains("✗ LINK LOST"), "{}", header(&bench));
        assert!(bench.model.connect.is_none());
        at(&mut bench, 3_600_000);
        assert_eq!(connects(&bench), []);
    }
}

#[test]
fn nothing_is_asked_unasked_and_the_key_lets_it_ask() {
    let question = Question::Secret { prompt: "Password of RO_USER at replica".into() };
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(lost()));
    bench.effects.clear();
    event(&mut bench, 2, SessionEvent::Asked(question.clone()));
    assert!(matches!(bench.effects.as_slice(), [Effect::Session(SessionId(2), SessionCmd::CloseForReconnect)]));
    assert_eq!(bench.model.context.link, ConnectionState::Lost);
    assert!(bench.model.connect.is_none());
    let notice = &bench.model.notices.current.as_ref().unwrap().text;
    assert!(notice.contains("Password of RO_USER"), "{notice}");
    // What the closed session still says is of no interest.
    event(&mut bench, 2, SessionEvent::Closed);
    bench.keys("alt-r");
    assert_eq!(connects(&bench).last().map(|(id, _)| *id), Some(3));
    event(&mut bench, 3, SessionEvent::Asked(question));
    assert!(bench.model.connect.as_ref().is_some_and(rrx::app::panes::connect::Connect::takes_text));
    assert_eq!(bench.model.context.link, ConnectionState::Connecting(SessionId(3)));
}

#[test]
fn a_question_of_a_hop_ends_an_attempt_of_rrx_itself_and_is_shown_whole_after_the_key() {
    let request = HopRequest {
        hop: "bastion".into(),
        user: "me".into(),
        text: vec!["Duo".into()],
        questions: vec![HopQuestion::new("Choose:\n 1. Push\nOption: ", true)],
        is_retry: false,
    };
    let message = |kind, text: &str| HopMessage { hop: "bastion".into(), kind, lines: vec![text.into()] };
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(lost()));
    event(&mut bench, 2, SessionEvent::HopMessage(message(HopMessageKind::Banner, "NOTICE")));
    event(&mut bench, 2, SessionEvent::HopMessage(message(HopMessageKind::Instruction, "Pushed a login request")));
    let notice = bench.model.notices.current.as_ref().unwrap().text.clone();
    assert_eq!(notice, "bastion says: Pushed a login request");
    event(&mut bench, 2, SessionEvent::Asked(Question::Hop(request.clone())));
    let notice = bench.model.notices.current.as_ref().unwrap().text.clone();
    assert!(notice.contains("bastion asks me: Duo · Choose: · 1. Push · Option:"), "{notice}");
    assert_eq!(bench.model.context.link, ConnectionState::Lost);
    bench.keys("alt-r");
    event(&mut bench, 3, SessionEvent::HopMessage(message(HopMessageKind::Banner, "NOTICE")));
    event(&mut bench, 3, SessionEvent::Asked(Question::Hop(request)));
    let buffer = screen(&bench.model, 160, 45);
    let shown: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    for expected in ["Connecting to eu", "NOTICE", "bastion asks me:", "Duo", "1. Push", "Option:"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

/// The sessions that were told to connect, each with the one whose story it goes on with.
fn stories(bench: &Bench) -> Vec<(u32, Option<u32>)> {
    let connect = |effect: &Effect| match effect {
        Effect::Session(SessionId(id), SessionCmd::Connect { after, .. }) => Some((*id, after.map(|before| before.0))),
        _ => None,
    };
    bench.effects.iter().filter_map(connect).collect()
}

#[test]
fn each_attempt_goes_on_with_the_story_of_the_one_before_and_only_the_user_ends_it() {
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(lost()));
    event(&mut bench, 2, SessionEvent::Failed(unreachable()));
    // At once by the key, and once more by the key while that one is under way.
    bench.keys("alt-r alt-r");
    event(&mut bench, 4, SessionEvent::Ready(Arc::new(facts())));
    // By the key while the link stands.
    bench.keys("alt-r");
    assert_eq!(stories(&bench)[stories(&bench).len() - 4..], [(2, Some(1)), (3, Some(2)), (4, Some(3)), (5, Some(4))]);
    let is_closed = |effect: &Effect| matches!(effect, Effect::Session(_, SessionCmd::Close));
    assert!(!bench.effects.iter().any(is_closed), "{:?}", bench.effects);
    bench.keys("ctrl-c");
    assert!(bench.effects.iter().any(is_closed), "{:?}", bench.effects);
}

#[test]
fn one_key_tries_at_once_and_one_stops_trying() {
    let mut bench = Bench::connected(160, 45);
    at(&mut bench, 60_000);
    bench.session(SessionEvent::Lost(lost()));
    for session in 2..6 {
        event(&mut bench, session, SessionEvent::Failed(unreachable()));
        if let ConnectionState::Waiting { due, .. } = bench.model.context.link {
            bench.feed(Message::Clock(due));
        }
    }
    event(&mut bench, 6, SessionEvent::Failed(unreachable()));
    assert!(
        matches!(bench.model.context.link, ConnectionState::Waiting { attempt: 6, .. }),
        "{:?}",
        bench.model.context.link
    );
    bench.effects.clear();
    bench.keys("alt-r");
    assert_eq!(connects(&bench).len(), 1);
    assert!(bench.model.connect.is_none());
    event(&mut bench, 7, SessionEvent::Failed(unreachable()));
    bench.keys("ctrl-c");
    assert_eq!(bench.model.context.link, ConnectionState::Lost);
    bench.effects.clear();
    at(&mut bench, 3_600_000);
    assert_eq!(connects(&bench), []);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Quit(_))));
    bench.keys("alt-r");
    bench.effects.clear();
    bench.keys("ctrl-c");
    assert!(matches!(bench.effects.as_slice(), [Effect::Session(SessionId(8), SessionCmd::Close)]));
    assert_eq!(bench.model.context.link, ConnectionState::Lost);
}

#[test]
fn another_server_than_before_is_told_and_its_catalog_is_read() {
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(lost()));
    bench.effects.clear();
    let other =
        ServerFacts { identity: "replica-2".into(), server_id: "replica-2".into(), role: Role::Writer, ..facts() };
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(other)));
    let notice = &bench.model.notices.current.as_ref().unwrap().text;
    assert!(notice.contains("ANOTHER SERVER than before: replica-2, it was replica-1"), "{notice}");
    assert!(notice.contains("it was REPLICA"), "{notice}");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::LoadCatalog))));
    assert!(header(&bench).contains("WRITER") && header(&bench).contains("(id replica-2)"), "{}", header(&bench));
}

#[test]
fn a_session_that_is_lost_as_soon_as_it_stands_is_not_asked_without_end() {
    let mut bench = Bench::connected(160, 45);
    at(&mut bench, 60_000);
    bench.session(SessionEvent::Lost(lost()));
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    at(&mut bench, 61_000);
    event(&mut bench, 2, SessionEvent::Lost(lost()));
    assert!(
        matches!(bench.model.context.link, ConnectionState::Waiting { attempt: 2, .. }),
        "{:?}",
        bench.model.context.link
    );
    at(&mut bench, 62_000);
    event(&mut bench, 3, SessionEvent::Ready(Arc::new(facts())));
    at(&mut bench, 100_000);
    event(&mut bench, 3, SessionEvent::Lost(lost()));
    assert!(
        matches!(bench.model.context.link, ConnectionState::Reconnecting { attempt: 1, .. }),
        "{:?}",
        bench.model.context.link
    );
}

#[test]
fn a_database_that_is_gone_is_said_and_the_profile_s_own_taken() {
    let mut bench = Bench::connected(160, 45);
    bench.model.context.database = Some("dropped".into());
    bench.session(SessionEvent::Lost(lost()));
    bench.effects.clear();
    let unknown = Problem::new(ProblemKind::Route, "There is no database dropped").server(ServerError {
        code: 1049,
        state: "42000".into(),
        message: "Unknown database 'dropped'".into(),
    });
    event(&mut bench, 2, SessionEvent::Failed(unknown.clone()));
    assert_eq!(connects(&bench), [(3, Some("clinspark".into()))]);
    // The profile's own is gone too: that is not tried for ever.
    event(&mut bench, 3, SessionEvent::Failed(unknown));
    assert_eq!(bench.model.context.link, ConnectionState::Lost);
}

#[test]
fn a_statement_in_flight_ends_as_broken_and_is_not_sent_again() {
    let mut bench = Bench::connected(160, 45);
    bench.text("SELECT SLEEP(100)");
    let _ = bench.run();
    bench.effects.clear();
    bench.session(SessionEvent::Lost(lost()));
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    let ends: Vec<&str> = bench
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Storage(StorageCmd::End { entry, .. }) => Some(entry.end.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ends, ["broken, not known to have finished: The tunnel is gone."]);
    assert!(!bench.effects.iter().any(|effect| matches!(
        effect,
        Effect::Session(_, SessionCmd::Run { .. }) | Effect::Storage(StorageCmd::Begin { .. })
    )));
    let buffer = screen(&bench.model, 160, 45);
    let shown: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(shown.contains("it may not have finished"), "{shown}");
    assert_eq!(bench.model.context.running(), None);
}

#[test]
fn a_statement_run_while_the_link_is_down_is_not_kept_for_later() {
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(lost()));
    bench.effects.clear();
    bench.text("SELECT 1");
    bench.keys("f5");
    assert!(bench.model.notices.current.as_ref().unwrap().text.contains("nothing was sent"));
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Storage(StorageCmd::Begin { .. }))));
}

#[test]
fn the_profiles_can_be_looked_at_while_it_connects_again() {
    let mut bench = Bench::connected(160, 45);
    bench.session(SessionEvent::Lost(lost()));
    bench.keys("f10");
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    assert!(bench.model.connect.is_some(), "what the user opened stays open");
    bench.keys("esc");
    assert!(bench.model.connect.is_none());
    event(&mut bench, 2, SessionEvent::Lost(lost()));
    bench.effects.clear();
    bench.keys("f10 enter");
    assert!(bench.effects.iter().any(|effect| matches!(effect, Effect::Session(_, SessionCmd::Connect { .. }))));
    assert!(matches!(bench.model.context.link, ConnectionState::Connecting(_)));
}

#[test]
fn the_header_says_the_lag_or_why_it_is_not_known_and_never_an_old_one() {
    let mut bench = Bench::connected(200, 45);
    assert!(!header(&bench).contains("lag"), "{}", header(&bench));
    let says = |bench: &mut Bench, lag: Lag, words: &str| {
        bench.session(SessionEvent::Lag(lag));
        assert!(header(bench).contains(words), "{}", header(bench));
    };
    says(&mut bench, Lag::Behind(Duration::from_millis(20)), "Aurora MySQL 8.0.39 (id replica-1) · READ ONLY");
    says(&mut bench, Lag::Behind(Duration::from_millis(20)), "· lag 0.02 s");
    says(&mut bench, Lag::Stopped, "· replication stopped");
    let why = "no privilege: REPLICATION CLIENT";
    says(&mut bench, Lag::Unknown(why.into()), &format!("· lag unknown ({why})"));
    bench.session(SessionEvent::Lag(Lag::Behind(Duration::ZERO)));
    at(&mut bench, 41_000);
    assert!(header(&bench).contains("lag unknown (not read for 41 s)"), "{}", header(&bench));
    bench.session(SessionEvent::Lost(lost()));
    assert!(!header(&bench).contains("lag"), "{}", header(&bench));
}

#[test]
fn at_80_columns_the_header_keeps_the_writer_a_stopped_replication_and_a_high_lag_in_colour() {
    let styled = |bench: &Bench, text: &str| {
        let (width, height) = (bench.model.size.width, bench.model.size.height);
        let buffer = screen(&bench.model, width, height);
        let line: Vec<&str> = (0..width).map(|x| buffer[(x, 0)].symbol()).collect();
        let at = (0..line.len()).find(|at| line[*at..].concat().starts_with(text));
        let at = at.unwrap_or_else(|| panic!("{text}: {}", line.concat()));
        buffer[(u16::try_from(at).unwrap(), 0)].fg
    };
    for width in [80, 100, 160] {
        let mut bench = Bench::connected(width, 24);
        let plain = styled(&bench, "REPLICA");
        bench.session(SessionEvent::Lag(Lag::Behind(Duration::from_mins(10))));
        assert_ne!(styled(&bench, "lag 10 min"), plain, "{}", header(&bench));
        bench.session(SessionEvent::Lag(Lag::Stopped));
        assert_ne!(styled(&bench, "replication stopped"), plain, "{}", header(&bench));
        assert!(header(&bench).contains("NO BLINDING") && header(&bench).contains("RE"), "{}", header(&bench));
        let writer = ServerFacts { role: Role::Writer, ..facts() };
        bench.session(SessionEvent::Ready(Arc::new(writer)));
        assert_ne!(styled(&bench, "WRITER"), plain, "{}", header(&bench));
    }
    // A usual lag is only shown where there is room.
    let mut bench = Bench::connected(80, 24);
    bench.session(SessionEvent::Lag(Lag::Behind(Duration::from_secs(59))));
    assert!(!header(&bench).contains("lag"), "{}", header(&bench));
}

#[test]
fn a_server_that_does_not_replicate_is_not_called_a_replica() {
    for width in [20, 40, 60, 80, 100, 160] {
        let mut bench = Bench::connected(width, 24);
        bench.session(SessionEvent::Lag(Lag::NotReplicating));
        let says = |bench: &Bench| {
            let header = header(bench);
            assert!(!header.contains("REPLICA"), "{width}: {header}");
            assert!(header.contains("NO BLIND"), "{width}: {header}");
            assert!(width < 60 || header.contains("not replicating"), "{width}: {header}");
            assert!(width < 80 || header.contains("READ ONLY"), "{width}: {header}");
        };
        says(&bench);
        // An old answer is no reason to call it a replica again.
        at(&mut bench, 100_000);
        says(&bench);
        bench.session(SessionEvent::Lag(Lag::Behind(Duration::ZERO)));
        assert!(header(&bench).contains("REPLICA"), "{}", header(&bench));
    }
}

#[test]
fn the_header_gives_up_account_route_id_lag_and_version_in_this_order() {
    let shown = |width: u16| {
        let mut bench = Bench::connected(width, 30);
        bench.session(SessionEvent::Lag(Lag::Unknown("the server has no replication".into())));
        header(&bench)
    };
    let has = |text: &str, width| shown(width).contains(text);
    let mut last = 0;
    for text in ["Aurora MySQL 8.0.39", "lag", "(id replica-1)", "bastion", "RO_USER"] {
        let needs = (40..220).find(|width| has(text, *width)).unwrap();
        assert!(needs >= last, "{text} from {needs}, what counts more only from {last}");
        last = needs;
        for must in ["PROD eu", "clinspark", "●", "REPLICA", "NO BLINDING"] {
            assert!(has(must, needs), "{}", shown(needs));
        }
    }
    assert!(has("lag ?", 100) || has("lag unknown", 100), "{}", shown(100));
}

#[test]
fn every_width_says_that_the_link_is_lost() {
    for width in [220, 160, 120, 100, 80, 60, 41] {
        let mut bench = Bench::connected(width, 30);
        bench.session(SessionEvent::Catalog(Arc::new(catalog())));
        bench.session(SessionEvent::Lost(lost()));
        event(&mut bench, 2, SessionEvent::Failed(unreachable()));
        let header = header(&bench);
        assert!(header.contains('✗'), "{width}: {header}");
        assert!(width < 80 || header.contains("LOST"), "{width}: {header}");
        for must in ["eu", "NO BLIND", "R"] {
            assert!(header.contains(must), "{width}: {header}");
        }
    }
}

#[test]
fn a_catalog_that_dies_with_its_link_takes_no_key_from_the_worksheet() {
    let mut bench = Bench::connected(160, 45);
    let focus = bench.model.focus;
    bench.session(SessionEvent::CatalogFailed(Problem::new(ProblemKind::Statement, "The catalog could not be read")));
    bench.session(SessionEvent::Lost(lost()));
    event(&mut bench, 2, SessionEvent::Failed(Problem::new(ProblemKind::Route, "the host key has changed")));
    assert_eq!((bench.model.focus, bench.model.overlays.is_modal()), (focus, false));
    bench.text("typed");
    assert!(bench.model.worksheets.sheet().unwrap().editor.text().contains("typed"));
}

#[test]
fn the_list_of_profiles_opens_at_the_current_one() {
    let mut bench = Bench::connected(160, 45);
    let current = bench.model.context.profile.clone().unwrap();
    let mut other = (*current).clone();
    other.name = "another".into();
    bench.model.context.profiles = vec![std::sync::Arc::new(other), current];
    bench.keys("f10");
    assert_eq!(bench.model.connect.as_ref().unwrap().list.cursor, 1);
}

/// Runs a statement of the worksheet to its end.
fn ran(bench: &mut Bench, text: &str) {
    bench.text(&format!(";\n{text}"));
    let result = bench.run();
    bench.session(SessionEvent::Ended { result, report: report(End::Complete, 0) });
}

/// The statement that was recorded last, and its result.
fn recorded(bench: &Bench) -> Option<(String, rrx::domain::ids::ResultId)> {
    bench.effects.iter().rev().find_map(|effect| match effect {
        Effect::Storage(StorageCmd::Begin { result, statement }) => {
            Some((statement.checked().text().to_owned(), *result))
        }
        _ => None,
    })
}

#[test]
fn variables_are_set_again_after_a_reconnect_and_the_rest_is_named() {
    let mut bench = Bench::connected(160, 45);
    for text in ["SET @start = '2024-06-30'", "SET SESSION group_concat_max_len = 9000", "SELECT @row := 1"] {
        ran(&mut bench, text);
    }
    bench.session(SessionEvent::Lost(lost()));
    bench.effects.clear();
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    for expected in ["SET @start = '2024-06-30'", "SET SESSION group_concat_max_len = 9000"] {
        let (text, result) = recorded(&bench).unwrap_or_else(|| panic!("{:?}", bench.effects));
        assert_eq!(text, expected);
        bench.permit();
        event(&mut bench, 2, SessionEvent::Ended { result, report: report(End::Complete, 0) });
    }
    let notice = bench.model.notices.current.as_ref().unwrap().text.clone();
    assert!(notice.contains("Reconnected to Aurora MySQL 8.0.39"), "{notice}");
    assert!(notice.ends_with("Set again: @start, group_concat_max_len. Not set any more: @row."), "{notice}");
    // A statement that reads the lost variable is asked about once.
    bench.text(";\nSELECT @row + 1");
    bench.effects.clear();
    bench.keys("f5");
    assert!(recorded(&bench).is_none(), "it asks first");
    bench.keys("y");
    assert_eq!(recorded(&bench).map(|(text, _)| text).as_deref(), Some("SELECT @row + 1"));
}

#[test]
fn a_variable_that_cannot_be_set_again_is_named_and_a_new_set_makes_it_known() {
    let mut bench = Bench::connected(160, 45);
    ran(&mut bench, "SET @day = CURDATE()");
    bench.session(SessionEvent::Lost(lost()));
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    let notice = bench.model.notices.current.as_ref().unwrap().text.clone();
    assert!(notice.ends_with("Not set any more: @day."), "{notice}");
    bench.text(";\nSET @day = '2024-06-30'");
    let result = bench.run();
    event(&mut bench, 2, SessionEvent::Ended { result, report: report(End::Complete, 0) });
    bench.text(";\nSELECT @day");
    bench.effects.clear();
    bench.keys("f5");
    assert!(recorded(&bench).is_some(), "it does not ask: {:?}", bench.effects);
}

#[test]
fn the_variables_of_one_profile_are_not_set_on_another() {
    let mut bench = Bench::connected(160, 45);
    ran(&mut bench, "SET @start = 1");
    bench.session(SessionEvent::Lost(lost()));
    let mut other = (**bench.model.context.profile.as_ref().unwrap()).clone();
    other.name = "another".into();
    bench.model.context.profile = Some(Arc::new(other));
    bench.effects.clear();
    event(&mut bench, 2, SessionEvent::Ready(Arc::new(facts())));
    assert!(recorded(&bench).is_none(), "{:?}", bench.effects);
}

#[test]
fn the_header_names_the_time_zone_of_the_server_where_it_differs() {
    let mut bench = Bench::connected(160, 45);
    let zoned = ServerFacts { server_time_zone: Some("Europe/Berlin".into()), ..facts() };
    bench.session(SessionEvent::Ready(Arc::new(zoned)));
    assert!(header(&bench).contains("times in +00:00, server's Europe/Berlin"), "{}", header(&bench));
}
