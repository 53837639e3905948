//! What the vim machine reports to the app, and how it follows what the app does.

use rrx::domain::editing::TextPosition;
use rrx::domain::editing::vim::{
    ExCommand, Handled, PromptKind, Register, RegisterKind, Scroll, Unsaved, VimEffect, VimMode, VisualKind, Wrap,
    selected_range,
};
use rrx::domain::keys::{Chord, Key};

use super::app::App;

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
        ("R", "the vim command R is not supported"),
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
    for effect in app.vim.reset() {
        app.apply(effect);
    }
    assert_eq!((app.vim.mode(), app.is_group_open), (VimMode::Normal, false));
    let copied = Register { text: "ab ".to_owned(), kind: RegisterKind::Characterwise };
    assert_eq!(app.vim.register('0'), Some(&copied));
    assert_eq!(app.paste, Some(copied), "what is copied is in the paste register too");
}
