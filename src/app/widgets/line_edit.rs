//! Edits one line of text at a cursor. The cursor is a byte offset between two graphemes.

use unicode_segmentation::UnicodeSegmentation;

use super::line_actions::LineAction;

/// Does an action in a line.
pub(super) fn edit(text: &mut String, cursor: &mut usize, action: LineAction) {
    let at = (*cursor).min(text.len());
    match action {
        LineAction::Left => *cursor = before(text, at),
        LineAction::Right => *cursor = after(text, at),
        LineAction::WordLeft => *cursor = word_start(text, at),
        LineAction::WordRight => *cursor = word_end(text, at),
        LineAction::Start => *cursor = 0,
        LineAction::End => *cursor = text.len(),
        LineAction::DeleteBack => *cursor = remove(text, before(text, at), at),
        LineAction::DeleteForward => *cursor = remove(text, at, after(text, at)),
        LineAction::DeleteWordBack => *cursor = remove(text, word_start(text, at), at),
        LineAction::DeleteToStart => *cursor = remove(text, 0, at),
        LineAction::DeleteToEnd => *cursor = remove(text, at, text.len()),
        // The text that was copied is not known here.
        LineAction::Paste => {}
    }
}

/// Returns the start of the grapheme before the cursor.
fn before(text: &str, cursor: usize) -> usize {
    let left = text.get(..cursor).unwrap_or_default();
    left.grapheme_indices(true).next_back().map_or(0, |(start, _)| start)
}

/// Returns the end of the grapheme at the cursor.
fn after(text: &str, cursor: usize) -> usize {
    let right = text.get(cursor..).unwrap_or_default();
    cursor + right.graphemes(true).next().map_or(0, str::len)
}

/// Returns the start of the word before the cursor. Words are separated by spaces, as in a shell.
fn word_start(text: &str, cursor: usize) -> usize {
    let left = text.get(..cursor).unwrap_or_default().trim_end();
    left.char_indices().rfind(|(_, c)| c.is_whitespace()).map_or(0, |(at, space)| at + space.len_utf8())
}

/// Returns the end of the word after the cursor.
fn word_end(text: &str, cursor: usize) -> usize {
    let right = text.get(cursor..).unwrap_or_default();
    let spaces = right.len() - right.trim_start().len();
    let word = right.trim_start();
    cursor + spaces + word.find(char::is_whitespace).unwrap_or(word.len())
}

/// Removes a part of the text. Returns the cursor after that.
fn remove(text: &mut String, start: usize, end: usize) -> usize {
    if text.is_char_boundary(start) && text.is_char_boundary(end) && start <= end {
        text.replace_range(start..end, "");
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does actions in a line whose cursor is marked with `|`.
    fn edited(line: &str, actions: &[LineAction]) -> String {
        let mut cursor = line.find('|').unwrap();
        let mut text = line.replace('|', "");
        for action in actions {
            edit(&mut text, &mut cursor, *action);
        }
        text.insert(cursor, '|');
        text
    }

    #[test]
    fn each_action_moves_or_deletes_as_a_shell_does() {
        use LineAction as A;
        for (line, action, expected) in [
            ("ab|c", A::Left, "a|bc"),
            ("|abc", A::Left, "|abc"),
            ("ab|c", A::Right, "abc|"),
            ("abc|", A::Right, "abc|"),
            ("a b  c|", A::WordLeft, "a b  |c"),
            ("a b  |c", A::WordLeft, "a |b  c"),
            ("a| bc d", A::WordRight, "a bc| d"),
            ("ab|c", A::Start, "|abc"),
            ("ab|c", A::End, "abc|"),
            ("ab|c", A::DeleteBack, "a|c"),
            ("|c", A::DeleteBack, "|c"),
            ("ab|c", A::DeleteForward, "ab|"),
            ("abc|", A::DeleteForward, "abc|"),
            ("a@b c.d|/e", A::DeleteWordBack, "a@b |/e"),
            ("a b |c", A::DeleteWordBack, "a |c"),
            ("ab|c", A::DeleteToStart, "|c"),
            ("ab|c", A::DeleteToEnd, "ab|"),
            // A grapheme is one step, even of several characters.
            ("e\u{301}|x", A::Left, "|e\u{301}x"),
            ("👩‍⚕️|", A::DeleteBack, "|"),
            ("|漢字", A::DeleteForward, "|字"),
        ] {
            assert_eq!(edited(line, &[action]), expected, "{line} {action:?}");
        }
    }

    #[test]
    fn no_actions_leave_the_cursor_outside_of_the_text_or_in_a_character() {
        let mut state = 7_usize;
        for _ in 0..2_000 {
            let mut text = "ä b 漢e\u{301} 👩‍⚕️x".to_owned();
            let mut cursor = text.len();
            for _ in 0..20 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let action = LineAction::ALL[(state >> 33) % LineAction::ALL.len()];
                edit(&mut text, &mut cursor, action);
                assert!(text.is_char_boundary(cursor), "{text} {cursor} {action:?}");
            }
        }
    }
}
