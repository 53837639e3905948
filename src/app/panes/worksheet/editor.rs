//! The text model of a worksheet. Only this file uses the text-area crate. That crate does not draw the text, and moves
//! that depend on its viewport are not used.

use std::collections::VecDeque;

use tui_textarea::{CursorMove, TextArea, WrapMode};

/// Undo steps that are kept at most.
const UNDO_STEPS: usize = 2_000;

/// The most changes of the text area that one edit takes: a selection is deleted, then text is inserted.
const CHANGES_OF_AN_EDIT: usize = 2;

/// What a Tab inserts.
const INDENT: &str = "  ";

/// A text with cursor, selection and undo.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    /// How many changes of the text area each edit has taken; the newest edit is the last one.
    done: VecDeque<usize>,
    /// The same for edits that were undone.
    undone: Vec<usize>,
}

/// An edit or a move of the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Insert(String),
    /// Inserts two spaces, or indents the lines of the selection.
    Indent,
    NewLine,
    DeleteBack,
    DeleteForward,
    DeleteWordBack,
    DeleteToEnd,
    Undo,
    Redo,
    SelectAll,
    Cut,
    Left,
    Right,
    Up(usize),
    Down(usize),
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    Top,
    End,
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
        area.set_max_histories(UNDO_STEPS * CHANGES_OF_AN_EDIT);
        area.set_wrap_mode(WrapMode::None);
        Self { area, done: VecDeque::new(), undone: Vec::new() }
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

    /// Returns line and character column of the cursor, from 0.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Returns the start and the end of the selection, as line and character column.
    #[must_use]
    pub fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range().filter(|(from, to)| from != to)
    }

    #[must_use]
    pub fn selected(&self) -> Option<String> {
        let (from, to) = self.selection()?;
        let text = self.text();
        text.get(self.byte_of(from)..self.byte_of(to)).map(ToOwned::to_owned)
    }

    /// Puts the cursor at a line and character column, or as near as the text allows.
    pub fn go(&mut self, (line, column): (usize, usize)) {
        self.area.cancel_selection();
        self.jump((line, column));
    }

    /// Moves the cursor and selects up to it, from where the selection or else the cursor is.
    pub fn select_to(&mut self, to: (usize, usize)) {
        if !self.area.is_selecting() {
            self.area.start_selection();
        }
        self.jump(to);
    }

    /// Selects the word at the cursor: letters, digits, `_` and `$`.
    pub fn select_word(&mut self) {
        let (line, column) = self.cursor();
        let characters: Vec<char> = self.lines().get(line).map_or_else(Vec::new, |line| line.chars().collect());
        let is_word = |at: &usize| characters.get(*at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        let from = (0..column).rev().take_while(is_word).last().unwrap_or(column);
        let to = (column..characters.len()).take_while(is_word).last().map_or(column, |last| last + 1);
        if from < to {
            self.select((line, from), (line, to));
        }
    }

    /// Moves the cursor; a selection that was started goes on. A jump of the text area ends at line and column 65,535.
    fn jump(&mut self, (line, column): (usize, usize)) {
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let line = line.min(self.lines().len().saturating_sub(1));
        let column = column.min(self.lines().get(line).map_or(0, |line| line.chars().count()));
        self.area.move_cursor(CursorMove::Jump(short(line), 0));
        (usize::from(u16::MAX)..line).for_each(|_| self.area.move_cursor(CursorMove::Down));
        if let Ok(column) = u16::try_from(column) {
            self.area.move_cursor(CursorMove::Jump(short(line), column));
        } else {
            (0..column).for_each(|_| self.area.move_cursor(CursorMove::Forward));
        }
    }

    /// Returns the byte of the whole text at a line and character column.
    #[must_use]
    pub fn byte_of(&self, (line, column): (usize, usize)) -> usize {
        let lines = self.lines();
        let before: usize = lines.iter().take(line).map(|line| line.len() + 1).sum();
        let inside = lines.get(line).map_or(0, |line| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at));
        before + inside
    }

    /// Returns line and character column of a byte of the whole text.
    #[must_use]
    pub fn position_of(&self, byte: usize) -> (usize, usize) {
        let mut rest = byte;
        for (number, line) in self.lines().iter().enumerate() {
            if rest <= line.len() {
                return (number, line.char_indices().take_while(|(at, _)| *at < rest).count());
            }
            rest -= line.len() + 1;
        }
        let last = self.lines().len().saturating_sub(1);
        (last, self.lines().last().map_or(0, |line| line.chars().count()))
    }

    /// Does an edit or a move. With `selecting`, a move extends or starts a selection. Returns whether the text changed.
    pub fn edit(&mut self, edit: Edit, selecting: bool) -> bool {
        let moved = match &edit {
            Edit::Left => Some(CursorMove::Back),
            Edit::Right => Some(CursorMove::Forward),
            Edit::WordLeft => Some(CursorMove::WordBack),
            Edit::WordRight => Some(CursorMove::WordForward),
            Edit::LineStart => Some(CursorMove::Head),
            Edit::LineEnd => Some(CursorMove::End),
            Edit::Top => Some(CursorMove::Top),
            Edit::End => Some(CursorMove::Bottom),
            _ => None,
        };
        if moved.is_some() || matches!(edit, Edit::Up(_) | Edit::Down(_)) {
            match (selecting, self.area.is_selecting()) {
                (true, false) => self.area.start_selection(),
                (false, true) => self.area.cancel_selection(),
                (true, true) | (false, false) => {}
            }
        }
        if let Some(step) = moved {
            self.area.move_cursor(step);
            match step {
                // The text area keeps the column.
                CursorMove::Top => self.area.move_cursor(CursorMove::Head),
                CursorMove::Bottom => self.area.move_cursor(CursorMove::End),
                _ => {}
            }
        }
        let has_selection = self.selection().is_some();
        let deleted = usize::from(has_selection);
        let changes = match edit {
            Edit::Undo => return self.undo(),
            Edit::Redo => return self.redo(),
            Edit::Insert(text) if text.is_empty() => 0,
            Edit::Insert(text) => deleted + usize::from(self.area.insert_str(text)),
            Edit::Indent if has_selection => self.indent_selection(),
            Edit::Indent => usize::from(self.area.insert_str(INDENT)),
            Edit::NewLine => {
                self.area.insert_newline();
                deleted + 1
            }
            Edit::DeleteBack => usize::from(self.area.delete_char()),
            Edit::DeleteForward => usize::from(self.area.delete_next_char()),
            Edit::DeleteWordBack => usize::from(self.area.delete_word()),
            Edit::DeleteToEnd => usize::from(self.area.delete_line_by_end()),
            Edit::Cut => usize::from(self.area.cut()),
            Edit::SelectAll => {
                self.area.select_all();
                0
            }
            Edit::Up(lines) => {
                (0..lines).for_each(|_| self.area.move_cursor(CursorMove::Up));
                0
            }
            Edit::Down(lines) => {
                (0..lines).for_each(|_| self.area.move_cursor(CursorMove::Down));
                0
            }
            Edit::Left
            | Edit::Right
            | Edit::WordLeft
            | Edit::WordRight
            | Edit::LineStart
            | Edit::LineEnd
            | Edit::Top
            | Edit::End => 0,
        };
        if changes > 0 {
            self.undone.clear();
            self.done.push_back(changes);
            if self.done.len() > UNDO_STEPS {
                self.done.pop_front();
            }
        }
        changes > 0
    }

    fn undo(&mut self) -> bool {
        let Some(changes) = self.done.pop_back() else { return false };
        self.undone.push(changes);
        (0..changes).fold(false, |is_changed, _| self.area.undo() || is_changed)
    }

    fn redo(&mut self) -> bool {
        let Some(changes) = self.undone.pop() else { return false };
        self.done.push_back(changes);
        (0..changes).fold(false, |is_changed, _| self.area.redo() || is_changed)
    }

    /// Indents the lines of the selection, and selects them. A last line of which nothing is selected stays. Returns the number of
    /// changes of the text area.
    fn indent_selection(&mut self) -> usize {
        let Some((from, to)) = self.selection() else { return 0 };
        let last = if to.1 == 0 && to.0 > from.0 { to.0 - 1 } else { to.0 };
        let lines = self.lines().get(from.0..=last).unwrap_or_default();
        let indent = |line: &String| if line.is_empty() { String::new() } else { format!("{INDENT}{line}") };
        let indented: Vec<String> = lines.iter().map(indent).collect();
        if lines == indented {
            return 0;
        }
        self.select((from.0, 0), (last, usize::MAX));
        let changes = 1 + usize::from(self.area.insert_str(indented.join("\n")));
        self.select((from.0, 0), (last, usize::MAX));
        changes
    }

    fn select(&mut self, from: (usize, usize), to: (usize, usize)) {
        self.go(from);
        self.area.start_selection();
        self.jump(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_positions_agree_in_multi_byte_text() {
        let editor = Editor::new("añb\n😀x\n");
        for position in [(0, 0), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (2, 0)] {
            assert_eq!(editor.position_of(editor.byte_of(position)), position);
        }
    }

    #[test]
    fn the_start_and_the_end_of_the_text_are_reached_whatever_the_column() {
        let mut editor = Editor::new("SELECT a,\n  b\nFROM table_of_a_long_name");
        editor.go((1, 2));
        editor.edit(Edit::End, false);
        assert_eq!(editor.cursor(), (2, 25));
        editor.edit(Edit::Top, false);
        assert_eq!(editor.cursor(), (0, 0));
    }

    #[test]
    fn one_paste_is_one_undo_step() {
        let mut editor = Editor::new("a");
        assert!(editor.edit(Edit::Insert("one\ntwo\n".into()), false));
        assert!(editor.edit(Edit::Undo, false));
        assert_eq!(editor.text(), "a");
    }

    #[test]
    fn a_tab_indents_the_selected_lines_and_one_undo_takes_it_back() {
        let mut editor = Editor::new("SELECT a,\n\n  b\nFROM t");
        editor.select((0, 3), (3, 0));
        assert!(editor.edit(Edit::Indent, false));
        assert_eq!(editor.text(), "  SELECT a,\n\n    b\nFROM t");
        assert_eq!(editor.selected().as_deref(), Some("  SELECT a,\n\n    b"));
        assert!(editor.edit(Edit::Indent, false));
        assert_eq!(editor.text(), "    SELECT a,\n\n      b\nFROM t");
        assert!(editor.edit(Edit::Undo, false));
        assert!(editor.edit(Edit::Undo, false));
        assert_eq!(editor.text(), "SELECT a,\n\n  b\nFROM t");
        assert!(!editor.edit(Edit::Undo, false));
        assert!(editor.edit(Edit::Redo, false));
        assert_eq!(editor.text(), "  SELECT a,\n\n    b\nFROM t");
    }

    #[test]
    fn text_typed_over_a_selection_is_one_undo_step() {
        let edits = [Edit::Insert("x".into()), Edit::NewLine, Edit::Cut, Edit::DeleteToEnd, Edit::DeleteWordBack];
        for edit in edits {
            let mut editor = Editor::new("keep this text\nand this");
            editor.select((0, 5), (1, 3));
            assert!(editor.edit(edit.clone(), false));
            assert!(editor.edit(Edit::Undo, false));
            assert_eq!(editor.text(), "keep this text\nand this", "{edit:?}");
            assert!(!editor.edit(Edit::Undo, false), "{edit:?}");
        }
    }

    #[test]
    fn nothing_inserted_over_a_selection_leaves_it() {
        let mut editor = Editor::new("text");
        editor.select((0, 0), (0, 4));
        assert!(!editor.edit(Edit::Insert(String::new()), false));
        assert_eq!(editor.text(), "text");
    }

    #[test]
    fn all_undo_steps_of_replaced_selections_are_kept() {
        let mut editor = Editor::new("start");
        for number in 0..UNDO_STEPS {
            editor.edit(Edit::SelectAll, true);
            editor.edit(Edit::Insert(number.to_string()), false);
        }
        while editor.edit(Edit::Undo, false) {}
        assert_eq!(editor.text(), "start");
    }

    #[test]
    fn the_cursor_reaches_lines_and_columns_above_the_limit_of_a_jump() {
        let mut editor = Editor::new(&format!("{}{}", "\n".repeat(70_000), "x".repeat(70_000)));
        editor.go((70_000, 66_000));
        assert_eq!(editor.cursor(), (70_000, 66_000));
    }
}
