//! The editing commands against texts with marks, and against plain models. `‸` is the cursor, `‹` the other end of the selection.

use proptest::prelude::*;
use rrx::domain::editing::{
    EditResult, TextPosition, TextState, apply, dedent, delete_lines, delete_to_line_start, delete_word_back,
    delete_word_forward, duplicate, end_of, indent, join_lines, move_lines_down, move_lines_up, new_line,
    next_paragraph, previous_paragraph, toggle_comment, word_end, word_left, word_right,
};

type Command = fn(&TextState<'_>) -> EditResult;

/// Takes a mark out of a text and returns its position.
fn unmark(text: &mut String, mark: char) -> Option<TextPosition> {
    let (before, after) = text.split_once(mark)?;
    let others = |text: &str| text.replace(['‸', '‹'], "");
    let position = end_of(TextPosition::default(), &others(before));
    *text = format!("{before}{after}");
    Some(position)
}

fn read(marked: &str) -> (Vec<String>, TextPosition, Option<TextPosition>) {
    let mut text = marked.replace('⏎', "\n");
    let anchor = unmark(&mut text, '‹');
    let cursor = unmark(&mut text, '‸').expect("a cursor mark");
    (text.split('\n').map(str::to_owned).collect(), cursor, anchor)
}

fn write(lines: &[String], cursor: TextPosition, anchor: Option<TextPosition>) -> String {
    let mut marks = vec![(cursor, '‸')];
    marks.extend(anchor.map(|anchor| (anchor, '‹')));
    marks.sort();
    let mut lines: Vec<String> = lines.to_vec();
    for (at, mark) in marks.into_iter().rev() {
        let line = &mut lines[at.line];
        let byte = line.char_indices().nth(at.column).map_or(line.len(), |(byte, _)| byte);
        line.insert(byte, mark);
    }
    lines.join("⏎")
}

fn run(command: Command, marked: &str) -> String {
    let (lines, cursor, anchor) = read(marked);
    let result = command(&TextState::new(&lines, cursor, anchor));
    let changed = apply(&lines, &result.changes);
    if let Some((_, cursor)) = result.selection {
        assert_eq!(cursor, result.cursor);
    }
    write(&changed, result.cursor, result.selection.map(|(anchor, _)| anchor))
}

fn assert_cases(command: Command, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(run(command, text), *expected, "{text}");
    }
}

#[test]
fn lines_are_indented_and_dedented() {
    assert_cases(
        indent,
        &[("a‸b", "  a‸b"), ("‹a⏎⏎b‸", "‹  a⏎⏎  b‸"), ("a‹a⏎‸b", "  a‹a⏎‸b"), ("‸a⏎b‹", "‸  a⏎  b‹"), ("‸", "‸")],
    );
    assert_cases(
        dedent,
        &[
            ("    a‸b", "  a‸b"),
            (" a‸", "a‸"),
            ("\t\ta‸", "\ta‸"),
            ("‸  a", "‸a"),
            (" ‸  a", "‸ a"),
            ("‹  a⏎b⏎\tc‸", "‹a⏎b⏎c‸"),
        ],
    );
}

#[test]
fn a_new_line_keeps_the_indent() {
    assert_cases(
        new_line,
        &[("  a‸b", "  a⏎  ‸b"), (" ‸ ab", " ⏎ ‸ ab"), ("‸  ab", "⏎‸  ab"), ("\ta‹b⏎c‸d", "\ta⏎\t‸d")],
    );
}

#[test]
fn comments_are_toggled() {
    assert_cases(
        toggle_comment,
        &[
            ("a‸b", "-- a‸b"),
            ("-- a‸b", "a‸b"),
            ("--a‸b", "a‸b"),
            ("‹  a⏎⏎    b⏎‸c", "‹  -- a⏎⏎  --   b⏎‸c"),
            ("‹-- a⏎b‸", "‹-- -- a⏎-- b‸"),
            ("‹-- -- a⏎-- b‸", "‹-- a⏎b‸"),
            ("‹a⏎   ⏎b‸", "‹-- a⏎   ⏎-- b‸"),
            ("‸", "‸"),
            ("-‸- ä", "‸ä"),
        ],
    );
}

