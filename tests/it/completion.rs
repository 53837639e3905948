//! Completion in the worksheet: what the keys do while the popup is open, when a list is requested, and what is dropped.

use std::sync::Arc;

use rrx::app::layout::ScreenSize;
use rrx::app::panes::worksheet::Worksheet;
use rrx::app::ui::look::{Colours, TerminalLook};
use rrx::app::ui::theme::Theme;
use rrx::app::{Effect, Message, screen};
use rrx::domain::compute::{ComputeWork, Computed};
use rrx::domain::editing::TextPosition;
use rrx::domain::mouse::{Gesture, MouseEvent};
use rrx::domain::profile::{CompletionMode, Settings};
use rrx::domain::protocol::SessionEvent;
use rrx::domain::results::GlyphSet;
use rrx::domain::snippets::Snippet;
use rrx::domain::sql::complete::Trigger;

use super::legend;
use super::model::{Bench, catalog};

/// Types a text as a user does, and computes what each key requests.
fn typed(bench: &mut Bench, text: &str) {
    for character in text.chars() {
        let key = match character {
            ' ' => "space".to_owned(),
            '\n' => "enter".to_owned(),
            other => other.to_string(),
        };
        bench.keys(&key);
        bench.compute();
    }
}

fn with_text(text: &str) -> Bench {
    let mut bench = Bench::connected(100, 30);
    typed(&mut bench, text);
    bench
}

fn sheet(bench: &Bench) -> &Worksheet {
    bench.model.worksheets.sheet().unwrap()
}

fn text(bench: &Bench) -> String {
    sheet(bench).editor.text()
}

fn labels(bench: &Bench) -> Vec<&str> {
    bench.model.worksheets.completion.labels()
}

fn shown(bench: &Bench) -> String {
    let ScreenSize { width, height } = bench.model.size;
    let buffer = screen(&bench.model, width, height);
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| line(y) + "\n").collect()
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

fn set_mode(bench: &mut Bench, completion: CompletionMode) {
    let mut settings: Settings = bench.model.context.settings.as_ref().clone();
    settings.ui.completion = completion;
    bench.model.context.settings = Arc::new(settings);
}

/// The completions that were requested and not computed.
fn requested(bench: &mut Bench) -> Vec<(String, Trigger)> {
    let work = bench.jobs().into_iter().filter_map(|job| match job.work {
        ComputeWork::Complete(work) => Some((work.text, work.trigger)),
        ComputeWork::Find { .. } | ComputeWork::Filter { .. } | ComputeWork::Index(_) | ComputeWork::Check(_) => None,
    });
    work.collect()
}

#[test]
fn tab_takes_the_first_item_and_typing_goes_on() {
    let mut bench = with_text("SELECT * FROM sub");
    assert_eq!(labels(&bench), ["subject"]);
    bench.keys("tab");
    assert_eq!(text(&bench), "SELECT * FROM subject");
    assert!(labels(&bench).is_empty(), "an accepted item closes the popup");
    typed(&mut bench, " s");
    assert_eq!(text(&bench), "SELECT * FROM subject s");
}

#[test]
fn an_accepted_item_is_one_step_of_undo() {
    let mut bench = with_text("SELECT * FROM sub");
    bench.keys("tab ctrl-z");
    assert_eq!(text(&bench), "SELECT * FROM sub");
    assert_eq!(sheet(&bench).editor.cursor(), TextPosition::new(0, 17));
    assert!(labels(&bench).is_empty() && requested(&mut bench).is_empty(), "an undo offers nothing");
    bench.keys("ctrl-y");
    assert_eq!(text(&bench), "SELECT * FROM subject");
}

#[test]
fn enter_is_a_line_break_until_an_item_is_chosen() {
    let mut bench = with_text("SELECT * FROM s");
    assert!(labels(&bench).contains(&"site"), "{:?}", labels(&bench));
    bench.keys("enter");
    assert_eq!(text(&bench), "SELECT * FROM s\n");
    assert!(labels(&bench).is_empty());
    bench.keys("ctrl-z ctrl-space");
    bench.compute();
    let first = labels(&bench)[0].to_owned();
    bench.keys("down enter");
    assert_eq!(text(&bench), format!("SELECT * FROM {first}"));
}

