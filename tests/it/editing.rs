//! The keys of vim: a table of texts, keys and the texts after them, and properties of any keys on any text.

use proptest::prelude::*;
use rrx::domain::editing::vim::{
    ExCommand, Handled, PromptKind, Register, RegisterKind, Scroll, Unsaved, VIM_COMMANDS, Vim, VimEffect, VimMode,
    VimText, VisualKind, Wrap, selected_range,
};
use rrx::domain::editing::{TextChange, TextPosition, apply};
use rrx::domain::keys::{Chord, Key};
use rrx::domain::sql::Dialect;

const TABLE: &str = include_str!("../fixtures/editing/vim.txt");

/// A text with undo, as an app keeps it.
#[derive(Default)]
struct App {
    vim: Vim,
    lines: Vec<String>,
    cursor: TextPosition,
    anchor: Option<TextPosition>,
    undo: Vec<(Vec<String>, TextPosition)>,
    redo: Vec<(Vec<String>, TextPosition)>,
    is_group_open: bool,
    is_group_saved: bool,
    paste: Option<Register>,
    commands: Vec<ExCommand>,
    others: Vec<VimEffect>,
}

impl App {
    fn new(marked: &str) -> Self {
        let (before, after) = marked.split_once('‸').expect("a cursor mark");
        let lines = format!("{before}{after}").split('⏎').map(str::to_owned).collect();
        let line = before.matches('⏎').count();
        let column = before.rsplit('⏎').next().unwrap_or_default().chars().count();
        Self { lines, cursor: TextPosition::new(line, column), ..Self::default() }
    }

    fn marked(&self) -> String {
        let mark = [TextChange::insert(self.cursor, "‸")];
        apply(&self.lines, &mark).join("⏎")
    }

    fn keys(&mut self, keys: &str) {
        for chord in chords(keys) {
            self.key(chord);
        }
    }

    fn key(&mut self, chord: Chord) -> Handled {
        let lines = self.lines.clone();
        let text = VimText {
            lines: &lines,
            cursor: self.cursor,
            anchor: self.anchor,
            top_line: 0,
            page_rows: 10,
            paste_register: self.paste.as_ref(),
            dialect: Dialect::default(),
        };
        let outcome = self.vim.key(chord, &text);
        outcome.effects.into_iter().for_each(|effect| self.apply(effect));
        outcome.handled
    }

    fn apply(&mut self, effect: VimEffect) {
        match effect {
            VimEffect::Change(changes) => {
                if !self.is_group_open || !self.is_group_saved {
                    let cursor = self.anchor.map_or(self.cursor, |anchor| anchor.min(self.cursor));
                    self.undo.push((self.lines.clone(), cursor));
                    self.redo.clear();
                    self.is_group_saved = true;
                }
                self.lines = apply(&self.lines, &changes);
            }
            VimEffect::MoveTo(to) => self.cursor = to,
            VimEffect::Select { anchor, cursor, .. } => (self.anchor, self.cursor) = (Some(anchor), cursor),
            VimEffect::Deselect => self.anchor = None,
            VimEffect::Undo(steps) => (0..steps).for_each(|_| {
                if let Some((lines, cursor)) = self.undo.pop() {
                    self.redo.push((std::mem::replace(&mut self.lines, lines), cursor));
                    self.cursor = Vim::cursor_on_character(&self.lines, cursor);
                }
            }),
            VimEffect::Redo(steps) => (0..steps).for_each(|_| {
                if let Some((lines, cursor)) = self.redo.pop() {
                    self.undo.push((std::mem::replace(&mut self.lines, lines), cursor));
                    self.cursor = Vim::cursor_on_character(&self.lines, cursor);
                }
            }),
            VimEffect::BeginUndoGroup => {
                assert!(!self.is_group_open, "groups are not nested");
                (self.is_group_open, self.is_group_saved) = (true, false);
            }
            VimEffect::EndUndoGroup => {
                assert!(self.is_group_open, "only an open group ends");
                self.is_group_open = false;
            }
            VimEffect::SetPasteRegister(register) => self.paste = Some(register),
            VimEffect::Command(command) => self.commands.push(command),
            VimEffect::Highlight(_) | VimEffect::Scroll(_) | VimEffect::ShowDocs | VimEffect::Notice(_) => {
                self.others.push(effect);
            }
        }
    }

