//! Characters that look like a space or like nothing, but are not what they look like. They come with text from documents and chats, and
//! the server refuses them outside of literals.

use super::change::TextChange;
use super::position::TextPosition;
use super::state::TextState;

/// What a misleading character looks like, which is also what replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LooksLike {
    Space,
    Nothing,
}

/// A misleading character of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misleading {
    pub column: usize,
    pub character: char,
    pub looks_like: LooksLike,
}

/// Returns what a character looks like, if that misleads. Joiners between letters of other scripts and in emoji are not decided here.
#[must_use]
pub fn looks_like(character: char) -> Option<LooksLike> {
    match character {
        '\u{b}'
        | '\u{c}'
        | '\u{85}'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2800}'
        | '\u{3000}'
        | '\u{3164}'
        | '\u{ffa0}' => Some(LooksLike::Space),
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(LooksLike::Nothing),
        _ => None,
    }
}

/// Finds the misleading characters of a line. U+200C and U+200D join letters of some scripts and the parts of an emoji: there they are
/// part of the text and are not returned.
#[must_use]
pub fn misleading(line: &str) -> Vec<Misleading> {
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut previous = ' ';
    let mut characters = line.chars().enumerate().peekable();
    while let Some((column, character)) = characters.next() {
        let next = characters.peek().map_or(' ', |(_, next)| *next);
        let joins = |c: char| !c.is_ascii() && looks_like(c).is_none();
        let is_joiner = matches!(character, '\u{200c}' | '\u{200d}') && joins(previous) && joins(next);
        if let Some(looks_like) = looks_like(character).filter(|_| !is_joiner) {
            found.push(Misleading { column, character, looks_like });
        }
        previous = character;
    }
    found
}

/// Returns the change that replaces the misleading characters of the lines from the first to the last one by spaces or nothing. It also
/// changes literals: a value that is compared may then be another one.
#[must_use]
pub fn replace_misleading(lines: &[String], (first, last): (usize, usize)) -> Vec<TextChange> {
    let state = TextState::new(lines, TextPosition::default(), None);
    let last = last.min(state.last_line());
    let cleaned: Vec<String> = state.block(first, last).iter().map(|line| without_misleading(line)).collect();
    state.replacing_lines(first, last, &cleaned)
}

fn without_misleading(line: &str) -> String {
    let found = misleading(line);
    let mut found = found.iter().peekable();
    let replaced = |(column, character): (usize, char)| match found.next_if(|next| next.column == column) {
        None => Some(character),
        Some(Misleading { looks_like: LooksLike::Space, .. }) => Some(' '),
        Some(Misleading { looks_like: LooksLike::Nothing, .. }) => None,
    };
    line.chars().enumerate().filter_map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::apply;
    use super::*;

    #[test]
    fn misleading_characters_are_found_and_replaced() {
        let line = "SELECT\u{a0}a,\u{200b}b\u{ad}\u{3000}-- \u{202e}x\u{feff}";
        let columns: Vec<usize> = misleading(line).iter().map(|found| found.column).collect();
        assert_eq!(columns, [6, 9, 11, 12, 16, 18]);
        let lines = ["a\u{a0}".to_owned(), line.to_owned(), "b".to_owned()];
        assert_eq!(apply(&lines, &replace_misleading(&lines, (1, 9))), ["a\u{a0}", "SELECT a,b -- x", "b"]);
        assert_eq!(replace_misleading(&lines, (2, 2)), []);
    }

    #[test]
    fn joiners_inside_of_words_and_emoji_are_text() {
        assert_eq!(misleading("'👩\u{200d}🔬' می\u{200c}خواهم"), []);
        assert_eq!(misleading("a\u{200d}b").len(), 1);
        assert_eq!(misleading("é\u{200d}").len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_misleading_is_left_in_text_of_one_script(line in "[a-c \u{a0}\u{200b}\u{200d}\u{feff}\u{2003}\u{202e}]{0,12}") {
            let lines = [line];
            let cleaned = apply(&lines, &replace_misleading(&lines, (0, 0)));
            prop_assert!(cleaned.iter().all(|line| misleading(line).is_empty()), "{:?}", cleaned);
        }
    }
}