#[test]
fn up_and_down_choose_and_typing_forgets_the_choice() {
    let mut bench = with_text("SELECT * FROM s");
    let all: Vec<String> = labels(&bench).into_iter().map(str::to_owned).collect();
    bench.keys("down down");
    assert_eq!(sheet(&bench).editor.cursor(), TextPosition::new(0, 15), "the cursor of the text stays");
    bench.keys("tab");
    assert_eq!(text(&bench), format!("SELECT * FROM {}", all[1]));
    bench.keys("ctrl-z ctrl-space");
    bench.compute();
    bench.keys("up");
    assert!(bench.model.worksheets.completion.has_choice());
    typed(&mut bench, "u");
    assert!(!bench.model.worksheets.completion.has_choice());
    bench.keys("enter");
    assert_eq!(text(&bench), "SELECT * FROM su\n");
}

#[test]
fn esc_closes_the_popup_and_only_that() {
    let mut bench = with_text("SELECT * FROM s");
    bench.keys("f4 left right");
    assert!(labels(&bench).is_empty(), "a move closes it");
    bench.keys("ctrl-space");
    bench.compute();
    bench.keys("esc");
    assert!(labels(&bench).is_empty() && bench.model.options.zoom);
    assert_eq!(text(&bench), "SELECT * FROM s");
}

#[test]
fn other_keys_close_the_popup_and_do_what_they_do() {
    for keys in ["left", "end", "f5", "f6", "alt-1", "ctrl-n", "alt-t", "f7", "ctrl-z", "ctrl-a", "ctrl-k", "f1"] {
        let mut bench = with_text("SELECT * FROM s");
        assert!(!labels(&bench).is_empty());
        bench.keys(keys);
        assert!(labels(&bench).is_empty(), "{keys}");
        bench.compute();
        assert!(labels(&bench).is_empty(), "{keys}: nothing comes later");
    }
}

#[test]
fn columns_of_an_alias_follow_its_dot() {
    let mut bench = with_text("SELECT s. FROM subject s");
    bench.keys(&"left ".repeat(" FROM subject s".len()));
    bench.keys("ctrl-space");
    bench.compute();
    let found = labels(&bench);
    assert!(["id", "name", "study_id"].iter().all(|name| found.contains(name)), "{found:?}");
    typed(&mut bench, "na");
    bench.keys("tab");
    assert_eq!(text(&bench), "SELECT s.name FROM subject s");
}

#[test]
fn an_accepted_alias_or_function_offers_what_comes_next() {
    let mut bench = with_text("SELECT * FROM subject sub JOIN study st ON st.id = su");
    assert!(labels(&bench).iter().any(|label| label.starts_with("sub")), "{:?}", labels(&bench));
    let mut function = with_text("SELECT COALES");
    function.keys("tab");
    assert_eq!(text(&function), "SELECT COALESCE()");
    function.compute();
    assert!(shown(&function).contains("COALESCE("), "{}", shown(&function));
    assert!(labels(&function).is_empty(), "only the signature is shown");
    typed(&mut function, "1");
    assert!(shown(&function).matches("COALESCE(").count() == 2, "{}", shown(&function));
    function.keys("esc");
    assert_eq!(shown(&function).matches("COALESCE(").count(), 1, "{}", shown(&function));
    assert_eq!(sheet(&bench).editor.cursor().line, 0);
    bench.keys("esc");
}

#[test]
fn a_list_for_another_text_cursor_or_worksheet_is_dropped() {
    for keys in ["x", "left", "ctrl-n", "f6", "enter", "ctrl-w"] {
        let mut bench = Bench::connected(100, 30);
        typed(&mut bench, "SELECT * FROM ");
        bench.keys("esc");
        bench.keys("s");
        let job = bench.jobs().into_iter().find(|job| matches!(job.work, ComputeWork::Complete(_))).unwrap();
        let answer = job.work.run(&|| false).unwrap();
        bench.keys(keys);
        bench.jobs();
        bench.feed(Message::Computed(Computed { generation: job.generation, answer }));
        assert!(labels(&bench).is_empty(), "{keys}");
    }
}

