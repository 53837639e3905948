//! The emacs style in the worksheet: deletions fill the paste register, older texts come back, the mark selects.

use std::sync::Arc;

use rrx::app::paste_register::Pasted;
use rrx::app::{Message, keymaps};
use rrx::domain::editing::TextPosition;

use super::model::Bench;

/// A connected bench with the keys of a style and this text, the cursor at its start.
fn styled(style: &str, text: &str) -> Bench {
    let mut bench = Bench::connected(160, 45);
    bench.model.context.keymap = Arc::new(keymaps::keymap(style, None).0);
    bench.feed(Message::Paste(text.into()));
    bench.keys("ctrl-home");
    bench
}

fn emacs(text: &str) -> Bench {
    styled("emacs", text)
}

fn text(bench: &Bench) -> String {
    bench.model.worksheets.sheet().unwrap().editor.text()
}

fn newest(bench: &Bench) -> String {
    match bench.model.context.register.newest() {
        Pasted::Text(text) => text.to_string(),
        Pasted::TooLong(_) | Pasted::Nothing => String::new(),
    }
}

#[test]
fn deletions_one_after_the_other_are_pasted_as_one_text() {
    let mut bench = emacs("one\ntwo\nthree four");
    bench.keys("ctrl-k ctrl-k ctrl-k");
    assert_eq!((text(&bench).as_str(), newest(&bench).as_str()), ("\nthree four", "one\ntwo"));
    bench.keys("down alt-d");
    assert_eq!(newest(&bench).trim(), "three", "a move ends the row of deletions");
    bench.keys("end alt-backspace ctrl-y");
    assert_eq!((newest(&bench).as_str(), text(&bench).trim()), ("four", "four"));
}

#[test]
fn deletions_before_the_cursor_are_joined_in_the_order_of_the_text() {
    let mut bench = emacs("añ bb cc");
    bench.keys("end alt-backspace alt-backspace");
    assert_eq!(newest(&bench), "bb cc");
}

#[test]
fn a_key_after_a_paste_takes_an_older_text() {
    let mut bench = emacs("one\ntwo\n");
    bench.keys("ctrl-k down ctrl-k down ctrl-y");
    assert_eq!(text(&bench), "\n\ntwo");
    bench.keys("alt-y");
    assert_eq!(text(&bench), "\n\none");
    bench.keys("alt-y");
    assert_eq!(text(&bench), "\n\ntwo", "after the oldest one the newest one follows");
    bench.keys("left alt-y");
    assert_eq!(text(&bench), "\n\ntwo", "a move ends it");
    let notice = bench.model.notices.current.as_ref().map(|notice| notice.text.clone());
    assert_eq!(notice.as_deref(), Some("Paste first: Ctrl-Y pastes, then Alt-Y takes an older text."));
}

#[test]
fn typed_text_ends_the_row_of_deletions() {
    let mut bench = emacs("one two");
    bench.keys("alt-d x");
    bench.keys("ctrl-k");
    assert_eq!(newest(&bench).trim(), "two");
}

#[test]
fn deletions_of_the_default_style_fill_no_register() {
    let mut bench = styled("default", "one two");
    bench.keys("ctrl-k");
    assert_eq!((text(&bench).as_str(), newest(&bench).as_str()), ("", ""));
}

#[test]
fn the_mark_selects_until_an_action() {
    for style in ["default", "emacs"] {
        let mut bench = styled(style, "one two");
        bench.keys("alt-space ctrl-right end");
        let selected = |bench: &Bench| bench.model.worksheets.sheet().unwrap().editor.selected();
        assert_eq!(selected(&bench).as_deref(), Some("one two"), "{style}");
        bench.keys("esc home");
        assert_eq!(selected(&bench), None, "{style}");
    }
}

#[test]
fn files_worksheets_and_dialogs_have_the_keys_of_emacs() {
    let mut bench = emacs("one");
    bench.keys("ctrl-x ctrl-s");
    assert!(bench.model.overlays.is_modal(), "it asks for a file");
    bench.keys("ctrl-g");
    assert!(!bench.model.overlays.is_modal());
    bench.keys("x ctrl-x u");
    assert_eq!(text(&bench), "one");
    bench.keys("ctrl-x ctrl-n ctrl-x b ctrl-x k");
    assert_eq!(bench.model.worksheets.closed.len(), 1);
    bench.keys("alt-x");
    assert!(bench.model.overlays.is_modal(), "the palette");
    bench.keys("ctrl-g a b alt-<");
    let cursor = bench.model.worksheets.sheet().unwrap().editor.cursor();
    assert_eq!(cursor, TextPosition::default());
}
