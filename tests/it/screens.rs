//! Screens as text, at the sizes that matter. A visible change changes a snapshot.

use rrx::app::focus::Focus;
use rrx::app::layout::ScreenSize;
use rrx::app::ui::look::TerminalLook;
use rrx::app::ui::theme::Theme;
use rrx::app::{Effect, Message, screen};
use rrx::domain::problem::{Problem, ProblemKind, ServerError};
use rrx::domain::profile::Secret;
use rrx::domain::protocol::{
    Answer, ConnectionStep, End, HopMessage, HopMessageKind, HopQuestion, HopRequest, Question, ResultId, SessionCmd,
    SessionEvent, SessionId, StepState,
};
use rrx::domain::results::GlyphSet;

use super::model::{Bench, report};

/// The sizes: wide, medium, narrow, single, smallest, too small.
const SIZES: [(u16, u16); 6] = [(160, 45), (100, 30), (80, 24), (40, 10), (20, 5), (2, 1)];

fn text(bench: &Bench, (width, height): (u16, u16)) -> String {
    let buffer = screen(&bench.model, width, height);
    let mut lines = Vec::new();
    for y in 0..height {
        let line: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn with_rows(size: (u16, u16)) -> Bench {
    let mut bench = Bench::connected(size.0, size.1);
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
    bench
}

#[test]
fn rows_at_every_size() {
    for size in SIZES {
        insta::assert_snapshot!(format!("rows_{}x{}", size.0, size.1), text(&with_rows(size), size));
    }
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
    let size = (80, 24);
    let mut bench = Bench::connected(size.0, size.1);
    bench.text("SELECT nope FROM subject");
    let result = bench.run();
    let error = ServerError { code: 1054, state: "42S22".into(), message: "Unknown column 'nope' in 'SELECT'".into() };
    let problem = Problem::new(ProblemKind::Statement, "The statement failed")
        .server(error)
        .hint("see the table's columns in the explorer");
    bench.session(SessionEvent::Ended { result, report: report(End::Broken(problem), 0) });
    insta::assert_snapshot!("error_80x24", text(&bench, size));
}

#[test]
fn the_overlays() {
    for (name, keys) in [("palette", "ctrl-p"), ("help", "f1"), ("find", "ctrl-t"), ("save", "ctrl-s")] {
        let mut bench = with_rows((100, 30));
        bench.keys(keys);
        bench.compute();
        insta::assert_snapshot!(format!("{name}_100x30"), text(&bench, (100, 30)));
    }
}

#[test]
fn a_lost_link_takes_nothing_from_the_screen_and_says_what_is_true() {
    for size in [(160, 45), (80, 24), (40, 10)] {
        let mut bench = with_rows(size);
        bench.session(SessionEvent::Lost(
            Problem::new(ProblemKind::Lost, "The tunnel is gone.").because("the hop closed it"),
        ));
        let gone =
            Problem::new(ProblemKind::Route, "bastion.example.com cannot be reached").because("timed out").transient();
        bench.feed(Message::Session(SessionId(2), SessionEvent::Failed(gone)));
        insta::assert_snapshot!(format!("lost_{}x{}", size.0, size.1), text(&bench, size));
    }
}

#[test]
fn the_picker_and_a_failed_ladder() {
    let mut bench = Bench::new(100, 30);
    insta::assert_snapshot!("picker_100x30", text(&bench, (100, 30)));
    bench.keys("enter");
    bench.session(SessionEvent::Failed(
        Problem::new(ProblemKind::Route, "bastion.example.com:22 did not answer")
            .because("timed out after 10 s")
            .hint("bastions admit listed addresses only; ask for yours to be added"),
    ));
    insta::assert_snapshot!("failed_100x30", text(&bench, (100, 30)));
}

#[test]
fn the_form_for_a_new_profile() {
    for size in [(160, 45), (80, 24), (40, 10)] {
        let mut bench = Bench::new(size.0, size.1);
        bench.keys("ctrl-n");
        for (value, keys) in [("clinspark-us", "tab right tab"), ("ec2-user@bastion.example.com inner:2222", "tab")] {
            bench.text(value);
            bench.keys(keys);
        }
        insta::assert_snapshot!(format!("form_{}x{}", size.0, size.1), text(&bench, size));
    }
    let mut bench = Bench::new(80, 24);
    bench.keys("ctrl-n ctrl-s");
    insta::assert_snapshot!("form_wrong_80x24", text(&bench, (80, 24)));
    let mut small = Bench::new(40, 10);
    small.keys("ctrl-n ctrl-s");
    assert!(text(&small, (40, 10)).contains("Name: this field is required"), "what is wrong is told at every size");
}

#[test]
fn a_refused_password_asks_for_the_new_one() {
    let mut bench = Bench::new(80, 24);
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
    insta::assert_snapshot!("rotated_80x24", text(&bench, (80, 24)));
}

#[test]
fn an_unknown_host_key_is_drawn_beside_its_fingerprint_where_there_is_room() {
    let art: Vec<String> = ["+--[ED25519 256]--+", "|B=o==            |", "|B=+=.o           |", "|+*+oB .     .    |"]
        .into_iter()
        .chain(["|=.=o = . o . .   |", "|o= oo o S o o    |", "|. = .  + o +     |", "| . o    +   .    |"])
        .chain(["|  E    =         |", "|        +        |", "+----[SHA256]-----+"])
        .map(str::to_owned)
        .collect();
    for size in SIZES {
        let mut bench = Bench::new(size.0, size.1);
        bench.keys("enter");
        bench.session(SessionEvent::Asked(Question::HostKey {
            host: "bastion.example.com".into(),
            algorithm: "ssh-ed25519".into(),
            fingerprint: "SHA256:uTDvzFQX7oAgHpNLYeRIh+tUGDAuSJCBc5o0q/AnMe4".into(),
            art: art.clone(),
            recorded_in: "/home/you/.ssh/known_hosts".into(),
        }));
        insta::assert_snapshot!(format!("host_key_{}x{}", size.0, size.1), text(&bench, size));
    }
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
    for size in SIZES {
        let mut bench = Bench::new(size.0, size.1);
        bench.keys("enter");
        bench.session(SessionEvent::Asked(command_question()));
        insta::assert_snapshot!(format!("run_command_{}x{}", size.0, size.1), text(&bench, size));
    }
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
        let state = StepState::Done("bastion.example.com".into(), std::time::Duration::ZERO);
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

#[test]
#[cfg_attr(any(feature = "parquet", feature = "xlsx"), ignore = "the list is longer there: see typed_forms")]
fn the_form_of_an_export() {
    for size in [(100, 30), (40, 10)] {
        let mut bench = with_rows(size);
        if bench.model.focus != Focus::Grid {
            bench.keys("f6");
        }
        bench.keys("x");
        insta::assert_snapshot!(format!("export_{}x{}", size.0, size.1), text(&bench, size));
        bench.keys("enter");
        insta::assert_snapshot!(format!("export_file_{}x{}", size.0, size.1), text(&bench, size));
    }
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
    bench.keys("enter");
    for (step, text) in [(ConnectionStep::Reach, "bastion port 22"), (ConnectionStep::HostKey, "known")] {
        let state = StepState::Done(text.into(), std::time::Duration::from_millis(7));
        bench.session(SessionEvent::ConnectionStep { hop: 0, step, state });
    }
    let state = StepState::Trying("as alice".into());
    bench.session(SessionEvent::ConnectionStep { hop: 0, step: ConnectionStep::SignIn, state });
    for (kind, text) in messages {
        let lines = text.lines().map(str::to_owned).collect();
        bench.session(SessionEvent::HopMessage(HopMessage { hop: "bastion.example.com".into(), kind: *kind, lines }));
    }
    bench
}

const BANNER: &str = "NOTICE: authorised users only.\nAll activity is recorded.";

#[test]
fn a_question_of_a_hop_is_shown_with_all_its_lines_and_the_banner() {
    for size in SIZES {
        let mut bench = signing_in(size, &[(HopMessageKind::Banner, BANNER)]);
        bench.session(SessionEvent::Asked(Question::Hop(duo())));
        bench.text("1");
        insta::assert_snapshot!(format!("hop_question_{}x{}", size.0, size.1), text(&bench, size));
    }
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
