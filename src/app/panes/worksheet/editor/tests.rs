//! Tests of the text model.

use super::super::command::Command;
use super::super::undo::UNDO_STEPS;
use super::*;

const NOW: Duration = Duration::ZERO;

fn at(line: usize, column: usize) -> TextPosition {
    TextPosition::new(line, column)
}

fn typed(editor: &mut Editor, text: &str, now: Duration) {
    for character in text.chars() {
        editor.insert(character.encode_utf8(&mut [0; 4]), StepKind::Typing, now);
    }
}

fn undone(editor: &mut Editor) -> Vec<String> {
    let mut texts = Vec::new();
    while editor.undo() {
        texts.push(editor.text());
    }
    texts
}

#[test]
fn bytes_and_positions_agree_in_multi_byte_text() {
    let editor = Editor::new("añb\n😀x\n");
    for position in [(0, 0), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (2, 0)].map(|(line, column)| at(line, column)) {
        assert_eq!(editor.position_of(editor.byte_of(position)), position);
    }
}

#[test]
fn the_start_and_the_end_of_the_text_are_reached_whatever_the_column() {
    let mut editor = Editor::new("SELECT a,\n  b\nFROM table_of_a_long_name");
    editor.go(at(1, 2));
    editor.move_cursor(Motion::End, Selecting::No);
    assert_eq!(editor.cursor(), at(2, 25));
    editor.move_cursor(Motion::Top, Selecting::No);
    assert_eq!(editor.cursor(), at(0, 0));
}

#[test]
fn a_move_over_a_shorter_line_keeps_the_column() {
    let mut editor = Editor::new("long line\nx\nlong line");
    editor.go(at(0, 6));
    editor.move_cursor(Motion::Down(1), Selecting::No);
    assert_eq!(editor.cursor(), at(1, 1));
    editor.move_cursor(Motion::Down(1), Selecting::No);
    assert_eq!(editor.cursor(), at(2, 6));
    editor.move_cursor(Motion::Down(1), Selecting::Yes);
    assert_eq!((editor.cursor(), editor.selected().as_deref()), (at(2, 9), Some("ine")));
}

#[test]
fn the_start_of_a_line_is_its_first_word_and_then_its_first_column() {
    let mut editor = Editor::new("    SELECT");
    editor.go(at(0, 8));
    for column in [4, 0, 4] {
        editor.move_cursor(Motion::LineStart, Selecting::No);
        assert_eq!(editor.cursor(), at(0, column));
    }
}

#[test]
fn a_letter_with_its_accent_is_one_step() {
    let mut editor = Editor::new("e\u{301}x");
    editor.move_cursor(Motion::Right, Selecting::No);
    assert_eq!(editor.cursor(), at(0, 2));
    editor.run(Command::DeleteBack, NOW);
    assert_eq!(editor.text(), "x");
}

#[test]
fn typing_is_undone_by_words() {
    let mut editor = Editor::new("");
    typed(&mut editor, "SELECT id  FROM", NOW);
    assert_eq!(undone(&mut editor), ["SELECT id  ", "SELECT ", ""]);
    while editor.redo() {}
    assert_eq!(editor.text(), "SELECT id  FROM");
}

#[test]
fn a_pause_and_a_move_of_the_cursor_begin_a_new_step() {
    let mut editor = Editor::new("");
    typed(&mut editor, "ab", NOW);
    typed(&mut editor, "cd", Duration::from_secs(2));
    editor.move_cursor(Motion::Left, Selecting::No);
    typed(&mut editor, "x", Duration::from_secs(2));
    assert_eq!(editor.text(), "abcxd");
    assert_eq!(undone(&mut editor), ["abcd", "ab", ""]);
}

#[test]
fn deleted_characters_of_a_word_are_one_step_and_the_cursor_comes_back() {
    let mut editor = Editor::new("SELECT subject");
    editor.move_cursor(Motion::End, Selecting::No);
    (0..10).for_each(|_| assert!(editor.run(Command::DeleteBack, NOW)));
    assert_eq!(editor.text(), "SELE");
    assert!(editor.undo());
    assert_eq!((editor.text().as_str(), editor.cursor()), ("SELECT", at(0, 6)));
    assert_eq!(undone(&mut editor), ["SELECT ", "SELECT subject"]);
    assert_eq!(editor.cursor(), at(0, 14));
}

