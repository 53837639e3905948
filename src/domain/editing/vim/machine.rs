//! The machine: one key in, effects out.

use super::command::{InsertKey, Pending, Prefix};
use super::effect::{Handled, VimEffect, VimOutcome, VimText};
use super::engine::Engine;
use super::keys::Place;
use super::mode::{VimMode, VimPrompt};
use super::register::Register;
use super::state::{InsertSession, Mode, UndoGroup, VimState};
use crate::domain::editing::grapheme::graphemes;
use crate::domain::editing::position::TextPosition;
use crate::domain::keys::Chord;

/// The state of the vim keymap: mode, pending keys, registers, searches, the last change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vim {
    state: VimState,
}

impl Vim {
    /// Handles a key. The app applies the effects in their order.
    pub fn key(&mut self, chord: Chord, text: &VimText<'_>) -> VimOutcome {
        let mut engine = Engine::new(&mut self.state, text);
        let handled = if engine.state.prompt.is_some() {
            engine.prompt_key(chord)
        } else {
            match engine.state.mode {
                Mode::Insert => engine.insert_chord(chord),
                Mode::Normal => engine.command_key(chord, Place::Normal),
                Mode::Visual { .. } => engine.command_key(chord, Place::Visual),
            }
        };
        engine.finish(handled)
    }

    /// Returns the mode for the screen.
    #[must_use]
    pub fn mode(&self) -> VimMode {
        match (&self.state.prompt, self.state.pending, self.state.mode) {
            (Some(prompt), ..) => VimMode::Prompt(prompt.kind),
            (None, Pending { prefix: Some(Prefix::Replace), .. }, _) => VimMode::ReplaceCharacter,
            (None, Pending { operator: Some(_), .. }, _) => VimMode::OperatorPending,
            (None, _, Mode::Normal) => VimMode::Normal,
            (None, _, Mode::Insert) => VimMode::Insert,
            (None, _, Mode::Visual { kind, .. }) => VimMode::Visual(kind),
        }
    }

    /// Returns the line that is being typed below the text.
    #[must_use]
    pub fn prompt(&self) -> Option<&VimPrompt> {
        self.state.prompt.as_ref()
    }

    /// Whether keys were typed that are not a whole command yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        !self.state.pending.is_empty()
    }

    /// Returns the content of a register: `a` to `z`, `0` to `9`, `-`, or `"`.
    #[must_use]
    pub fn register(&self, name: char) -> Option<&Register> {
        self.state.registers.get(Some(name))
    }

    /// Inserts a pasted text into the line below the text. Returns whether a line is open.
    pub fn paste_into_prompt(&mut self, text: &str) -> Handled {
        match self.state.prompt.as_mut() {
            Some(prompt) => {
                prompt.insert(text);
                Handled::Yes
            }
            None => Handled::No,
        }
    }

    /// Records a text that the app has inserted in insert mode, such as an accepted completion, so that `.` repeats it. It replaced so
    /// many characters before the cursor; the cursor is now after it.
    pub fn inserted(&mut self, removed: usize, text: &str, cursor: TextPosition) {
        if self.state.mode == Mode::Insert {
            self.state.insert.keys.push(InsertKey::Text { removed, text: text.to_owned() });
            self.state.insert.start = self.state.insert.start.min(cursor);
            self.state.insert.only_indent = None;
            self.state.last_cursor = Some(cursor);
        }
    }

    /// Goes back to normal mode, for example before another worksheet is shown. Registers and searches stay. The app applies the
    /// effects to the text that was edited.
    pub fn reset(&mut self) -> Vec<VimEffect> {
        let mut effects = Vec::new();
        if matches!(self.state.mode, Mode::Visual { .. }) {
            effects.push(VimEffect::Deselect);
        }
        if self.state.undo_group == UndoGroup::Open {
            effects.push(VimEffect::EndUndoGroup);
        }
        self.state.undo_group = UndoGroup::Closed;
        self.state.mode = Mode::Normal;
        self.state.pending = Pending::default();
        self.state.prompt = None;
        self.state.insert = InsertSession::default();
        (self.state.goal, self.state.last_cursor) = (None, None);
        (self.state.last_visual, self.state.last_insert) = (None, None);
        effects
    }

    /// Returns where normal mode shows a cursor: on a character, not after the last one of a line.
    #[must_use]
    pub fn cursor_on_character(lines: &[String], cursor: TextPosition) -> TextPosition {
        let cursor = cursor.clamped(lines);
        let line = lines.get(cursor.line).map_or("", String::as_str);
        let columns = graphemes(line).into_iter().map(|(column, _)| column);
        let column = columns.take_while(|column| *column <= cursor.column).last().unwrap_or(0);
        TextPosition::new(cursor.line, column)
    }
}