#[test]
fn the_old_list_stays_narrowed_until_the_next_one_is_there() {
    let mut bench = with_text("SELECT * FROM s");
    assert!(labels(&bench).contains(&"site"));
    bench.keys("u");
    assert_eq!(labels(&bench)[0], "subject", "the names that begin so come first");
    assert!(!labels(&bench).contains(&"site"));
    bench.keys("tab");
    assert_eq!(text(&bench), "SELECT * FROM subject");
}

#[test]
fn only_typed_and_deleted_characters_and_the_key_request_a_list() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT * FROM subj");
    assert_eq!(requested(&mut bench), [], "a paste");
    bench.keys("ctrl-z ctrl-y left right home end enter alt-/ ctrl-d");
    assert_eq!(requested(&mut bench), [], "undo, moves, whole lines");
    bench.keys("ctrl-n");
    bench.text("SELECT * FROM subj");
    bench.keys("backspace");
    assert_eq!(requested(&mut bench), [("SELECT * FROM sub".to_owned(), Trigger::Typed)]);
    bench.keys("ctrl-space");
    assert_eq!(requested(&mut bench), [("SELECT * FROM sub".to_owned(), Trigger::Requested)]);
    bench.keys("t");
    assert_eq!(requested(&mut bench), [("SELECT * FROM subt".to_owned(), Trigger::Typed)]);
}

#[test]
fn the_statement_at_the_cursor_is_read() {
    let mut bench = Bench::connected(100, 30);
    bench.text("SELECT 1;\nSELECT 2 FROM site;\n");
    bench.keys("S");
    assert_eq!(requested(&mut bench), [("\nS".to_owned(), Trigger::Typed)]);
    bench.keys("up end left backspace");
    assert_eq!(requested(&mut bench), [("\nSELECT 2 FROM sit".to_owned(), Trigger::Typed)]);
}

#[test]
fn a_request_without_an_offer_says_so() {
    let mut bench = with_text("SELECT 'a");
    bench.keys("ctrl-space");
    bench.compute();
    assert_eq!(notice(&bench), "No completions here.");
    bench.keys("b");
    bench.compute();
    assert_eq!(notice(&bench), "", "typing says nothing");
}

#[test]
fn the_setting_decides_when_items_are_offered() {
    let mut bench = Bench::connected(100, 30);
    set_mode(&mut bench, CompletionMode::Asked);
    typed(&mut bench, "SELECT * FROM s");
    assert!(labels(&bench).is_empty());
    bench.keys("ctrl-space");
    bench.compute();
    assert!(labels(&bench).contains(&"site"));
    typed(&mut bench, "i");
    assert_eq!(labels(&bench)[0], "site", "the open list follows the text");
    set_mode(&mut bench, CompletionMode::Off);
    bench.keys("esc ctrl-space");
    bench.compute();
    assert!(labels(&bench).is_empty() && notice(&bench).starts_with("Completion is off"), "{}", notice(&bench));
}

#[test]
fn names_that_were_used_come_first() {
    let mut bench = with_text("SELECT * FROM s");
    let last = (*labels(&bench).iter().rfind(|label| label.starts_with('s')).unwrap()).to_owned();
    bench.keys("esc ctrl-n");
    bench.text(&format!("SELECT 1 FROM {last}"));
    bench.keys("f5 ctrl-n");
    bench.jobs();
    typed(&mut bench, "SELECT * FROM s");
    assert_eq!(labels(&bench)[0], last);
}

#[test]
fn a_snippet_is_inserted_with_its_statement() {
    let mut bench = Bench::connected(100, 30);
    let statement = "SELECT name\nFROM study\n".to_owned();
    bench.model.context.snippets =
        Arc::new(vec![Snippet { name: "studies-by-name".into(), statement, ..Snippet::default() }]);
    typed(&mut bench, "studies");
    assert!(labels(&bench).contains(&"studies-by-name"), "{:?}", labels(&bench));
    bench.keys("tab");
    assert_eq!(text(&bench), "SELECT name\nFROM study");
}