#[test]
fn lines_and_selections_are_duplicated() {
    assert_cases(
        duplicate,
        &[("a‸b⏎c", "ab⏎a‸b⏎c"), ("a‹b‸c", "ab‹b‸c"), ("a‸b⏎c‹d", "ab⏎c‹b⏎c‸d"), ("‸", "⏎‸"), ("ä‸", "ä⏎ä‸")],
    );
}

#[test]
fn lines_move_up_and_down() {
    assert_cases(
        move_lines_up,
        &[("a⏎b‸b⏎c", "b‸b⏎a⏎c"), ("‸a⏎b", "‸a⏎b"), ("a⏎‹b⏎c⏎‸d", "‹b⏎c⏎‸a⏎d"), ("a⏎‸b", "‸b⏎a")],
    );
    assert_cases(
        move_lines_down,
        &[("a‸a⏎b⏎c", "b⏎a‸a⏎c"), ("a⏎‸b", "a⏎‸b"), ("‹a⏎b⏎‸c⏎d", "c⏎‹a⏎b⏎‸d"), ("‹a⏎b⏎‸c", "c⏎‹a⏎b‸")],
    );
}

#[test]
fn lines_are_joined_with_one_space() {
    assert_cases(
        join_lines,
        &[
            ("a‸a⏎   b", "aa‸ b"),
            ("‸a⏎b⏎c", "a‸ b⏎c"),
            ("‹a⏎b⏎c‸", "a b‸ c"),
            ("‸a ⏎b", "a ‸b"),
            ("f(‸a⏎)", "f(a‸)"),
            ("‸⏎b", "‸b"),
            ("a⏎‸b", "a⏎‸b"),
        ],
    );
}

#[test]
fn lines_are_deleted() {
    assert_cases(
        delete_lines,
        &[
            ("a⏎bb‸b⏎cc", "a⏎cc‸"),
            ("a⏎b‸", "a‸"),
            ("‸a", "‸"),
            ("‹a⏎b‸⏎c", "c‸"),
            ("a⏎‹b⏎‸c", "a⏎‸c"),
            ("‹a⏎b‸", "‸"),
            ("‸", "‸"),
        ],
    );
}

#[test]
fn words_and_line_starts_are_deleted() {
    assert_cases(
        delete_word_back,
        &[
            ("one two‸", "one ‸"),
            ("one  ‸two", "‸two"),
            ("a⏎‸b", "a‸b"),
            ("t.col‸", "t.‸"),
            ("a‹b‸c", "a‸c"),
            ("‸a", "‸a"),
        ],
    );
    assert_cases(
        delete_word_forward,
        &[("‸one two", "‸ two"), ("one‸ two", "one‸"), ("a‸⏎b", "a‸b"), ("a‹b‸c", "a‸c"), ("a‸", "a‸")],
    );
    assert_cases(delete_to_line_start, &[("  ab‸c", "‸c"), ("a⏎‸b", "a‸b"), ("a‹b‸c", "a‸c"), ("‸a", "‸a")]);
}

