//! The vim keys in the worksheet: keys become text, registers, searches, runs and files.

use std::sync::Arc;

use rrx::app::focus::Focus;
use rrx::app::model::InputState;
use rrx::app::{Effect, Message, keymaps};
use rrx::domain::editing::TextPosition;
use rrx::domain::mouse::{Gesture, MouseEvent};
use rrx::domain::protocol::{
    FileTie, FileVersion, HostCmd, SqlFileCmd, SqlFileEvent, StorageCmd, StorageEvent, TextForm, fingerprint,
};

use super::model::Bench;

/// A connected bench with the vim keymap and this text, the cursor at its start.
fn vim(text: &str) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.model.context.keymap = Arc::new(keymaps::keymap("vim", None).0);
    bench.feed(Message::Paste(text.into()));
    bench.keys("g g 0");
    bench.effects.clear();
    bench
}

/// Types each character as a key.
fn typed(bench: &mut Bench, text: &str) {
    for character in text.chars() {
        let key = if character == ' ' { "space".to_owned() } else { character.to_string() };
        bench.keys(&key);
    }
}

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn cursor(bench: &Bench) -> TextPosition {
    let sheet = bench.model.worksheets.sheet().unwrap();
    bench.model.worksheets.shown_cursor(sheet, &bench.model.context)
}

fn notice(bench: &Bench) -> &str {
    bench.model.notices.current.as_ref().map_or("", |notice| notice.text.as_str())
}

fn screen(bench: &Bench) -> String {
    let size = bench.model.size;
    super::model::text(&rrx::app::screen(&bench.model, size.width, size.height))
}

fn statements(bench: &Bench) -> Vec<String> {
    let begun = |effect: &Effect| match effect {
        Effect::Storage(StorageCmd::Begin { statement, .. }) => Some(format!("{statement:?}")),
        _ => None,
    };
    bench.effects.iter().filter_map(begun).collect()
}

#[test]
fn keys_edit_the_text_and_an_insertion_is_one_undo_step() {
    let mut bench = vim("SELECT a\nFROM film");
    bench.keys("A");
    typed(&mut bench, ", b");
    bench.keys("enter");
    typed(&mut bench, "  , c");
    bench.keys("esc j d d");
    assert_eq!(text(&bench), "SELECT a, b\n  , c");
    bench.keys("u");
    assert_eq!(text(&bench), "SELECT a, b\n  , c\nFROM film");
    bench.keys("u");
    assert_eq!(text(&bench), "SELECT a\nFROM film", "the whole insertion is one step");
    bench.keys("ctrl-r");
    assert_eq!(text(&bench), "SELECT a, b\n  , c\nFROM film");
    assert_eq!(statements(&bench), Vec::<String>::new(), "Ctrl-R is redo");
}

#[test]
fn the_dot_repeats_a_change_as_one_undo_step() {
    let mut bench = vim("a b c d");
    bench.keys("c w");
    typed(&mut bench, "xy");
    bench.keys("esc w .");
    assert_eq!(text(&bench), "xy xy c d");
    bench.keys("u");
    assert_eq!(text(&bench), "xy b c d");
}

#[test]
fn a_character_is_never_typed_in_normal_mode() {
    let mut bench = vim("SELECT 1");
    for character in ('!'..='~').filter(|c| !"iIaAoOsScCrR".contains(*c)) {
        bench.keys("esc esc g g 0");
        bench.feed(Message::Key(rrx::domain::keys::Chord::plain(rrx::domain::keys::Key::Char(character))));
        assert!(!text(&bench).contains(&format!("{character}SELECT")), "{character}: {}", text(&bench));
    }
}

#[test]
fn the_cursor_stands_on_a_character_and_the_mode_is_on_the_border() {
    let mut bench = vim("SELECT 1");
    bench.keys("$");
    assert_eq!(cursor(&bench), TextPosition::new(0, 7));
    for (keys, mode) in [
        ("2 d", "NORMAL 2d"),
        ("esc", "NORMAL"),
        ("v", "VISUAL"),
        ("esc V", "V-LINE"),
        ("esc i", "INSERT"),
        ("esc", "NORMAL"),
    ] {
        bench.keys(keys);
        for size in [(160, 45), (80, 24)] {
            bench.feed(Message::Resize(rrx::app::layout::ScreenSize { width: size.0, height: size.1 }));
            assert!(screen(&bench).contains(mode), "{keys}, {size:?}: {}", screen(&bench));
        }
    }
}

