//! The text, cursor and selection that an editing command reads.

use super::change::{EditResult, TextChange};
use super::position::{TextPosition, between_columns};

/// A text with its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextState<'a> {
    pub lines: &'a [String],
    pub cursor: TextPosition,
    /// Where the selection began. `None` without a selection.
    pub anchor: Option<TextPosition>,
}

impl<'a> TextState<'a> {
    /// Makes a state whose cursor and anchor are inside of the text.
    #[must_use]
    pub fn new(lines: &'a [String], cursor: TextPosition, anchor: Option<TextPosition>) -> Self {
        let cursor = cursor.clamped(lines);
        let anchor = anchor.map(|anchor| anchor.clamped(lines)).filter(|anchor| *anchor != cursor);
        Self { lines, cursor, anchor }
    }

    /// Returns start and end of the selection.
    #[must_use]
    pub fn selection(&self) -> Option<(TextPosition, TextPosition)> {
        self.anchor.map(|anchor| (anchor.min(self.cursor), anchor.max(self.cursor)))
    }

    /// Returns the first and the last line of the selection, or the cursor's line twice. A last line of which nothing is selected does
    /// not count.
    #[must_use]
    pub fn line_range(&self) -> (usize, usize) {
        match self.selection() {
            Some((from, to)) if to.column == 0 && to.line > from.line => (from.line, to.line - 1),
            Some((from, to)) => (from.line, to.line),
            None => (self.cursor.line, self.cursor.line),
        }
    }

    #[must_use]
    pub fn line(&self, line: usize) -> &'a str {
        self.lines.get(line).map_or("", String::as_str)
    }

    /// Returns the number of characters of a line.
    #[must_use]
    pub fn length(&self, line: usize) -> usize {
        self.line(line).chars().count()
    }

    #[must_use]
    pub fn last_line(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }

    /// Returns the lines from the first to the last one.
    pub(super) fn block(&self, first: usize, last: usize) -> &'a [String] {
        self.lines.get(first..=last).unwrap_or_default()
    }

    /// Returns the text between two positions.
    #[must_use]
    pub fn text_between(&self, from: TextPosition, to: TextPosition) -> String {
        if from.line >= to.line {
            return between_columns(self.line(from.line), from.column, to.column).to_owned();
        }
        let mut text = between_columns(self.line(from.line), from.column, usize::MAX).to_owned();
        for line in self.lines.get(from.line + 1..to.line).unwrap_or_default() {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(between_columns(self.line(to.line), 0, to.column));
        text
    }

    /// Returns the result of a command that does nothing.
    pub(super) fn unchanged(&self) -> EditResult {
        self.with(Vec::new(), |position| position)
    }

    /// Returns the result of a command that moves cursor and anchor with the text around them.
    pub(super) fn with(&self, changes: Vec<TextChange>, moved: impl Fn(TextPosition) -> TextPosition) -> EditResult {
        let cursor = moved(self.cursor);
        EditResult { changes, cursor, selection: self.anchor.map(|anchor| (moved(anchor), cursor)) }
    }

    /// Returns the result of a command that replaces the text between two positions and puts the cursor after the new text.
    pub(super) fn replacing(&self, from: TextPosition, to: TextPosition, text: impl Into<String>) -> EditResult {
        let change = TextChange { from, to, text: text.into() };
        if change.text.is_empty() && from == to {
            return EditResult { changes: Vec::new(), cursor: self.cursor, selection: None };
        }
        EditResult { cursor: change.end(), changes: vec![change], selection: None }
    }

    /// Returns the change that replaces a block of lines. Lines at both ends that stay the same are left out.
    pub(super) fn replacing_lines(&self, first: usize, last: usize, new: &[String]) -> Vec<TextChange> {
        let old = self.block(first, last);
        let same_before = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let at_most = old.len().min(new.len()).saturating_sub(same_before + 1);
        let same_after =
            old.iter().rev().zip(new.iter().rev()).take(at_most).take_while(|(old, new)| old == new).count();
        if same_before == old.len() && old.len() == new.len() {
            return Vec::new();
        }
        let same_before = same_before.min(old.len().min(new.len()).saturating_sub(1));
        let last = last.saturating_sub(same_after);
        let text = new.get(same_before..new.len().saturating_sub(same_after)).unwrap_or_default().join("\n");
        let from = TextPosition::new(first + same_before, 0);
        vec![TextChange { from, to: TextPosition::new(last, self.length(last)), text }]
    }
}
