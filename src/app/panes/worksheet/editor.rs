//! The text model of a worksheet: text, cursor, selection, undo. Only this file uses the text-area crate. That crate does
//! not draw the text, and its own undo and its moves that depend on a viewport are not used.

use std::time::Duration;

use tui_textarea::{CursorMove, TextArea, WrapMode};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::editing::{self, EditResult, TextChange, TextPosition, TextState, byte_of_column, joined};

use super::undo::{CursorState, StepKind, UndoHistory, UndoStep};

/// A text with cursor, selection and undo.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    history: UndoHistory,
    /// The column that moves up and down try to keep.
    goal_column: Option<usize>,
}

/// Whether a move extends the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selecting {
    Yes,
    No,
}

/// A move of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    Up(usize),
    Down(usize),
    /// To the first character of the line that is no space; from there to the start of the line.
    LineStart,
    LineEnd,
    WordLeft,
    WordRight,
    Top,
    End,
    To(TextPosition),
}

impl Default for Editor {
    fn default() -> Self {
        Self::new("")
    }
}

impl Editor {
    /// Makes a text with the cursor at its start.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect());
        area.set_max_histories(0);
        area.set_wrap_mode(WrapMode::None);
        Self { area, history: UndoHistory::default(), goal_column: None }
    }

    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Returns whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    #[must_use]
    pub fn cursor(&self) -> TextPosition {
        let cursor = self.area.cursor();
        TextPosition::new(cursor.0, cursor.1)
    }

    /// Returns the start and the end of the selection.
    #[must_use]
    pub fn selection(&self) -> Option<(TextPosition, TextPosition)> {
        let (from, to) = self.area.selection_range().filter(|(from, to)| from != to)?;
        Some((TextPosition::new(from.0, from.1), TextPosition::new(to.0, to.1)))
    }

    /// Returns the end of the selection at which the cursor is not.
    #[must_use]
    pub fn anchor(&self) -> Option<TextPosition> {
        let (from, to) = self.selection()?;
        Some(if self.cursor() == from { to } else { from })
    }

    #[must_use]
    pub fn selected(&self) -> Option<String> {
        self.selection().map(|(from, to)| self.text_between(from, to))
    }

    /// Returns the text between two positions.
    #[must_use]
    pub fn text_between(&self, from: TextPosition, to: TextPosition) -> String {
        self.state().text_between(from, to)
    }

    /// Returns text, cursor and selection for the editing commands.
    #[must_use]
    pub fn state(&self) -> TextState<'_> {
        TextState::new(self.lines(), self.cursor(), self.anchor())
    }

    /// Puts the cursor at a position, or as near as the text allows. Nothing is selected then.
    pub fn go(&mut self, to: TextPosition) {
        self.move_cursor(Motion::To(to), Selecting::No);
    }

    /// Moves the cursor and selects up to it, from where the selection or else the cursor is.
    pub fn select_to(&mut self, to: TextPosition) {
        self.move_cursor(Motion::To(to), Selecting::Yes);
    }

    /// Selects the text between two positions. The cursor goes to the second one.
    pub fn select(&mut self, anchor: TextPosition, cursor: TextPosition) {
        self.go(anchor);
        self.select_to(cursor);
    }

    pub fn select_all(&mut self) {
        self.select(TextPosition::default(), self.end());
    }

    /// Selects the word at the cursor: letters, digits, `_` and `$`.
    pub fn select_word(&mut self) {
        let TextPosition { line, column } = self.cursor();
        let characters: Vec<char> = self.lines().get(line).map_or_else(Vec::new, |line| line.chars().collect());
        let is_word = |at: &usize| characters.get(*at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        let from = (0..column).rev().take_while(is_word).last().unwrap_or(column);
        let to = (column..characters.len()).take_while(is_word).last().map_or(column, |last| last + 1);
        if from < to {
            self.select(TextPosition::new(line, from), TextPosition::new(line, to));
        }
    }

    /// Moves the cursor. A move up or down keeps the column, also over shorter lines.
    pub fn move_cursor(&mut self, motion: Motion, selecting: Selecting) {
        self.history.close();
        match (selecting, self.area.is_selecting()) {
            (Selecting::Yes, false) => self.area.start_selection(),
            (Selecting::No, true) => self.area.cancel_selection(),
            (Selecting::Yes, true) | (Selecting::No, false) => {}
        }
        let cursor = self.cursor();
        let goal = self.goal_column.take();
        let mut vertical = |line: usize| {
            let column = goal.unwrap_or(cursor.column);
            self.goal_column = Some(column);
            TextPosition::new(line, column)
        };
        let to = match motion {
            Motion::Up(0) | Motion::Down(0) => cursor,
            Motion::Up(_) if cursor.line == 0 => TextPosition::default(),
            Motion::Up(lines) => vertical(cursor.line.saturating_sub(lines)),
            Motion::Down(_) if cursor.line + 1 == self.area.lines().len() => self.end(),
            Motion::Down(lines) => vertical((cursor.line + lines).min(self.area.lines().len().saturating_sub(1))),
            Motion::Left => self.before(cursor),
            Motion::Right => self.after(cursor),
            Motion::LineStart => {
                let indent = self.line(cursor.line).chars().take_while(|c| c.is_whitespace()).count();
                TextPosition::new(cursor.line, if cursor.column == indent { 0 } else { indent })
            }
            Motion::LineEnd => self.line_end(cursor.line),
            Motion::WordLeft => editing::word_left(&self.state()),
            Motion::WordRight => editing::word_right(&self.state()),
            Motion::Top => TextPosition::default(),
            Motion::End => self.end(),
            Motion::To(to) => to,
        };
        self.jump(to);
    }

    fn line(&self, number: usize) -> &str {
        self.lines().get(number).map_or("", String::as_str)
    }

    pub(super) fn line_end(&self, line: usize) -> TextPosition {
        TextPosition::new(line, self.line(line).chars().count())
    }

    /// Returns the position after the last character.
    #[must_use]
    pub fn end(&self) -> TextPosition {
        self.line_end(self.lines().len().saturating_sub(1))
    }

    /// Returns the position one grapheme before this one.
    #[must_use]
    pub fn before(&self, at: TextPosition) -> TextPosition {
        if at.column == 0 {
            return at.line.checked_sub(1).map_or(at, |line| self.line_end(line));
        }
        let line = self.line(at.line);
        let left = line.get(..byte_of_column(line, at.column)).unwrap_or_default();
        let last = left.graphemes(true).next_back().map_or(1, |grapheme| grapheme.chars().count());
        TextPosition::new(at.line, at.column.saturating_sub(last))
    }

    /// Returns the position one grapheme after this one.
    #[must_use]
    pub fn after(&self, at: TextPosition) -> TextPosition {
        let line = self.line(at.line);
        match line.get(byte_of_column(line, at.column)..).unwrap_or_default().graphemes(true).next() {
            Some(grapheme) => TextPosition::new(at.line, at.column + grapheme.chars().count()),
            None if at.line + 1 < self.lines().len() => TextPosition::new(at.line + 1, 0),
            None => at,
        }
    }

    /// Replaces the lines from the first to the last one.
    fn replace_lines(&mut self, (first, last): (usize, usize), text: &str) {
        self.area.cancel_selection();
        self.jump(TextPosition::new(first, 0));
        self.area.start_selection();
        self.jump(TextPosition::new(last, 0));
        self.area.move_cursor(CursorMove::End);
        if text.is_empty() {
            self.area.cut();
        } else {
            self.area.insert_str(text);
        }
        self.area.cancel_selection();
    }

    /// Moves the cursor; a selection that was started goes on. A jump of the text area ends at line and column 65,535.
    fn jump(&mut self, to: TextPosition) {
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let TextPosition { line, column } = to.clamped(self.lines());
        self.area.move_cursor(CursorMove::Jump(short(line), 0));
        (usize::from(u16::MAX)..line).for_each(|_| self.area.move_cursor(CursorMove::Down));
        if let Ok(column) = u16::try_from(column) {
            self.area.move_cursor(CursorMove::Jump(short(line), column));
        } else {
            // Each step takes time in proportion to the column, so that the cursor goes at most so far beyond.
            const BEYOND: usize = 2_000;
            if column == self.line(line).chars().count() {
                self.area.move_cursor(CursorMove::End);
                return;
            }
            let mut reached = 0;
            if let Ok(line) = u16::try_from(line) {
                self.area.move_cursor(CursorMove::Jump(line, u16::MAX));
                reached = usize::from(u16::MAX);
            }
            (reached..column.min(reached + BEYOND)).for_each(|_| self.area.move_cursor(CursorMove::Forward));
        }
    }

    /// Returns the byte of the whole text at a position.
    #[must_use]
    pub fn byte_of(&self, at: TextPosition) -> usize {
        let before: usize = self.lines().iter().take(at.line).map(|line| line.len() + 1).sum();
        before + self.lines().get(at.line).map_or(0, |line| byte_of_column(line, at.column))
    }

    /// Returns the position of a byte of the whole text.
    #[must_use]
    pub fn position_of(&self, byte: usize) -> TextPosition {
        let mut rest = byte;
        for (number, line) in self.lines().iter().enumerate() {
            if rest <= line.len() {
                return TextPosition::new(number, line.char_indices().take_while(|(at, _)| *at < rest).count());
            }
            rest -= line.len() + 1;
        }
        self.end()
    }

    /// Replaces the selection, or inserts at the cursor. Returns whether the text changed.
    pub fn insert(&mut self, text: &str, kind: StepKind, now: Duration) -> bool {
        if text.is_empty() {
            return false;
        }
        let (from, to) = self.selection().unwrap_or((self.cursor(), self.cursor()));
        let change = TextChange { from, to, text: text.to_owned() };
        self.change(&change, kind, now)
    }

    /// Deletes the selection, or the text between the cursor and a position. Returns whether the text changed.
    pub fn delete_to(&mut self, to: TextPosition, kind: StepKind, now: Duration) -> bool {
        let cursor = self.cursor();
        let (from, to) = self.selection().unwrap_or((cursor.min(to), cursor.max(to)));
        self.change(&TextChange::delete(from, to), kind, now)
    }

    /// Makes one change. The cursor goes to its end. Returns whether the text changed.
    pub fn change(&mut self, change: &TextChange, kind: StepKind, now: Duration) -> bool {
        let result = EditResult { changes: vec![change.clone()], cursor: change.end(), selection: None };
        self.apply(&result, kind, now)
    }

    /// Takes the result of a command as one undo step. Returns whether the text changed.
    pub fn apply(&mut self, result: &EditResult, kind: StepKind, now: Duration) -> bool {
        let before = self.cursor_state();
        let change = joined(self.lines(), &result.changes).map(|change| self.replace(&change));
        self.goal_column = None;
        self.area.cancel_selection();
        if let Some((anchor, _)) = result.selection {
            self.jump(anchor);
            self.area.start_selection();
        }
        self.jump(result.cursor);
        let is_changed = change.is_some();
        if let Some((change, removed)) = change {
            let after = self.cursor_state();
            self.history.push(UndoStep::new(change, removed, (before, after)), kind, now);
        }
        is_changed
    }

    /// Makes all changes up to [`Self::end_group`] one undo step.
    pub fn begin_group(&mut self) {
        self.history.begin_group();
    }

    pub fn end_group(&mut self) {
        self.history.end_group();
    }

    /// Takes back the last step. Returns whether there is one.
    pub fn undo(&mut self) -> bool {
        let Some(step) = self.history.undo() else { return false };
        for change in step.inverse() {
            self.replace(&change);
        }
        self.restore(step.before());
        true
    }

    /// Does the step again that was taken back last. Returns whether there is one.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.history.redo() else { return false };
        for change in step.forward() {
            self.replace(&change);
        }
        self.restore(step.after());
        true
    }

    fn cursor_state(&self) -> CursorState {
        CursorState { cursor: self.cursor(), anchor: self.anchor() }
    }

    fn restore(&mut self, state: CursorState) {
        self.goal_column = None;
        self.area.cancel_selection();
        if let Some(anchor) = state.anchor {
            self.jump(anchor);
            self.area.start_selection();
        }
        self.jump(state.cursor);
    }

    /// Replaces a part of the text. Returns the change within the text, and the text that it has removed.
    fn replace(&mut self, change: &TextChange) -> (TextChange, String) {
        let from = change.from.clamped(self.lines());
        let to = change.to.clamped(self.lines()).max(from);
        let removed = self.text_between(from, to);
        let is_far = from.column.max(to.column) > usize::from(u16::MAX);
        if is_far {
            // The text area reaches such a column step by step only: whole lines are replaced instead.
            let before = self.text_between(TextPosition::new(from.line, 0), from);
            let after = self.text_between(to, self.line_end(to.line));
            self.replace_lines((from.line, to.line), &format!("{before}{}{after}", change.text));
            return (TextChange { from, to, text: change.text.clone() }, removed);
        }
        self.area.cancel_selection();
        self.jump(from);
        if from < to {
            self.area.start_selection();
            self.jump(to);
        }
        if !change.text.is_empty() {
            self.area.insert_str(&change.text);
        } else if from < to {
            self.area.cut();
        }
        self.area.cancel_selection();
        (TextChange { from, to, text: change.text.clone() }, removed)
    }
}

#[cfg(test)]
mod tests;
