//! The lines of a text with the changes of the current key. Only the changed lines are copied.

use crate::domain::editing::change::TextChange;
use crate::domain::editing::position::{TextPosition, between_columns, split_at_column};

/// A text of at least one line.
#[derive(Debug, Clone)]
pub(super) struct EditedLines<'a> {
    base: &'a [String],
    /// The lines of `base` from `first` up to `after` are replaced by `new`.
    first: usize,
    after: usize,
    new: Vec<String>,
}

impl<'a> EditedLines<'a> {
    pub(super) fn new(base: &'a [String]) -> Self {
        Self { base, first: 0, after: 0, new: if base.is_empty() { vec![String::new()] } else { Vec::new() } }
    }

    pub(super) fn count(&self) -> usize {
        self.base.len() + self.new.len() - (self.after - self.first)
    }

    /// Returns a line; an empty text for a line that does not exist.
    pub(super) fn line(&self, line: usize) -> &str {
        let found = match line.checked_sub(self.first) {
            None => self.base.get(line),
            Some(at) => self.new.get(at).or_else(|| self.base.get(at - self.new.len() + self.after)),
        };
        found.map_or("", String::as_str)
    }

    /// Returns the number of characters of a line.
    pub(super) fn length(&self, line: usize) -> usize {
        let line = self.line(line);
        if line.is_ascii() { line.len() } else { line.chars().count() }
    }

    pub(super) fn last_line(&self) -> usize {
        self.count().saturating_sub(1)
    }

    pub(super) fn end(&self) -> TextPosition {
        let line = self.last_line();
        TextPosition::new(line, self.length(line))
    }

    /// Returns the nearest position that is inside of the text.
    pub(super) fn clamped(&self, position: TextPosition) -> TextPosition {
        if position.line > self.last_line() {
            return self.end();
        }
        TextPosition::new(position.line, position.column.min(self.length(position.line)))
    }

    pub(super) fn lines(&self, first: usize, last: usize) -> impl DoubleEndedIterator<Item = &str> {
        (first..self.count().min(last.saturating_add(1))).map(|line| self.line(line))
    }

    pub(super) fn all(&self) -> Vec<&str> {
        self.lines(0, self.last_line()).collect()
    }

    pub(super) fn to_lines(&self) -> Vec<String> {
        self.lines(0, self.last_line()).map(ToOwned::to_owned).collect()
    }

    /// Returns the text between two positions.
    pub(super) fn between(&self, from: TextPosition, to: TextPosition) -> String {
        if from.line >= to.line {
            return between_columns(self.line(from.line), from.column, to.column).to_owned();
        }
        let mut text = split_at_column(self.line(from.line), from.column).1.to_owned();
        for line in from.line + 1..to.line {
            text.push('\n');
            text.push_str(self.line(line));
        }
        text.push('\n');
        text.push_str(split_at_column(self.line(to.line), to.column).0);
        text
    }

    pub(super) fn apply(&mut self, change: &TextChange) {
        let from = self.clamped(change.from);
        let to = self.clamped(change.to).max(from);
        self.copy(from.line, to.line);
        let before = split_at_column(self.line(from.line), from.column).0;
        let after = split_at_column(self.line(to.line), to.column).1;
        let changed = format!("{before}{}{after}", change.text);
        let (first, last) = (from.line - self.first, to.line - self.first);
        self.new.splice(first..=last, changed.split('\n').map(ToOwned::to_owned));
    }

    /// Makes the copied lines include a range of lines.
    fn copy(&mut self, first: usize, last: usize) {
        if self.new.is_empty() {
            (self.first, self.after) = (first, first);
        }
        if first < self.first {
            let before = self.base.get(first..self.first).unwrap_or_default();
            self.new.splice(0..0, before.iter().cloned());
            self.first = first;
        }
        let missing = (last + 1).saturating_sub(self.first + self.new.len());
        let after = self.base.get(self.after..self.after + missing).unwrap_or_default();
        self.new.extend(after.iter().cloned());
        self.after += after.len();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::editing::change::apply;

    fn position() -> impl Strategy<Value = TextPosition> {
        (0usize..9, 0usize..5).prop_map(|(line, column)| TextPosition::new(line, column))
    }

    proptest! {
        #[test]
        fn changed_lines_are_those_of_a_plain_text(
            lines in prop::collection::vec("[añ😀]{0,4}", 0..8),
            changes in prop::collection::vec((position(), position(), "[bü\n]{0,5}"), 0..6),
        ) {
            let changes: Vec<TextChange> = changes
                .into_iter()
                .map(|(a, b, text)| TextChange { from: a.min(b), to: a.max(b), text })
                .collect();
            let mut edited = EditedLines::new(&lines);
            for change in &changes {
                edited.apply(change);
            }
            let plain = apply(&lines, &changes);
            prop_assert_eq!(edited.to_lines(), plain.clone());
            prop_assert_eq!(edited.between(TextPosition::default(), edited.end()), plain.join("\n"));
        }
    }
}