#[test]
fn visual_mode_selects_the_character_at_the_cursor_and_f5_runs_the_selection() {
    let mut bench = vim("SELECT 1; SELECT 2");
    bench.keys("v f ;");
    assert_eq!(bench.model.worksheets.sheet().unwrap().editor.selected().as_deref(), Some("SELECT 1;"));
    assert_eq!(cursor(&bench), TextPosition::new(0, 8));
    bench.keys("f5");
    let run = statements(&bench);
    assert!(run.len() == 1 && run[0].contains("SELECT 1") && !run[0].contains("SELECT 2"), "{run:?}");
    bench.keys("d");
    assert_eq!(text(&bench), " SELECT 2");
}

#[test]
fn an_empty_line_can_be_selected() {
    let mut bench = vim("a\n\nb");
    bench.keys("j V d");
    assert_eq!(text(&bench), "a\nb");
    bench.keys("u g g j v d");
    assert_eq!(text(&bench), "a\nb");
}

#[test]
fn copies_fill_the_paste_register_and_are_put_from_it() {
    let mut bench = vim("SELECT 1\nFROM film");
    bench.keys("y y");
    let copied = |effect: &Effect| matches!(effect, Effect::Host(HostCmd::Copy { copy, .. }) if copy.text.as_str() == "SELECT 1\n");
    assert!(bench.effects.iter().any(copied));
    bench.keys("j \" + p");
    assert_eq!(text(&bench), "SELECT 1\nFROM film\nSELECT 1");
    // A copy of another panel.
    bench.model.context.register.put(Arc::new("42".into()));
    bench.keys("$ \" + p");
    assert_eq!(text(&bench), "SELECT 1\nFROM film\nSELECT 142");
    bench.keys("u o ctrl-r +");
    assert_eq!(text(&bench), "SELECT 1\nFROM film\nSELECT 1\n42");
}

#[test]
fn a_paste_of_the_terminal_is_inserted_in_every_mode_as_one_step() {
    let mut bench = vim("ab");
    bench.feed(Message::Paste("dd\nx".into()));
    assert_eq!(text(&bench), "dd\nxab", "a paste is no command");
    bench.keys("u");
    assert_eq!(text(&bench), "ab");
    bench.keys("A 1");
    bench.feed(Message::Paste("\n2".into()));
    bench.keys("3 esc");
    assert_eq!(text(&bench), "ab1\n23");
    bench.keys("u u");
    assert_eq!(text(&bench), "ab1");
    bench.keys("u");
    assert_eq!(text(&bench), "ab");
    bench.keys("/");
    bench.feed(Message::Paste("b".into()));
    assert_eq!((text(&bench).as_str(), screen(&bench).contains("/b")), ("ab", true));
}

#[test]
fn a_search_highlights_while_it_is_typed_and_n_goes_on() {
    let mut bench = vim("a film\nb film\nc film");
    bench.keys("/");
    typed(&mut bench, "fi");
    assert!(screen(&bench).contains("/fi"));
    assert!(bench.model.worksheets.search.is_some());
    assert_eq!(cursor(&bench), TextPosition::new(0, 0));
    bench.keys("enter");
    assert_eq!(cursor(&bench), TextPosition::new(0, 2));
    bench.keys("n n");
    assert_eq!(cursor(&bench), TextPosition::new(2, 2));
    bench.keys("n");
    assert_eq!(notice(&bench), "The search went on at the start of the text.");
    typed(&mut bench, ":noh");
    bench.keys("enter");
    assert!(bench.model.worksheets.search.is_none());
}

#[test]
fn escape_takes_a_typed_search_back() {
    let mut bench = vim("a film");
    bench.keys("/ f esc");
    assert!(bench.model.worksheets.search.is_none());
    assert!(!screen(&bench).contains("/f"));
}