fn moved(motion: fn(&TextState<'_>) -> TextPosition, marked: &str) -> String {
    let (lines, cursor, anchor) = read(marked);
    write(&lines, motion(&TextState::new(&lines, cursor, anchor)), None)
}

#[test]
fn words_and_paragraphs_are_stops_of_the_cursor() {
    let text = "select t.col_1, 'ä'⏎from x";
    let stops = |motion: fn(&TextState<'_>) -> TextPosition, marked: &str| {
        let mut at = marked.to_owned();
        let mut stops = Vec::new();
        loop {
            let next = moved(motion, &at);
            if next == at {
                return stops;
            }
            stops.push(next.split('‸').next().unwrap().chars().count());
            at = next;
        }
    };
    let count = text.chars().count();
    assert_eq!(stops(word_right, &format!("‸{text}")), [7, 8, 9, 14, 16, 17, 18, 19, 20, 25, count]);
    assert_eq!(stops(word_end, &format!("‸{text}")), [6, 8, 9, 14, 15, 17, 18, 19, 20, 24, count]);
    assert_eq!(stops(word_left, &format!("{text}‸")), [25, 20, 19, 18, 17, 16, 14, 9, 8, 7, 0]);
    assert_eq!(moved(next_paragraph, "a‸⏎b⏎  ⏎c"), "a⏎b⏎‸  ⏎c");
    assert_eq!(moved(next_paragraph, "a⏎b⏎‸  ⏎c"), "a⏎b⏎  ⏎c‸");
    assert_eq!(moved(previous_paragraph, "a⏎⏎b⏎c‸"), "a⏎‸⏎b⏎c");
    assert_eq!(moved(previous_paragraph, "a⏎‸⏎b"), "‸a⏎⏎b");
}

const COMMANDS: &[Command] = &[
    indent,
    dedent,
    new_line,
    toggle_comment,
    duplicate,
    move_lines_up,
    move_lines_down,
    join_lines,
    delete_lines,
    delete_word_back,
    delete_word_forward,
    delete_to_line_start,
];

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ \ta(-ä😀)\u{301}-]{0,8}", 0..6)
}

fn position() -> impl Strategy<Value = TextPosition> {
    (0usize..7, 0usize..10).prop_map(|(line, column)| TextPosition::new(line, column))
}

proptest! {
    #[test]
    fn any_command_keeps_cursor_and_selection_inside(
        lines in texts(),
        cursor in position(),
        anchor in prop::option::of(position()),
    ) {
        let state = TextState::new(&lines, cursor, anchor);
        for command in COMMANDS {
            let result = command(&state);
            let changed = apply(&lines, &result.changes);
            prop_assert_eq!(result.cursor, result.cursor.clamped(&changed));
            if let Some((anchor, cursor)) = result.selection {
                prop_assert_eq!(anchor, anchor.clamped(&changed));
                prop_assert_eq!(cursor, result.cursor);
            }
            for pair in result.changes.windows(2) {
                prop_assert!(pair[1].to <= pair[0].from, "later changes come first");
            }
        }
        for motion in [word_left, word_right, word_end, next_paragraph, previous_paragraph] {
            let to = motion(&state);
            prop_assert_eq!(to, to.clamped(&lines));
        }
    }

    #[test]
    fn line_commands_are_those_of_a_plain_list(
        lines in prop::collection::vec("[ ab]{0,5}", 1..6),
        cursor in position(),
        anchor in prop::option::of(position()),
    ) {
        let state = TextState::new(&lines, cursor, anchor);
        let (first, last) = state.line_range();
        let after = |command: Command| apply(&lines, &command(&state).changes);
        let mut moved = lines.clone();
        if first > 0 {
            moved[first - 1..=last].rotate_left(1);
        }
        prop_assert_eq!(after(move_lines_up), moved);
        let mut moved = lines.clone();
        if last + 1 < lines.len() {
            moved[first..=last + 1].rotate_right(1);
        }
        prop_assert_eq!(after(move_lines_down), moved);
        let mut left = lines.clone();
        left.drain(first..=last);
        if left.is_empty() {
            left.push(String::new());
        }
        prop_assert_eq!(after(delete_lines), left);
        let mut indented = lines.clone();
        indented[first..=last].iter_mut().filter(|line| !line.is_empty()).for_each(|line| line.insert_str(0, "  "));
        prop_assert_eq!(after(indent), indented.clone());
        let back = TextState::new(&indented, cursor, anchor);
        if back.line_range() == (first, last) {
            prop_assert_eq!(apply(&indented, &dedent(&back).changes), lines.clone(), "dedent takes an indent back");
        }
        let commented = after(toggle_comment);
        let texts = |lines: &[String]| lines[first..=last].iter().filter(|line| !line.trim().is_empty()).count();
        let comments = commented[first..=last].iter().filter(|line| line.trim_start().starts_with("-- ")).count();
        prop_assert_eq!(comments, texts(&lines), "no line here was a comment before");
        let back = TextState::new(&commented, TextPosition::new(first, 0), Some(TextPosition::new(last, 99)));
        prop_assert_eq!(apply(&commented, &toggle_comment(&back).changes), lines.clone());
    }
}