    fn notices(&self) -> Vec<&str> {
        self.others
            .iter()
            .filter_map(|effect| match effect {
                VimEffect::Notice(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// Reads keys as Vim's documentation writes them: `dw<Esc>`.
fn chords(keys: &str) -> Vec<Chord> {
    let mut chords = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inside| inside.split_once('>'));
        let chord = named.and_then(|(name, after)| Some((chord_of(name)?, after)));
        let (chord, after) = chord.unwrap_or((Chord::plain(Key::Char(first)), &rest[first.len_utf8()..]));
        chords.push(chord);
        rest = after;
    }
    chords
}

fn chord_of(name: &str) -> Option<Chord> {
    if let Some(control) = name.strip_prefix("C-") {
        let key = Key::Char(control.chars().next()?);
        return Some(Chord { ctrl: true, ..Chord::plain(key) });
    }
    let key = match name {
        "Esc" => Key::Esc,
        "CR" => Key::Enter,
        "BS" => Key::Backspace,
        "Del" => Key::Delete,
        "Tab" => Key::Tab,
        "Space" => Key::Char(' '),
        "lt" => Key::Char('<'),
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        _ => return None,
    };
    Some(Chord::plain(key))
}

struct Case<'a> {
    number: usize,
    /// The keys of the key reference that the case belongs to.
    section: &'a str,
    text: &'a str,
    keys: &'a str,
    expected: &'a str,
}

fn cases() -> Vec<Case<'static>> {
    let mut section = "";
    let mut cases = Vec::new();
    for (at, line) in TABLE.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            section = name;
        }
        let parts: Vec<&str> = line.split(" ║ ").collect();
        if let [text, keys, expected, ..] = parts.as_slice() {
            cases.push(Case { number: at + 1, section, text, keys, expected });
        }
    }
    cases
}

