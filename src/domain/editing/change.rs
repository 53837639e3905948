//! Changes of a text, and the result of an editing command.

use super::position::{TextPosition, split_at_column};

/// Replaces the text between two positions. `from` is not after `to`; the text may contain `\n`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    pub from: TextPosition,
    pub to: TextPosition,
    pub text: String,
}

impl TextChange {
    #[must_use]
    pub fn insert(at: TextPosition, text: impl Into<String>) -> Self {
        Self { from: at, to: at, text: text.into() }
    }

    #[must_use]
    pub fn delete(from: TextPosition, to: TextPosition) -> Self {
        Self { from, to, text: String::new() }
    }

    /// Returns the position after the inserted text, in the changed text.
    #[must_use]
    pub fn end(&self) -> TextPosition {
        end_of(self.from, &self.text)
    }
}

/// Returns the position after a text that begins at a position.
#[must_use]
pub fn end_of(from: TextPosition, text: &str) -> TextPosition {
    match text.rsplit_once('\n') {
        Some((before, last)) => TextPosition::new(from.line + before.matches('\n').count() + 1, last.chars().count()),
        None => TextPosition::new(from.line, from.column + text.chars().count()),
    }
}

/// What an editing command does.
///
/// The changes apply in their order, each to the text that the change before it has left. They belong to one undo step.
/// Invariant: they do not overlap, and a change that stands later in the text comes first. So their positions are also those of the
/// text before the command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditResult {
    /// Empty if the command only moves the cursor, or does nothing.
    pub changes: Vec<TextChange>,
    /// The cursor in the changed text.
    pub cursor: TextPosition,
    /// Anchor and cursor of the selection in the changed text.
    pub selection: Option<(TextPosition, TextPosition)>,
}

/// Applies changes in their order, each to the text that the change before it has left. A position outside of the text means the
/// nearest one inside.
#[must_use]
pub fn apply(lines: &[String], changes: &[TextChange]) -> Vec<String> {
    let mut lines = if lines.is_empty() { vec![String::new()] } else { lines.to_vec() };
    for change in changes {
        let (from, to) = (change.from.clamped(&lines), change.to.clamped(&lines));
        let to = to.max(from);
        let before = lines.get(from.line).map_or("", |line| split_at_column(line, from.column).0);
        let after = lines.get(to.line).map_or("", |line| split_at_column(line, to.column).1);
        let changed = format!("{before}{}{after}", change.text);
        lines.splice(from.line..=to.line, changed.split('\n').map(ToOwned::to_owned));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn each_change_applies_to_the_text_that_the_one_before_has_left() {
        let at = TextPosition::new;
        let text = lines("añ\nb😀c\nd");
        let changes =
            [TextChange { from: at(1, 1), to: at(2, 0), text: "x\ny".into() }, TextChange::insert(at(2, 1), "z")];
        assert_eq!(apply(&text, &changes), ["añ", "bx", "yzd"]);
        assert_eq!(apply(&text, &[TextChange::delete(at(0, 1), at(1, 2))]), ["ac", "d"]);
        assert_eq!(apply(&[], &[TextChange::insert(at(4, 4), "a\nb")]), ["a", "b"]);
    }

    #[test]
    fn the_end_of_a_change_is_after_its_text() {
        let at = TextPosition::new;
        assert_eq!(TextChange::insert(at(2, 3), "ñb").end(), at(2, 5));
        assert_eq!(TextChange::insert(at(2, 3), "a\nbc\n").end(), at(4, 0));
    }
}
