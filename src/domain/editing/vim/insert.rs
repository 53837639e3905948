//! Insert mode: typed text, deletions before the cursor, and the repetitions of what was inserted.

use super::command::{Command, InsertAt, InsertKey};
use super::effect::Handled;
use super::engine::Engine;
use super::motion::{Motion, WordSize};
use super::motion_run::Purpose;
use super::register::is_register;
use super::state::{InsertSession, Mode, OpensLines, Replay, Waits};
use super::words::class_of;
use crate::domain::editing::change::TextChange;
use crate::domain::editing::indent::{INDENT, dedent_edit, indent_width};
use crate::domain::editing::position::{TextPosition, between_columns};
use crate::domain::keys::{Chord, Key};

/// Keys that the repetitions of one insertion may type.
const MAX_REPEATED_KEYS: usize = 1_000;

/// Bytes that the repetitions of a typed text may add.
const MAX_REPEATED_BYTES: usize = 1 << 20;

impl Engine<'_> {
    pub(super) fn start_insert(&mut self, count: usize) {
        self.begin_undo_group();
        self.state.mode = Mode::Insert;
        self.state.insert = InsertSession { start: self.cursor, count, ..InsertSession::default() };
    }

    /// Begins to record the insertion again, because the cursor was moved.
    pub(super) fn restart_insert(&mut self) {
        self.end_undo_group();
        self.start_insert(1);
        if let Some(last) = self.state.last_change.as_mut() {
            (last.command, last.count) = (Command::Insert(InsertAt::Cursor), None);
        }
    }

    /// Handles a key of insert mode.
    pub(super) fn insert_chord(&mut self, chord: Chord) -> Handled {
        if self.state.last_cursor != Some(self.cursor) {
            self.restart_insert();
        }
        if self.state.insert.waits_for_register == Waits::Yes {
            self.state.insert.waits_for_register = Waits::No;
            self.insert_register(chord);
            return Handled::Yes;
        }
        match (chord.key, chord.ctrl) {
            _ if chord.alt => Handled::No,
            (Key::Esc, false) | (Key::Char('['), true) => {
                self.leave_insert();
                Handled::Yes
            }
            (Key::Char('r'), true) => {
                self.state.insert.waits_for_register = Waits::Yes;
                Handled::Yes
            }
            (
                Key::Left | Key::Right | Key::Up | Key::Down | Key::Home | Key::End | Key::PageUp | Key::PageDown,
                false,
            ) if !chord.shift => {
                self.move_in_insert(chord.key);
                Handled::Yes
            }
            _ => self.insert_key(InsertKey::Key(chord)),
        }
    }

    fn insert_register(&mut self, chord: Chord) {
        let Some(name) = chord.typed().filter(|name| is_register(*name)) else { return };
        if let Some(register) = self.register(Some(name)) {
            let line_end = match register.kind {
                super::register::RegisterKind::Linewise => "\n",
                super::register::RegisterKind::Characterwise => "",
            };
            let text = format!("{}{line_end}", register.text);
            self.insert_key(InsertKey::Text { removed: 0, text });
        }
    }

    fn move_in_insert(&mut self, key: Key) {
        let motion = match key {
            Key::Left => Motion::Left,
            Key::Right => Motion::Right,
            Key::Up => Motion::Up,
            Key::Down => Motion::Down,
            Key::Home => Motion::LineStart,
            Key::End => Motion::LineEnd,
            Key::PageUp => Motion::Page(super::motion::Direction::Backward),
            Key::PageDown => Motion::Page(super::motion::Direction::Forward),
            Key::Char(_)
            | Key::Enter
            | Key::Tab
            | Key::Esc
            | Key::Backspace
            | Key::Delete
            | Key::Insert
            | Key::F(_) => {
                return;
            }
        };
        if let Some(reached) = self.reach(&motion, None, Purpose::Select) {
            self.cursor = reached.to;
        }
        let goal = self.state.goal;
        self.restart_insert();
        self.state.goal = goal;
    }

    /// Inserts again what was inserted before.
    pub(super) fn replay_insert(&mut self, keys: &[InsertKey]) {
        for key in merged(keys) {
            self.insert_key(key);
        }
    }

    /// Applies a key to the text, and records it if it is one of insert mode.
    fn insert_key(&mut self, key: InsertKey) -> Handled {
        let handled = match &key {
            InsertKey::Key(chord) => self.apply_chord(*chord),
            InsertKey::Text { removed, text } => {
                let TextPosition { line, column } = self.cursor;
                self.replace_before(TextPosition::new(line, column.saturating_sub(*removed)), text);
                Handled::Yes
            }
        };
        if handled == Handled::Yes {
            self.state.insert.keys.push(key);
        }
        handled
    }

    fn apply_chord(&mut self, chord: Chord) -> Handled {
        let line = self.cursor.line;
        match (chord.key, chord.ctrl) {
            (Key::Char(c), false) => self.insert_text(&c.to_string()),
            (Key::Enter, false) | (Key::Char('j' | 'm'), true) => self.insert_line_end(),
            (Key::Tab, false) if !chord.shift => self.insert_text(INDENT),
            (Key::Backspace, false) | (Key::Char('h'), true) => self.delete_before(),
            (Key::Delete, false) => self.delete_after(),
            (Key::Char('w'), true) => self.replace_before(self.word_before(), ""),
            (Key::Char('u'), true) => self.delete_to_start(),
            (Key::Char('t'), true) => self.insert_indent(line),
            (Key::Char('d'), true) | (Key::Tab, false) => self.remove_indent(line),
            (
                Key::Char(_)
                | Key::Enter
                | Key::Tab
                | Key::Esc
                | Key::Backspace
                | Key::Delete
                | Key::Insert
                | Key::Up
                | Key::Down
                | Key::Left
                | Key::Right
                | Key::Home
                | Key::End
                | Key::PageUp
                | Key::PageDown
                | Key::F(_),
                _,
            ) => return Handled::No,
        }
        Handled::Yes
    }

    fn insert_text(&mut self, text: &str) {
        self.replace_before(self.cursor, text);
    }

    /// Replaces the text from a position to the cursor, and moves the cursor after the new text.
    fn replace_before(&mut self, from: TextPosition, text: &str) {
        let change = TextChange { from, to: self.cursor, text: text.to_owned() };
        self.state.insert.start = self.state.insert.start.min(from);
        if !text.is_empty() && !text.starts_with('\n') {
            self.state.insert.only_indent = None;
        }
        self.cursor = change.end();
        self.change(vec![change]);
    }

    /// Begins a new line with the indent of this one. Spaces at both sides of the line end are left out if they are only indent.
    fn insert_line_end(&mut self) {
        let TextPosition { line, column } = self.cursor;
        let indent = between_columns(self.line(line), 0, indent_width(self.line(line)).min(column)).to_owned();
        let rest = between_columns(self.line(line), column, usize::MAX);
        let to = TextPosition::new(line, column + indent_width(rest));
        let is_only_indent = self.state.insert.only_indent == Some(line) && column <= indent_width(self.line(line));
        let from = if is_only_indent { TextPosition::new(line, 0) } else { self.cursor };
        self.cursor = TextPosition::new(line + 1, indent.chars().count());
        self.change(vec![TextChange { from, to, text: format!("\n{indent}") }]);
        self.state.insert.only_indent = Some(line + 1);
    }

    fn delete_before(&mut self) {
        let TextPosition { line, column } = self.cursor;
        let from = match (column.checked_sub(1), line.checked_sub(1)) {
            (Some(before), _) => self.on_character(TextPosition::new(line, before)),
            (None, Some(above)) => TextPosition::new(above, self.text.length(above)),
            (None, None) => return,
        };
        self.replace_before(from, "");
    }

    fn delete_after(&mut self) {
        let TextPosition { line, column } = self.cursor;
        let to = if column < self.text.length(line) {
            self.after_character(self.cursor)
        } else if line < self.text.last_line() {
            TextPosition::new(line + 1, 0)
        } else {
            return;
        };
        self.change(vec![TextChange::delete(self.cursor, to)]);
    }

    /// Returns the start of the word before the cursor, or the end of the line above.
    fn word_before(&self) -> TextPosition {
        let TextPosition { line, column } = self.cursor;
        if column == 0 {
            return line.checked_sub(1).map_or(self.cursor, |above| TextPosition::new(above, self.text.length(above)));
        }
        let before: Vec<char> = self.line(line).chars().take(column).collect();
        let spaces = before.iter().rev().take_while(|c| c.is_whitespace()).count();
        let mut rest = before.iter().rev().skip(spaces).peekable();
        let class = rest.peek().map(|c| class_of(**c, WordSize::Short));
        let word = rest.take_while(|c| Some(class_of(**c, WordSize::Short)) == class).count();
        let to = column - spaces - word;
        // Text that stood there before is deleted only if none was typed in the line.
        let start = self.state.insert.start;
        let is_typed = start.line == line && start.column < column;
        let to = if is_typed { to.max(start.column) } else { to };
        self.on_character(TextPosition::new(line, to))
    }

    /// Deletes the text that was typed in the line; without any, up to the indent; from there, the indent.
    fn delete_to_start(&mut self) {
        let TextPosition { line, column } = self.cursor;
        let start = self.state.insert.start;
        let indent = indent_width(self.line(line));
        let to = if start.line == line && start.column < column { start.column } else { 0 };
        let to = if indent < column { to.max(indent) } else { to };
        if column == 0 {
            return self.replace_before(self.word_before(), "");
        }
        self.replace_before(TextPosition::new(line, to), "");
    }

    fn insert_indent(&mut self, line: usize) {
        self.change(vec![TextChange::insert(TextPosition::new(line, 0), INDENT)]);
        self.cursor.column += INDENT.len();
    }

    fn remove_indent(&mut self, line: usize) {
        if let Some(edit) = dedent_edit(self.line(line)) {
            let to = TextPosition::new(line, edit.removed);
            self.change(vec![TextChange::delete(TextPosition::new(line, 0), to)]);
            self.cursor.column = self.cursor.column.saturating_sub(edit.removed);
        }
    }

    /// Ends insert mode: repeats the insertion as often as its count says, and moves the cursor onto the last character.
    pub(super) fn leave_insert(&mut self) {
        let session = std::mem::take(&mut self.state.insert);
        self.state.insert.start = session.start;
        self.remove_only_indent(session.only_indent);
        self.repeat_insertion(&session);
        if self.state.replay == Replay::Off
            && let Some(last) = self.state.last_change.as_mut()
        {
            last.inserted = session.keys;
        }
        self.state.last_insert = Some(self.cursor);
        if let Some(before) = self.cursor.column.checked_sub(1) {
            self.cursor = self.on_character(TextPosition::new(self.cursor.line, before));
        }
        self.state.insert = InsertSession::default();
        self.state.goal = None;
        self.state.mode = Mode::Normal;
        self.end_undo_group_outside_replay();
    }

    fn repeat_insertion(&mut self, session: &InsertSession) {
        let keys = merged(&session.keys);
        let more = session.count.saturating_sub(1);
        if let ([InsertKey::Text { removed: 0, text }], OpensLines::No) = (keys.as_slice(), session.opens_lines) {
            let text = text.repeat(more.min(MAX_REPEATED_BYTES / text.len().max(1)));
            self.replace_before(self.cursor, &text);
            return;
        }
        for _ in 0..more.min(MAX_REPEATED_KEYS / keys.len().max(1)) {
            if session.opens_lines == OpensLines::Yes {
                self.open_line_below(self.cursor.line);
            }
            for key in &keys {
                self.insert_key(key.clone());
            }
        }
    }

    fn end_undo_group_outside_replay(&mut self) {
        if self.state.replay == Replay::Off {
            self.end_undo_group();
        }
    }

    /// Removes the indent of a line that has nothing else.
    fn remove_only_indent(&mut self, line: Option<usize>) {
        let Some(line) = line.filter(|line| *line == self.cursor.line) else { return };
        let length = self.text.length(line);
        if indent_width(self.line(line)) == length {
            self.change(vec![TextChange::delete(TextPosition::new(line, 0), TextPosition::new(line, length))]);
            self.cursor.column = 0;
        }
    }
}

/// Returns the keys with the characters that follow each other as one text.
fn merged(keys: &[InsertKey]) -> Vec<InsertKey> {
    let mut merged: Vec<InsertKey> = Vec::new();
    for key in keys {
        let typed = match key {
            InsertKey::Key(chord) => chord.typed().map(String::from),
            InsertKey::Text { removed: 0, text } => Some(text.clone()),
            InsertKey::Text { .. } => None,
        };
        match (merged.last_mut(), typed) {
            (Some(InsertKey::Text { text, .. }), Some(typed)) => text.push_str(&typed),
            (_, Some(text)) => merged.push(InsertKey::Text { removed: 0, text }),
            (_, None) => merged.push(key.clone()),
        }
    }
    merged
}
