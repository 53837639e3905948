//! The text model of a worksheet. Only this file uses the text-area crate. That crate does not draw the text, and moves
//! that depend on its viewport are not used.

use tui_textarea::{CursorMove, TextArea, WrapMode};

/// Undo steps that are kept at most.
const UNDO_STEPS: usize = 2_000;

/// A text with cursor, selection and undo.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
}

/// An edit or a move of the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    Insert(String),
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
        area.set_max_histories(UNDO_STEPS);
        area.set_wrap_mode(WrapMode::None);
        Self { area }
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
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(short(line), short(column)));
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
        match edit {
            Edit::Insert(text) => return self.area.insert_str(text),
            Edit::NewLine => self.area.insert_newline(),
            Edit::DeleteBack => return self.area.delete_char(),
            Edit::DeleteForward => return self.area.delete_next_char(),
            Edit::DeleteWordBack => return self.area.delete_word(),
            Edit::DeleteToEnd => return self.area.delete_line_by_end(),
            Edit::Undo => return self.area.undo(),
            Edit::Redo => return self.area.redo(),
            Edit::Cut => return self.area.cut(),
            Edit::SelectAll => {
                self.area.select_all();
                return false;
            }
            Edit::Up(lines) => {
                (0..lines).for_each(|_| self.area.move_cursor(CursorMove::Up));
                return false;
            }
            Edit::Down(lines) => {
                (0..lines).for_each(|_| self.area.move_cursor(CursorMove::Down));
                return false;
            }
            _ => {
                if let Some(step) = moved {
                    self.area.move_cursor(step);
                }
                return false;
            }
        }
        true
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
    fn one_paste_is_one_undo_step() {
        let mut editor = Editor::new("a");
        assert!(editor.edit(Edit::Insert("one\ntwo\n".into()), false));
        assert!(editor.edit(Edit::Undo, false));
        assert_eq!(editor.text(), "a");
    }
}
