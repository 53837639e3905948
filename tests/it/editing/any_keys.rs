//! Properties of the vim machine: any keys on any text, large counts, undo.

use proptest::prelude::*;
use rrx::domain::editing::TextPosition;
use rrx::domain::editing::vim::{Vim, VimMode};

use super::app::{App, chords};

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
        if app.lines == once {
            return Ok(());
        }
        app.keys("u");
        prop_assert_eq!(&app.lines, &once, "the repetition is one step");
    }
}