#[test]
fn keys_change_texts_as_the_table_says() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        let mut app = App::new(case.text);
        app.keys(case.keys);
        if app.marked() != case.expected || app.is_group_open != (app.vim.mode() == VimMode::Insert) {
            let got = app.marked();
            wrong.push(format!("{}: {} ║ {} ║ {}, not {got}", case.number, case.text, case.keys, case.expected));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The keys of a case as the key reference writes them.
fn as_in_reference(keys: &str) -> String {
    let mut text = keys.replace("<lt>", "<").replace("<Space>", "Space").replace("<BS>", "Backspace");
    text = text.replace("<Esc>", "Esc");
    for letter in 'a'..='z' {
        text = text.replace(&format!("<C-{letter}>"), &format!("Ctrl-{}", letter.to_ascii_uppercase()));
    }
    text.replace("<C-[>", "Ctrl-[")
}

/// The parts of a key of the reference that stand for themselves: without `{char}` and the like.
fn literals(key: &str) -> Vec<&str> {
    let names =
        ["{char}", "{count}", "{motion}", "{register}", "{pattern}", "{text}", "{file}", "{number}", "{from}", "{to}"];
    let mut parts = vec![key];
    for name in names {
        parts = parts.into_iter().flat_map(|part| part.split(name)).collect();
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

#[test]
fn every_key_of_the_reference_is_in_the_table() {
    let cases = cases();
    let mut missing = Vec::new();
    for help in VIM_COMMANDS {
        let section = format!("{:?}: {}", help.mode, help.keys);
        let keys: Vec<String> =
            cases.iter().filter(|case| case.section == section).map(|case| as_in_reference(case.keys)).collect();
        for key in help.keys.split(' ') {
            if !keys.iter().any(|typed| literals(key).iter().all(|part| typed.contains(part))) {
                missing.push(format!("{section}: {key}"));
            }
        }
    }
    assert!(missing.is_empty(), "no case for:\n{}", missing.join("\n"));
    let sections: Vec<String> = VIM_COMMANDS.iter().map(|help| format!("{:?}: {}", help.mode, help.keys)).collect();
    let unknown: Vec<&str> =
        cases.iter().map(|case| case.section).filter(|name| !sections.iter().any(|s| s == name)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}

#[test]
fn the_app_gets_what_it_must_do_as_effects() {
    let mut app = App::new("‸select a⏎from t");
    app.keys(":w<CR>:w a b.sql<CR>:q<CR>:q!<CR>:wq<CR>:x<CR>:e c.sql<CR>:e!<CR>:set nowrap<CR>ZZZQ");
    let path = |name: &str| Some(name.to_owned());
    assert_eq!(
        app.commands,
        [
            ExCommand::Write { path: None },
            ExCommand::Write { path: path("a b.sql") },
            ExCommand::Quit(Unsaved::Keep),
            ExCommand::Quit(Unsaved::Discard),
            ExCommand::WriteAndQuit { path: None },
            ExCommand::WriteAndQuit { path: None },
            ExCommand::Open { path: path("c.sql"), unsaved: Unsaved::Keep },
            ExCommand::Open { path: None, unsaved: Unsaved::Discard },
            ExCommand::SetWrap(Wrap::Off),
            ExCommand::WriteAndQuit { path: None },
            ExCommand::Quit(Unsaved::Discard),
        ]
    );
    app.keys("K2<C-e><C-y>zt");
    let scroll = |lines| VimEffect::Scroll(Scroll::Lines(lines));
    assert_eq!(app.others, [VimEffect::ShowDocs, scroll(2), scroll(-1), VimEffect::Scroll(Scroll::CursorToTop)]);
}

#[test]
fn messages_say_what_is_wrong_and_name_the_nearest_command() {
    let cases = [
        (":nohl<CR>", ""),
        (":nho<CR>", "unknown command :nho; the nearest one is :noh"),
        (":wrte<CR>", "unknown command :wrte; the nearest one is :write"),
        (":frobnicate<CR>", "unknown command :frobnicate"),
        (":set number<CR>", "`number` is not an option; the options are wrap and nowrap"),
        (":9d<CR>", "there is no such line"),
        (":s/a/b/x<CR>", "`x` is not a flag of a substitution; the flags are g, i and I"),
        ("/zz<CR>", "no match: zz"),
        ("n", "there was no search yet"),
        ("/(<CR>", "`(` is not a regular expression: unclosed group"),
        ("\"qp", "the register q is empty"),
        ("p", "nothing was deleted or copied yet"),
        (":%s/[ab]/x/g<CR>", "3 replacements on 2 lines"),
        ("$/a<CR>", "the search went on at the start of the text"),
    ];
    for (keys, message) in cases {
        let mut app = App::new("‸ab⏎b");
        app.keys(keys);
        let expected: Vec<&str> = [message].into_iter().filter(|message| !message.is_empty()).collect();
        assert_eq!(app.notices(), expected, "{keys}");
    }
}

#[test]
fn keys_without_a_meaning_go_on_to_the_keymap() {
    let handled = |before: &str, key: Chord| {
        let mut app = App::new("‸ab");
        app.keys(before);
        let handled = app.key(key);
        (handled, app.marked())
    };
    let f5 = Chord::plain(Key::F(5));
    let ctrl_q = Chord { ctrl: true, ..Chord::plain(Key::Char('q')) };
    let alt_w = Chord { alt: true, ..Chord::plain(Key::Char('w')) };
    let ctrl_c = Chord { ctrl: true, ..Chord::plain(Key::Char('c')) };
    let shift_right = Chord { shift: true, ..Chord::plain(Key::Right) };
    for before in ["", "d", "v", "i", "\"", "/a"] {
        for key in [f5, ctrl_q, alt_w, ctrl_c] {
            assert_eq!(handled(before, key), (Handled::No, "‸ab".to_owned()), "{before} {key}");
        }
    }
    assert_eq!(handled("", shift_right).0, Handled::No);
    assert_eq!(handled("", Chord::plain(Key::Esc)).0, Handled::No, "Esc may close something else");
    assert_eq!(handled("d", Chord::plain(Key::Esc)).0, Handled::Yes);
    // A character is never typed into the text in normal mode.
    for character in "qmQUK@!".chars() {
        assert_eq!(handled("", Chord::plain(Key::Char(character))), (Handled::Yes, "‸ab".to_owned()));
    }
}

#[test]
fn the_mode_and_the_line_below_the_text_are_known() {
    let mode = |keys: &str| {
        let mut app = App::new("‸ab cd");
        app.keys(keys);
        (app.vim.mode(), app.vim.prompt().map(|prompt| prompt.text.clone()))
    };
    assert_eq!(mode("").0, VimMode::Normal);
    assert_eq!(mode("i").0, VimMode::Insert);
    assert_eq!(mode("v").0, VimMode::Visual(VisualKind::Character));
    assert_eq!(mode("V").0, VimMode::Visual(VisualKind::Line));
    assert_eq!(mode("2d").0, VimMode::OperatorPending);
    assert_eq!(mode("r").0, VimMode::ReplaceCharacter);
    assert_eq!(mode(":s/a"), (VimMode::Prompt(PromptKind::Command), Some("s/a".to_owned())));
    assert_eq!(mode("v:"), (VimMode::Prompt(PromptKind::Command), Some("'<,'>".to_owned())));
    assert_eq!(mode("d/c"), (VimMode::Prompt(PromptKind::SearchForward), Some("c".to_owned())));
    assert_eq!(mode("?c<Esc>").0, VimMode::Normal);
    let mut app = App::new("‸ab cd");
    app.keys("/");
    assert_eq!(app.vim.paste_into_prompt("c\nd"), Handled::Yes);
    assert_eq!(app.vim.prompt().map(|prompt| prompt.text.as_str()), Some("c d"));
}

#[test]
fn a_selection_of_the_app_starts_visual_mode_and_a_cleared_one_ends_it() {
    let mut app = App::new("one two‸ three");
    app.anchor = Some(TextPosition::new(0, 4));
    app.keys("d");
    assert_eq!(app.marked(), "one ‸ three");
    let mut app = App::new("one ‸two three");
    app.anchor = Some(TextPosition::new(0, 7));
    app.keys("U");
    assert_eq!(app.marked(), "one ‸TWO three");
    let mut app = App::new("‸one two");
    app.keys("ve");
    app.anchor = None;
    app.keys("x");
    assert_eq!((app.marked().as_str(), app.vim.mode()), ("on‸ two", VimMode::Normal));
}

#[test]
fn the_selection_covers_both_of_its_ends() {
    let mut app = App::new("a‸é\u{301}b⏎cd");
    app.keys("v");
    let range = |app: &App, kind| selected_range(&app.lines, (app.anchor.unwrap(), app.cursor), kind);
    let at = TextPosition::new;
    assert_eq!(range(&app, VisualKind::Character), (at(0, 1), at(0, 3)));
    app.keys("j");
    assert_eq!(range(&app, VisualKind::Character), (at(0, 1), at(1, 2)));
    app.keys("V");
    assert_eq!(range(&app, VisualKind::Line), (at(0, 0), at(1, 2)));
}

#[test]
fn what_the_app_inserts_is_repeated_too() {
    let mut app = App::new("‸⏎");
    app.keys("isel");
    // A completion replaces what was typed.
    app.lines[0] = "SELECT ".to_owned();
    app.cursor = TextPosition::new(0, 7);
    app.vim.inserted(3, "SELECT ", app.cursor);
    app.keys("a<Esc>j.");
    assert_eq!(app.marked(), "SELECT a⏎SELECT ‸a");
    // A click moves the cursor: what was typed before it is not repeated.
    let mut app = App::new("‸ab cd");
    app.keys("ix");
    app.cursor = TextPosition::new(0, 4);
    app.keys("y<Esc>0.");
    assert_eq!(app.marked(), "‸yxab ycd");
}

#[test]
fn a_reset_goes_back_to_normal_mode_and_keeps_the_registers() {
    let mut app = App::new("‸ab cd");
    app.keys("ywix");
    assert!(app.is_group_open);
    let effects = app.vim.reset();
    effects.into_iter().for_each(|effect| app.apply(effect));
    assert_eq!((app.vim.mode(), app.is_group_open), (VimMode::Normal, false));
    let copied = Register { text: "ab ".to_owned(), kind: RegisterKind::Characterwise };
    assert_eq!(app.vim.register('0'), Some(&copied));
    assert_eq!(app.paste, Some(copied), "what is copied is in the paste register too");
}

#[test]
fn large_counts_take_no_long_time() {
    let text = format!("‸{}", "select a, (b), 'c' from t;⏎".repeat(2_000));
    for keys in
        ["99999w", "99999dw", "99999}", "99999)", "99999fa", "99999x", "99999J", "99999>>", "99999/b<CR>", "99999n"]
    {
        App::new(&text).keys(keys);
    }
    let mut app = App::new("‸ab");
    app.keys("yy99999p");
    assert_eq!(app.lines.len(), 100_000);
    let mut app = App::new("‸ab");
    app.keys("99999ia<Esc>99999.99999ob<Esc>V99999>99999~");
    assert!(app.lines.iter().map(String::len).sum::<usize>() < 1 << 20);
}

/// Keys of which any sequence is tried.
const KEYS: &[&str] = &[
    "h",
    "j",
    "k",
    "l",
    "w",
    "b",
    "e",
    "ge",
    "W",
    "B",
    "E",
    "0",
    "^",
    "$",
    "g_",
    "|",
    "+",
    "-",
    "_",
    "gg",
    "G",
    "fa",
    "Fb",
    "t(",
    "T)",
    ";",
    ",",
    "%",
    "{",
    "}",
    "(",
    ")",
    "H",
    "M",
    "L",
    "n",
    "N",
    "*",
    "#",
    "d",
    "c",
    "y",
    ">",
    "<lt>",
    "g~",
    "gu",
    "gU",
    "gc",
    "x",
    "X",
    "D",
    "C",
    "Y",
    "s",
    "S",
    "rz",
    "r<CR>",
    "~",
    "J",
    "gJ",
    "p",
    "P",
    "gp",
    "gP",
    "\"a",
    "\"A",
    "\"_",
    "\"+",
    "i",
    "a",
    "I",
    "A",
    "o",
    "O",
    "gi",
    "u",
    "<C-r>",
    ".",
    "&",
    "v",
    "V",
    "gv",
    "1",
    "2",
    "3",
    "9",
    "iw",
    "aw",
    "i(",
    "a(",
    "i'",
    "a'",
    "ip",
    "ap",
    "is",
    "as",
    "<Esc>",
    "<Esc>",
    "<CR>",
    "<BS>",
    "<Del>",
    "<C-w>",
    "<C-u>",
    "<C-t>",
    "<C-d>",
    "<Tab>",
    "<Left>",
    "<Right>",
    "<Up>",
    "<Down>",
    "<Home>",
    "<End>",
    "/a<CR>",
    "?b<CR>",
    ":s/a/b/g<CR>",
    ":%s/b/\\n/<CR>",
    ":2,3d<CR>",
    ":%j<CR>",
    "ä",
    "😀",
    "\u{301}",
    " ",
    ";",
    "K",
    "zz",
    "<C-f>",
    "<C-b>",
    "<C-[>",
    "<PageUp>",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_keys_on_any_text_keep_the_cursor_inside_and_can_be_undone(
        lines in prop::collection::vec("[a-c(){}'; \täé\u{301}日😀]{0,12}", 1..8),
        (line, column) in (0usize..9, 0usize..13),
        keys in prop::collection::vec(prop::sample::select(KEYS), 0..40),
    ) {
        let mut app = App { lines: lines.clone(), ..App::default() };
        app.cursor = Vim::cursor_on_character(&lines, TextPosition::new(line, column));
        for keys in keys {
            for chord in chords(keys) {
                app.key(chord);
                prop_assert_eq!(app.cursor, app.cursor.clamped(&app.lines), "inside");
                if app.vim.mode() == VimMode::Normal {
                    prop_assert_eq!(app.cursor, Vim::cursor_on_character(&app.lines, app.cursor), "on a character");
                }
                let is_inserting = app.vim.mode() == VimMode::Insert;
                prop_assert_eq!(app.is_group_open, is_inserting);
                prop_assert!(!app.lines.is_empty() && app.lines.iter().all(|line| !line.contains('\n')));
            }
        }
        app.keys("<Esc><Esc><Esc>");
        prop_assert_eq!(app.vim.mode(), VimMode::Normal);
        app.keys("999u");
        prop_assert_eq!(app.lines, lines);
    }

    #[test]
    fn a_change_is_undone_in_one_step(
        lines in prop::collection::vec("[a-c(),; ]{0,12}", 2..6),
        at in 0usize..6,
        keys in prop::sample::select(&[
            "x", "dd", "dw", "d$", "J", "ia b<CR>c<Esc>", "3ob<Esc>", "cwx<Esc>", ">j", "gcc", "gUU", "yyp", "rX", ":%s/a/x/g<CR>", "A;<Esc>",
        ][..]),
    ) {
        let mut app = App { lines, cursor: TextPosition::new(at % 2, 0), ..App::default() };
        app.keys(keys);
        let once = app.lines.clone();
        app.keys(".");
        prop_assume!(app.lines != once);
        app.keys("u");
        prop_assert_eq!(&app.lines, &once, "the repetition is one step");
    }
}
