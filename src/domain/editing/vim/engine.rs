//! The machine during one key: its state, the text as the key changes it, and the effects so far.

use super::edited_lines::EditedLines;
use super::effect::{Handled, VimEffect, VimOutcome, VimText};
use super::register::{Register, RegisterKind, Taken, is_paste_register};
use super::state::{LastVisual, Mode, UndoGroup, VimState};
use crate::domain::editing::change::TextChange;
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::indent::indent_width;
use crate::domain::editing::position::TextPosition;
use crate::domain::sql::Dialect;

pub(super) struct Engine<'a> {
    pub state: &'a mut VimState,
    pub text: EditedLines<'a>,
    pub cursor: TextPosition,
    pub top_line: usize,
    pub page_rows: usize,
    pub paste: Option<Register>,
    pub dialect: Dialect,
    effects: Vec<VimEffect>,
    start: TextPosition,
    start_mode: Mode,
    /// Set when the app decides where the cursor goes, as for an undo.
    cursor_is_open: CursorIsOpen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CursorIsOpen {
    Yes,
    No,
}

impl<'a> Engine<'a> {
    pub(super) fn new(state: &'a mut VimState, text: &VimText<'a>) -> Self {
        let lines = EditedLines::new(text.lines);
        let cursor = lines.clamped(text.cursor);
        let start_mode = state.mode;
        let mut engine = Self {
            state,
            text: lines,
            cursor,
            top_line: text.top_line,
            page_rows: text.page_rows.max(1),
            paste: text.paste_register.cloned(),
            dialect: text.dialect,
            effects: Vec::new(),
            start: text.cursor,
            start_mode,
            cursor_is_open: CursorIsOpen::No,
        };
        engine.follow_app(text);
        engine
    }

    /// Follows what the app has done since the last key: a cursor that was moved, a selection that was made or cleared.
    fn follow_app(&mut self, text: &VimText<'a>) {
        if self.state.last_cursor != Some(text.cursor) {
            self.state.goal = None;
        }
        let anchor = text.anchor.map(|anchor| self.text.clamped(anchor)).filter(|anchor| *anchor != self.cursor);
        match (self.state.mode, anchor) {
            (Mode::Normal, Some(anchor)) if self.state.prompt.is_none() => {
                self.select_before(anchor);
            }
            (Mode::Visual { .. }, None) if text.anchor.is_none() => {
                self.state.mode = Mode::Normal;
                self.start_mode = Mode::Normal;
            }
            (Mode::Visual { kind, anchor }, _) => {
                self.state.mode = Mode::Visual { kind, anchor: self.on_character(anchor) };
            }
            (Mode::Normal, _) => self.cursor = self.on_character(self.cursor),
            (Mode::Insert, _) => {}
        }
    }

    /// Starts visual mode with a selection of the app, which does not include the character at its end.
    fn select_before(&mut self, anchor: TextPosition) {
        let kind = super::effect::VisualKind::Character;
        let anchor = if anchor < self.cursor {
            self.cursor = self.before(self.cursor);
            anchor
        } else {
            self.before(anchor)
        };
        self.state.mode = Mode::Visual { kind, anchor };
        self.start_mode = self.state.mode;
    }

    /// Returns the position of the character before a position.
    fn before(&self, position: TextPosition) -> TextPosition {
        match position.column.checked_sub(1) {
            Some(column) => self.on_character(TextPosition::new(position.line, column)),
            None => {
                position.line.checked_sub(1).map_or(position, |line| TextPosition::new(line, self.text.length(line)))
            }
        }
    }

    pub(super) fn line(&self, line: usize) -> &str {
        self.text.line(line)
    }

    /// Returns the first column with text, or the last column of a line of spaces.
    pub(super) fn first_text(&self, line: usize) -> TextPosition {
        let column = indent_width(self.line(line));
        self.on_character(TextPosition::new(line, column))
    }

    /// Returns the start of the last character of a line; 0 for an empty line.
    pub(super) fn last_column(&self, line: usize) -> usize {
        graphemes(self.line(line)).last().map_or(0, |(column, _)| *column)
    }