#[test]
fn the_names_of_a_new_catalog_are_read_on_a_worker() {
    let mut bench = Bench::connected(100, 30);
    bench.session(SessionEvent::Catalog(Arc::new(catalog())));
    assert!(
        bench
            .effects
            .iter()
            .any(|effect| { matches!(effect, Effect::Compute(job) if matches!(job.work, ComputeWork::Index(_))) })
    );
    bench.compute();
    typed(&mut bench, "SELECT study_");
    assert!(labels(&bench).contains(&"study_id"), "{:?}", labels(&bench));
}

#[test]
fn the_popup_never_covers_the_line_of_the_cursor() {
    for (width, height) in [(160, 45), (120, 40), (100, 30), (80, 24), (60, 18), (40, 10), (30, 8)] {
        for lines in 0..12 {
            let mut bench = Bench::connected(width, height);
            bench.text(&"-- a line\n".repeat(lines));
            typed(&mut bench, "SELECT * FROM s");
            assert!(!labels(&bench).is_empty(), "{width}x{height}");
            let drawn = shown(&bench);
            assert!(drawn.contains("SELECT * FROM s "), "{width}x{height}, {lines}\n{drawn}");
            assert!(drawn.contains("t site") || drawn.contains("t study") || drawn.contains("t subject"), "{drawn}");
        }
    }
}

#[test]
fn without_room_there_is_no_popup_and_no_key_of_it() {
    let mut bench = Bench::connected(20, 5);
    typed(&mut bench, "SELECT * FROM s");
    let has_popup = !labels(&bench).is_empty();
    assert_eq!(has_popup, shown(&bench).contains("t s"), "{}", shown(&bench));
    bench.keys("esc");
    bench.feed(Message::Resize(ScreenSize { width: 100, height: 30 }));
    bench.keys("ctrl-space");
    bench.compute();
    assert!(!labels(&bench).is_empty());
    bench.feed(Message::Resize(ScreenSize { width: 2, height: 1 }));
    assert!(labels(&bench).is_empty());
}

#[test]
fn a_press_on_an_item_inserts_it() {
    let mut bench = with_text("SELECT * FROM s");
    let second = labels(&bench)[1].to_owned();
    let drawn = shown(&bench);
    let marked = format!("t {second} ");
    let row = drawn.lines().position(|line| line.contains(&marked)).unwrap();
    let line = drawn.lines().nth(row).unwrap();
    let column = line.split(&marked).next().unwrap().chars().count() + 2;
    let (x, y) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    let press = |gesture| Message::Mouse(MouseEvent { x, y, gesture, shift: false });
    bench.feed(press(Gesture::Press));
    bench.feed(press(Gesture::Release));
    assert_eq!(text(&bench), format!("SELECT * FROM {second}"));
}

#[test]
fn an_ascii_terminal_without_colours_shows_the_popup() {
    let mut bench = with_text("SELECT * FROM s");
    bench.keys("down");
    let look = TerminalLook { glyphs: GlyphSet::Ascii, colours: Colours::None, ..TerminalLook::default() };
    bench.model.theme = Theme::new(look);
    let drawn = shown(&bench);
    assert!(drawn.is_ascii(), "{drawn}");
    assert!(drawn.contains(">t s"), "{drawn}");
}

#[test]
fn the_hints_name_the_keys_of_the_popup() {
    let mut bench = with_text("SELECT * FROM s");
    let hints = |bench: &Bench| shown(bench).lines().last().unwrap_or_default().to_owned();
    assert!(hints(&bench).contains("Tab take it   Down choose   Esc close"), "{}", hints(&bench));
    bench.keys("down");
    assert!(hints(&bench).contains("Enter take it"), "{}", hints(&bench));
    bench.keys("esc");
    assert!(!hints(&bench).contains("take it"), "{}", hints(&bench));
}

#[test]
fn the_popup_at_every_size() {
    insta::assert_snapshot!(
        "completion",
        legend::at_every_size(Bench::connected, |bench| {
            bench.text("-- who is where\n\n-- more\n");
            bench.keys("up up");
            typed(bench, "SELECT * FROM subject s JOIN s");
            bench.keys("down");
        })
    );
    insta::assert_snapshot!(
        "signature",
        legend::at_every_size(Bench::connected, |bench| {
            typed(bench, "SELECT COALESCE(1, 2");
        })
    );
}
