//! Every state of the screen, except those of the results (`states`), at every size with a legend of the colours. A visible change
//! changes a snapshot.

use std::time::Duration;

use rrx::app::layout::ScreenSize;
use rrx::app::ui::look::TerminalLook;
use rrx::app::ui::theme::Theme;
use rrx::app::{Effect, Message, screen};
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::profile::Secret;
use rrx::domain::protocol::{
    Answer, ConnectionStep, End, HopMessage, HopMessageKind, HopQuestion, HopRequest, HostEvent, Question, ResultId,
    SessionCmd, SessionEvent, SessionId, StepState, StorageEvent,
};
use rrx::domain::results::GlyphSet;

use super::legend;
use super::model::{Bench, report};

fn text(bench: &Bench, (width, height): (u16, u16)) -> String {
    let buffer = screen(&bench.model, width, height);
    let mut lines = Vec::new();
    for y in 0..height {
        let line: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// A state at every size, from the list of profiles on.
fn before_connecting(name: &str, reach: impl Fn(&mut Bench)) {
    insta::assert_snapshot!(name, legend::at_every_size(Bench::new, reach));
}

/// A state at every size, from a connected session on.
fn connected(name: &str, reach: impl Fn(&mut Bench)) {
    insta::assert_snapshot!(name, legend::at_every_size(Bench::connected, reach));
}

fn with_rows(size: (u16, u16)) -> Bench {
    let mut bench = Bench::connected(size.0, size.1);
    add_rows(&mut bench);
    bench
}

/// Runs a statement, of which three rows arrive.
fn add_rows(bench: &mut Bench) {
    bench.text("-- who is where\nSELECT screening_number, name, status FROM subject;\n");
    bench.keys("up");
    let result: ResultId = bench.run();
    bench.rows(
        result,
        &["screening_number", "name", "status"],
        &[
            &[Some("SCR-0001"), Some("Day 1"), Some("Complete")],
            &[Some("SCR-0002"), None, Some("")],
            &[Some("SCR-0003 "), Some("\u{1b}[31mred\u{202e}"), Some("漢字")],
        ],
    );
}

#[test]
fn rows_at_every_size() {
    connected("rows", add_rows);
    for size in [(20, 5), (2, 1)] {
        insta::assert_snapshot!(format!("rows_{}x{}", size.0, size.1), text(&with_rows(size), size));
    }
}

#[test]
fn the_first_screen_after_connecting() {
    connected("empty", |_| {});
    connected("catalog_loading", |bench| bench.model.context.catalog = None);
}

#[test]
fn the_explorer() {
    connected("explorer", |bench| bench.keys("alt-1 down down down right down"));
    connected("explorer_filter", |bench| {
        bench.keys("alt-1 /");
        bench.text("sub");
        bench.compute();
    });
    connected("explorer_no_match", |bench| {
        bench.keys("alt-1 /");
        bench.text("qqq");
        bench.compute();
    });
}

#[test]
fn the_inspector() {
    connected("docs", |bench| {
        add_rows(bench);
        bench.keys("f12");
    });
    connected("docs_in_focus", |bench| {
        add_rows(bench);
        bench.keys("f12 alt-4");
    });
    connected("inspector_empty", |bench| bench.keys("alt-4"));
}

#[test]
fn worksheets_and_messages() {
    connected("worksheets", |bench| {
        for title in ["subjects of the study", "lab alerts", "visits", "doses", "queries"] {
            bench.keys("ctrl-n");
            bench.text("SELECT 1");
            bench.keys("alt-t");
            bench.text(title);
            bench.keys("enter");
        }
        bench.keys("alt-left alt-left");
    });
    connected("message", |bench| bench.keys("ctrl-c"));
    connected("long_message", |bench| {
        let why = "a reason with many words, so that it does not fit on one line of a usual screen; ".repeat(3);
        let problem = Problem::new(ProblemKind::Local, "The file could not be written").because(why.trim_end());
        bench.feed(Message::Host(HostEvent::Failed(problem.hint("choose another directory"))));
    });
    connected("one_panel", |bench| {
        add_rows(bench);
        bench.keys("alt-3 f4");
    });
    connected("quit_question", |bench| {
        bench.text("SELECT SLEEP(9)");
        bench.run();
        bench.keys("ctrl-q");
    });
}

#[test]
fn an_ascii_terminal_gets_ascii_but_for_what_values_hold() {
    let size = (100, 30);
    let mut bench = with_rows(size);
    let look = TerminalLook { glyphs: GlyphSet::Ascii, ..TerminalLook::default() };
    bench.model.theme = Theme::new(look);
    let drawn = text(&bench, size);
    assert_eq!(drawn.chars().filter(|c| !c.is_ascii()).collect::<String>(), "漢字", "{drawn}");
    assert!(drawn.contains("<null>") && drawn.contains("<empty>"), "{drawn}");
}

#[test]
fn an_error_says_what_why_and_what_next() {
    connected("error", |bench| {
        bench.text("SELECT nope FROM subject");
        let result = bench.run();
        let message = "Unknown column 'nope' in 'SELECT'".into();
        let problem = Problem::new(ProblemKind::Statement, "The statement failed")
            .server(ServerError { code: 1054, state: "42S22".into(), message })
            .hint("see the table's columns in the explorer");
        bench.session(SessionEvent::Ended { result, report: report(End::Broken(problem), 0) });
    });
    connected("refused", |bench| {
        bench.text("DELETE FROM subject");
        bench.keys("f5");
    });
}

#[test]
fn the_overlays() {
    let dialogs = [
        ("palette", "ctrl-p"),
        ("help", "f1"),
        ("find", "ctrl-t"),
        ("save", "ctrl-s"),
        ("activity", "f8"),
        ("snippets", "ctrl-o"),
        ("pages", "alt-h"),
        ("rename", "alt-t"),
        ("databases", "alt-s"),
    ];
    for (name, keys) in dialogs {
        connected(name, |bench| {
            add_rows(bench);
            bench.keys(keys);
            bench.compute();
        });
    }
    connected("palette_words", |bench| {
        bench.keys("ctrl-p");
        bench.text("excel");
    });
    connected("no_history", |bench| bench.feed(Message::Storage(StorageEvent::History { entries: vec![], today: 0 })));
}

#[test]
fn a_lost_link_takes_nothing_from_the_screen_and_says_what_is_true() {
    connected("lost", |bench| {
        add_rows(bench);
        bench.session(SessionEvent::Lost(
            Problem::new(ProblemKind::Lost, "The tunnel is gone.").because("the hop closed it"),
        ));
        let gone =
            Problem::new(ProblemKind::Route, "bastion.example.com cannot be reached").because("timed out").transient();
        bench.feed(Message::Session(SessionId(2), SessionEvent::Failed(gone)));
    });
}

#[test]
fn the_profiles_and_connecting() {
    before_connecting("profiles", |_| {});
    before_connecting("connecting", |bench| {
        bench.keys("enter");
        for (step, state) in [
            (ConnectionStep::Resolve, StepState::Done("203.0.113.9".into(), Duration::from_millis(4))),
            (ConnectionStep::Reach, StepState::Done("203.0.113.9:22".into(), Duration::from_millis(21))),
            (ConnectionStep::HostKey, StepState::Trying("checking".into())),
        ] {
            bench.session(SessionEvent::ConnectionStep { hop: 0, step, state });
        }
    });
    before_connecting("failed", |bench| {
        bench.keys("enter");
        bench.session(SessionEvent::Failed(
            Problem::new(ProblemKind::Route, "bastion.example.com:22 did not answer")
                .because("timed out after 10 s")
                .hint("bastions admit listed addresses only; ask for yours to be added"),
        ));
    });
    connected("profiles_from_a_session", |bench| bench.keys("f10"));
}

#[test]
fn the_form_for_a_new_profile() {
    before_connecting("form", |bench| {
        bench.keys("ctrl-n");
        for (value, keys) in [("clinspark-us", "tab right tab"), ("ec2-user@bastion.example.com inner:2222", "tab")] {
            bench.text(value);
            bench.keys(keys);
        }
    });
    before_connecting("form_wrong", |bench| bench.keys("ctrl-n ctrl-s"));
    let mut small = Bench::new(40, 10);
    small.keys("ctrl-n ctrl-s");
    assert!(text(&small, (40, 10)).contains("Name: this field is required"), "what is wrong is told at every size");
}

#[test]
fn a_refused_password_asks_for_the_new_one() {
    before_connecting("rotated", |bench| {
        bench.keys("enter");
        let problem = Problem::new(ProblemKind::Route, "No session with replica.example.com:3306 as RO_USER")
            .server(ServerError {
                code: 1045,
                state: "28000".into(),
                message: "Access denied for user 'RO_USER'@'10.0.0.7' (using password: YES)".into(),
            })
            .hint("stored 94 days ago: it may have been rotated; `rrx secret set eu` stores the new one");
        let prompt = "Password of RO_USER at replica.example.com".into();
        bench.session(SessionEvent::Asked(Question::RetrySecret { prompt, problem }));
        bench.text("hunter2");
    });
}

#[test]
fn an_unknown_host_key_is_drawn_beside_its_fingerprint_where_there_is_room() {
    let art: Vec<String> = ["+--[ED25519 256]--+", "|B=o==            |", "|B=+=.o           |", "|+*+oB .     .    |"]
        .into_iter()
        .chain(["|=.=o = . o . .   |", "|o= oo o S o o    |", "|. = .  + o +     |", "| . o    +   .    |"])
        .chain(["|  E    =         |", "|        +        |", "+----[SHA256]-----+"])
        .map(str::to_owned)
        .collect();
    before_connecting("host_key", |bench| {
        bench.keys("enter");
        bench.session(SessionEvent::Asked(Question::HostKey {
            host: "bastion.example.com".into(),
            algorithm: "ssh-ed25519".into(),
            fingerprint: "SHA256:uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4".into(),
            art: art.clone(),
            recorded_in: "/home/you/.ssh/known_hosts".into(),
        }));
    });
}

/// The question whether a command may connect to a hop.
fn command_question() -> Question {
    Question::RunCommand {
        host: "i-0abc1234def567890".into(),
        command: "sh -c \"aws ssm start-session --target i-0abc1234def567890 --document-name AWS-StartSSHSession \
                  --parameters 'portNumber=22'\""
            .into(),
        place: "/home/you/.ssh/config line 7".into(),
    }
}

#[test]
fn a_command_that_connects_to_a_hop_is_shown_whole() {
    before_connecting("run_command", |bench| {
        bench.keys("enter");
        bench.session(SessionEvent::Asked(command_question()));
    });
}

#[test]
fn a_command_that_does_not_fit_cannot_be_allowed_and_enter_never_allows_it() {
    let Question::RunCommand { command, .. } = command_question() else { return };
    let command = command.replace(' ', "");
    for width in [20, 30, 40, 60, 120] {
        for height in 5..30 {
            let mut bench = Bench::new(width, height);
            bench.keys("enter");
            bench.session(SessionEvent::Asked(command_question()));
            let shown = text(&bench, (width, height)).replace(|c: char| c.is_whitespace() || c == '┃', "");
            bench.effects.clear();
            bench.keys("enter");
            assert!(bench.effects.is_empty(), "{width}x{height}");
            bench.keys("ctrl-y");
            let is_answered = !bench.effects.is_empty();
            assert_eq!(is_answered, shown.contains(&command), "{width}x{height}");
        }
    }
}

#[test]
fn a_host_key_whose_fingerprint_does_not_fit_cannot_be_accepted() {
    let fingerprint = "SHA256:uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4";
    for width in [20, 30, 40, 60, 120] {
        for height in 5..30 {
            let mut bench = Bench::new(width, height);
            bench.keys("enter");
            bench.session(SessionEvent::Asked(Question::HostKey {
                host: "bastion.example.com".into(),
                algorithm: "ssh-ed25519".into(),
                fingerprint: fingerprint.into(),
                art: Vec::new(),
                recorded_in: "/home/you/.ssh/known_hosts".into(),
            }));
            let shown = text(&bench, (width, height)).replace(|c: char| c.is_whitespace() || c == '┃', "");
            bench.effects.clear();
            bench.keys("ctrl-y");
            let is_answered = !bench.effects.is_empty();
            assert_eq!(is_answered, shown.contains(fingerprint), "{width}x{height}");
        }
    }
}

#[test]
fn why_connecting_ended_is_told_at_every_usual_size() {
    let steps = [ConnectionStep::Resolve, ConnectionStep::Reach, ConnectionStep::HostKey, ConnectionStep::SignIn];
    let mut bench = Bench::new(40, 12);
    bench.keys("enter");
    for rung in steps {
        let state = StepState::Done("bastion.example.com".into(), Duration::ZERO);
        bench.session(SessionEvent::ConnectionStep { hop: 0, step: rung, state });
    }
    let problem =
        Problem::new(ProblemKind::Route, "bastion does not reach replica port 3306.").hint("look at its name");
    let state = StepState::Failed(problem.clone());
    bench.session(SessionEvent::ConnectionStep { hop: 1, step: ConnectionStep::Forward, state });
    bench.session(SessionEvent::Failed(problem));
    let shown = text(&bench, (40, 12));
    assert!(shown.contains("next: look at its name") && shown.contains("✗ forward"), "{shown}");
}

/// The only question of a Duo sign-in, as a hop sends it.
const DUO: &str = "Duo two-factor login for alice\n\nEnter a passcode or select one of the following options:\n\n 1. Duo Push to \
                   XXX-XXX-1234\n 2. Phone call to XXX-XXX-1234\n 3. SMS passcodes to XXX-XXX-1234\n\nPasscode or option (1-3): ";

fn duo() -> HopRequest {
    HopRequest {
        hop: "bastion.example.com".into(),
        user: "alice".into(),
        text: Vec::new(),
        questions: vec![HopQuestion::new(DUO, true)],
        is_retry: false,
    }
}

/// A bench that signs in at a hop, after these messages of it.
fn signing_in(size: (u16, u16), messages: &[(HopMessageKind, &str)]) -> Bench {
    let mut bench = Bench::new(size.0, size.1);
    sign_in(&mut bench, messages);
    bench
}

/// Begins to sign in at a hop, after these messages of it.
fn sign_in(bench: &mut Bench, messages: &[(HopMessageKind, &str)]) {
    bench.keys("enter");
    for (step, text) in [(ConnectionStep::Reach, "bastion port 22"), (ConnectionStep::HostKey, "known")] {
        let state = StepState::Done(text.into(), Duration::from_millis(7));
        bench.session(SessionEvent::ConnectionStep { hop: 0, step, state });
    }
    let state = StepState::Trying("as alice".into());
    bench.session(SessionEvent::ConnectionStep { hop: 0, step: ConnectionStep::SignIn, state });
    for (kind, text) in messages {
        let lines = text.lines().map(str::to_owned).collect();
        bench.session(SessionEvent::HopMessage(HopMessage { hop: "bastion.example.com".into(), kind: *kind, lines }));
    }
}

const BANNER: &str = "NOTICE: authorised users only.\nAll activity is recorded.";

#[test]
fn a_question_of_a_hop_is_shown_with_all_its_lines_and_the_banner() {
    before_connecting("hop_question", |bench| {
        sign_in(bench, &[(HopMessageKind::Banner, BANNER)]);
        bench.session(SessionEvent::Asked(Question::Hop(duo())));
        bench.text("1");
    });
}

#[test]
fn every_line_of_a_hop_s_question_can_be_reached_and_its_end_and_the_answer_stay() {
    for size in [(80, 24), (40, 10), (30, 6), (20, 5)] {
        for (page, back) in [("page-up", "page-down"), ("up", "down")] {
            let mut bench = signing_in(size, &[(HopMessageKind::Banner, BANNER)]);
            bench.session(SessionEvent::Asked(Question::Hop(duo())));
            bench.text("42");
            let (mut seen, first) = (String::new(), text(&bench, size));
            for _ in 0..80 {
                let shown = text(&bench, size);
                assert!(shown.contains("42▏"), "{shown}");
                assert!(size.1 == 5 || shown.contains("(1-3):"), "{shown}");
                seen.push_str(&shown);
                if !shown.contains("scroll up") {
                    break;
                }
                bench.keys(page);
            }
            let seen = seen.replace(['┃', '━', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
            for expected in ["recorded.", "asks", "options:", "1. Duo Push", "3. SMS", "(1-3):"] {
                assert!(seen.contains(expected), "{size:?} {page}: {expected} in {seen}");
            }
            for _ in 0..80 {
                bench.keys(back);
            }
            assert_eq!(text(&bench, size), first, "{size:?}");
            bench.keys(page);
            bench.feed(Message::Resize(ScreenSize { width: size.0, height: size.1 }));
            assert_eq!(text(&bench, size), first, "a new size shows the question: {size:?}");
        }
    }
}

#[test]
fn an_instruction_without_a_question_is_shown_while_rrx_waits() {
    let pushed = "Pushed a login request to your device...";
    for size in [(80, 24), (40, 10)] {
        let bench = signing_in(size, &[(HopMessageKind::Banner, BANNER), (HopMessageKind::Instruction, pushed)]);
        let shown = text(&bench, size);
        let shown = shown.replace(['┃', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(pushed) && shown.contains("◐ sign in"), "{shown}");
    }
}

#[test]
fn a_failed_connection_shows_the_banner_below_the_reason() {
    let mut bench = signing_in((80, 24), &[(HopMessageKind::Banner, BANNER)]);
    let problem = Problem::new(ProblemKind::Route, "bastion.example.com refused the sign-in of alice.").hint("see");
    bench.session(SessionEvent::Failed(problem));
    let shown = text(&bench, (80, 24));
    let reason = shown.find("next: see").unwrap();
    assert!(shown.find("All activity is recorded.").is_some_and(|banner| banner > reason), "{shown}");
}

#[test]
fn each_question_of_a_request_has_its_own_answer_which_is_visible_only_where_the_hop_allows_it() {
    let questions = [("(current) UNIX password: ", false), ("Favourite colour: ", true), ("New password: ", false)];
    let request = HopRequest {
        text: vec!["Password expired".into(), "Choose a new one.".into()],
        questions: questions.map(|(text, echo)| HopQuestion::new(text, echo)).to_vec(),
        ..duo()
    };
    let mut bench = signing_in((80, 24), &[]);
    bench.session(SessionEvent::Asked(Question::Hop(request)));
    bench.text("old-one");
    assert!(text(&bench, (80, 24)).contains("(question 1 of 3):"));
    bench.keys("enter");
    bench.text("red");
    assert!(text(&bench, (80, 24)).contains("› red▏"));
    bench.keys("enter");
    bench.text("new");
    insta::assert_snapshot!("hop_questions_80x24", text(&bench, (80, 24)));
    bench.effects.clear();
    bench.keys("enter");
    let [Effect::Session(_, SessionCmd::Answer(Answer::Secrets(answers)))] = bench.effects.as_slice() else {
        panic!("{:?}", bench.effects)
    };
    assert_eq!(answers.iter().map(Secret::reveal).collect::<Vec<_>>(), ["old-one", "red", "new"]);
}

#[test]
fn a_long_prompt_for_a_password_is_shown_whole() {
    let path = format!("/home/alice/{}/id_ed25519", "a-long-directory/".repeat(6));
    for size in [(80, 24), (40, 12)] {
        let mut bench = signing_in(size, &[]);
        let prompt = format!("Passphrase of the key {path} (wrong, try again)");
        bench.session(SessionEvent::Asked(Question::Secret { prompt: prompt.clone() }));
        let shown = text(&bench, size).replace(|c: char| c.is_whitespace() || c == '┃', "");
        assert!(shown.contains(&prompt.replace(' ', "")), "{shown}");
    }
}