#[test]
fn a_group_is_one_step() {
    let mut editor = Editor::new("a");
    editor.begin_group();
    typed(&mut editor, "one two", NOW);
    editor.run(Command::DeleteBack, NOW);
    editor.end_group();
    typed(&mut editor, "!", NOW);
    assert_eq!(editor.text(), "one tw!a");
    assert_eq!(undone(&mut editor), ["one twa", "a"]);
}

#[test]
fn one_paste_is_one_undo_step() {
    let mut editor = Editor::new("a");
    assert!(editor.insert("one\ntwo\n", StepKind::Whole, NOW));
    assert_eq!((editor.text().as_str(), editor.cursor()), ("one\ntwo\na", at(2, 0)));
    assert_eq!(undone(&mut editor), ["a"]);
}

#[test]
fn a_tab_indents_the_selected_lines_and_one_undo_takes_it_back() {
    let mut editor = Editor::new("SELECT a,\n\n  b\nFROM t");
    editor.select(at(0, 3), at(3, 0));
    assert!(editor.run(Command::Indent, NOW));
    assert_eq!(editor.text(), "  SELECT a,\n\n    b\nFROM t");
    assert!(editor.run(Command::Indent, NOW));
    assert_eq!(editor.text(), "    SELECT a,\n\n      b\nFROM t");
    assert!(editor.run(Command::Dedent, NOW) && editor.run(Command::Dedent, NOW));
    assert_eq!(undone(&mut editor).last().map(String::as_str), Some("SELECT a,\n\n  b\nFROM t"));
    assert_eq!(editor.selection(), Some((at(0, 3), at(3, 0))));
    assert!(editor.redo());
    assert_eq!(editor.text(), "  SELECT a,\n\n    b\nFROM t");
}

#[test]
fn text_typed_over_a_selection_is_one_undo_step() {
    let commands = [Command::NewLine, Command::DeleteBack, Command::DeleteToEnd, Command::DeleteWordBack];
    for command in commands {
        let mut editor = Editor::new("keep this text\nand this");
        editor.select(at(0, 5), at(1, 3));
        assert!(editor.run(command, NOW));
        assert_eq!(undone(&mut editor), ["keep this text\nand this"], "{command:?}");
        assert_eq!(editor.selection(), Some((at(0, 5), at(1, 3))), "{command:?}");
    }
}

#[test]
fn nothing_inserted_over_a_selection_leaves_it() {
    let mut editor = Editor::new("text");
    editor.select_all();
    assert!(!editor.insert("", StepKind::Whole, NOW));
    assert_eq!((editor.text().as_str(), editor.selected().as_deref()), ("text", Some("text")));
}

#[test]
fn all_undo_steps_of_replaced_selections_are_kept() {
    let mut editor = Editor::new("start");
    for number in 0..UNDO_STEPS {
        editor.select_all();
        editor.insert(&number.to_string(), StepKind::Whole, NOW);
    }
    assert_eq!(undone(&mut editor).last().map(String::as_str), Some("start"));
}

#[test]
fn the_cursor_reaches_lines_and_columns_above_the_limit_of_a_jump() {
    let mut editor = Editor::new(&format!("{}{}", "\n".repeat(70_000), "x".repeat(70_000)));
    editor.go(at(70_000, 70_000));
    assert_eq!(editor.cursor(), at(70_000, 70_000));
    let mut editor = Editor::new(&"x".repeat(70_000));
    editor.go(at(0, 66_000));
    assert_eq!(editor.cursor(), at(0, 66_000));
}

#[test]
fn an_edit_behind_the_limit_of_a_jump_is_at_its_place() {
    let line = "x".repeat(200_000);
    let mut editor = Editor::new(&format!("{line}\n{line}"));
    let change = TextChange { from: at(0, 150_000), to: at(1, 100_000), text: "-a\nb-".into() };
    assert!(editor.change(&change, StepKind::Whole, NOW));
    let expected = format!("{}-a\nb-{}", "x".repeat(150_000), "x".repeat(100_000));
    assert_eq!(editor.text(), expected);
    assert!(editor.undo());
    assert_eq!(editor.text(), format!("{line}\n{line}"));
    assert!(editor.redo());
    assert_eq!(editor.text(), expected);
}