    /// Returns the start of the grapheme at a position, and the last one of the line for a position after it.
    pub(super) fn on_character(&self, position: TextPosition) -> TextPosition {
        let position = self.text.clamped(position);
        let found = graphemes(self.line(position.line));
        let at = found.partition_point(|(column, _)| *column <= position.column);
        let column = at.checked_sub(1).and_then(|at| found.get(at)).map_or(0, |(column, _)| *column);
        TextPosition::new(position.line, column)
    }

    /// Returns the end of the grapheme at a position.
    pub(super) fn after_character(&self, position: TextPosition) -> TextPosition {
        let next = graphemes(self.line(position.line)).into_iter().find(|(column, _)| *column > position.column);
        let column = next.map_or_else(|| self.text.length(position.line), |(column, _)| column);
        TextPosition::new(position.line, column)
    }

    /// Changes the text. The cursor does not move.
    pub(super) fn change(&mut self, changes: Vec<TextChange>) {
        let changes: Vec<TextChange> =
            changes.into_iter().filter(|change| change.from != change.to || !change.text.is_empty()).collect();
        if !changes.is_empty() {
            for change in &changes {
                self.text.apply(change);
            }
            self.effects.push(VimEffect::Change(changes));
        }
    }

    /// Returns how many changes the key has made so far.
    pub(super) fn changes_made(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, VimEffect::Change(_))).count()
    }

    pub(super) fn effect(&mut self, effect: VimEffect) {
        self.effects.push(effect);
    }

    pub(super) fn notice(&mut self, text: impl Into<String>) {
        self.effects.push(VimEffect::Notice(text.into()));
    }

    /// Lets the app put the cursor, as after an undo.
    pub(super) fn leave_cursor_to_app(&mut self) {
        self.cursor_is_open = CursorIsOpen::Yes;
    }

    pub(super) fn begin_undo_group(&mut self) {
        if self.state.undo_group == UndoGroup::Closed {
            self.state.undo_group = UndoGroup::Open;
            self.effects.push(VimEffect::BeginUndoGroup);
        }
    }

    pub(super) fn end_undo_group(&mut self) {
        if self.state.undo_group == UndoGroup::Open {
            self.state.undo_group = UndoGroup::Closed;
            self.effects.push(VimEffect::EndUndoGroup);
        }
    }

    /// Returns the content of a register.
    pub(super) fn register(&self, name: Option<char>) -> Option<Register> {
        if is_paste_register(name) { self.paste.clone() } else { self.state.registers.get(name).cloned() }
    }

    /// Keeps a text that was deleted or copied.
    pub(super) fn keep(&mut self, name: Option<char>, text: String, (kind, taken): (RegisterKind, Taken)) {
        let register = Register { text, kind };
        if is_paste_register(name) || (name.is_none() && taken == Taken::Copied) {
            self.paste = Some(register.clone());
            self.effect(VimEffect::SetPasteRegister(register.clone()));
        }
        self.state.registers.keep(name, register, taken);
    }

    /// Ends visual mode and remembers its selection for `gv`.
    pub(super) fn end_visual(&mut self) {
        if let Mode::Visual { kind, anchor } = self.state.mode {
            self.state.last_visual = Some(LastVisual { anchor, cursor: self.cursor, kind });
            self.state.mode = Mode::Normal;
        }
    }

    /// Puts the cursor onto a character where the mode needs it, and returns the effects.
    pub(super) fn finish(mut self, handled: Handled) -> VimOutcome {
        self.cursor = self.text.clamped(self.cursor);
        match (self.state.mode, self.start_mode) {
            (Mode::Visual { kind, anchor }, _) => {
                let is_same = self.start_mode == self.state.mode && self.cursor == self.start;
                if !is_same {
                    self.effects.push(VimEffect::Select { anchor, cursor: self.cursor, kind });
                }
            }
            (mode @ (Mode::Normal | Mode::Insert), before) => {
                if mode == Mode::Normal {
                    self.cursor = self.on_character(self.cursor);
                }
                if matches!(before, Mode::Visual { .. }) {
                    self.effects.push(VimEffect::Deselect);
                }
                let is_changed = self.changes_made() > 0;
                let is_moved = is_changed || self.cursor != self.start;
                if is_moved && self.cursor_is_open == CursorIsOpen::No {
                    self.effects.push(VimEffect::MoveTo(self.cursor));
                }
            }
        }
        self.state.last_cursor = Some(self.cursor);
        VimOutcome { effects: self.effects, handled }
    }
}