#[test]
fn command_lines_save_open_and_close() {
    let mut bench = vim("SELECT 1");
    typed(&mut bench, ":w a.sql");
    bench.keys("enter");
    let is_save = |effect: &Effect| matches!(effect, Effect::Storage(StorageCmd::SqlFile { command: SqlFileCmd::Save(save), .. }) if save.path == "a.sql" && save.text.as_str() == "SELECT 1");
    assert!(bench.effects.iter().any(is_save));
    typed(&mut bench, ":e b.sql");
    bench.keys("enter");
    let is_open = |effect: &Effect| matches!(effect, Effect::Storage(StorageCmd::SqlFile { command: SqlFileCmd::Open { path }, .. }) if path == "b.sql");
    assert!(bench.effects.iter().any(is_open));
    typed(&mut bench, ":w");
    bench.keys("enter");
    assert!(screen(&bench).contains("Save the worksheet in a file"));
    bench.keys("esc");
    typed(&mut bench, ":set wrap");
    bench.keys("enter");
    assert_eq!(bench.model.worksheets.wrapping, rrx::app::panes::worksheet::Wrapping::On);
    typed(&mut bench, ":e!");
    bench.keys("enter");
    assert!(notice(&bench).contains("not tied to a file"), "{}", notice(&bench));
    typed(&mut bench, ":q");
    bench.keys("enter");
    assert_eq!(text(&bench), "");
    assert_eq!(bench.model.worksheets.closed.len(), 1);
}

#[test]
fn command_lines_substitute_and_go_to_a_line() {
    let mut bench = vim("a a\nb\na");
    typed(&mut bench, ":%s/a/x/g");
    bench.keys("enter");
    assert_eq!(text(&bench), "x x\nb\nx");
    bench.keys("u");
    assert_eq!(text(&bench), "a a\nb\na");
    typed(&mut bench, ":3");
    bench.keys("enter");
    assert_eq!(cursor(&bench).line, 2);
    typed(&mut bench, ":wrte");
    bench.keys("enter");
    assert!(notice(&bench).contains(":write"), "{}", notice(&bench));
}

#[test]
fn another_worksheet_begins_in_normal_mode_and_the_insertion_stays_one_step() {
    let mut bench = vim("one");
    bench.keys("A");
    typed(&mut bench, " two");
    bench.keys("ctrl-n");
    assert!(screen(&bench).contains("NORMAL"));
    bench.keys("d d alt-left u");
    assert_eq!(text(&bench), "one");
}

#[test]
fn the_mouse_moves_the_cursor_and_a_drag_begins_visual_mode() {
    let mut bench = vim("SELECT film FROM t");
    let area = bench.model.context.layout.worksheet.unwrap();
    let mouse = |bench: &mut Bench, gesture, x: u16| {
        let event = MouseEvent { x: area.x + 7 + x, y: area.y + 1, gesture, shift: false };
        bench.feed(Message::Mouse(event));
    };
    bench.keys("v l l");
    mouse(&mut bench, Gesture::Press, 7);
    assert!(screen(&bench).contains("NORMAL"));
    mouse(&mut bench, Gesture::Drag, 11);
    mouse(&mut bench, Gesture::Release, 11);
    assert!(screen(&bench).contains("VISUAL"));
    bench.keys("d");
    assert_eq!(text(&bench), "SELECT  FROM t");
}

#[test]
fn the_stop_key_and_the_run_keys_are_those_of_rrx_in_every_mode() {
    for mode in ["", "i", "V"] {
        let mut bench = vim("SELECT 1");
        bench.keys(mode);
        bench.run();
        bench.keys("ctrl-c");
        assert!(notice(&bench).contains("Stopping") || !bench.effects.is_empty(), "{mode}: {}", notice(&bench));
        assert_eq!(text(&bench), "SELECT 1");
    }
}

