//! Moves by words and paragraphs as in most editors, and the deletions that go with them. The vim keys have rules of their own.
//!
//! A word is a run of letters, digits, `_` and `$`: what the server allows in a name. A `.` is not part of it, so each part of
//! `database.table` is a word. A run of other signs is a word too. Each line end is a stop.

use super::change::EditResult;
use super::position::TextPosition;
use super::state::TextState;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CharacterClass {
    Space,
    Name,
    Sign,
}

fn class_of(character: char) -> CharacterClass {
    match character {
        c if c.is_whitespace() => CharacterClass::Space,
        '_' | '$' => CharacterClass::Name,
        // A combining mark belongs to the letter before it.
        c if c.is_alphanumeric() || super::grapheme::is_mark(c) => CharacterClass::Name,
        _ => CharacterClass::Sign,
    }
}

/// Returns the start of the word at or before the cursor. From the start of a line, the end of the line above.
#[must_use]
pub fn word_left(state: &TextState<'_>) -> TextPosition {
    let TextPosition { line, column } = state.cursor;
    if column == 0 {
        return line.checked_sub(1).map_or(state.cursor, |above| TextPosition::new(above, state.length(above)));
    }
    let before: Vec<char> = state.line(line).chars().take(column).collect();
    let spaces = before.iter().rev().take_while(|c| class_of(**c) == CharacterClass::Space).count();
    let mut rest = before.iter().rev().skip(spaces).peekable();
    let class = rest.peek().map(|c| class_of(**c));
    let word = rest.take_while(|c| Some(class_of(**c)) == class).count();
    TextPosition::new(line, column - spaces - word)
}

/// Returns the start of the next word. From the last word of a line, the end of the line; from there, the start of the next line.
#[must_use]
pub fn word_right(state: &TextState<'_>) -> TextPosition {
    over_word(state, |rest| {
        let class = rest.first().map(|c| class_of(*c));
        let word = rest.iter().take_while(|c| Some(class_of(**c)) == class).count();
        word + rest.iter().skip(word).take_while(|c| class_of(**c) == CharacterClass::Space).count()
    })
}

/// Returns the end of the word at or after the cursor. From the end of a line, the start of the next line.
#[must_use]
pub fn word_end(state: &TextState<'_>) -> TextPosition {
    over_word(state, |rest| {
        let spaces = rest.iter().take_while(|c| class_of(**c) == CharacterClass::Space).count();
        let class = rest.get(spaces).map(|c| class_of(*c));
        spaces + rest.iter().skip(spaces).take_while(|c| Some(class_of(**c)) == class).count()
    })
}

fn over_word(state: &TextState<'_>, steps: impl Fn(&[char]) -> usize) -> TextPosition {
    let TextPosition { line, column } = state.cursor;
    let rest: Vec<char> = state.line(line).chars().skip(column).collect();
    match rest.as_slice() {
        [] if line < state.last_line() => TextPosition::new(line + 1, 0),
        [] => state.cursor,
        rest => TextPosition::new(line, column + steps(rest)),
    }
}

/// Returns the start of the line without text before the cursor's paragraph, or the start of the text.
#[must_use]
pub fn previous_paragraph(state: &TextState<'_>) -> TextPosition {
    let has_text = |line: &usize| !state.line(*line).trim().is_empty();
    let mut above = (0..state.cursor.line).rev().skip_while(|line| !has_text(line));
    above.find(|line| !has_text(line)).map_or_else(TextPosition::default, |line| TextPosition::new(line, 0))
}

/// Returns the start of the line without text after the cursor's paragraph, or the end of the text.
#[must_use]
pub fn next_paragraph(state: &TextState<'_>) -> TextPosition {
    let has_text = |line: &usize| !state.line(*line).trim().is_empty();
    let mut below = (state.cursor.line..state.lines.len()).skip_while(|line| !has_text(line));
    let last = state.last_line();
    below
        .find(|line| !has_text(line))
        .map_or_else(|| TextPosition::new(last, state.length(last)), |line| TextPosition::new(line, 0))
}

/// Deletes the selection, or from the start of the word before the cursor.
#[must_use]
pub fn delete_word_back(state: &TextState<'_>) -> EditResult {
    let (from, to) = state.selection().unwrap_or_else(|| (word_left(state), state.cursor));
    state.replacing(from, to, "")
}

/// Deletes the selection, or up to the end of the word after the cursor.
#[must_use]
pub fn delete_word_forward(state: &TextState<'_>) -> EditResult {
    let (from, to) = state.selection().unwrap_or_else(|| (state.cursor, word_end(state)));
    state.replacing(from, to, "")
}

/// Deletes the selection, or from the start of the line to the cursor. At the start of a line, deletes the line end before it.
#[must_use]
pub fn delete_to_line_start(state: &TextState<'_>) -> EditResult {
    let start = match state.cursor {
        TextPosition { line, column: 0 } => {
            line.checked_sub(1).map_or(state.cursor, |above| TextPosition::new(above, state.length(above)))
        }
        TextPosition { line, .. } => TextPosition::new(line, 0),
    };
    let (from, to) = state.selection().unwrap_or((start, state.cursor));
    state.replacing(from, to, "")
}