#[test]
fn no_event_moves_the_focus_while_keys_edit_and_a_command_line_may_open_a_dialog() {
    let mut bench = vim("SELECT 1");
    bench.keys("w");
    assert_eq!(bench.model.input, InputState::Typing);
    typed(&mut bench, ":w a.sql");
    bench.keys("enter");
    assert_eq!(bench.model.input, InputState::Acting);
    assert_eq!(bench.model.focus, Focus::Worksheet);
}

#[test]
fn help_and_hints_name_the_keys_that_work_in_normal_mode() {
    let mut bench = vim("SELECT 1");
    let shown = screen(&bench);
    let hints = shown.lines().last().unwrap();
    for hint in ["F5 run", "i insert", ": command"] {
        assert!(hints.contains(hint), "{hints}");
    }
    bench.keys("i");
    assert!(screen(&bench).lines().last().unwrap().contains("Esc normal mode"));
    bench.keys("esc f1");
    let help = screen(&bench);
    assert!(!help.contains("Ctrl-R ") && !help.contains("Ctrl-F "), "{help}");
}

#[test]
fn tab_goes_to_another_panel_in_normal_mode_and_indents_in_insert_mode() {
    let mut bench = vim("a");
    bench.keys("I tab esc");
    assert_eq!(text(&bench), "  a");
    bench.keys("tab");
    assert_ne!(bench.model.focus, Focus::Worksheet);
}

fn tie(text: &str) -> FileTie {
    let fingerprint = fingerprint(text.as_bytes());
    let version = FileVersion { bytes: text.len() as u64, modified: 1, fingerprint };
    FileTie { path: "/home/you/film.sql".into(), form: TextForm::default(), version, text: fingerprint }
}

fn feed(bench: &mut Bench, event: SqlFileEvent) {
    let profile = bench.model.worksheets.profile.clone();
    bench.feed(Message::Storage(StorageEvent::SqlFile { profile, event }));
}

/// A worksheet that is tied to a file, and differs from it.
fn with_changed_file() -> Bench {
    let mut bench = vim("");
    typed(&mut bench, ":e film.sql");
    bench.keys("enter");
    feed(&mut bench, SqlFileEvent::Opened { tie: tie("SELECT 1"), text: "SELECT 1".into() });
    bench.keys("x");
    assert_eq!(text(&bench), "ELECT 1");
    bench.effects.clear();
    bench
}

#[test]
fn a_text_that_differs_from_its_file_is_closed_only_with_an_exclamation_mark() {
    let mut bench = with_changed_file();
    typed(&mut bench, ":q");
    bench.keys("enter");
    assert_eq!((text(&bench).as_str(), bench.model.worksheets.closed.len()), ("ELECT 1", 0));
    assert!(notice(&bench).contains(":q!"), "{}", notice(&bench));
    typed(&mut bench, ":q!");
    bench.keys("enter");
    assert_eq!(bench.model.worksheets.closed.len(), 1);
}

#[test]
fn save_and_close_closes_after_the_save_unless_another_key_comes_first() {
    for (key, closed) in [("", 1), ("l", 0)] {
        let mut bench = with_changed_file();
        let worksheet = bench.model.worksheets.sheet().unwrap().key.clone();
        typed(&mut bench, ":wq");
        bench.keys("enter");
        assert_eq!(bench.model.worksheets.closed.len(), 0, "the save is under way");
        bench.keys(key);
        feed(&mut bench, SqlFileEvent::Saved { worksheet, tie: tie("ELECT 1") });
        assert_eq!(bench.model.worksheets.closed.len(), closed, "{key}");
    }
}

#[test]
fn scrolling_keeps_the_cursor_on_the_screen() {
    let lines: Vec<String> = (1..=200).map(|line| line.to_string()).collect();
    let mut bench = vim(&lines.join("\n"));
    bench.keys("ctrl-e ctrl-e");
    let top = |bench: &Bench| bench.model.worksheets.sheet().unwrap().scroll.top.line;
    assert_eq!((top(&bench), cursor(&bench).line), (2, 2));
    bench.keys("1 0 0 G z t");
    assert_eq!((top(&bench), cursor(&bench).line), (99, 99));
    bench.keys("ctrl-y");
    assert_eq!((top(&bench), cursor(&bench).line), (98, 99));
}
